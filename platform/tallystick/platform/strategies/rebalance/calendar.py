"""Grids in book time (UTC): daily from midnight, weekly from Monday, monthly from the first, or every few seconds."""

from datetime import date
from typing import Literal

Calendar = Literal["daily", "weekly", "monthly", "seconds"]
SECOND = 1_000_000_000
DAY = 86_400 * SECOND
MONDAY = 4 * DAY
"""1970-01-05, the first Monday of the epoch."""
EPOCH = date(1970, 1, 1).toordinal()


def next_instant(time: int, calendar: Calendar, every: int = 0, offset: int = 0) -> int:
    """The first instant of the grid after `time`; all in ns UTC.

    `offset` moves the whole grid; `every` is its period where the calendar is `seconds`.
    """
    if calendar == "monthly":
        return _next_month(time - offset) + offset
    start, period = {"daily": (0, DAY), "weekly": (MONDAY, 7 * DAY), "seconds": (0, every)}[calendar]
    first = start + offset
    return first + ((time - first) // period + 1) * period


def _next_month(time: int) -> int:
    day = date.fromordinal(EPOCH + time // DAY)
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return (following.toordinal() - EPOCH) * DAY
