"""Bollinger bands."""

from typing import ClassVar, NamedTuple, final

from tallystick.platform.authoring.indicators.rolling import RollingMoments
from tallystick.platform.authoring.indicators.settings import positive, whole
from tallystick.platform.authoring.indicators.sources import Source
from tallystick.platform.authoring.indicators.streaming import NAN, OfPrice


class Bands(NamedTuple):
    """Three lines, in units of the source."""

    upper: float
    middle: float
    lower: float


@final
class Bollinger(OfPrice):
    """Mean of the last `period` numbers, and `deviations` population standard deviations above and below it.

    Bollinger, Bollinger on Bollinger Bands (2001).
    """

    __slots__ = ("_moments", "deviations", "period")
    STATE: ClassVar = ("_moments",)

    def __init__(self, period: int = 20, deviations: float = 2.0, source: Source = "close") -> None:
        """`period` in rows, from 2; `deviations` above 0."""
        self.period = whole("Bollinger", "period", period, 2)
        self.deviations = positive("Bollinger", "deviations", deviations)
        super().__init__(self.period, source)
        self._moments = RollingMoments(self.period)

    @property
    def value(self) -> Bands:
        """Upper, middle and lower band."""
        if self._count < self.warm_up:
            return Bands(NAN, NAN, NAN)
        middle, width = self._moments.mean, self.deviations * self._moments.deviation
        return Bands(middle + width, middle, middle - width)

    def push_value(self, value: float) -> None:
        """Take one number in."""
        self._moments.push_value(value)
        self._count += 1
