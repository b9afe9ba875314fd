"""The last closes of several symbols, moment by moment: a table that a covariance can be estimated from.

A moment is complete when a row of a later time comes. A symbol without a row at a moment keeps its last close; moments
before every symbol had one are left out. Closes are copied, never computed with, so that `take`, many rows at once, is
`see`, one by one.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tallystick.market.arrays import Floats, Ints


class Closes:
    """The last `size` complete moments of `symbols` symbols; `count` moments have been complete so far."""

    def __init__(self, symbols: int, size: int) -> None:
        """Nothing has been seen."""
        self.size = size
        self.count = 0
        self._time = -1
        self._last = np.full(symbols, np.nan)
        self._ring = np.zeros((size, symbols))

    @property
    def full(self) -> bool:
        """True when the table has all its rows."""
        return self.count >= self.size

    def pass_to(self, time: int) -> None:
        """Book time has come to `time`: what was before it is complete."""
        if time > self._time:
            if self._time >= 0 and not np.isnan(self._last).any():
                self._ring[self.count % self.size] = self._last
                self.count += 1
            self._time = time

    def see(self, symbol: int, time: int, close: float) -> None:
        """One row of the symbol at this place."""
        self.pass_to(time)
        self._last[symbol] = close

    def take(self, symbols: Ints, times: Ints, closes: Floats) -> None:
        """Many rows in order, each shape (rows,): exactly as `see` one by one."""
        if not len(times):
            return
        self.pass_to(int(times[0]))
        moment = np.concatenate([[0], np.cumsum(np.diff(times) > 0)])
        table = np.full((int(moment[-1]) + 1, len(self._last)), np.nan)
        table[moment, symbols] = closes  # of several rows of one moment the last counts
        for place in range(len(self._last)):
            known = np.flatnonzero(~np.isnan(table[:, place]))
            before = np.searchsorted(known, np.arange(len(table)), side="right") - 1
            column = np.where(before >= 0, table[known[np.maximum(before, 0)], place] if len(known) else np.nan, np.nan)
            table[:, place] = np.where(np.isnan(column), self._last[place], column)
        whole = table[:-1][~np.isnan(table[:-1]).any(axis=1)]
        kept = whole[-self.size :]
        self._ring[(self.count + len(whole) - len(kept) + np.arange(len(kept))) % self.size] = kept
        self.count += len(whole)
        self._time, self._last = int(times[-1]), table[-1]

    def copy(self) -> "Closes":
        """Another of the same state."""
        other = Closes(len(self._last), self.size)
        other.count, other._time = self.count, self._time
        other._last, other._ring = self._last.copy(), self._ring.copy()
        return other

    def table(self) -> Floats:
        """Closes of shape (size, symbols), the oldest first; only when full."""
        return np.roll(self._ring, -(self.count % self.size), axis=0)

    def freeze(self) -> Any:
        """Count, time, last closes (None: not known yet), table."""
        last: Sequence[float] = self._last.tolist()
        return [self.count, self._time, [None if one != one else one for one in last], self._ring.tolist()]  # noqa: PLR0124 -- NaN is no number for msgpack's readers elsewhere

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave."""
        self.count, self._time, last, ring = state
        self._last[:] = [np.nan if one is None else one for one in last]
        self._ring[:] = ring
