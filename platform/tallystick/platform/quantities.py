"""Numbers of the log in the units people read: lots, amounts of money, seconds."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tallystick.market.instrument import LOT
from tallystick.market.spans import SECOND_NS

BY_RULE = "by rule"
"""A unit that the record's own rule tells."""
UNITS: Mapping[str, str] = {
    "reduction": "1e-8 lots",
    "stale_quote": "ns",
    "session": "ns",
    "news": "ns",
    "friday_flat": "ns",
    "spread": "points",
    "price_collar": "ppm",
    "price_collar_period": "ppm",
    "volume_step": "1e-8 lots",
    "volume_max": "1e-8 lots",
    "order_value": "minor units",
    "message_throttle": "messages",
    "repeated_execution": "orders",
    "position": "1e-8 lots",
    "exposure": "minor units",
    "margin": "minor units",
    "account_limit": "minor units",
    "daily_loss": "minor units",
    "drawdown": "minor units",
    "volume_min": "1e-8 lots",
    "equity": "minor units",
    "stop": "points",
    "stops": "points",
}
"""Of limit and value by rule: risk's rules as docs/risk.md has them, then sizing's; a rule not here has none."""

WRITTEN = re.compile(r"(\d+) (minor units|1e-8 lots)")
"""A quantity in the text of a limit, as `risk.rules_declared` has it."""


def quantity(unit: str, value: Any, digits: int) -> str:
    """A value with its unit; money with the account's `digits`, volumes (1e-8 lots) in lots, durations in seconds."""
    if unit == "1e-8 lots":
        return f"{lots(value)} lots"
    if unit.startswith("minor units"):
        return f"{value / 10**digits:,.{digits}f}"
    if unit == "ns":
        return seconds(value)
    return f"{value} {unit}" if unit and unit not in {"price", BY_RULE, "rows"} else str(value)


def limit_of(rule: str, written: str, digits: int, currency: str) -> str:
    """The text of a recorded limit in the units people read: `20000 minor units` as `200.00 USD`, volumes in lots."""
    if rule == "account_limit":  # each of its numbers is money, and none says so
        written = re.sub(r"\d+", r"\g<0> minor units", written)
    return WRITTEN.sub(lambda found: _in_words(found[2], int(found[1]), digits, currency), written)


def _in_words(unit: str, value: int, digits: int, currency: str) -> str:
    text = quantity(unit, value, digits)
    return f"{text} {currency}" if unit == "minor units" else text


def lots(volume: int) -> str:
    """A volume in lots, at least two decimals."""
    whole, rest = divmod(abs(volume), LOT)
    decimals = f"{rest:08d}".rstrip("0").ljust(2, "0")
    return f"{'-' if volume < 0 else ''}{whole}.{decimals}"


def seconds(nanoseconds: int) -> str:
    """A duration in seconds."""
    return f"{format((Decimal(nanoseconds) / SECOND_NS).normalize(), 'f')} s"
