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
from tallystick.events.types.market import SeriesDeclared, ServerTimeRuled
from tallystick.events.types.running import TimerFired
from tallystick.events.types.trading import DealMade, OrderRequested
from tallystick.market.rows import BarClosed, Quote
from tallystick.platform.authoring.actions import Actions
from tallystick.platform.authoring.bars import Bars
from tallystick.platform.authoring.columns import Columns, computed, hash_of
from tallystick.platform.authoring.errors import (
    NotReady,
    SettingRefused,
    StrategyError,
    failed,
    meant,
    users_place,
)
from tallystick.platform.authoring.fills import Fill, OwnFills
from tallystick.platform.authoring.frozen import frozen, thawed
from tallystick.platform.authoring.indicators import NAMED
from tallystick.platform.authoring.line import LINE, heard_by, refuse_names, size_of, whole
from tallystick.platform.authoring.listening import Listening
from tallystick.platform.authoring.module import Module, read_line, snake
from tallystick.platform.authoring.named import name_indicators, unknown, unknown_name
from tallystick.platform.authoring.parameters import Parameter, checked, of_class
from tallystick.platform.authoring.purity import HERE, ImpureStrategy
from tallystick.platform.authoring.series_views import SeriesViews
from tallystick.platform.authoring.timeframes import period_s

NOT_STATE = frozenset({*LINE, "hears", "given", *NAMED})


class Strategy(Actions, SeriesViews, Module):
    """A strategy on one symbol. Parameters are annotated attributes; state is kept in attributes.

    Class line, each also taken by the constructor: `symbol`, `timeframe` ("M1".."MN1", or "ticks"), `lots` (default of
    buy and sell), `warm_up` (rows before the first call), `name`. It hears only what it overrides.
    """

    __slots__ = (
        "_asked",
        "_bars",
        "_before",
        "_began",
        "_columns",
        "_context",
        "_directions",
        "_fills",
        "_guard",
        "_heard",
        "_rows",
        "_said",
        "_series",
        "_so_far",
        "_undone",
        "_watching",
    )
    filtered: ClassVar[bool] = False
    takes: ClassVar[dict[str, Parameter]] = {}
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
        size_of(cls.line.get("lots"))  # said now, with the line of the class
        cls.takes = {name: each for name, each in of_class(cls, BASES).items() if name not in LINE}
        refuse_names(cls.__name__, cls.takes, KNOWN)

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
            self._take(checked(self.name, cls.takes, given, LINE))
        return self

    def _take(self, parameters: dict[str, Any]) -> None:
        vars(self).update(parameters)

    def __init__(self, **parameters: Any) -> None:
        """Parameters and settings by name; raises `SettingRefused` for what is unknown or does not fit."""

    def _prepare(self, line: dict[str, Any]) -> None:
        self.name = str(line.get("name") or snake(type(self).__name__))
        symbol, self.timeframe = line.get("symbol"), line.get("timeframe")
        if not isinstance(symbol, str) or not symbol:
            message = (
                f"E511 {self.name} has no symbol: got {symbol!r}. "
                'Say it in @strategy(symbol=...) or in the class line, or give one: symbol="EURUSD".'
            )
            raise SettingRefused(message)
        self.symbol = symbol
        self.lots = size_of(line.get("lots"))
        self.warm_up = whole(self.name, "warm_up", line.get("warm_up", 0))
        sources, self.hears = heard_by(type(self), Strategy, self.name, self.timeframe)
        self._heard = Listening(self.name, symbol, sources, period_s(self.timeframe, self.name))
        self._context: Any = None
        self._bars = Bars(symbol)
        self._said: list[Event] = []
        self._asked: dict[str, int] = {}
        self._directions: dict[str, int] = {}
        self._before: tuple[dict[str, int], dict[str, int]] = {}, {}
        self._columns: Columns | None = None
        self._so_far: dict[int, Columns] = {}
        self._fills = OwnFills(self.name)
        self._guard = HERE.guard
        self._series = -1
        self._rows = self._undone = 0
        self._began, self._watching = False, True

    def on_start(self) -> None:
        """Before the first row."""

    def on_bar(self, bar: BarClosed) -> None:
        """A bar of the own series has closed."""

    def on_quote(self, quote: Quote) -> None:
        """A quote of the symbol has come in."""

    def on_fill(self, fill: Fill) -> None:
        """A deal of an own order or position."""

    def on_timer(self, name: str) -> None:
        """A timer has come due."""

    def columns(self, bars: Any) -> Any:
        """Columns over many bars at once: a DataFrame of bars to names and arrays (see `authoring.columns`)."""
        del bars
        return {}

    def prepare(self, frame: Any) -> str:
        """Compute `columns` over a whole sample (a DataFrame of the own series); SHA-256 in hex of what came out."""
        self._columns = computed(self, frame)
        return hash_of(self._columns)

    def react(self, event: Any, context: Context) -> Sequence[Event]:
        """Call what the author wrote; give back what it said."""
        if type(event) is not BarClosed or self._watching:
            return self._hear(event, context)
        if event.series != self._series:
            return ()
        self._context = context
        self._bars.take(event)
        self._rows += 1
        guard = self._guard
        guard.depth += 1  # as `with guard:` does, which would cost a tenth of the whole
        try:
            self.on_bar(event)
        except (Exception, SystemExit) as error:  # noqa: BLE001 -- whatever an author's code raises is told with its line
            guard.depth -= 1
            guard.refused = None
            return self._ended(error, "on_bar")
        guard.depth -= 1
        if guard.refused is not None:
            return self._ended(guard.settled(), "on_bar")
        return self._spoken() if self._said else ()

    def _hear(self, event: Any, context: Context) -> Sequence[Event]:
        """Everything but own bars once the strategy is warm and hears no others, which is by far the most."""
        self._context = context
        kind = type(event)
        if kind is BarClosed or kind is Quote:
            return self._row(event, kind)
        if kind is SeriesDeclared:
            self._heard.declared(event)
            self._series = self._heard.bars
        elif kind is ServerTimeRuled:
            self._bars.rule = event.rule
        elif kind is TimerFired and event.module == self.name:
            return self._call(self.on_timer, event.timer)
        elif kind is OrderRequested:
            self._fills.requested(event, context)
        elif kind is DealMade:
            fill = self._fills.fill_of(event, context)
            if fill is not None:
                return self._call(self.on_fill, fill)
        return ()

    def _row(self, row: Any, kind: type) -> Sequence[Event]:
        """The first row of any series starts the strategy; rows of its warm-up are only taken in."""
        said: list[Event] = []
        if not self._began:
            self._began = True
            self._guard = HERE.guard  # of the thread that runs it
            said += self._call(self.on_start)
        heard = self._heard
        if row.series != (heard.bars if kind is BarClosed else heard.quotes):
            if kind is BarClosed:
                heard.take(row)
            return said
        if kind is BarClosed or heard.bars < 0:  # its history is that of its bars, if it hears any
            self._bars.take(row)
            self._rows += 1
            self._watching = self._rows < self.warm_up or heard.others
        if self._rows >= self.warm_up:
            said += self._call(self.on_bar if kind is BarClosed else self.on_quote, row)
        return said

    def _call(self, callback: Callable[..., None], *heard: Any) -> Sequence[Event]:
        try:
            with self._guard:
                callback(*heard)
        except (Exception, SystemExit) as error:  # noqa: BLE001 -- as in `react`
            return self._ended(error, callback.__name__)
        return self._spoken() if self._said else ()

    def _spoken(self) -> Sequence[Event]:
        said, self._said = self._said, []
        return said

    def _ended(self, error: Exception | SystemExit, callback: str) -> Sequence[Event]:
        """A callback that did not come to its end has said nothing."""
        if self._said:
            self._said = []
            self._asked, self._directions = self._before
        if type(error) is NotReady:
            self._undone += 1
            return ()
        if isinstance(error, StrategyError | ImpureStrategy):
            raise error
        if type(error) is AttributeError and (wrong := unknown_name(error)) is not None:
            raise wrong from error
        raise failed(error, self.name, callback, self._rows) from error

    def _stage(self) -> None:
        """Before the first word of a callback: what stood before, in case the callback comes to nothing."""
        if not self._said:
            if self._context is None:
                self._refuse("an action needs a run that has begun. Act in on_start or on_bar")
            self._before = dict(self._asked), dict(self._directions)

    def freeze(self) -> Any:
        """Attributes, history, indicators, and what was asked last."""
        own = {name: value for name, value in vars(self).items() if name not in NOT_STATE}
        return {
            "own": frozen(own, self.name),
            "bars": self._bars.freeze(),
            "heard": self._heard.freeze(),
            "asked": [self._asked, self._directions],
            "rows": [self._rows, self._undone, self._began, self._watching],
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
        self._heard.thaw(state["heard"])
        self._series = self._heard.bars
        self._asked, self._directions = state["asked"]
        self._rows, self._undone, self._began, self._watching = state["rows"]
        self._fills.thaw(state["fills"])


Strategy.without_columns = Strategy.columns
BASES = (*Strategy.__mro__,)
name_indicators(Strategy, lambda strategy, name: getattr(strategy.bars, name))
KNOWN = tuple(name for name in dir(Strategy) if not name.startswith("_"))


@unknown.register
def _(asked: Strategy, name: str, where: str) -> str:
    near = meant(name, [*type(asked).takes, *KNOWN])
    return f'E506 {type(asked).__name__} has no "{name}"{where}: {near}correct it. See help(Strategy).'
