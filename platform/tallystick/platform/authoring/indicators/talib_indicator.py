"""Any function of TA-Lib, fed bar by bar."""

from collections import deque
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from typing import Any, ClassVar, final

import numpy as np

from tallystick.platform.authoring.indicators.settings import IndicatorSettingError, whole
from tallystick.platform.authoring.indicators.sources import Bar, Source
from tallystick.platform.authoring.indicators.streaming import NAN, OfPrice

COLUMNS = ("open", "high", "low", "close", "volume", "price")


@final
class TalibIndicator(OfPrice):
    """The latest value of a TA-Lib function over the kept rows: `TalibIndicator("RSI", timeperiod=14)`.

    The last `rows` rows are kept (0: all of them), and the function runs over them when the value is read, at most once
    a row: a read costs O(rows). Functions that smooth without end (EMA, RSI, ATR, ...) are therefore seeded at the
    oldest kept row, not at the beginning of the data; with 1,000 rows and a period of 14 that is below rounding.
    Functions of one price read `source`; the others read bid open, high, low, close and the volume. Settings of TA-Lib
    itself (unstable period, compatibility) are of the process: leave them alone.
    """

    __slots__ = ("_kept", "_read", "_read_at", "function", "parameters", "rows")
    STATE: ClassVar = ("_kept",)

    def __init__(self, function: str, *, rows: int = 1000, source: Source = "close", **parameters: float) -> None:
        """A TA-Lib function by name with its own parameters; raises `IndicatorSettingError` for what it does not know.

        Raises `ModuleNotFoundError` naming the pip command where TA-Lib is not installed.
        """
        self.function, self.parameters = function, parameters
        lookback = int(_function(function, tuple(parameters.items())).lookback)
        self.rows = 0 if rows == 0 else whole("TalibIndicator", "rows", rows, lookback + 1)
        super().__init__(lookback + 1, source)
        self._kept: deque[float] = deque(maxlen=self.rows * len(COLUMNS) or None)
        self._read: Any = None
        self._read_at = -1

    @property
    def value(self) -> Any:
        """A float, or a tuple in the order of TA-Lib's outputs (`names`), NaN before `warm_up` rows."""
        if self._read_at != self._count:
            self._read, self._read_at = self._computed(), self._count
        return self._read

    @property
    def names(self) -> tuple[str, ...]:
        """TA-Lib's names of the outputs, in their order."""
        return tuple(self._function().output_names)

    def push(self, bar: Bar) -> None:
        """Take one closed bar in."""
        self._kept.extend((bar.open, bar.high, bar.low, bar.close, float(bar.volume), self._price(bar)))
        self._count += 1

    def push_value(self, value: float) -> None:
        """Take one number in, as if it were every price of a bar."""
        self._kept.extend((value, value, value, value, 0.0, value))
        self._count += 1

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave, in an indicator made with the same parameters."""
        super().thaw(state)
        self._read_at = -1

    def _function(self) -> Any:
        return _function(self.function, tuple(self.parameters.items()))

    def _computed(self) -> Any:
        function = self._function()
        if self._count < self.warm_up:
            many = len(function.output_names)
            return NAN if many == 1 else (NAN,) * many
        columns = np.array(self._kept, dtype=np.float64).reshape(-1, len(COLUMNS)).T.copy()
        chosen = {"price": "price"} if isinstance(function.input_names.get("price"), str) else {}
        lines = function(dict(zip(COLUMNS, columns, strict=True)), **chosen)
        return tuple(float(line[-1]) for line in lines) if isinstance(lines, list | tuple) else float(lines[-1])


@cache
def _function(name: str, parameters: tuple[tuple[str, float], ...]) -> Any:
    """TA-Lib's own function object, with its parameters set."""
    try:
        talib, abstract = import_module("talib"), import_module("talib.abstract")
    except ModuleNotFoundError as missing:
        message = "E503 TA-Lib is not installed, which TalibIndicator calls. Install it: pip install TA-Lib"
        raise ModuleNotFoundError(message, name=missing.name) from missing
    if str(name).upper() not in talib.get_functions():
        near = ", ".join(get_close_matches(str(name).upper(), talib.get_functions(), 3))
        message = (
            f"E502 TalibIndicator: TA-Lib has no function {name!r}. Nearest: {near or 'none; talib.get_functions()'}."
        )
        raise IndicatorSettingError(message)
    function = abstract.Function(str(name).upper())
    known = set(function.parameters)
    if not known.issuperset(dict(parameters)):
        message = (
            f"E502 TalibIndicator: {name} got {dict(parameters)!r}; it takes {', '.join(sorted(known)) or 'none'}."
        )
        raise IndicatorSettingError(message + " Change it where the indicator is asked for.")
    function.parameters = dict(parameters)
    return function
