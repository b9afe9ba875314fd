"""Trading hours of a symbol for which nobody states any: what its rows show of the server's week.

From Monday to Friday it is open all day: a silent hour there is as likely a quiet market as a closed one. On Saturday
and on Sunday it is open from the first hour of that day in which any row begins to the last hour of such a row, over
all weeks; without such rows it is closed.
"""

import numpy as np
from numpy.typing import NDArray

from tallystick.market.sessions import WEEKDAYS, Range, Sessions
from tallystick.platform.mt5.prices.store import server_msc

HOUR_MS, HOUR_S = 3_600_000, 3_600
DAY_HOURS, WEEK_HOURS = 24, 168
THURSDAY_HOUR = 72
"""Hours from Monday 00:00 to the epoch's weekday."""
WEEKEND = (5, 6)


def hours_of_rows(time_ns: NDArray[np.int64], period_ns: int, server_time_rule: str) -> Sessions:
    """Hours that rows show; `time_ns`, of shape (rows,), are their ends in UTC, `period_ns` is 0 for quotes."""
    first = server_msc(time_ns - period_ns, server_time_rule) // HOUR_MS
    last = server_msc(time_ns - 1, server_time_rule) // HOUR_MS if period_ns else first
    weekend = _hour_of_week(first) >= WEEKEND[0] * DAY_HOURS
    first, last = first[weekend], last[weekend]
    longest = min(int((last - first).max(initial=0)), WEEK_HOURS - 1)
    shown: set[int] = set()
    for more in range(longest + 1):
        rows = np.bincount(_hour_of_week(first[first + more <= last] + more))
        shown.update(np.flatnonzero(rows).tolist())
    return Sessions((*WEEKDAYS.week[: WEEKEND[0]], *(_ranges(shown, day) for day in WEEKEND)))


def _hour_of_week(hours: NDArray[np.int64]) -> NDArray[np.int64]:
    return (hours + THURSDAY_HOUR) % WEEK_HOURS


def _ranges(shown: set[int], day: int) -> tuple[Range, ...]:
    hours = [hour - day * DAY_HOURS for hour in shown if hour // DAY_HOURS == day]
    return (Range(min(hours) * HOUR_S, (max(hours) + 1) * HOUR_S),) if hours else ()
