"""The latest quote of each symbol as of the event being heard, built only when somebody looks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tallystick.market.compiled import compiled
from tallystick.market.rows import BarClosed, Quote, Rows
from tallystick.platform.kernel.facts import Row, row_fact


@compiled
def _last_of_each(series: NDArray[np.uint16], last: NDArray[np.int64]) -> None:
    """For each series number the index of its last row in `series`, or -1."""
    last[:] = -1
    missing = last.shape[0]
    for index in range(series.shape[0] - 1, -1, -1):
        number = series[index]
        if last[number] < 0:
            last[number] = index
            missing -= 1
            if missing == 0:
                return


class LatestQuotes(Mapping[str, Quote]):
    """Symbol to its latest `Quote`; of a bar, the quote at its close."""

    def __init__(self, symbols: Sequence[str]) -> None:
        """`symbols` by series number; of several series of one symbol the later row counts."""
        self.name_series(symbols)
        self.changes = 0
        """Grows whenever a latest quote may have become another."""
        self._known: dict[str, Row] = {}
        self._passed: dict[str, tuple[Rows, int]] = {}

    def name_series(self, symbols: Sequence[str]) -> None:
        """Symbols by series number."""
        self._symbols = tuple(symbols)
        self._last = np.full(max(len(symbols), 1), -1, dtype=np.int64)

    def pass_over(self, rows: Rows, count: int) -> None:
        """The first `count` of these rows, one or more, went by, and nobody answered them."""
        self.changes += 1
        if len(self._symbols) == 1:
            self._passed[self._symbols[0]] = (rows, count - 1)
            return
        _last_of_each(rows.series[:count], self._last)
        order = sorted((index, number) for number, index in enumerate(self._last.tolist()) if index >= 0)
        for index, number in order:
            self._passed[self._symbols[number]] = (rows, index)

    def see(self, row: Row) -> None:
        """One row is being heard."""
        if self._passed:
            self._passed.pop(row.symbol, None)
        self.changes += 1
        self._known[row.symbol] = row

    def _quote(self, symbol: str) -> Quote:
        row = self._known[symbol]
        if type(row) is BarClosed:
            row = Quote(row.series, symbol, row.time, row.bid_close, row.ask_close, 0, 0)
            self._known[symbol] = row
        return row

    def freeze(self) -> list[tuple[int, str, int, float, float, int, int]]:
        """Every latest quote as plain values."""
        return [
            (q.series, q.symbol, q.time, q.bid, q.ask, q.time_msc, q.flags) for q in (self[symbol] for symbol in self)
        ]

    def thaw(self, state: Sequence[Sequence[int | str | float]]) -> None:
        """Take back what `freeze` gave."""
        self.changes += 1
        self._passed.clear()
        self._known = {str(values[1]): Quote(*values) for values in state}  # type: ignore[arg-type]

    def __getitem__(self, symbol: str) -> Quote:
        """The latest quote of a symbol; KeyError when there has been none."""
        passed = self._passed.pop(symbol, None)
        if passed is not None:
            rows, index = passed
            self._known[symbol] = row_fact(rows, index, self._symbols)
        return self._quote(symbol)

    def get(self, symbol: str, default: Any = None) -> Any:
        """The latest quote of a symbol, or `default`."""
        if symbol in self._passed:
            return self[symbol]
        row = self._known.get(symbol, default)
        return self._quote(symbol) if type(row) is BarClosed else row

    def __iter__(self) -> Iterator[str]:
        """Symbols that have a quote, sorted."""
        return iter(sorted({*self._known, *self._passed}))

    def __len__(self) -> int:
        """How many symbols have a quote."""
        return len({*self._known, *self._passed})
