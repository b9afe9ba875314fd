"""Triple exponential moving average."""

from typing import ClassVar, final

from tallystick.platform.authoring.indicators.ema import Ema
from tallystick.platform.authoring.indicators.settings import whole
from tallystick.platform.authoring.indicators.sources import Source
from tallystick.platform.authoring.indicators.streaming import NAN, OfPrice


@final
class Tema(OfPrice):
    """3 e1 - 3 e2 + e3, each an `Ema` of the ready values of the one before. Ready after `3 period - 2` rows.

    Mulloy, Smoothing data with less lag, Stocks & Commodities 12:2 (1994).
    """

    __slots__ = ("_first", "_second", "_third", "period")
    STATE: ClassVar = ("_first", "_second", "_third")

    def __init__(self, period: int, source: Source = "close") -> None:
        """`period` in rows, from 1."""
        self.period = whole("Tema", "period", period)
        super().__init__(3 * self.period - 2, source)
        self._first, self._second, self._third = Ema(self.period), Ema(self.period), Ema(self.period)

    @property
    def value(self) -> float:
        """The average, in units of the source."""
        if self._count < self.warm_up:
            return NAN
        return 3.0 * self._first.value - 3.0 * self._second.value + self._third.value

    def push_value(self, value: float) -> None:
        """Take one number in."""
        self._first.push_value(value)
        self._count += 1
        if self._count >= self.period:
            self._second.push_value(self._first.value)
            if self._second.ready:
                self._third.push_value(self._second.value)
