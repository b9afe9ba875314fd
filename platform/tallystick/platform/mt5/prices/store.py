"""What a terminal knows of prices: rows of quotes in, ticks and bars out, on the server's clock. No clock of its own.

Appending costs in proportion to the rows; bars of a timeframe are built when they are first asked for and carried on
from there, so a request costs in proportion to what it gives and to the ticks since the last one.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tallystick.market.rows import Rows, joined_rows
from tallystick.market.server_time import offset_ns
from tallystick.market.spans import DAY_NS, MS_NS
from tallystick.platform.mt5.prices.bars import BarSeries
from tallystick.platform.mt5.prices.layout import RATES, STANDING, TICKS
from tallystick.platform.mt5.prices.ticks import DayRange, Laid, LastTick, TickSeries
from tallystick.platform.mt5.prices.timeframes import TIMEFRAMES

MOST_WAITING = 4_096
"""So many runs of rows do not wait for a request."""
SURE_NS = 20 * DAY_NS
"""Two moments nearer than this with one offset have that offset between them: summer time lasts for months."""


class PriceStore:
    """Ticks and bars of some symbols; the symbols' order is the series number of their rows."""

    def __init__(self, symbols: Sequence[tuple[str, int]], server_time_rule: str) -> None:
        """`symbols`: name and digits by series number. `server_time_rule`: as `market.server_time` names them."""
        self.symbols = tuple(name for name, _ in symbols)
        self.server_time_rule = server_time_rule
        self._scale = {name: 10.0**digits for name, digits in symbols}
        self._ticks = {name: TickSeries() for name in self.symbols}
        self._bars: dict[tuple[str, int], BarSeries] = {}
        self._waiting: list[Rows] = []

    def append(self, rows: Rows) -> None:
        """Take in quotes in book order; rows of series beyond the symbols are left out.

        They wait for a request, or for more of them: a few at a time would take longer, and a bot whose process looks
        at prices itself may never ask here.
        """
        self._waiting.append(rows)
        if len(self._waiting) >= MOST_WAITING:
            self._take_in()

    def _take_in(self) -> None:
        """Rows that wait are known from now on."""
        rows, self._waiting = joined_rows(self._waiting), []
        if len(rows) <= 1:
            if len(rows):
                self._append_one(rows)
            return
        msc = server_msc(rows.time, self.server_time_rule)
        flags = rows.columns["flags"]
        if self._all_of_one(rows):
            self._ticks[self.symbols[0]].append(rows.time, msc, rows.bid, rows.ask, flags)
            return
        shown = flags < STANDING
        for number in np.unique(rows.series[shown]).tolist():
            if number < len(self.symbols):
                mine = (rows.series == number) & shown
                ticks = self._ticks[self.symbols[number]]
                ticks.append(rows.time[mine], msc[mine], rows.bid[mine], rows.ask[mine], flags[mine])

    def lay(self, rows: Rows) -> None:
        """Quotes in book order that are taken in by `show`, as time comes to them; then nothing else is appended.

        What was laid before and is not shown yet is forgotten.
        """
        msc = server_msc(rows.time, self.server_time_rule)
        flags = rows.columns["flags"]
        if self._all_of_one(rows):
            self._ticks[self.symbols[0]].lay(rows.time, msc, rows.bid, rows.ask, flags)
            return
        for number, symbol in enumerate(self.symbols):
            mine = (rows.series == number) & (flags < STANDING)
            self._ticks[symbol].lay(rows.time[mine], msc[mine], rows.bid[mine], rows.ask[mine], flags[mine])

    def _all_of_one(self, rows: Rows) -> bool:
        """Whether there is one symbol, and all rows are ticks of it."""
        one = len(self.symbols) == 1 and not rows.series.any()
        return one and bool((rows.columns["flags"] < STANDING).all())

    def show(self, time: int) -> None:
        """Take in what was laid up to a moment in ns UTC."""
        for ticks in self._ticks.values():
            ticks.show(time)

    def _append_one(self, rows: Rows) -> None:
        time, number = rows.time.item(0), rows.series.item(0)
        if number < len(self.symbols):
            msc = (time + offset_ns(time, self.server_time_rule)) // MS_NS
            bid, ask, flags = rows.values(0, ("bid", "ask", "flags"))
            if flags >= STANDING:
                return
            self._ticks[self.symbols[number]].append_one(LastTick(time, msc, bid, ask, flags))

    def last(self, symbol: str) -> LastTick | None:
        """The newest tick, or None. Raises `KeyError` for a symbol of none of its series, like all that follow."""
        return self._ticks_of(symbol).last

    def day(self, symbol: str) -> DayRange | None:
        """Highest and lowest prices of the server's day of the newest tick."""
        return self._ticks_of(symbol).day()

    def ticks_from(self, symbol: str, from_msc: int, count: int, flags: int) -> NDArray[Any]:
        """`copy_ticks_from`: `count` ticks from a moment of the server's clock on, oldest first."""
        return self._ticks_of(symbol).from_moment(from_msc, count, flags) if count > 0 else np.zeros(0, dtype=TICKS)

    def ticks_range(self, symbol: str, from_msc: int, to_msc: int, flags: int) -> NDArray[Any]:
        """`copy_ticks_range`: the ticks of [from, to] of the server's clock, oldest first."""
        return self._ticks_of(symbol).between(from_msc, to_msc, flags)

    def rates_from_pos(self, symbol: str, timeframe: int, start: int, count: int) -> NDArray[Any]:
        """`copy_rates_from_pos`: `count` bars up to the one `start` before the forming bar (0), oldest first."""
        if count <= 0 or start < 0:
            return np.zeros(0, dtype=RATES)
        return self._carried_on(symbol, timeframe).newest(start, count)

    def rates_from(self, symbol: str, timeframe: int, date_s: int, count: int) -> NDArray[Any]:
        """`copy_rates_from`: the last `count` bars that open at or before a second of the server's clock."""
        return self._carried_on(symbol, timeframe).until(date_s, count) if count > 0 else np.zeros(0, dtype=RATES)

    def rates_range(self, symbol: str, timeframe: int, from_s: int, to_s: int) -> NDArray[Any]:
        """`copy_rates_range`: the bars that open in [from, to] of the server's clock."""
        return self._carried_on(symbol, timeframe).between(from_s, to_s)

    def _ticks_of(self, symbol: str) -> TickSeries:
        """The ticks of a symbol, all that have come."""
        if self._waiting:
            self._take_in()
        return self._ticks[symbol]

    def _carried_on(self, symbol: str, timeframe: int) -> BarSeries:
        """The bars of a symbol and timeframe, up to its newest tick. Raises `KeyError` for a code of no timeframe."""
        bars = self._bars.get((symbol, timeframe))
        if bars is None:
            bars = self._bars[symbol, timeframe] = BarSeries(TIMEFRAMES[timeframe])
        ticks = self._ticks_of(symbol)
        size, laid = ticks.columns.size, ticks.laid
        if bars.seen < size:
            if laid is None:
                bars.take_ticks(*self._priced(symbol, bars.seen, size))
            else:
                if bars.laid is not laid:
                    self._lay_bars(bars, symbol, laid)
                bars.show(size - laid.first)
        return bars

    def _lay_bars(self, bars: BarSeries, symbol: str, laid: Laid) -> None:
        """Ticks that were laid, for bars too."""
        if bars.seen < laid.first:
            bars.take_ticks(*self._priced(symbol, bars.seen, laid.first))
        bars.lay(*self._priced(symbol, laid.first, laid.first + len(laid.time)))
        bars.laid = laid

    def _priced(self, symbol: str, first: int, stop: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Some ticks as bars take them: times on the server's clock, bids, spreads in points."""
        key, bid, ask = self._ticks[symbol].columns.cut(("key", "bid", "ask"), first, stop)
        return key, bid, (ask - bid) * self._scale[symbol]


def server_msc(times: NDArray[np.int64], rule: str) -> NDArray[np.int64]:
    """Moments in ns UTC, in order, as ms of the server's clock."""
    first, last = int(times[0]), int(times[-1])
    offset = offset_ns(first, rule)
    if offset == offset_ns(last, rule) and last - first < SURE_NS:
        return (times + offset) // MS_NS
    middle = len(times) // 2
    if middle == 0:
        return (times + offset) // MS_NS
    return np.concatenate([server_msc(times[:middle], rule), server_msc(times[middle:], rule)])
