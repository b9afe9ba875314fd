"""How MT5 prints numbers in its tester report, and how it rounds them.

Inferred from 412 printed reports: money that is a mean (a sum of doubles over a count) is rounded as
floor(|x| * 10^n + 0.5), percentages as C's printf rounds, by the double's exact value. Doing the same in the same order
gives the same last digit where a half is at stake.
"""

import math

NOT_FROM_DEALS = "not computable from deals"


def fixed(value: float, decimals: int = 2) -> str:
    """A number with so many decimals, rounded as MT5 does; keeps the sign of a negative zero."""
    scale = 10**decimals
    return f"{math.copysign(math.floor(abs(value) * scale + 0.5) / scale, value):.{decimals}f}"


def spaced(value: float, decimals: int = 2) -> str:
    """The same with a space between thousands, as money is printed: -1 234.50."""
    text = fixed(value, decimals)
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, point, part = digits.partition(".")
    return f"{sign}{int(whole):,}".replace(",", " ") + point + part


def money(minor: int, digits: int) -> str:
    """Minor units as money; exact."""
    whole, part = divmod(abs(minor), 10**digits)
    sign = "-" if minor < 0 else ""
    return f"{sign}{whole:,}".replace(",", " ") + (f".{part:0{digits}d}" if digits else "")


def percent(value: float) -> str:
    """A percentage: 58.57%."""
    return f"{value:.2f}%"


def share(part: int, whole: int) -> str:
    """A count with its percentage: 41 (58.57%)."""
    return f"{part} ({percent(100 * part / whole if whole else 0.0)})"


def clock(seconds: int) -> str:
    """A length of time: 12:05:23, hours beyond a day counted on."""
    sign = "-" if seconds < 0 else ""
    minutes, rest = divmod(abs(seconds), 60)
    return f"{sign}{minutes // 60}:{minutes % 60:02}:{rest:02}"


def growth(factor: float) -> str:
    """A growth factor with its percentage: 1.0011 (0.11%)."""
    return f"{factor:.4f} ({percent((factor - 1) * 100)})" if factor else "0.0000 (0.00%)"
