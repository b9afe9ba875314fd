"""@strategy: a function of the bars that answers +1, 0, -1 or None; the first spelling.

@strategy(symbol="EURUSD", timeframe="H1", lots="0.10")
def ema_cross(bars): return +1 if bars.ema(10) > bars.ema(30) else -1
"""

import types
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from tallystick.events.event import Event
from tallystick.events.types.trading import TargetAsked
from tallystick.market.instrument import LOT
from tallystick.market.rows import BarClosed, Quote
from tallystick.platform.authoring.errors import SettingRefused, SignalRefused, meant, place, users_place
from tallystick.platform.authoring.line import LINE, size_of
from tallystick.platform.authoring.parameters import Parameter as Of
from tallystick.platform.authoring.parameters import fitting, of_function
from tallystick.platform.authoring.strategy import Strategy
from tallystick.platform.authoring.timeframes import TICKS

SignalRule = Callable[..., int | None]
POINTS = ("sl_points", "tp_points")
TAKES = (*LINE, *POINTS, "columns")


class SignalFunction(Strategy):
    """A strategy made of a function. With lots it asks for targets, without it raises signals for the sizing."""

    __slots__ = ("_given_values", "_last", "_volume")
    _given_values: dict[str, Any]
    _last: int | None
    """The answer that stands; the same again changes nothing and needs no look."""
    _volume: int
    function: ClassVar[SignalRule]
    """What was written."""
    stops: ClassVar[tuple[int, int]] = (0, 0)

    def __new__(cls, *args: Any, **given: Any) -> Any:
        """Prepare it; parameters are those of the function."""
        self = super().__new__(cls, *args, **given)
        self._bars.asked.recording = True
        self._last = None
        vars(self._bars)["column"] = self.column  # a function has the bars alone to read its columns from
        self._volume = int(self.lots * LOT) if self.lots is not None else 0
        return self

    def _take(self, parameters: dict[str, Any]) -> None:
        self._given_values = parameters

    def _ended(self, error: Exception | SystemExit, callback: str) -> Sequence[Event]:
        self._last = None
        return super()._ended(error, type(self).function.__name__ if callback == "answer" else callback)

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave."""
        super().thaw(state)
        self._last = None

    def answer(self, _row: BarClosed | Quote) -> None:
        """Call the function; say what its answer changes."""
        bars = self._bars
        if bars.asked.read:
            bars.asked.read.clear()
        answer = type(self).function(bars, **self._given_values)
        if answer is None or answer is self._last:
            return
        self._last = None
        self._follow(answer)
        if type(answer) is int:
            self._last = answer

    def _follow(self, answer: int) -> None:
        symbol = self.symbol
        if type(answer) is not int or not -1 <= answer <= 1:
            answer = self._whole(answer)
        if self._volume:
            volume = answer * self._volume
            if volume == self._asked.get(symbol, 0):
                return
            stop, take = type(self).stops if answer else (0, 0)
            self._stage()
            self._asked[symbol] = volume
            self._said.append(
                TargetAsked(strategy=self.name, symbol=symbol, volume=volume, stop_points=stop, take_points=take)
            )
        elif answer == self._directions.get(symbol, 0):
            return
        else:
            self._raise_signal(symbol, answer, *(type(self).stops if answer else (0, 0)))
        values = self._bars.readings()
        if values:
            self._explain(symbol, values)

    def _whole(self, answer: Any) -> int:
        """A NumPy or float -1, 0 or +1 as an int; raises `SignalRefused` (E501) for anything else."""
        number = answer.item() if hasattr(answer, "item") and getattr(answer, "size", 1) == 1 else answer
        if type(number) in {int, float} and number in {-1, 0, 1}:
            return int(number)
        code = type(self).function.__code__
        where = place(code.co_firstlineno, code.co_filename)
        hint = "Return +1 for long, 0 for flat" if isinstance(number, bool) else "Return one of them"
        message = f"E501 {where} {code.co_name} returned {answer!r}; a signal is -1, 0, +1 or None. {hint}."
        raise SignalRefused(message)


def strategy(*positional: Any, **line: Any) -> Callable[[SignalRule], type[SignalFunction]]:
    """Make a strategy of a function of the bars (and parameters with defaults).

    Settings: symbol, timeframe ("M1".."MN1" or "ticks"), lots (without: signals, sized by the portfolio), warm_up,
    name, sl_points, tp_points, columns (a function of a DataFrame of bars, read by `bars.column("name")`). Raises
    `SettingRefused` (E502) for a setting nobody knows.
    """
    if positional:
        message = (
            f'E502 @strategy{users_place()} takes settings by name. Write @strategy(symbol="EURUSD", timeframe="H1").'
        )
        raise SettingRefused(message)
    for word in line:
        if word not in TAKES:
            near = meant(word, TAKES)
            message = (
                f'E502 unknown setting "{word}"{users_place()}: {near}there are {", ".join(TAKES)}. Correct @strategy.'
            )
            raise SettingRefused(message)

    size_of(line.get("lots"))  # said now, with the line of the decorator

    def made(function: SignalRule) -> type[SignalFunction]:
        name = getattr(function, "__name__", "strategy")
        parameters = of_function(function)
        stops = tuple(fitting(name, Of(word, int, 0), line.get(word, 0)) for word in POINTS)
        if any(distance < 0 for distance in stops):
            message = f"E505 {name}: sl_points and tp_points are {stops}; they take points from 0. Change @strategy."
            raise SettingRefused(message)
        body: dict[str, Any] = {
            "__doc__": function.__doc__,
            "__module__": function.__module__,
            "__slots__": (),
            "function": staticmethod(function),
            "stops": stops,
            "on_quote" if line.get("timeframe") == TICKS else "on_bar": SignalFunction.answer,
        }
        if line.get("columns") is not None:
            body["columns"] = _columns_of(line["columns"])
        settings = {word: value for word, value in line.items() if word in LINE}
        cls: Any = types.new_class(name, (SignalFunction,), settings, lambda space: space.update(body))
        cls.takes = parameters
        made_of: type[SignalFunction] = cls
        return made_of

    return made


def _columns_of(computing: Callable[..., Any]) -> Callable[[SignalFunction, Any], Any]:
    """The method `columns` of a function's strategy; those of its parameters that `computing` takes go with it."""
    takes = of_function(computing)

    def columns(self: SignalFunction, bars: Any) -> Any:
        given = {name: value for name, value in self._given_values.items() if name in takes}
        return computing(bars, **given)

    columns.__wrapped__ = computing  # type: ignore[attr-defined]  # whose line a finding names
    return columns
