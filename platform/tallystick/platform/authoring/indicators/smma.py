"""Smoothed moving average, also called Wilder's or RMA."""

from typing import ClassVar, final

from tallystick.platform.authoring.indicators.settings import whole
from tallystick.platform.authoring.indicators.sources import Source
from tallystick.platform.authoring.indicators.streaming import NAN, OfPrice


@final
class Smma(OfPrice):
    """s = (s * (period - 1) + x) / period; the first value is the mean of the first `period` numbers (Wilder 1978)."""

    __slots__ = ("_average", "period")
    STATE: ClassVar = ("_average",)

    def __init__(self, period: int, source: Source = "close") -> None:
        """`period` in rows, from 1."""
        self.period = whole("Smma", "period", period)
        super().__init__(self.period, source)
        self._average = 0.0

    @property
    def value(self) -> float:
        """The average, in units of the source."""
        return self._average if self._count >= self.warm_up else NAN

    def push_value(self, value: float) -> None:
        """Take one number in."""
        if self._count >= self.period:
            self._average = (self._average * (self.period - 1) + value) / self.period
        else:
            self._average += value
            if self._count == self.period - 1:
                self._average /= self.period
        self._count += 1
