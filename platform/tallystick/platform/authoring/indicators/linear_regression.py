"""Straight line through a window."""

from math import fsum
from typing import ClassVar, NamedTuple, final

from tallystick.platform.authoring.indicators.rolling import RollingSum
from tallystick.platform.authoring.indicators.settings import whole
from tallystick.platform.authoring.indicators.sources import Source
from tallystick.platform.authoring.indicators.streaming import NAN, OfPrice


class Line(NamedTuple):
    """A straight line: its height at the latest row, in units of the source, and its rise per row."""

    end: float
    slope: float


@final
class LinearRegression(OfPrice):
    """Least squares line through the last `period` numbers over their places; sums taken afresh once a window."""

    __slots__ = ("_centred", "_spread", "_sum", "period")
    STATE: ClassVar = ("_centred", "_sum")

    def __init__(self, period: int = 14, source: Source = "close") -> None:
        """`period` in rows, from 2."""
        self.period = whole("LinearRegression", "period", period, 2)
        super().__init__(self.period, source)
        self._spread = self.period * (self.period * self.period - 1) / 12.0  # sum of squared centred places
        self._sum = RollingSum(self.period)
        self._centred = 0.0

    @property
    def value(self) -> Line:
        """The line's height at the latest row, and its slope."""
        if self._count < self.warm_up:
            return Line(NAN, NAN)
        slope = self._centred / self._spread
        return Line(self._sum.total / self.period + slope * (self.period - 1) / 2.0, slope)

    def push_value(self, value: float) -> None:
        """Take one number in."""
        running, half = self._sum, (self.period - 1) / 2.0
        before = running.total
        oldest = running.window[0] if running.window else value
        running.push_value(value)
        self._count += 1
        if self._count % self.period == 0:
            self._centred = fsum([(place - half) * one for place, one in enumerate(running.window)])
        elif self._count > self.period:  # every place moves down by one, the oldest leaves from -half
            self._centred += half * (oldest + value) - (before - oldest)
