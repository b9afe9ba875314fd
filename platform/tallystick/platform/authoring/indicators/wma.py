"""Linearly weighted moving average."""

from math import fsum
from typing import ClassVar, final

from tallystick.platform.authoring.indicators.rolling import RollingSum
from tallystick.platform.authoring.indicators.settings import whole
from tallystick.platform.authoring.indicators.sources import Source
from tallystick.platform.authoring.indicators.streaming import NAN, OfPrice


@final
class Wma(OfPrice):
    """(1 x1 + 2 x2 + ... + n xn) / (1 + 2 + ... + n), xn the latest; the weighted sum is taken afresh once a window."""

    __slots__ = ("_sum", "_weighted", "_weights", "period")
    STATE: ClassVar = ("_sum", "_weighted")

    def __init__(self, period: int, source: Source = "close") -> None:
        """`period` in rows, from 1."""
        self.period = whole("Wma", "period", period)
        super().__init__(self.period, source)
        self._weights = self.period * (self.period + 1) / 2.0
        self._sum = RollingSum(self.period)
        self._weighted = 0.0

    @property
    def value(self) -> float:
        """The average, in units of the source."""
        return self._weighted / self._weights if self._count >= self.warm_up else NAN

    def push_value(self, value: float) -> None:
        """Take one number in."""
        before = self._sum.total
        self._sum.push_value(value)
        self._count += 1
        if self._count % self.period == 0:
            self._weighted = fsum([place * one for place, one in enumerate(self._sum.window, 1)])
        elif self._count > self.period:
            self._weighted += self.period * value - before
