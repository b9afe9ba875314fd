"""Rows that have come in and are not in a block yet, so that the feed's own partition does not matter."""

from collections.abc import Iterator

import numpy as np

from tallystick.market.rows import Rows, joined_rows
from tallystick.market.spans import NEVER


class RowBuffer:
    """`rows` with three marks: `start`, the first row not in a block, `next`, the first not walked, `end`, past all."""

    def __init__(self, feed: Iterator[Rows]) -> None:
        """`feed` yields chunks of any size in book order."""
        self._feed = feed
        self._waiting: Rows | None = None
        self._over = False
        self.rows: Rows = _nothing()
        self.start = 0
        self.next = 0
        self.end = 0

    @property
    def next_time(self) -> int:
        """Time of the first row that was not walked, ns UTC; a very large number when there is none left."""
        return self.rows.time.item(self.next) if self.fill(1) else NEVER

    def insert(self, rows: Rows) -> None:
        """Rows of the same kind that come before the first that was not walked."""
        parts = [self.rows.part(self.start, self.next), rows, self.rows.part(self.next, self.end)]
        self._hold([part for part in parts if len(part)])

    def fill(self, wanted: int) -> bool:
        """Hold at least `wanted` rows behind `next`, or all there are of this kind; False when there is none left."""
        held = self.end - self.next
        if held >= wanted or (self._over and self._waiting is None):
            return held > 0
        parts = []
        kind = self.rows.kind if self.start < self.end else None
        while held < wanted and (chunk := self._chunk()) is not None:
            if kind not in (None, chunk.kind):
                self._waiting = chunk
                break
            kind = chunk.kind
            parts.append(chunk)
            held += len(chunk)
        if parts:
            self._hold([self.rows.part(self.start, self.end), *parts] if self.start < self.end else parts)
        return held > 0

    def _hold(self, parts: list[Rows]) -> None:
        """These rows and no others, the first of them the first not in a block."""
        self.rows = joined_rows(parts)
        self.start, self.next, self.end = 0, self.next - self.start, len(self.rows)

    def _chunk(self) -> Rows | None:
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            return waiting
        while not self._over:
            chunk = next(self._feed, None)
            if chunk is None:
                self._over = True
            elif len(chunk):
                return chunk
        return None


def received_at(rows: Rows, time: int) -> Rows:
    """The same rows, received at one moment: each bears that book time (ns UTC)."""
    times = np.full(len(rows), time, dtype=np.int64)
    return Rows(rows.kind, times, rows.series, rows.bid, rows.ask, rows.columns)


def _nothing() -> Rows:
    none = np.zeros(0)
    return Rows("quote", none.astype(np.int64), none.astype(np.uint16), none, none, {})
