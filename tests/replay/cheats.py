"""Scans that cheat, one family each. Every one looks at rows it may not know yet, or answers other rows than `react`.

`react` of a cheat uses what its `scan` has left behind; row by row, without `scan`, nothing is left behind.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tallystick.events.event import Event
from tallystick.market.rows import Rows
from tests.replay.market_kit import ScanningTurns


class Prompted(ScanningTurns):
    """Signals where its scan told it to, towards the side it was told."""

    def __init__(self, name: str = "cheat") -> None:
        super().__init__(name)
        self.prompt = 0

    def react(self, event: Any, context: Any) -> Sequence[Event]:
        side, self.prompt = self.prompt, 0
        if not side or side == self.side:
            return ()
        self.side = side
        return self._signals(event.symbol, side)

    def scan(self, rows: Rows) -> int:
        row, side = self.look(rows.bid, rows)
        if row < 0 or side in {0, self.side}:
            return -1
        self.prompt = side
        return row

    def look(self, bid: Any, rows: Rows) -> tuple[int, int]:
        """The row to answer and the side."""
        raise NotImplementedError

    def advance(self, rows: Rows) -> None:
        """Nothing to remember."""


def sign(value: float) -> int:
    return int(np.sign(value))


class PeeksAtTheNextRow(ScanningTurns):
    """Finds its rows honestly, but remembers the price after them and turns with it."""

    peeked = 0.0

    def scan(self, rows: Rows) -> int:
        row = super().scan(rows)
        self.peeked = float(rows.bid[row + 1] - rows.bid[row]) if 0 <= row < len(rows) - 1 else 0.0
        return row

    def react(self, event: Any, context: Any) -> Sequence[Event]:
        said = super().react(event, context)
        peeked, self.peeked = self.peeked, 0.0
        return self._signals(event.symbol, sign(peeked)) if said and peeked else said


class UsesTheLastRow(Prompted):
    """Buys at the first row of a window that ends higher."""

    def look(self, bid: Any, rows: Rows) -> tuple[int, int]:
        return 0, sign(bid[-1] - bid[0])


class SellsTheMaximum(Prompted):
    """Sells at a window's highest price, buys at its lowest."""

    def look(self, bid: Any, rows: Rows) -> tuple[int, int]:
        return (int(np.argmax(bid)), -1) if self.side >= 0 else (int(np.argmin(bid)), 1)


class MissesRows(ScanningTurns):
    """Lets every row go by but the last answer of a window."""

    def scan(self, rows: Rows) -> int:
        kept, last = self.freeze(), -1
        for row, bid in enumerate(rows.bid.tolist()):
            if self._take(bid):
                last = row
        self.thaw(kept)
        return last


class AnswersEarlier(Prompted):
    """Knows where an honest scan would answer, and answers two rows before that."""

    def look(self, bid: Any, rows: Rows) -> tuple[int, int]:
        kept = self.anchor
        self.anchor = self.anchor or round(float(bid[0]) * 100_000)
        moved = np.rint(bid * 100_000) - self.anchor
        hits = np.flatnonzero(np.abs(moved) >= self.points)
        if not len(hits):
            self.anchor = kept
            return -1, 0
        self.anchor += int(moved[hits[0]])
        return max(int(hits[0]) - 2, 0), sign(moved[hits[0]])


class AnswersLate(ScanningTurns):
    """Names the row after the one that it should answer."""

    def scan(self, rows: Rows) -> int:
        row = super().scan(rows)
        return row + 1 if 0 <= row < len(rows) - 1 else -1


class LearnsInAFirstPass(ScanningTurns):
    """Fits its distance to the first rows it is shown, before it has heard any of them."""

    fitted = False

    def scan(self, rows: Rows) -> int:
        if not self.fitted and len(rows) >= 8:
            self.fitted = True
            self.points = 20 + 10 * round(float(np.std(np.diff(rows.bid))) * 100_000)
        return super().scan(rows)


class CountsTheWindow(Prompted):
    """Answers in the middle of a window, whose length nobody should know."""

    def look(self, bid: Any, rows: Rows) -> tuple[int, int]:
        return len(rows) // 2, -self.side or 1


class ChangesInScan(ScanningTurns):
    """Counts in `scan`, and says the count in its signals."""

    scans = 0

    def scan(self, rows: Rows) -> int:
        self.scans += 1
        return super().scan(rows)

    def react(self, event: Any, context: Any) -> Sequence[Event]:
        said = super().react(event, context)
        return self._signals(event.symbol, self.side, 5_000 + self.scans) if said else said


class ReadsTheParentsColumns(Prompted):
    """Goes round its window by the mapping of columns that the window was cut from."""

    def look(self, bid: Any, rows: Rows) -> tuple[int, int]:
        columns: Any = rows.columns
        whole, stop = columns.columns["bid"], columns.start + len(rows)
        return 0, sign(whole[min(stop + 50, len(whole) - 1)] - bid[0])


class ReadsTheArrayBehindItsView(Prompted):
    """Goes round its window by the array that NumPy's view is a view of."""

    def look(self, bid: Any, rows: Rows) -> tuple[int, int]:
        whole = bid.base
        return 0, sign(whole[-1] - bid[0])


class CentresItsAverage(Prompted):
    """Compares a price with an average that reaches three rows to either side."""

    def look(self, bid: Any, rows: Rows) -> tuple[int, int]:
        if len(bid) < 7:
            return -1, 0
        apart = bid[3:-3] - np.convolve(bid, np.full(7, 1 / 7), mode="valid")
        hits = np.flatnonzero(np.abs(apart) > 0.00015)
        return (int(hits[0]) + 3, -sign(apart[hits[0]])) if len(hits) else (-1, 0)


class KnowsWhenItEnds(Prompted):
    """Turns before a pause that it sees coming in the times of the rows after it."""

    def look(self, bid: Any, rows: Rows) -> tuple[int, int]:
        pauses = np.flatnonzero(np.diff(rows.time) > 1_900_000_000)
        return (int(pauses[0]), -self.side or 1) if len(pauses) else (-1, 0)


class ForgetsToAdvance(ScanningTurns):
    """Takes nothing in of the rows that it lets go by."""

    def advance(self, rows: Rows) -> None:
        """Forgets."""


CHEATS: Sequence[type[ScanningTurns]] = (
    PeeksAtTheNextRow,
    UsesTheLastRow,
    SellsTheMaximum,
    MissesRows,
    AnswersEarlier,
    AnswersLate,
    LearnsInAFirstPass,
    CountsTheWindow,
    ChangesInScan,
    ReadsTheParentsColumns,
    ReadsTheArrayBehindItsView,
    CentresItsAverage,
    KnowsWhenItEnds,
    ForgetsToAdvance,
)
