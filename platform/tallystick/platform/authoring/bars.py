"""History of one series: it ends at the last closed bar, cannot be written to, and knows its indicators.

An indicator is asked for by value, `bars.ema(10)`; it is made at the first asking and fed every bar kept so far
through the same `push`, so that a late first use gives the bits an early one gives.
"""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tallystick.market.rows import BarClosed, Quote
from tallystick.platform.authoring.errors import ActionRefused, NotReady, meant, users_place
from tallystick.platform.authoring.indicators import NAMED, Indicator
from tallystick.platform.authoring.indicators.streaming import OfPrice
from tallystick.platform.authoring.table import FIELDS, Table

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
        self._pending: list[BarClosed] = []
        self._indicators: dict[Key, Indicator] = {}
        self._askers: list[dict[Any, Indicator]] = []
        """For each kind asked for: ready indicators by how they were asked."""
        self._pushes: list[Callable[[Any], None]] = []
        self._of_close: list[Callable[[float], None]] = []
        """What takes the bid close alone: most indicators, spared a call each."""
        self.recording = False
        """Whether `read` is kept."""

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
        return self._table.bar(at, self.series, self.symbol)

    def __iter__(self) -> Iterator[BarClosed]:
        """Every bar, oldest first."""
        return (self[index] for index in range(len(self)))

    def __getattr__(self, name: str) -> Any:
        """A column, or the method of an indicator."""
        if name in FIELDS or name in CHART:
            self._pack()
            return self._table.column(CHART.get(name, name))
        if name in {"mid", "spread"}:
            return self._computed(name)
        kind = NAMED.get(name)
        if kind is None:
            known = [*NAMED, *CHART, *FIELDS, "mid", "spread"]
            message = f'E506 bars have no "{name}"{users_place()}: {meant(name, known)}there are {", ".join(known)}. Choose one.'
            raise AttributeError(message)
        asker = self.__dict__[name] = self._asker(name, kind)
        return asker

    def over(self, indicator: Indicator) -> Indicator:
        """Feed an indicator of one's own the bars kept so far and from now on; give it back."""
        self._fed(("own", len(self._indicators)), indicator)
        return indicator

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
        if isinstance(indicator, OfPrice) and indicator.source == "close" and type(indicator).push is OfPrice.push:
            self._of_close.append(indicator.push_value)
        else:
            self._pushes.append(indicator.push)

    def readings(self) -> dict[str, float]:
        """What was asked for, by the words it was asked with: `ema(10)`, `bollinger(20).upper`."""
        found: dict[str, float] = {}
        keys = {id(one): key for key, one in self._indicators.items()}
        for indicator in self.read:
            name, args, *named = keys[id(indicator)]
            label = f"{name}({', '.join([*map(str, args), *(f'{word}={given}' for word, given in named)])})"
            value = indicator.value
            fields = getattr(value, "_fields", None)
            found.update(
                {f"{label}.{part}": each for part, each in zip(fields, value, strict=True)}
                if fields
                else {label: value}
            )
        return {label: float(value) for label, value in found.items() if math.isfinite(value)}

    # -- columns

    def _pack(self) -> None:
        if self._pending:
            last = self._pending[-1]
            self.series, self.symbol = last.series, last.symbol
            self._table.extend(self._pending)
            self._pending.clear()

    def _computed(self, name: str) -> NDArray[np.float64]:
        self._pack()
        bid, ask = self._table.column("bid_close"), self._table.column("ask_close")
        values: NDArray[np.float64] = (bid + ask) * 0.5 if name == "mid" else ask - bid
        values.flags.writeable = False
        return values

    # -- state

    def freeze(self) -> Any:
        """Rows, and the state of each indicator by its key."""
        self._pack()
        kept = [
            [list(key[:1]) + [list(key[1])] + [list(pair) for pair in key[2:]], one.freeze()]
            for key, one in self._indicators.items()
            if key[0] != "own"
        ]
        return [self.symbol, self.series, self._table.freeze(), kept]

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave."""
        self.symbol, self.series, rows, kept = state
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


def _made(name: str, kind: type[Indicator], args: tuple[Any, ...], named: dict[str, Any]) -> Indicator:
    try:
        return kind(*args, **named)
    except TypeError as error:
        message = f"E506 {name}{users_place()}: {error}. See {kind.__name__}'s arguments."
        raise ActionRefused(message) from None
