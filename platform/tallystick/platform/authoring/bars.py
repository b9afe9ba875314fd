"""History of one series: it ends at the last closed bar, cannot be written to, and knows its indicators.

An indicator is asked for by value, `bars.ema(10)`; it is made at the first asking and fed every bar kept so far
through the same `push`, so that a late first use gives the bits an early one gives.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tallystick.market.rows import BarClosed, Quote
from tallystick.platform.authoring.errors import ActionRefused, NameUnknown, NotReady, meant, users_place
from tallystick.platform.authoring.higher import Partial
from tallystick.platform.authoring.indicators import NAMED, Indicator
from tallystick.platform.authoring.indicators.streaming import OfPrice
from tallystick.platform.authoring.table import FIELDS, Table, values_of

Key = tuple[Any, ...]
"""Name, positional arguments, named arguments."""
CHART = {"open": "bid_open", "high": "bid_high", "low": "bid_low", "close": "bid_close"}
PENDING = 4096
"""Bars held as they came before they are packed."""


class Bars:
    """Closed bars, oldest first. `bars[-1]` is the last one, `bars.close` a read-only array of bid closes.

    Columns: open high low close (bid, as MT5 charts it), bid_* and ask_* of each, mid, spread, volume (ticks),
    time (close, ns UTC), open_time (ns UTC). Methods: every indicator of `indicators.NAMED`, such as `ema(10)`; before
    it has enough rows the callback that asked ends without a word.
    """

    __slots__ = (
        "__dict__",
        "_askers",
        "_indicators",
        "_of_close",
        "_pending",
        "_pushes",
        "_table",
        "read",
        "recording",
        "series",
        "symbol",
    )

    def __init__(self, symbol: str = "") -> None:
        """Empty, of a symbol."""
        self.symbol = symbol
        self.series = 0
        self.read: list[Indicator] = []
        """Indicators asked for while `recording`, until somebody clears it."""
        self._table = Table()
        self._pending: list[BarClosed | Quote] = []
        self._indicators: dict[Key, Indicator] = {}
        self._askers: list[dict[Any, Indicator]] = []
        """For each kind asked for: ready indicators by how they were asked."""
        self._pushes: list[Callable[[Any], None]] = []
        self._of_close: list[Callable[[float], None]] = []
        """What takes the bid close alone: most indicators, spared a call each."""
        self.recording = False
        """Whether `read` is kept."""
        self.rule = "utc"
        """The server's clock, on which longer bars begin."""
        self._ticks = False
        self._highers: dict[str, _Higher] = {}

    def take(self, bar: BarClosed | Quote) -> None:
        """A bar has closed."""
        pending = self._pending
        pending.append(bar)
        if self._of_close:
            close = bar.close
            for push_value in self._of_close:
                push_value(close)
        for push in self._pushes:
            push(bar)
        if len(pending) >= PENDING:
            self._pack()

    def __len__(self) -> int:
        """How many bars have closed."""
        return self._table.count + len(self._pending)

    def __getitem__(self, index: int) -> BarClosed:
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

    def __iter__(self) -> Iterator[BarClosed]:
        """Every bar, oldest first."""
        return (self[index] for index in range(len(self)))

    def __getattr__(self, name: str) -> Any:
        """A column, or the method of an indicator."""
        if name in FIELDS or name in CHART:
            self._pack()
            return self._table.column(CHART.get(name, name)) if not self._ticks else self._of_ticks(name)
        if name in {"mid", "spread"}:
            return self._computed(name)
        kind = NAMED.get(name)
        if kind is None:
            known = [*NAMED, *CHART, *FIELDS, "mid", "spread", "higher", "frame"]
            where, near = users_place(), meant(name, known)
            message = f'E506 bars have no "{name}"{where}: {near}there are {", ".join(known)}. Choose one.'
            raise NameUnknown(message)
        asker = self.__dict__[name] = self._asker(name, kind)
        return asker

    def higher(self, timeframe: str) -> "Bars":
        """Completed bars of a longer timeframe, built from these; each stands under its end."""
        known = self._highers.get(timeframe)
        if known is None:
            known = self._highers[timeframe] = _Higher(self, Partial(timeframe, self.rule))
            for row in self:
                known.take(row)
            self._pushes.append(known.take)
        return known.bars

    def frame(self) -> Any:
        """The bars as a pandas DataFrame, indexed by their close (UTC): open high low close volume, bid_*, ask_*."""
        from tallystick.platform.authoring.columns import frame_of

        return frame_of({name: getattr(self, name) for name in ("time", *CHART, *FIELDS[1:])})

    # -- indicators

    def _asker(self, name: str, kind: type[Indicator]) -> Callable[..., Any]:
        ready: dict[Any, Indicator] = {}
        self._askers.append(ready)
        note, early = self.read.append, self._asked_early

        def ask(*args: Any, **named: Any) -> Any:
            if named:
                return named_ask(args, named)
            indicator = ready.get(args)
            if indicator is None:
                indicator = ready[args] = early((name, args), kind)
            return indicator.value

        def ask_and_note(*args: Any, **named: Any) -> Any:
            if named:
                value = named_ask(args, named)
                note(ready[args, tuple(sorted(named.items()))])
                return value
            indicator = ready.get(args)
            if indicator is None:
                indicator = ready[args] = early((name, args), kind)
            note(indicator)
            return indicator.value

        def named_ask(args: tuple[Any, ...], named: dict[str, Any]) -> Any:
            pairs = tuple(sorted(named.items()))
            indicator = ready.get((args, pairs))
            if indicator is None:
                indicator = ready[args, pairs] = early((name, args, *pairs), kind)
            return indicator.value

        return ask_and_note if self.recording else ask

    def _asked_early(self, key: Key, kind: type[Indicator]) -> Indicator:
        """The indicator, made now if nobody asked before; ends the callback while it has too few bars."""
        indicator = self._indicators.get(key)
        if indicator is None:
            indicator = self._fed(key, _made(key[0], kind, key[1], dict(key[2:])))
        if not indicator.ready:
            raise NotReady
        return indicator

    def _fed(self, key: Key, indicator: Indicator) -> Indicator:
        for bar in self:
            indicator.push(bar)
        self._feed(key, indicator)
        return indicator

    def _feed(self, key: Key, indicator: Indicator) -> None:
        """From now on."""
        self._indicators[key] = indicator
        if isinstance(indicator, OfPrice) and indicator.source == "close" and type(indicator).push == OfPrice.push:
            self._of_close.append(indicator.push_value)
        else:
            self._pushes.append(indicator.push)

    def readings(self) -> dict[str, float]:
        """What was asked for, by the words it was asked with: `ema(10)`, `H4 bollinger(20).upper`."""
        keys = {id(one): ("", key) for key, one in self._indicators.items()}
        for timeframe, higher in self._highers.items():
            keys |= {id(one): (f"{timeframe} ", key) for key, one in higher.bars.indicators()}
        found: dict[str, float] = {}
        for indicator in self.read:
            of, (name, args, *named) = keys[id(indicator)]
            label = f"{of}{name}({', '.join([*map(str, args), *(f'{word}={given}' for word, given in named)])})"
            value = indicator.value
            fields = getattr(value, "_fields", None)
            parts = zip(fields, value, strict=True) if fields else ()
            found |= {f"{label}.{part}": each for part, each in parts} if fields else {label: value}
        return {label: float(value) for label, value in found.items() if math.isfinite(value)}

    def indicators(self) -> Sequence[tuple[Key, Indicator]]:
        """Every indicator that was asked for, by how."""
        return tuple(self._indicators.items())

    # -- columns

    def _pack(self) -> None:
        if self._pending:
            last = self._pending[-1]
            self.series, self.symbol, self._ticks = last.series, last.symbol, type(last) is Quote
            self._table.extend(map(_of_quote if self._ticks else values_of, self._pending))
            self._pending.clear()

    def _row(self, at: int) -> BarClosed | Quote:
        time, opened, bid, *prices, volume = self._table.row(at)
        if self._ticks:
            return Quote(self.series, self.symbol, time, bid, prices[-1], opened, volume)
        return BarClosed(self.series, self.symbol, time, opened, bid, *prices, volume)

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

    # -- state

    def freeze(self) -> Any:
        """Rows, the state of each indicator by its key, and the longer bars."""
        self._pack()
        kept = [[[key[0], list(key[1]), *map(list, key[2:])], one.freeze()] for key, one in self._indicators.items()]
        highers = [[one.partial.freeze(), one.bars.freeze()] for one in self._highers.values()]
        return [self.symbol, self.series, self._ticks, self.rule, self._table.freeze(), kept, highers]

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave."""
        self.symbol, self.series, self._ticks, self.rule, rows, kept, highers = state
        self._pending.clear()
        self._table.thaw(rows)
        self._indicators.clear()
        for ready in self._askers:
            ready.clear()
        self._pushes.clear()
        self._of_close.clear()
        self.read.clear()
        for (name, args, *named), frozen in kept:
            key = (name, tuple(args), *(tuple(pair) for pair in named))
            indicator = _made(name, NAMED[name], key[1], dict(key[2:]))
            indicator.thaw(frozen)
            self._feed(key, indicator)
        self._highers.clear()
        for partial, bars in highers:
            one = self._highers[partial[0]] = _Higher(self, Partial(partial[0], partial[1]))
            one.partial.thaw(partial)
            one.bars.thaw(bars)
            self._pushes.append(one.take)


class _Higher:
    """A longer timeframe: the bar being built, and those that are complete."""

    __slots__ = ("bars", "partial")

    def __init__(self, own: Bars, partial: Partial) -> None:
        self.partial = partial
        self.bars = Bars(own.symbol)
        self.bars.rule, self.bars.recording, self.bars.read = own.rule, own.recording, own.read

    def take(self, row: Any) -> None:
        for done in self.partial.take(row):
            self.bars.take(done)


def _of_quote(quote: Any) -> tuple[Any, ...]:
    bid, ask = quote.bid, quote.ask
    return (quote.time, quote.time_msc, bid, bid, bid, bid, ask, ask, ask, ask, quote.flags)


def _made(name: str, kind: type[Indicator], args: tuple[Any, ...], named: dict[str, Any]) -> Indicator:
    try:
        return kind(*args, **named)
    except TypeError as error:
        message = f"E506 {name}{users_place()}: {error}. See {kind.__name__}'s arguments."
        raise ActionRefused(message) from None
