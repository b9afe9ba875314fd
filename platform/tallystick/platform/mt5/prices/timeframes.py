"""The module's 21 timeframes: their codes, and where on the server's clock a bar of each begins.

Minutes and hours begin at multiples of their length from server midnight, a day at server midnight, a week at Sunday's
(MT5's W1 bars bear Sunday's date whether it trades or not), a month on its first day.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tallystick.market.spans import DAY_MS

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
WEEK_MS = 7 * DAY_MS
SUNDAY_MS = 3 * DAY_MS
"""1970-01-04, the first Sunday: weeks are counted from it."""


@dataclass(frozen=True, slots=True)
class Timeframe:
    """A timeframe by the module's code. `period_ms` is the length of a bar; 0 is a month, which has no fixed length."""

    code: int
    name: str
    period_ms: int
    origin_ms: int = 0

    def opens(self, server_ms: NDArray[np.int64]) -> NDArray[np.int64]:
        """The opening, in ms of the server's clock, of the bar that each moment of that clock belongs to."""
        if self.period_ms == 0:
            months = server_ms.astype("datetime64[ms]").astype("datetime64[M]")
            return months.astype("datetime64[ms]").astype(np.int64)
        return (server_ms - self.origin_ms) // self.period_ms * self.period_ms + self.origin_ms

    def opening(self, server_ms: int) -> int:
        """The same of one moment."""
        if self.period_ms == 0:
            return int(self.opens(np.array([server_ms], dtype=np.int64))[0])
        return (server_ms - self.origin_ms) // self.period_ms * self.period_ms + self.origin_ms

    def closing(self, opened_ms: int) -> int:
        """Where the bar that opens at a moment ends: there the next one begins."""
        if self.period_ms == 0:
            month = np.datetime64(opened_ms, "ms").astype("datetime64[M]") + np.timedelta64(1, "M")
            return int(month.astype("datetime64[ms]").astype(np.int64))
        return opened_ms + self.period_ms


_HOURS, _WEEKS, _MONTHS = 0x4000, 0x8000, 0xC000
TIMEFRAMES: dict[int, Timeframe] = {
    one.code: one
    for one in (
        *(Timeframe(n, f"M{n}", n * MINUTE_MS) for n in (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)),
        *(Timeframe(_HOURS | n, f"H{n}", n * HOUR_MS) for n in (1, 2, 3, 4, 6, 8, 12)),
        Timeframe(_HOURS | 24, "D1", DAY_MS),
        Timeframe(_WEEKS | 1, "W1", WEEK_MS, SUNDAY_MS),
        Timeframe(_MONTHS | 1, "MN1", 0),
    )
}
"""By code, as `TIMEFRAME_*` names them; a code that is none of them has no bars."""
