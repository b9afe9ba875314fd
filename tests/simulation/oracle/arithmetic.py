"""Sections 1 and 11 of docs/fills.md: points, the rounding rule, and the midnights of a server."""

import datetime as dt
import math
from fractions import Fraction

LOT = 10**8
SECOND = 10**9
HOUR = 3600 * SECOND
DAY = 24 * HOUR
MONDAY, SATURDAY, SUNDAY = 0, 5, 6
THURSDAY = 3
"""Weekday of 1 January 1970."""


def nearest(exact: Fraction) -> int:
    """R(x): the nearest integer, halves away from zero."""
    size = math.floor(abs(exact) + Fraction(1, 2))
    return size if exact >= 0 else -size


def to_points(price: float, digits: int) -> int:
    """A price in whole points."""
    return nearest(Fraction(price) * 10**digits)


def to_price(points: int, digits: int) -> float:
    """The float64 of a number of points."""
    return float(Fraction(points, 10**digits))


def server_offset(rule: str, time: int) -> int:
    """Server clock less UTC, in ns, at a time in ns UTC."""
    if rule == "utc":
        return 0
    if rule.startswith("fixed:"):
        sign = -1 if rule[6] == "-" else 1
        hours, minutes = rule[7:].split(":")
        return sign * (int(hours) * HOUR + int(minutes) * HOUR // 60)
    assert rule == "new_york+7", rule
    # New York is at UTC-5; at UTC-4 from 02:00 on March's second Sunday (07:00 UTC) to November's first (06:00 UTC).
    moment = dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=time // 1000)  # noqa: DTZ001 -- all of it is UTC
    summer = _sunday(moment.year, 3, 2) + dt.timedelta(hours=7)
    winter = _sunday(moment.year, 11, 1) + dt.timedelta(hours=6)
    return 3 * HOUR if summer <= moment < winter else 2 * HOUR


def _sunday(year: int, month: int, number: int) -> dt.datetime:
    first = dt.datetime(year, month, 1)  # noqa: DTZ001 -- all of it is UTC
    return first + dt.timedelta(days=(SUNDAY - first.weekday()) % 7 + 7 * (number - 1))


def next_midnight(rule: str, time: int) -> tuple[int, int]:
    """The first server midnight after `time` (ns UTC), and the server weekday that it ends."""
    day = (time + server_offset(rule, time)) // DAY + 1
    midnight = day * DAY - server_offset(rule, time)
    midnight = day * DAY - server_offset(rule, midnight)  # the clock may change in between
    return midnight, (day - 1 + THURSDAY) % 7
