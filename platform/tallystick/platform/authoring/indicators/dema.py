"""Double exponential moving average."""

from typing import ClassVar, final

from tallystick.platform.authoring.indicators.ema import Ema
from tallystick.platform.authoring.indicators.settings import whole
from tallystick.platform.authoring.indicators.sources import Source
from tallystick.platform.authoring.indicators.streaming import NAN, OfPrice


@final
class Dema(OfPrice):
    """2 e1 - e2: e1 an `Ema` of the source, e2 an `Ema` of e1's ready values. Ready after `2 period - 1` rows.

    Mulloy, Smoothing data with faster moving averages, Stocks & Commodities 12:1 (1994).
    """

    __slots__ = ("_first", "_second", "period")
    STATE: ClassVar = ("_first", "_second")

    def __init__(self, period: int, source: Source = "close") -> None:
        """`period` in rows, from 1."""
        self.period = whole("Dema", "period", period)
        super().__init__(2 * self.period - 1, source)
        self._first, self._second = Ema(self.period), Ema(self.period)

    @property
    def value(self) -> float:
        """The average, in units of the source."""
        return 2.0 * self._first.value - self._second.value if self._count >= self.warm_up else NAN

    def push_value(self, value: float) -> None:
        """Take one number in."""
        self._first.push_value(value)
        self._count += 1
        if self._count >= self.period:
            self._second.push_value(self._first.value)
