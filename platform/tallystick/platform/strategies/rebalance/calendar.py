"""Grids in book time (UTC): daily from midnight, weekly from Monday, monthly from the first, or every few seconds."""

from datetime import date
from typing import Literal

from tallystick.market.spans import DAY_NS, MONDAY_NS, WEEK_NS

Calendar = Literal["daily", "weekly", "monthly", "seconds"]
EPOCH = date(1970, 1, 1).toordinal()


def next_instant(time: int, calendar: Calendar, every: int = 0, offset: int = 0) -> int:
    """The first instant of the grid after `time`; all in ns UTC.

    `offset` moves the whole grid; `every` is its period where the calendar is `seconds`.
    """
    if calendar == "monthly":
        return _next_month(time - offset) + offset
    start, period = {"daily": (0, DAY_NS), "weekly": (MONDAY_NS, WEEK_NS), "seconds": (0, every)}[calendar]
    first = start + offset
    return first + ((time - first) // period + 1) * period


def _next_month(time: int) -> int:
    day = date.fromordinal(EPOCH + time // DAY_NS)
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return (following.toordinal() - EPOCH) * DAY_NS
