"""Server time: the rule from a source's or broker's clock to UTC, and the server's days.

Rules: `utc`; `fixed:+HH:MM` (the clock's offset from UTC); `new_york+7`, the clock of most MT5 brokers: New York time
plus seven hours, so that its days begin when New York's trading day ends (UTC+2, UTC+3 while the US keeps summer time).
US summer time since 2007: second Sunday of March to first Sunday of November, at 02:00 local time (15 U.S.C. 260a).
"""

import re
from bisect import bisect_right
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tallystick.market.spans import DAY_NS, HOUR_NS, SECOND_NS

_FIXED = re.compile(r"fixed:([+-])([01][0-9]|2[0-3]):([0-5][0-9])")
_FIRST_YEAR, _LAST_YEAR = 1970, 2100


class TimeRuleError(ValueError):
    """A time rule nobody knows; say utc, fixed:+HH:MM or new_york+7."""


def to_utc_ns(time_msc: NDArray[np.int64], rule: str) -> NDArray[np.int64]:
    """Milliseconds of a clock under `rule`, written as if it were an epoch, to ns UTC."""
    local = np.asarray(time_msc, dtype=np.int64) * 1_000_000
    fixed = _fixed_offset(rule)
    if fixed is not None:
        return local - fixed
    # The clock shows UTC+2 or UTC+3; in the hour it shows twice, the first (summer) reading is meant.
    summer = local - 3 * HOUR_NS
    return np.where(_is_us_summer(summer), summer, local - 2 * HOUR_NS)


def offset_ns(time: int, rule: str) -> int:
    """The clock's offset from UTC at a moment in ns UTC."""
    return _offset_of_hour(time // HOUR_NS, rule)


def server_day(time: int, rule: str) -> int:
    """Number of the server's day (days since 1970-01-01 on its clock) at a moment in ns UTC."""
    return (time + _offset_of_hour(time // HOUR_NS, rule)) // DAY_NS


def weekday_of(day: int) -> int:
    """Weekday of a numbered day, Monday 0."""
    return (day + 3) % 7


def next_midnight(time: int, rule: str) -> int:
    """The first server midnight after a moment, in ns UTC."""
    midnight = ((time + _offset_of_hour(time // HOUR_NS, rule)) // DAY_NS + 1) * DAY_NS
    utc = midnight - _offset_of_hour(midnight // HOUR_NS - 2, rule)
    return utc if utc > time else midnight + DAY_NS - offset_ns(midnight + DAY_NS - 2 * HOUR_NS, rule)


class ServerDay:
    """Number of the server's day of a book time; remembers the last day's bounds, for it is asked often."""

    def __init__(self, rule: str) -> None:
        self._rule = rule
        self._from, self._until, self._day = 0, 0, 0

    def __call__(self, time: int) -> int:
        """The day of a book time in ns UTC."""
        if not self._from <= time < self._until:
            self._from, self._until = time, next_midnight(time, self._rule)
            self._day = server_day(time, self._rule)
        return self._day


@lru_cache(maxsize=2**14)
def _offset_of_hour(hour: int, rule: str) -> int:
    """The offset in an hour of UTC, numbered from 1970: every clock is set at a full hour. One hour is asked often."""
    fixed = _fixed_offset(rule)
    if fixed is not None:
        return fixed
    begins, ends = _us_summer_lists()
    year = bisect_right(begins, hour * HOUR_NS) - 1
    return 3 * HOUR_NS if year >= 0 and hour * HOUR_NS < ends[year] else 2 * HOUR_NS


@cache
def _fixed_offset(rule: str) -> int | None:
    if rule == "utc":
        return 0
    if rule == "new_york+7":
        return None
    found = _FIXED.fullmatch(rule)
    if found is None:
        message = f"unknown time rule {rule!r}; say utc, fixed:+HH:MM or new_york+7"
        raise TimeRuleError(message)
    sign, hours, minutes = found.groups()
    return (1 if sign == "+" else -1) * (int(hours) * 3_600 + int(minutes) * 60) * SECOND_NS


@cache
def _us_summers() -> tuple[NDArray[Any], NDArray[Any]]:
    """Begin and end of US summer time in ns UTC, year by year."""
    years = range(_FIRST_YEAR, _LAST_YEAR)
    begins = [_sunday(year, 3, 2) * DAY_NS + 7 * HOUR_NS for year in years]  # 02:00 at UTC-5
    ends = [_sunday(year, 11, 1) * DAY_NS + 6 * HOUR_NS for year in years]  # 02:00 at UTC-4
    return np.array(begins, dtype=np.int64), np.array(ends, dtype=np.int64)


@cache
def _us_summer_lists() -> tuple[list[int], list[int]]:
    """The same as lists, for single moments."""
    begins, ends = _us_summers()
    return begins.tolist(), ends.tolist()


def _sunday(year: int, month: int, number: int) -> int:
    """Day number of the n-th Sunday of a month."""
    first = int(np.datetime64(f"{year:04d}-{month:02d}-01", "D").astype(np.int64))
    return first + (6 - weekday_of(first)) % 7 + 7 * (number - 1)


def _is_us_summer(utc: NDArray[np.int64]) -> NDArray[np.bool_]:
    begins, ends = _us_summers()
    year = np.searchsorted(begins, utc, side="right") - 1
    return (year >= 0) & (utc < ends[np.maximum(year, 0)])
