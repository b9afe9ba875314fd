"""Realised volatility of a symbol's bar closes, kept as the rows go by.

The close of a bar is the mean of its bid and its ask. Over the last n simple returns r = close / close before - 1:

    deviation = sqrt(sum((r - mean) ** 2) / (n - 1))        (the sample deviation of one row)
    a year    = deviation * sqrt(rows in a year)

Sums are `math.fsum`, which rounds once, so the same closes give the same bits however the rows were cut. Rows in a year
are what the plan says, or 260 days of 24 hours of bars. A symbol is measured on the first of its bar series declared.
"""

import math
from collections import deque
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from tallystick.events.types.market import SeriesDeclared
from tallystick.market.rows import BarClosed, Rows
from tallystick.market.spans import DAY_NS

TRADING_YEAR_NS = 260 * DAY_NS
"""Five days of 24 hours in 52 weeks."""


class Closes:
    """The last `rows + 1` closes of each symbol that has bars."""

    def __init__(self, rows: int) -> None:
        """`rows`: returns over which the volatility is taken, 2 or more."""
        self._rows = rows
        self._closes: dict[str, deque[float]] = {}
        self._periods: dict[str, int] = {}
        self._numbers: dict[int, str] = {}

    def declared(self, series: SeriesDeclared) -> None:
        """Measure a symbol on its first series of bars; a later run may number that series otherwise."""
        if series.kind != "bar":
            return
        symbol = series.symbol
        if self._periods.setdefault(symbol, series.period_ns) == series.period_ns:
            self._numbers = {number: own for number, own in self._numbers.items() if own != symbol}
            self._numbers[series.series] = symbol
            self._closes.setdefault(symbol, deque(maxlen=self._rows + 1))

    def push(self, bar: BarClosed) -> None:
        """Take one bar in."""
        symbol = self._numbers.get(bar.series)
        if symbol is not None:
            self._closes[symbol].append((bar.bid_close + bar.ask_close) * 0.5)

    def advance(self, rows: Rows) -> None:
        """Take many bars in, as `push` would one by one."""
        if rows.kind != "bar":
            return
        keep = self._rows + 1
        for number, symbol in self._numbers.items():
            own = np.flatnonzero(rows.series == number)[-keep:]
            if len(own):
                self._closes[symbol].extend(((rows.bid[own] + rows.ask[own]) * 0.5).tolist())

    def counted(self, symbol: str) -> int:
        """Returns known of a symbol, at most the number asked for."""
        return max(len(self._closes.get(symbol, ())) - 1, 0)

    def yearly(self, symbol: str, rows_per_year: int = 0) -> float:
        """Deviation of a year's return; `counted` has to be as many as asked for. 0 rows take bars of 260 days."""
        year = rows_per_year or TRADING_YEAR_NS / self._periods[symbol]
        return deviation(self._closes[symbol]) * math.sqrt(year)

    def freeze(self) -> Any:
        """Series number, symbol, bar length and closes."""
        return [
            [number, symbol, self._periods[symbol], list(self._closes[symbol])]
            for number, symbol in self._numbers.items()
        ]

    def thaw(self, state: Sequence[Any]) -> None:
        """Take back what `freeze` gave."""
        self._numbers = {number: symbol for number, symbol, _, _ in state}
        self._periods = {symbol: period for _, symbol, period, _ in state}
        self._closes = {symbol: deque(closes, maxlen=self._rows + 1) for _, symbol, _, closes in state}


def deviation(closes: Sequence[float]) -> float:
    """Sample deviation of the simple returns of three closes or more."""
    returns = [later / earlier - 1.0 for earlier, later in pairwise(closes)]
    mean = math.fsum(returns) / len(returns)
    apart = [one - mean for one in returns]
    return math.sqrt(math.fsum(one * one for one in apart) / (len(returns) - 1))
