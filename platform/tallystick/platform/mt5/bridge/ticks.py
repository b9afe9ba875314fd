"""Ticks of one symbol by polling, each once.

The package has no callbacks. Each poll asks again for the last seconds, because times are asked for in seconds and
ticks of one millisecond may come apart; what was handed over already is known by time, flags and prices. A tick with an
earlier time that appears late is handed over late: the book's order is that of receipt.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tallystick.market.rows import Rows
from tallystick.platform.mt5.bridge.line import TICK, TerminalLine

OVERLAP_MS = 2_000
"""How far back each poll asks again."""
AT_ONCE = 4_096
Key = tuple[int, int, float, float, float, int]
NO_TICKS: NDArray[Any] = np.zeros(0, dtype=TICK)


class TickPoll:
    """What has been handed over of one symbol."""

    def __init__(self, line: TerminalLine, symbol: str, series: int) -> None:
        """Begins with the symbol's last tick, at the first poll."""
        self._line = line
        self.symbol = symbol
        self._series = series
        self._newest = 0
        self._known: dict[Key, None] = {}

    def poll(self) -> NDArray[Any]:
        """Ticks (rows of `TICK`) that have come since the last poll, in the order in which the terminal gives them.

        Raises what the line raises; then nothing is lost, the next poll asks from the same place.
        """
        if self._newest <= 0:
            self._newest = self._line.tick(self.symbol).time_msc
            if self._newest <= 0:
                return NO_TICKS  # the terminal has not seen the symbol move yet
            since = self._newest // 1_000
        else:
            since = (self._newest - OVERLAP_MS) // 1_000
        count = AT_ONCE
        ticks = self._line.ticks(self.symbol, since, count)
        while len(ticks) == count and self._newest_of(ticks) <= self._newest:
            count *= 4  # the seconds asked for again fill the whole answer
            ticks = self._line.ticks(self.symbol, since, count)
        fresh = [index for index, key in enumerate(_keys(ticks)) if self._is_new(key)]
        self._newest = max(self._newest, self._newest_of(ticks))
        self._forget()
        return ticks[fresh]

    def _newest_of(self, ticks: NDArray[Any]) -> int:
        return int(ticks["time_msc"].max()) if len(ticks) else -1

    def _is_new(self, key: Key) -> bool:
        if key in self._known or key[0] < self._newest - OVERLAP_MS:
            return False
        self._known[key] = None
        return True

    def _forget(self) -> None:
        """What no poll can bring again."""
        oldest = (self._newest - OVERLAP_MS) // 1_000 * 1_000
        self._known = {key: None for key in self._known if key[0] >= oldest}

    def rows_of(self, ticks: NDArray[Any]) -> Rows | None:
        """Ticks with both prices as quote rows; None when there are none. Their book time is set on receipt."""
        quoted = ticks[(ticks["bid"] > 0) & (ticks["ask"] > 0)]
        if not len(quoted):
            return None
        series = np.full(len(quoted), self._series, dtype=np.uint16)
        columns: dict[str, Any] = {
            "time_msc": quoted["time_msc"].astype(np.int64),
            "series": series,
            "bid": quoted["bid"].astype(np.float64),
            "ask": quoted["ask"].astype(np.float64),
            "flags": quoted["flags"].astype(np.uint32),
        }
        return Rows("quote", columns["time_msc"] * 1_000_000, series, columns["bid"], columns["ask"], columns)


def _keys(ticks: NDArray[Any]) -> Sequence[Key]:
    columns = (ticks[name].tolist() for name in ("time_msc", "flags", "bid", "ask", "last", "volume"))
    return list(zip(*columns, strict=True))
