"""Quantities of a config file in the units people use, read exactly: lots, money, percent, lengths of time, moments.

A float of TOML is read as the decimal that stands in the file, so 0.1 is a tenth and no binary neighbour of it.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from tallystick.market.spans import DAY_NS, HOUR_NS, MINUTE_NS, MS_NS, SECOND_NS
from tallystick.platform.config.units import MOST_DIGITS, Unfit, decimal_of
from tallystick.platform.portfolio.lots import volume_of

PPM_OF_PERCENT = 10_000
NS = {"ns": 1, "us": 1_000, "ms": MS_NS, "s": SECOND_NS, "m": MINUTE_NS, "min": MINUTE_NS, "h": HOUR_NS, "d": DAY_NS}
SPAN = re.compile(r"(\d+(?:\.\d+)?) ?(ns|us|ms|min|s|m|h|d)")


@dataclass(frozen=True, slots=True)
class Lots:
    """Lots as text, exactly: "0.10"."""

    takes: str = 'lots above 0, such as "0.10"'
    zero: bool = False

    def read(self, value: Any) -> str:
        """The text, in digits; what instrument trades them is asked later."""
        number = decimal_of(value)
        if not (self.zero and number == 0):
            try:
                volume_of(number)
            except ValueError:
                raise Unfit from None
        return format(number, "f")

    def schema(self) -> dict[str, Any]:
        """Digits as text, or a number."""
        return {"anyOf": [{"type": "string", "pattern": r"^\d+(\.\d+)?$"}, {"type": "number", "minimum": 0}]}


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in units of the account's currency: "10000.00". How fine it may be, the currency says later."""

    takes: str = 'an amount, such as "10000.00"'

    def read(self, value: Any) -> Decimal:
        """The amount, exactly."""
        number = decimal_of(value)
        if number < 0:
            raise Unfit
        return number

    def schema(self) -> dict[str, Any]:
        """Digits as text, or a number."""
        return {"anyOf": [{"type": "string", "pattern": r"^\d+(\.\d+)?$"}, {"type": "number", "minimum": 0}]}


@dataclass(frozen=True, slots=True)
class Percent:
    """A share in percent, with or without its sign: "0.25 %", 0.25."""

    most: int = 100
    finest: str = "0.0001"

    @property
    def takes(self) -> str:
        """The bounds."""
        return f'percent from 0 to {self.most} in steps of {self.finest}, such as "0.25 %"'

    def read(self, value: Any) -> Decimal:
        """The percent, exactly."""
        number = decimal_of(value.removesuffix("%").rstrip() if type(value) is str else value)
        if not 0 <= number <= self.most or number % Decimal(self.finest):
            raise Unfit
        return number

    def schema(self) -> dict[str, Any]:
        """Digits with a sign as text, or a number."""
        text = {"type": "string", "pattern": r"^\d+(\.\d+)? ?%?$"}
        return {"anyOf": [text, {"type": "number", "minimum": 0, "maximum": self.most}]}


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time with its unit: "250ms", "1h", "1h 30m"."""

    unit: str = "ns"
    """What it has to be a whole number of."""
    most: str = "366d"

    @property
    def takes(self) -> str:
        """Units and bounds."""
        whole = "" if self.unit == "ns" else f" in whole {self.unit},"
        return f'a length of time{whole} up to {self.most}, such as "250ms", "90s", "30m" or "1h"'

    def read(self, value: Any) -> int:
        """The length in `unit`."""
        if type(value) is not str:
            raise Unfit
        length = _ns(value)
        if length > _ns(self.most) or length % NS[self.unit]:
            raise Unfit
        return length // NS[self.unit]

    def schema(self) -> dict[str, Any]:
        """Numbers with units as text."""
        return {"type": "string", "pattern": r"^(\d+(\.\d+)? ?(ns|us|ms|min|s|m|h|d) ?)+$"}


@dataclass(frozen=True, slots=True)
class Moment:
    """A date or a moment in UTC, of TOML or as text."""

    takes: str = "a date such as 2014-05-31, or a moment such as 2014-05-31T13:00:00Z, from 1700 to 2261"

    def read(self, value: Any) -> date | str:
        """As it is, once it can be read."""
        from tallystick.platform.backtesting.market import moment_ns

        if not isinstance(value, date | str):
            raise Unfit
        try:
            moment_ns(value)
        except ValueError:
            raise Unfit from None
        return value

    def schema(self) -> dict[str, Any]:
        """Text; editors read TOML's own dates as text too."""
        return {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}"}


def ppm(percent: Decimal) -> int:
    """Percent in millionths."""
    return int(percent * PPM_OF_PERCENT)


def _ns(text: str) -> int:
    rest, total = text.strip(), Decimal(0)
    while rest:
        part = SPAN.match(rest)
        if part is None or len(part[1]) > MOST_DIGITS:
            raise Unfit
        total += Decimal(part[1]) * NS[part[2]]
        rest = rest[part.end() :].lstrip()
    if not text.strip() or total != int(total):
        raise Unfit
    return int(total)
