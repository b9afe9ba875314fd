"""Weekdays without bars and thin ones, found and kept: no bar is ever invented.

Days are UTC days of the bars' opens, Monday to Friday. A day is thin when it has fewer than five sixths of the bars
that the median day of its weekday has in this series (of 24 hourly bars: fewer than 20), so that an early Friday or
a market's nightly break is no fault. Bars of a day or more, and quotes, are not looked at.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tallystick.market.spans import DAY_NS
from tallystick.platform.data.middle import median

SATURDAY = 5
THURSDAY_FIRST = 3
"""1 January 1970 was a Thursday; Monday is 0."""


@dataclass(frozen=True, slots=True)
class Days:
    """Weekdays found wanting, as UTC midnights in ns, and how many were looked at."""

    weekdays: int
    empty: NDArray[np.int64]
    thin: NDArray[np.int64]


def wanting_days(open_ns: NDArray[np.int64], first_ns: int, last_ns: int) -> Days:
    """Look at the weekdays from the day of `first_ns` to the day of `last_ns`, both included."""
    first, last = first_ns // DAY_NS, last_ns // DAY_NS
    days = np.arange(first, last + 1)
    bars = np.bincount((open_ns // DAY_NS - first).astype(np.int64), minlength=len(days))[: len(days)]
    weekday = (days + THURSDAY_FIRST) % 7
    working = weekday < SATURDAY
    usual = np.array([median(bars[(weekday == day) & (bars > 0)]) for day in range(7)])
    thin = working & (bars > 0) & (6 * bars < 5 * usual[weekday])
    return Days(int(working.sum()), days[working & (bars == 0)] * DAY_NS, days[thin] * DAY_NS)
