"""The facts that rows stand for, made a stretch at a time and kept: a row is often looked at more than once."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tallystick.market.rows import BAR_COLUMNS, BarClosed, Quote, Rows

Row = Quote | BarClosed
BAR_VALUES = BAR_COLUMNS[2:]
"""Columns of a bar behind its time and series, in the order of the fields of `BarClosed`."""
STRETCH = 256


class RowFacts:
    """Rows as `Quote` and `BarClosed`; the latest stretch of the buffer they are cut from is kept."""

    def __init__(self) -> None:
        self.name_series((), np.zeros(0, dtype=np.int64))

    def name_series(self, symbols: Sequence[str], periods: NDArray[np.int64]) -> None:
        """Symbols and bar lengths (ns) by series number."""
        self._symbols = tuple(symbols)
        self._periods = periods
        self._buffer: Mapping[str, NDArray[Any]] | None = None
        self._times: Any = None
        self._first = self._end = 0
        self._facts: list[Row] = []

    def stretch(self, rows: Rows, start: int, stop: int) -> list[Row]:
        """Facts from row `start` on, one or more, at most up to `stop`."""
        at = self._place(rows, start)
        if at < 0:
            self._buffer, self._times, self._first = rows.origin()[0], _owner(rows.time), rows.origin()[1] + start
            self._facts = facts_of(rows.part(start, min(start + STRETCH, len(rows.time))), self._symbols, self._periods)
            self._end = self._first + len(self._facts)
            at = 0
        return self._facts[at : at + stop - start]

    def fact(self, rows: Rows, row: int) -> Row:
        """The fact of one row."""
        at = self._place(rows, row) if self._facts else -1
        return self._facts[at] if at >= 0 else row_fact(rows, row, self._symbols, self._periods)

    def _place(self, rows: Rows, row: int) -> int:
        """Where in the stretch a row's fact is kept; -1 when it is not."""
        buffer, offset, _ = rows.origin()
        at = offset + row
        known = self._first <= at < self._end and buffer is self._buffer and _owner(rows.time) is self._times
        return at - self._first if known else -1


def _owner(times: NDArray[np.int64]) -> Any:
    """The array behind a view: rows of one source may be given other book times."""
    return times if times.base is None else times.base


def row_fact(rows: Rows, index: int, symbols: Sequence[str], periods: NDArray[np.int64] | None = None) -> Row:
    """The fact that row `index` stands for; without `periods` (ns) a bar opens when it closes."""
    series, time = rows.series.item(index), rows.time.item(index)
    if rows.kind == "quote":
        return Quote(series, symbols[series], time, *rows.values(index, ("bid", "ask", "time_msc", "flags")))
    opened = time if periods is None else time - periods.item(series)
    return BarClosed(series, symbols[series], time, opened, *rows.values(index, BAR_VALUES))


def facts_of(rows: Rows, symbols: Sequence[str], periods: NDArray[np.int64]) -> list[Row]:
    """The facts of many rows, in order; `periods` (ns) by series number."""
    series = rows.series.tolist()
    names = [symbols[number] for number in series]
    times = rows.time.tolist()
    if rows.kind == "quote":
        columns = [column.tolist() for column in rows.cut(("bid", "ask", "time_msc", "flags"))]
        return list(map(Quote, series, names, times, *columns))
    opened = (rows.time - periods[rows.series]).tolist()
    columns = [column.tolist() for column in rows.cut(BAR_VALUES)]
    return list(map(BarClosed, series, names, times, opened, *columns))
