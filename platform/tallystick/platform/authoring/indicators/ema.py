"""Exponential moving average."""

from typing import ClassVar, final

from tallystick.platform.authoring.indicators.settings import whole
from tallystick.platform.authoring.indicators.sources import Source
from tallystick.platform.authoring.indicators.streaming import NAN, OfPrice


@final
class Ema(OfPrice):
    """e = w * x + (1 - w) * e with w = 2 / (period + 1); the first value is the first x. Ready after `period` rows."""

    __slots__ = ("_average", "_keep", "_weight", "period")
    STATE: ClassVar = ("_average",)

    def __init__(self, period: int, source: Source = "close") -> None:
        """`period` in rows, from 1."""
        self.period = whole("Ema", "period", period)
        super().__init__(self.period, source)
        self._weight = 2.0 / (self.period + 1.0)
        self._keep = 1.0 - self._weight
        self._average = 0.0

    @property
    def value(self) -> float:
        """The average, in units of the source."""
        return self._average if self._count >= self.warm_up else NAN

    def push_value(self, value: float) -> None:
        """Take one number in."""
        if self._count:
            self._average = self._weight * value + self._keep * self._average
        else:
            self._average = value
        self._count += 1
