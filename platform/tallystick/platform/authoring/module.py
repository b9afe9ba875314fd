"""Module: what every strategy is underneath, a pure reactor; the third spelling.

class EmaReactor(Module, hears=[BarClosed], symbol="EURUSD", timeframe="H1"):
    def react(self, event, context): ...
"""

import re
from collections.abc import Callable, Sequence
from functools import partial, wraps
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, Self

from tallystick.events.event import Event
from tallystick.events.module import Context, OnFailure
from tallystick.events.types.market import SeriesDeclared
from tallystick.market.rows import BarClosed, Quote
from tallystick.platform.authoring.errors import ActionRefused, SettingRefused, StrategyError, failed, meant
from tallystick.platform.authoring.frozen import frozen, thawed
from tallystick.platform.authoring.purity import HERE, ImpureStrategy
from tallystick.platform.authoring.timeframes import period_s
from tallystick.platform.strategies.series import SeriesChoice

DOOR = "tallystick.platform"
"""Where `backtest` is found, by name: what runs a strategy imports what one is, never the other way."""
ROWS: dict[type, Any] = {BarClosed: "bars", Quote: "quotes"}
LINE = ("hears", "symbol", "timeframe", "name")


class _Tried:
    """`EmaCross.backtest(data)` and `EmaCross(fast=12).backtest(data)`: see `platform.backtest`."""

    def __get__(self, made: Any, of: type) -> Callable[..., Any]:
        return partial(import_module(DOOR).backtest, of if made is None else made)


class Module:
    """A reactor of one's own. Its state is its attributes; `freeze` and `thaw` keep them.

    `hears`: event types, and the row types `BarClosed` and `Quote`. With `symbol` (and `timeframe`) only rows of that
    series reach `react`; without, every row does.
    """

    role = "strategy"
    on_failure: OnFailure = "halt"
    hears: tuple[type, ...] = ()
    name: str = ""
    line: ClassVar[dict[str, Any]] = {}
    """What the class line says."""
    given: dict[str, Any]
    """What the constructor was given by name."""
    chosen: tuple[SeriesChoice, ...] = ()
    backtest: ClassVar[Any] = _Tried()
    """Backtest it on data; takes what `platform.backtest` takes after the strategy."""
    filtered: ClassVar[bool] = True
    """Whether rows of other series are kept from `react`; a class that looks itself says no."""

    def __init_subclass__(cls, **line: Any) -> None:
        """Read the class line; raises `SettingRefused` (E502) for a setting nobody knows."""
        super().__init_subclass__()
        read_line(cls, line, LINE)
        cls.hears = tuple(cls.line.get("hears", cls.hears))
        if "react" in cls.__dict__ and cls.filtered:
            setattr(cls, "react", _own_rows_only(cls.react))  # noqa: B010 -- a method is replaced by its wrapped self
        for shortcut in ("scan", "advance"):
            if shortcut in cls.__dict__:
                setattr(cls, shortcut, _told_by_line(cls.__dict__[shortcut]))

    def __new__(cls, *args: Any, **given: Any) -> Self:  # noqa: ARG004 -- the constructor's
        """Prepare what a subclass's own `__init__` need not call up for."""
        self = super().__new__(cls)
        self.given = given
        self.name = str(cls.line.get("name") or snake(cls.__name__))
        self._choose(cls.line.get("symbol"), cls.line.get("timeframe"))
        return self

    def _choose(self, symbol: str | None, timeframe: str | None) -> None:
        if symbol is None:
            return
        length = period_s(timeframe, self.name)
        rows = [one for one in self.hears if one in ROWS]
        self.chosen = tuple(
            SeriesChoice(self.name, symbol, ROWS[one], length if one is BarClosed else 0) for one in rows
        )
        self.hears = (*(one for one in self.hears if one is not SeriesDeclared), SeriesDeclared)

    def react(self, event: Any, context: Context) -> Sequence[Event]:
        """Answer one event or row; written by the author."""
        message = f"E507 {type(self).__name__} has no react(self, event, context). Write it, or derive from Strategy."
        raise NotImplementedError(message)

    def freeze(self) -> Any:
        """The attributes and the series, as one value msgpack holds."""
        own = {name: value for name, value in vars(self).items() if name not in NOT_STATE}
        return [[one.freeze() for one in self.chosen], frozen(own, self.name)]

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave."""
        chosen, own = state
        for one, numbers in zip(self.chosen, chosen, strict=True):
            one.thaw(numbers)
        kept = {name: value for name, value in vars(self).items() if name in NOT_STATE}
        values = thawed(own, vars(self))
        vars(self).clear()
        vars(self).update({**kept, **values})

    def source_files(self) -> tuple[Path, ...]:
        """The files it rests on: its own and the local ones that import; none where it was written in a notebook."""
        from tallystick.platform.authoring.sources import files_of

        return files_of(type(self))

    def fresh(self) -> "Module":
        """A new one with the same parameters that has heard nothing."""
        return type(self)(**self.given)


NOT_STATE = frozenset({"given", "chosen", "hears"})


def snake(name: str) -> str:
    """EmaCross to ema_cross, RSI2 to rsi2."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def read_line(cls: Any, line: dict[str, Any], known: Sequence[str]) -> None:
    """Take a class line's settings over those of its parent; raises `SettingRefused` (E502)."""
    for word in line:
        if word not in known:
            message = (
                f'E502 unknown setting "{word}" of {cls.__name__}: {meant(word, known)}there are {", ".join(known)}.'
                " Correct the class line."
            )
            raise SettingRefused(message)
    cls.line = {**cls.line, **line}
    period_s(cls.line.get("timeframe"), cls.__name__)


def _own_rows_only(react: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(react)
    def of_own_series(self: Module, event: Any, context: Context) -> Sequence[Event]:
        if self.chosen:
            kind = type(event)
            if kind is SeriesDeclared:
                for one in self.chosen:
                    one.declared(event)
                if SeriesDeclared not in type(self).hears:
                    return ()
            elif kind in ROWS and all(event.series != one.number for one in self.chosen):
                return ()
        try:
            with HERE.guard:
                said = react(self, event, context)
        except SystemExit as error:  # would end the process without a word
            raise failed(error, self.name, "react") from error
        if not said:
            return ()
        return _own_events(said, self.name, type(self).__name__)

    return of_own_series


def _told_by_line(shortcut: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """`scan` or `advance`: what it raises ends the run, for no record stands for it, and is told as a callback's is."""

    @wraps(shortcut)
    def over_rows(self: Module, rows: Any) -> Any:
        try:
            return shortcut(self, rows)
        except (StrategyError, ImpureStrategy):
            raise
        except (Exception, SystemExit) as error:
            raise failed(error, self.name, shortcut.__name__) from error

    return over_rows


def _own_events(said: Any, name: str, title: str) -> Sequence[Event]:
    """What it said. Raises `ActionRefused` (E510) for no list of events, and for words in another strategy's name."""
    if not isinstance(said, list | tuple):
        message = f"E510 {title}.react gave back a {type(said).__name__}; it takes a list of events. Return [event]."
        raise ActionRefused(message)
    for one in said:
        if not isinstance(one, Event):
            message = f"E510 {title}.react gave back a {type(one).__name__} in its list. Return events only."
            raise ActionRefused(message)
        if getattr(one, "strategy", name) != name:
            message = f'E510 {title}.react speaks as "{one.strategy}"; it is "{name}". Say strategy=self.name.'  # type: ignore[attr-defined]  # it has one, as was asked
            raise ActionRefused(message)
    return said
