"""Indicators asked for by value: made at the first asking, brought up to date once a bar, the same bits however late.

A first asking feeds the indicator every row kept so far through the same `push` as later rows.
"""

import inspect
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tallystick.platform.authoring.errors import ActionRefused, NotReady, users_place
from tallystick.platform.authoring.indicators import NAMED, Indicator
from tallystick.platform.authoring.indicators.streaming import OfPrice

Key = tuple[Any, ...]
"""Name, positional arguments as a tuple, named arguments as pairs."""
PERIOD_AND_SOURCE = ["period", "source"]
"""What most indicators take; asked for at every bar, a function of its own saves them a third."""


class Asked:
    """The indicators of one series; `history` gives every row kept so far, oldest first."""

    __slots__ = ("_history", "_indicators", "_ready", "of_close", "pushes", "read", "recording")

    def __init__(self, history: Iterable[Any]) -> None:
        """None yet."""
        self._history = history
        self._indicators: dict[Key, Indicator] = {}
        self._ready: list[dict[Any, Indicator]] = []
        """For each kind: ready indicators by the words they were asked with."""
        self.pushes: list[Callable[[Any], Any]] = []
        """What takes each row."""
        self.of_close: list[Callable[[float], None]] = []
        """What takes the bid close alone: most indicators, spared a call each."""
        self.read: list[Indicator] = []
        """Indicators asked for while `recording`, until somebody clears it."""
        self.recording = False

    def asker(self, name: str) -> Callable[..., Any]:
        """The method by which an indicator is asked for; it ends the callback while there are too few rows."""
        kind, ready = NAMED[name], dict[Any, Indicator]()
        value_of: Callable[[Any], Any] = getattr(kind, "value").fget  # noqa: B009 -- the property's function: called by itself it is no detour through C
        self._ready.append(ready)
        early, note = self._early, self.read.append if self.recording else None

        def ask(*args: Any, **named: Any) -> Any:
            words = (args, *sorted(named.items())) if named else args
            indicator = ready.get(words)
            if indicator is None:
                indicator = ready[words] = early(name, args, named)
            if note is not None:
                note(indicator)
            return value_of(indicator)

        def ask_of_period(period: Any, source: str = "close") -> Any:
            words = period if source == "close" else (period, source)
            indicator = ready.get(words)
            if indicator is None:
                indicator = ready[words] = early(name, (period, source) if source != "close" else (period,), {})
            if note is not None:
                note(indicator)
            return value_of(indicator)

        return ask_of_period if list(inspect.signature(kind).parameters) == PERIOD_AND_SOURCE else ask

    def _early(self, name: str, args: tuple[Any, ...], named: Mapping[str, Any]) -> Indicator:
        try:
            bound = inspect.signature(NAMED[name]).bind(*args, **named)
        except TypeError as error:
            message = f"E506 {name}{users_place()}: {error}. See {NAMED[name].__name__} in docs/indicators.md."
            raise ActionRefused(message) from None
        key = (name, bound.args, *sorted(bound.kwargs.items()))
        indicator = self._indicators.get(key)
        if indicator is None:
            indicator = NAMED[name](*bound.args, **bound.kwargs)
            for row in self._history:
                indicator.push(row)
            self._feed(key, indicator)
        if not indicator.ready:
            raise NotReady
        return indicator

    def _feed(self, key: Key, indicator: Indicator) -> None:
        """From the next row on."""
        self._indicators[key] = indicator
        if isinstance(indicator, OfPrice) and indicator.source == "close" and "push" not in vars(type(indicator)):
            self.of_close.append(indicator.push_value)
        else:
            self.pushes.append(indicator.push)

    def labels(self, of: str = "") -> dict[int, str]:
        """By identity, the words each indicator was asked with: `ema(10)`, `H4 bollinger(20)`."""
        return {
            id(one): f"{of}{name}({', '.join([*map(str, args), *(f'{word}={given}' for word, given in named)])})"
            for (name, args, *named), one in self._indicators.items()
        }

    def readings(self, labels: Mapping[int, str]) -> dict[str, float]:
        """What was read since `read` was cleared, by its label; several lines as `bollinger(20).upper`."""
        found: dict[str, float] = {}
        for indicator in self.read:
            label, value = labels[id(indicator)], indicator.value
            if hasattr(value, "_fields"):
                found |= {f"{label}.{part}": each for part, each in zip(value._fields, value, strict=True)}
            else:
                found[label] = value
        return {label: float(value) for label, value in found.items() if math.isfinite(value)}

    def freeze(self) -> Any:
        """Each indicator's key and state."""
        return [[[key[0], list(key[1]), *map(list, key[2:])], one.freeze()] for key, one in self._indicators.items()]

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave."""
        for kept in (self._indicators, *self._ready):
            kept.clear()
        for listed in (self.pushes, self.of_close, self.read):
            listed.clear()
        for (name, args, *named), frozen in state:
            key = (name, tuple(args), *map(tuple, named))
            indicator = NAMED[name](*key[1], **dict(key[2:]))
            indicator.thaw(frozen)
            self._feed(key, indicator)
