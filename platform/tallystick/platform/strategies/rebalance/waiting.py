"""When a rebalancing decides: at the row by which every symbol has had one since an instant of the calendar.

Before that the optimiser would price a symbol, and its order would be sent, at a quote from before the instant: of the
week's last hour where one market opens later than another. Instants that come while it waits are the same decision.
"""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from tallystick.market.arrays import Ints
from tallystick.platform.strategies.rebalance.calendar import Calendar, next_instant

Grid = tuple[Calendar, int, int]
"""Calendar, its period and its offset in ns: as `next_instant` takes them."""
Word = Literal["", "decide", "late"]
"""What a row brings: nothing, the decision, or that another instant came while a symbol is waited for."""
NEVER = -1


class Waiting:
    """The next instant of a grid, the one that is waited at, and each symbol's last row; all in ns UTC."""

    def __init__(self, symbols: int, grid: Grid) -> None:
        """Nothing has been seen; the grid begins after the first row."""
        self.since = NEVER
        self._grid = grid
        self._next = NEVER
        self._late = False
        self._last: Ints = np.full(symbols, NEVER, dtype=np.int64)

    def missing(self) -> list[int]:
        """Places of the symbols without a row since the instant that is waited at."""
        return np.flatnonzero(self._last < self.since).tolist()

    def see(self, place: int, time: int, *, full: bool) -> Word:
        """One row; an instant that comes before the window is `full` is let go."""
        reached = self._reached(time)
        self._last[place] = time
        if reached != NEVER and full and self.since == NEVER:
            self.since, reached = reached, NEVER
        if self.since == NEVER:
            return ""
        if not self.missing():
            self.since, self._late = NEVER, False
            return "decide"
        if reached == NEVER or self._late:
            return ""
        self._late = True
        return "late"

    def take(self, places: Ints, times: Ints, full_from: int) -> int:
        """Many rows in order, of shape (rows,), until one brings a word; its index, or -1 when all were taken in.

        The window is full at the row `full_from` and after it. Where an index is given the state is of no more use.
        """
        if not len(times):
            return -1
        if self._next == NEVER:
            self._reached(int(times[0]))
        while (at := int(np.searchsorted(times, self._next))) < len(times) and self.since == NEVER:
            reached = self._reached(int(times[at]))
            if at >= full_from:
                self.since = reached
        if self.since != NEVER:
            at = int(np.searchsorted(times, self._next))
            ready = self._ready(places, times)
            first = ready if self._late else min(at, ready)
            if first < len(times):
                return first
        self._reached(int(times[-1]))
        np.maximum.at(self._last, places, times)
        return -1

    def _reached(self, time: int) -> int:
        """Go on to a row's time: the instant that it has reached, if one."""
        if time < self._next:
            return NEVER
        reached, self._next = self._next, next_instant(time, *self._grid)
        return reached

    def _ready(self, places: Ints, times: Ints) -> int:
        """Index of the row by which no symbol is missing, or their number."""
        ready, since = 0, int(np.searchsorted(times, self.since))
        for place in self.missing():
            own = np.flatnonzero(places[since:] == place)
            ready = max(ready, since + int(own[0]) if len(own) else len(times))
        return ready

    def copy(self) -> "Waiting":
        """Another of the same state."""
        other = Waiting(len(self._last), self._grid)
        other.since, other._next, other._late = self.since, self._next, self._late
        other._last = self._last.copy()
        return other

    def freeze(self) -> Any:
        """The next instant, the one waited at, whether that was told, last rows."""
        return [self._next, self.since, self._late, self._last.tolist()]

    def thaw(self, state: Sequence[Any]) -> None:
        """Take back what `freeze` gave."""
        self._next, self.since, self._late, last = state
        self._last[:] = last
