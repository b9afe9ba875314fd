"""What a strategy hears: its own series, found by symbol, kind and length, and those it asked for besides."""

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from tallystick.events.types.market import SeriesDeclared
from tallystick.market.rows import BarClosed
from tallystick.market.spans import SECOND_NS
from tallystick.platform.authoring.bars import Bars
from tallystick.platform.authoring.errors import ActionRefused, users_place
from tallystick.platform.authoring.timeframes import name_of, period_s
from tallystick.platform.strategies.series import SeriesChoice, Source


class Listening:
    """The own series' numbers, and other bars that `bars_of` asked for."""

    __slots__ = ("_choices", "_declared", "_name", "_others", "bars", "quotes")

    def __init__(self, name: str, symbol: str, sources: tuple[Source, ...], length_s: int) -> None:
        """`sources`: bars, quotes or both; `length_s`: of the bars, 0 for the first series declared."""
        self._name = name
        self._choices = [SeriesChoice(name, symbol, one, length_s if one == "bars" else 0) for one in sources]
        self._declared: dict[int, tuple[str, int]] = {}
        """Symbol and length (ns) of every series of bars, by number."""
        self._others: dict[int, Bars] = {}
        self.bars = self.quotes = -1
        """Numbers of the own series; -1 while it has not been declared."""

    def declared(self, event: SeriesDeclared) -> None:
        """A series of the book."""
        if event.kind == "bar":
            self._declared[event.series] = (event.symbol, event.period_ns)
        for one in self._choices:
            one.declared(event)
        self._numbers()

    def _numbers(self) -> None:
        for one in self._choices:
            if one.kind == "bar":
                self.bars = one.number
            else:
                self.quotes = one.number

    def number_among(self, series: Iterable[SeriesDeclared]) -> int:
        """Number of the own series among some, without hearing of them; -1 for none."""
        asked = deepcopy(self)
        for one in series:
            asked.declared(one)
        return asked.bars if any(one.kind == "bar" for one in self._choices) else asked.quotes

    @property
    def others(self) -> bool:
        """Whether other series were asked for."""
        return bool(self._others)

    @property
    def late(self) -> tuple[str, ...]:
        """Other series that stand after the own bars in the data: at a common close they are not heard yet."""
        after = [number for number in self._others if self.bars >= 0 and number > self.bars]
        return tuple(f"{symbol} {name_of(period)}" for symbol, period in map(self._declared.__getitem__, after))

    def take(self, bar: BarClosed) -> None:
        """A bar of another series."""
        other = self._others.get(bar.series)
        if other is not None:
            other.take(bar)

    def other(self, symbol: str, timeframe: str | None, *, late: bool, rule: str) -> Bars:
        """Bars of another series; it must first be asked for before any row is heard (`late`)."""
        length = period_s(timeframe, self._name) * SECOND_NS
        if not length and self.bars in self._declared:
            length = self._declared[self.bars][1]
        number = next((n for n, one in self._declared.items() if one == (symbol, length)), None)
        if number is None:
            known = ", ".join(f"{name} {name_of(period)}" for name, period in self._declared.values()) or "none"
            asked = f"bars_of({symbol!r}, {name_of(length)!r}){users_place()}"
            own = self._choices[0].symbol
            what = f"E522 {asked}: the data have no such series (they have {known})."
            both = f" Give both, {symbol} first: DATA is {symbol}=FILE {own}=FILE, or {symbol} {own} of the demo."
            raise ActionRefused(what + (both if own not in {"", symbol} else " Add its data."))
        if number not in self._others:
            if late:
                asked = f"bars_of({symbol!r}){users_place()}"
                message = f"E522 {asked} comes too late: bars went by. Ask for it in on_start first."
                raise ActionRefused(message)
            bars = self._others[number] = Bars(symbol)
            bars.rule = rule
        return self._others[number]

    def freeze(self) -> Any:
        """Series and other bars."""
        others = [[number, bars.freeze()] for number, bars in self._others.items()]
        declared = [[number, *one] for number, one in self._declared.items()]
        return [[one.freeze() for one in self._choices], declared, others]

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave."""
        choices, declared, others = state
        for one, numbers in zip(self._choices, choices, strict=True):
            one.thaw(numbers)
        self._numbers()
        self._declared = {number: (symbol, period) for number, symbol, period in declared}
        self._others = {}
        for number, frozen in others:
            self._others[number] = Bars()
            self._others[number].thaw(frozen)
