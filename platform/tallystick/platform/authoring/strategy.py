"""Strategy: the friendly face of a module; the second spelling.

class EmaCross(Strategy, symbol="EURUSD", timeframe="H1"):
    fast: int = 10
    slow: int = 30

    def on_bar(self, bar):
        self.target("0.10" if self.ema(self.fast) > self.ema(self.slow) else "-0.10")
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, ClassVar, Self

from tallystick.events.event import Event
from tallystick.events.module import Context
from tallystick.events.types.market import SeriesDeclared
from tallystick.events.types.running import TimerFired
from tallystick.events.types.trading import DealMade, OrderRequested
from tallystick.market.instrument import LOT
from tallystick.market.rows import BarClosed, Quote
from tallystick.platform.authoring.actions import Actions
from tallystick.platform.authoring.bars import Bars
from tallystick.platform.authoring.errors import (
    CallbackFailed,
    NotReady,
    SettingRefused,
    StrategyError,
    meant,
    raised_at,
    users_place,
)
from tallystick.platform.authoring.fills import OwnFills
from tallystick.platform.authoring.frozen import frozen, thawed
from tallystick.platform.authoring.indicators import NAMED
from tallystick.platform.authoring.lots import Lots, size
from tallystick.platform.authoring.module import Module, read_line, snake
from tallystick.platform.authoring.parameters import Parameter, checked, of_class
from tallystick.platform.authoring.purity import HERE, ImpureStrategy
from tallystick.platform.authoring.timeframes import TICKS, period_s
from tallystick.platform.strategies.series import SeriesChoice

LINE = ("symbol", "timeframe", "lots", "warm_up", "name")
NOT_STATE = frozenset({*LINE, "hears", "given", *NAMED})


class Strategy(Actions, Module):
    """A strategy on one symbol. Parameters are annotated attributes; state is kept in attributes.

    Class line, each also taken by the constructor: `symbol`, `timeframe` ("M1".."MN1", or "ticks"), `lots` (default of
    buy and sell), `warm_up` (rows before the first call), `name`. It hears only what it overrides.
    """

    __slots__ = (
        "_asked",
        "_bars",
        "_before",
        "_calls",
        "_choices",
        "_context",
        "_directions",
        "_directions_before",
        "_fills",
        "_guard",
        "_quotes",
        "_rows",
        "_said",
        "_series",
        "_started",
        "_undone",
        "_wait",
    )
    filtered: ClassVar[bool] = False
    takes: ClassVar[dict[str, Parameter]] = {}
    """Parameters by name."""
    symbol: str
    timeframe: str | None
    lots: Decimal | None
    warm_up: int

    def __init_subclass__(cls, **line: Any) -> None:
        """Read the class line and the parameters; raises `SettingRefused` (E502 to E505)."""
        own = {word: cls.__dict__[word] for word in LINE if word in cls.__dict__}
        for word in own:
            delattr(cls, word)
        read_line(cls, {**own, **line}, LINE)
        cls.takes = {name: each for name, each in of_class(cls, BASES).items() if name not in LINE}

    def __new__(cls, *args: Any, **given: Any) -> Self:
        """Prepare everything a subclass's own `__init__` need not call up for."""
        self = object.__new__(cls)
        self.given = given
        self._prepare({**cls.line, **{word: given[word] for word in LINE if word in given}})
        if cls.__init__ is Strategy.__init__:
            if args:
                message = (
                    f"E504 {self.name}{users_place()}: parameters are given by name. Write {cls.__name__}(fast=10)."
                )
                raise SettingRefused(message)
            vars(self).update(checked(self.name, cls.takes, given, LINE))
        return self

    def __init__(self, **parameters: Any) -> None:
        """Parameters and settings by name; raises `SettingRefused` for what is unknown or does not fit."""

    def _prepare(self, line: dict[str, Any]) -> None:
        cls = type(self)
        self.name = str(line.get("name") or snake(cls.__name__))
        symbol, self.timeframe = line.get("symbol"), line.get("timeframe")
        if not isinstance(symbol, str) or not symbol:
            message = f'E511 {self.name} has no symbol: got {symbol!r}. Say symbol="EURUSD" in the class line.'
            raise SettingRefused(message)
        self.symbol = symbol
        self.lots = Decimal(size(line["lots"])) / LOT if line.get("lots") is not None else None
        self.warm_up = _whole(self.name, "warm_up", line.get("warm_up", 0))
        self._choose_series(cls)
        self._context: Any = None
        self._bars = Bars(symbol)
        self._said: list[Event] = []
        self._asked: dict[str, int] = {}
        self._directions: dict[str, int] = {}
        self._before: dict[str, int] = {}
        self._directions_before: dict[str, int] = {}
        self._fills = OwnFills(self.name)
        self._guard = HERE.guard
        self._series = self._quotes = -1
        self._rows = self._calls = self._undone = 0
        self._started = False
        self._wait = self.warm_up + 1

    def _choose_series(self, cls: type["Strategy"]) -> None:
        """Which rows it hears, and its other events, by what it overrides."""
        bars, quotes = (getattr(cls, each) is not getattr(Strategy, each) for each in ("on_bar", "on_quote"))
        if bars and self.timeframe == TICKS:
            message = f'E511 {self.name}: on_bar has no bars where timeframe is "ticks". Write on_quote, or name bars.'
            raise SettingRefused(message)
        if not bars and not quotes:
            near = [name for name in cls.__dict__ if name.startswith("on") and meant(name, CALLBACKS)]
            wrote = f" (you wrote {near[0]}: {meant(near[0], CALLBACKS)[:-2]}?)" if near else ""
            message = f"E511 {self.name} hears no rows{wrote}. Write on_bar(self, bar) or on_quote(self, quote)."
            raise SettingRefused(message)
        length = period_s(self.timeframe, self.name)
        own = ["bars"] if bars or self.timeframe not in {None, TICKS} else []
        own += ["quotes"] if quotes else []
        self._choices = [
            SeriesChoice(self.name, self.symbol, "bars" if one == "bars" else "quotes", length if one == "bars" else 0)
            for one in own
        ]
        hears: list[type] = [SeriesDeclared, *(BarClosed if one == "bars" else Quote for one in own), TimerFired]
        if cls.on_fill is not Strategy.on_fill:
            hears += [OrderRequested, DealMade]
        self.hears = tuple(hears)

    # -- written by the author

    def on_start(self) -> None:
        """Before the first row."""

    def on_bar(self, bar: BarClosed) -> None:
        """A bar of the own series has closed."""

    def on_quote(self, quote: Quote) -> None:
        """A quote of the symbol has come in."""

    def on_fill(self, fill: Any) -> None:
        """A deal of an own order or position (a `Fill`)."""

    def on_timer(self, name: str) -> None:
        """A timer has come due."""

    # -- the module

    def react(self, event: Any, context: Context) -> Sequence[Event]:
        """Call what the author wrote; give back what it said."""
        if type(event) is BarClosed:
            if event.series != self._series:
                return ()
            self._context = context
            if self._wait:
                return self._early(event, self.on_bar)
            self._bars.take(event)
            self._rows += 1
            guard = self._guard
            guard.depth += 1  # as `with guard:` does, which would cost a tenth of the whole
            try:
                self.on_bar(event)
            except Exception as error:  # noqa: BLE001 -- whatever an author's code raises is told with its line
                guard.depth -= 1
                guard.refused = None
                return self._ended(error, "on_bar")
            guard.depth -= 1
            if guard.refused is not None:
                return self._ended(guard.settled(), "on_bar")
            if self._said:
                return self._spoken()
            return ()
        return self._heard(event, context)

    def _heard(self, event: Any, context: Context) -> Sequence[Event]:
        """Everything but bars, which are by far the most."""
        self._context = context
        kind = type(event)
        if kind is Quote:
            if event.series != self._quotes:
                return ()
            if self._series >= 0:  # its history is that of its bars
                return () if self._wait else self._call(self.on_quote, event)
            if self._wait:
                return self._early(event, self.on_quote)
            self._bars.take(event)
            self._rows += 1
            return self._call(self.on_quote, event)
        if kind is SeriesDeclared:
            self._declared(event)
        elif kind is TimerFired and event.module == self.name:
            return self._call(self.on_timer, event.timer)
        elif kind is OrderRequested:
            self._fills.requested(event, context)
        elif kind is DealMade:
            fill = self._fills.fill_of(event, context)
            if fill is not None:
                return self._call(self.on_fill, fill)
        return ()

    def _declared(self, event: SeriesDeclared) -> None:
        for one in self._choices:
            one.declared(event)
            if one.kind == "bar":
                self._series = one.number
            else:
                self._quotes = one.number

    def _early(self, row: Any, callback: Callable[[Any], None]) -> Sequence[Event]:
        """The first row starts the strategy; the rows of its warm-up are only taken in."""
        said: list[Event] = []
        if not self._started:
            self._started = True
            self._guard = HERE.guard  # of the thread that runs it
            said += self._call(self.on_start)
        self._bars.take(row)
        self._rows += 1
        self._wait = max(self.warm_up - self._rows, 0)
        if self._rows > self.warm_up:
            said += self._call(callback, row)
        elif self._wait == 0:
            self._wait = 0
        return said

    def _call(self, callback: Callable[..., None], *heard: Any) -> Sequence[Event]:
        try:
            with self._guard:
                callback(*heard)
        except Exception as error:  # noqa: BLE001 -- as in `react`
            return self._ended(error, callback.__name__)
        return self._spoken() if self._said else ()

    def _spoken(self) -> Sequence[Event]:
        said, self._said = self._said, []
        return said

    def _ended(self, error: Exception, callback: str) -> Sequence[Event]:
        """A callback that did not come to its end has said nothing."""
        if self._said:
            self._said = []
            self._asked, self._directions = self._before, self._directions_before
        if type(error) is NotReady:
            self._undone += 1
            return ()
        if isinstance(error, StrategyError | ImpureStrategy):
            raise error
        at = raised_at(error.__traceback__)
        message = f"E512 {at or self.name} in {callback}: {type(error).__name__}: {error}. Correct it there."
        raise CallbackFailed(message) from error

    def _size(self, written: Lots | None) -> int:
        if written is not None:
            return size(written)
        if self.lots is None:
            self._refuse('no lots were given, and the class line has none. Say buy("0.10") or lots="0.10"')
        return int(self.lots * LOT)  # type: ignore[operator]  # refused above

    def __getattr__(self, name: str) -> Any:
        """An indicator of the own bars: `self.ema(10)`."""
        if name not in NAMED:
            near = meant(name, [*NAMED, *type(self).takes, *ACTIONS])
            message = f'E506 {type(self).__name__} has no "{name}"{users_place()}: {near}see docs/authoring.md. Correct the name.'
            raise AttributeError(message)
        asker = vars(self)[name] = getattr(self._bars, name)
        return asker

    # -- state

    def freeze(self) -> Any:
        """Attributes, history, indicators, and what was asked last."""
        own = {name: value for name, value in vars(self).items() if name not in NOT_STATE}
        return {
            "own": frozen(own, self.name),
            "bars": self._bars.freeze(),
            "series": [one.freeze() for one in self._choices],
            "asked": [self._asked, self._directions],
            "rows": [self._rows, self._undone, self._wait, self._started],
            "fills": self._fills.freeze(),
        }

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave."""
        present = vars(self)
        values = thawed(state["own"], present)
        for name in [each for each in present if each not in NOT_STATE or each in NAMED]:
            del present[name]
        present.update(values)
        self._bars.thaw(state["bars"])
        for one, numbers in zip(self._choices, state["series"], strict=True):
            one.thaw(numbers)
            if one.kind == "bar":
                self._series = one.number
            else:
                self._quotes = one.number
        self._asked, self._directions = state["asked"]
        self._rows, self._undone, self._wait, self._started = state["rows"]
        self._fills.thaw(state["fills"])

    def report(self) -> dict[str, int]:
        """Facts for a summary: rows heard, rows of warm-up still to come, callbacks an indicator ended for warm-up."""
        return {
            "rows": self._rows,
            "waiting": self._wait,
            "undone": self._undone,
            "series": max(self._series, self._quotes),
        }


BASES = (Strategy, Actions, *Actions.__mro__[1:], Module)
CALLBACKS = ("on_start", "on_bar", "on_quote", "on_fill", "on_timer")
ACTIONS = tuple(name for each in (Actions, *Actions.__mro__[1:-1]) for name in vars(each) if not name.startswith("_"))


def _whole(where: str, setting: str, value: Any) -> int:
    if type(value) is not int or not 0 <= value <= 10**6:
        message = f"E505 {where}: {setting} is {value!r}; it takes a whole number of rows. Change it."
        raise SettingRefused(message)
    return value
