"""History of one series: it ends at the last closed bar, cannot be written to, and knows its indicators.

An indicator is asked for by value, `bars.ema(10)`. Rows are kept as they came, and packed when somebody looks back.
"""

from collections.abc import Iterator
from operator import methodcaller
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec.structs import astuple
from numpy.typing import NDArray

from tallystick.market.rows import BarClosed, Quote
from tallystick.platform.authoring.asked import Asked
from tallystick.platform.authoring.errors import meant, users_place
from tallystick.platform.authoring.higher import Partial
from tallystick.platform.authoring.indicators import NAMED
from tallystick.platform.authoring.named import name_indicators, unknown
from tallystick.platform.authoring.table import FIELDS, Table

CHART = {"open": "bid_open", "high": "bid_high", "low": "bid_low", "close": "bid_close"}
WORDS = (*CHART, *FIELDS, "mid", "spread", "higher", "frame")
PENDING = 256
"""Bars held as they came before they are packed: no more than what a processor keeps close by."""


class Bars:
    """Closed bars, oldest first. `bars[-1]` is the last one, `bars.close` a read-only array of bid closes.

    Columns: open high low close (bid, as MT5 charts it), bid_* and ask_* of each, mid, spread, volume (ticks),
    time (close, ns UTC), open_time (ns UTC). Methods: every indicator of `indicators.NAMED`, such as `ema(10)`; before
    it has enough rows the callback that asked ends without a word.
    """

    __slots__ = ("__dict__", "_highers", "_pending", "_table", "_ticks", "asked", "rule", "series", "symbol")

    def __init__(self, symbol: str = "", rule: str = "utc") -> None:
        """Empty, of a symbol; `rule`: the server's clock, on which longer bars begin."""
        self.symbol = symbol
        self.series = 0
        self.rule = rule
        self.asked = Asked(self)
        self._table = Table()
        self._pending: list[BarClosed | Quote] = []
        self._highers: dict[str, _Higher] = {}
        self._ticks = False

    def take(self, bar: BarClosed | Quote) -> None:
        """A bar has closed."""
        pending, asked = self._pending, self.asked
        pending.append(bar)
        if asked.of_close:
            close = bar.close
            for push_value in asked.of_close:
                push_value(close)
        for push in asked.pushes:
            push(bar)
        if len(pending) >= PENDING:
            self._table.put_away(self._taken_off())

    def __len__(self) -> int:
        """How many bars have closed."""
        return self._table.count + len(self._pending)

    def __getitem__(self, index: int) -> Any:
        """One bar; -1 is the last. IndexError beyond the first and the last."""
        pending = self._pending
        if -len(pending) <= index < 0:
            return pending[index]
        self._pack()
        count = self._table.count
        at = index + count if index < 0 else index
        if not 0 <= at < count:
            message = f"bar {index} of {count}{users_place()}: there is none"
            raise IndexError(message)
        return self._row(at)

    def __iter__(self) -> Iterator[Any]:
        """Every bar, oldest first."""
        return (self[index] for index in range(len(self)))

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """A column, or the method of an indicator: see the end of this file and named.py."""

    def _part(self, name: str) -> NDArray[Any]:
        """A column by its name, read-only."""
        if name in {"mid", "spread"}:
            return self._computed(name)
        self._pack()
        return self._of_ticks(name) if self._ticks else self._table.column(CHART.get(name, name))

    def higher(self, timeframe: str) -> "Bars":
        """Completed bars of a longer timeframe, built from these; each stands under its end."""
        known = self._highers.get(timeframe)
        if known is None:
            known = self._longer(Partial(timeframe, self.rule))
            for row in self:
                known.take(row)
        return known.bars

    def _longer(self, partial: Partial) -> "_Higher":
        one = self._highers[partial.timeframe] = _Higher(self, partial)
        self.asked.pushes.append(one.take)
        return one

    def frame(self) -> Any:
        """The bars as a pandas DataFrame, indexed by their close (UTC): open high low close volume, bid_*, ask_*."""
        from tallystick.platform.authoring.columns import frame_of

        return frame_of({name: getattr(self, name) for name in ("time", *CHART, *FIELDS[1:])})

    def readings(self) -> dict[str, float]:
        """Indicators that were read in this call, by the words they were asked with."""
        labels = self.asked.labels()
        for timeframe, one in self._highers.items():
            labels |= one.bars.asked.labels(f"{timeframe} ")
        return self.asked.readings(labels)

    def _pack(self) -> None:
        if self._pending:
            self._table.extend(self._taken_off())

    def _taken_off(self) -> list[tuple[Any, ...]]:
        """The values of the rows that are held as they came, which they are no longer."""
        pending, last = self._pending, self._pending[-1]
        self.series, self.symbol, self._ticks = last.series, last.symbol, type(last) is Quote
        rows = [_of_quote(one) for one in pending] if self._ticks else [astuple(one)[2:] for one in pending]
        pending.clear()
        return rows

    def _row(self, at: int) -> BarClosed | Quote:
        if self._ticks:
            time, opened, bid, *prices, volume = self._table.row(at)
            return Quote(self.series, self.symbol, time, bid, prices[-1], opened, volume)
        return BarClosed(self.series, self.symbol, *self._table.row(at))

    def _of_ticks(self, name: str) -> NDArray[Any]:
        """Of a quote, open time and volume of the table are its own clock and its flags."""
        if name == "volume":
            ones = np.ones(len(self), dtype=np.int64)
            ones.flags.writeable = False
            return ones
        return self._table.column("time" if name == "open_time" else CHART.get(name, name))

    def _computed(self, name: str) -> NDArray[np.float64]:
        self._pack()
        bid, ask = self._table.column("bid_close"), self._table.column("ask_close")
        values: NDArray[np.float64] = (bid + ask) * 0.5 if name == "mid" else ask - bid
        values.flags.writeable = False
        return values

    def freeze(self) -> Any:
        """Rows, indicators, and the longer bars."""
        self._pack()
        highers = [[one.partial.freeze(), one.bars.freeze()] for one in self._highers.values()]
        return [self.symbol, self.series, self._ticks, self.rule, self._table.freeze(), self.asked.freeze(), highers]

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave."""
        self.symbol, self.series, self._ticks, self.rule, rows, asked, highers = state
        self._pending.clear()
        self._table.thaw(rows)
        self.asked.thaw(asked)
        self._highers.clear()
        for partial, bars in highers:
            one = self._longer(Partial(partial[0], partial[1]))
            one.partial.thaw(partial)
            one.bars.thaw(bars)


for _name in (*FIELDS, *CHART, "mid", "spread"):
    setattr(Bars, _name, property(methodcaller("_part", _name), doc=""))
name_indicators(Bars, lambda bars, name: bars.asked.asker(name))


@unknown.register
def _(asked: Bars, name: str, where: str) -> str:
    del asked
    known = [*NAMED, *WORDS]
    return f'E506 bars have no "{name}"{where}: {meant(name, known)}there are {", ".join(known)}. Choose one.'


class _Higher:
    """A longer timeframe: the bar being built, and those that are complete."""

    __slots__ = ("bars", "partial")

    def __init__(self, own: Bars, partial: Partial) -> None:
        self.partial = partial
        self.bars = Bars(own.symbol, own.rule)
        self.bars.asked.recording, self.bars.asked.read = own.asked.recording, own.asked.read

    def take(self, row: Any) -> None:
        for done in self.partial.take(row):
            self.bars.take(done)


def _of_quote(quote: Any) -> tuple[Any, ...]:
    bid, ask = quote.bid, quote.ask
    return (quote.time, quote.time_msc, bid, bid, bid, bid, ask, ask, ask, ask, quote.flags)
