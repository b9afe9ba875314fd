"""Distance from the mean in standard deviations."""

from typing import ClassVar, final

from tallystick.platform.authoring.indicators.rolling import RollingMoments
from tallystick.platform.authoring.indicators.settings import whole
from tallystick.platform.authoring.indicators.sources import Source
from tallystick.platform.authoring.indicators.streaming import NAN, OfPrice

LEAST_DEVIATION = 1e-9
"""Deviation over mean below which a window is taken as not moving."""


@final
class ZScore(OfPrice):
    """(x - mean) / deviation over the last `period` numbers, population deviation.

    0 where the window does not move: deviation at most 1e-9 of the mean.
    """

    __slots__ = ("_moments", "period")
    STATE: ClassVar = ("_moments",)

    def __init__(self, period: int = 20, source: Source = "close") -> None:
        """`period` in rows, from 2."""
        self.period = whole("ZScore", "period", period, 2)
        super().__init__(self.period, source)
        self._moments = RollingMoments(self.period)

    @property
    def value(self) -> float:
        """A number of deviations."""
        if self._count < self.warm_up:
            return NAN
        mean, deviation = self._moments.mean, self._moments.deviation
        if deviation <= LEAST_DEVIATION * abs(mean):
            return 0.0
        return (self._moments.window[-1] - mean) / deviation

    def push_value(self, value: float) -> None:
        """Take one number in."""
        self._moments.push_value(value)
        self._count += 1
