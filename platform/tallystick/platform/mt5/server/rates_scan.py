"""The scan where rates between currencies move the equity: what compiled code is not sure of is decided here."""

from collections.abc import Sequence

import numpy as np

from tallystick.market.arrays import Floats, Ints
from tallystick.market.converted import MAYBE, SURE, first_near
from tallystick.market.moment import Sides, row_step
from tallystick.market.rows import Rows
from tallystick.platform.mt5.server.worth import Worth

Prices = tuple[Sides, Sides, int]
"""Open, high, low, close of the bids and of the asks, and how many steps a row has."""
AccountTables = tuple[Ints, Ints, Ints, Ints, Ints]
"""Due orders, pending orders, positions, account and money, as `fills.first_act` takes them."""


class RatesScan:
    """Scans for a book's symbols; levels and alarm times are the tables' own, filled elsewhere."""

    def __init__(
        self,
        symbols: Sequence[str],
        series_symbol: Ints,
        series_period: Ints,
        scales: Floats,
        levels: Floats,
        alarm_times: Ints,
    ) -> None:
        """By symbol and series number, as in tables.py."""
        self._symbols = tuple(symbols)
        self._series_symbol = series_symbol
        self._series_period = series_period
        self._scales = scales
        self._levels = levels
        self._alarm_times = alarm_times
        self._routes: Ints | None = None

    def first_act(self, rows: Rows, prices: Prices, bid: Ints, ask: Ints, account: AccountTables, worth: Worth) -> int:
        """First row of the first moment with an act, or -1; `bid` and `ask` are the prices before the rows."""
        if self._routes is None:
            self._routes = self._routes_of(worth)
        bids, asks, steps = prices
        now, then, begin = bid.copy(), ask.copy(), 0
        while begin < len(rows):
            begin, end, kind = first_near(
                begin,
                rows.time,
                rows.series,
                bids,
                asks,
                steps,
                self._series_symbol,
                self._series_period,
                self._scales,
                now,
                then,
                *account,
                self._routes,
                self._levels,
                self._alarm_times,
            )
            if kind == SURE or (kind == MAYBE and self._stops_out(rows, prices, (begin, end), now, then, worth)):
                return begin
            if kind != MAYBE:
                break
            begin = end
        return -1

    def _stops_out(
        self, rows: Rows, prices: Prices, moment: tuple[int, int], bid: Ints, ask: Ints, worth: Worth
    ) -> bool:
        """Whether one moment without another act has a stop-out; `bid` and `ask` become the prices after it."""
        state, (bids, asks, steps) = worth.state, prices
        before, margin = (state.bids, state.asks), worth.margin()
        try:
            for step in range(steps):
                for row in range(*moment):
                    series = rows.series.item(row)
                    symbol = self._series_symbol.item(series)
                    if symbol >= 0:
                        period = self._series_period.item(series)
                        row_step(row, step, steps, rows.time, period, bids, asks, self._scales, symbol, bid, ask)
                state.bids = dict(zip(self._symbols, bid.tolist(), strict=True))
                state.asks = dict(zip(self._symbols, ask.tolist(), strict=True))
                if worth.equity() * 10_000 < worth.stop_out_level * margin:
                    return True
        finally:
            state.bids, state.asks = before
        return False

    def _routes_of(self, worth: Worth) -> Ints:
        """(symbols, 4): pair and whether it is inverse, twice; -1 is no pair."""
        number = {symbol: index for index, symbol in enumerate(self._symbols)}
        routes = np.full((len(self._symbols), 4), -1, dtype=np.int64)
        for symbol, index in number.items():
            for place, leg in enumerate(worth.terms[symbol].profit.legs):
                routes[index, 2 * place : 2 * place + 2] = number[leg.symbol], leg.inverse
        return routes
