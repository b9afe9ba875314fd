"""Standard deviation."""

from typing import ClassVar, final

from tallystick.platform.authoring.indicators.rolling import RollingMoments
from tallystick.platform.authoring.indicators.settings import whole
from tallystick.platform.authoring.indicators.sources import Source
from tallystick.platform.authoring.indicators.streaming import NAN, OfPrice


@final
class StdDev(OfPrice):
    """Population standard deviation of the last `period` numbers (divisor n, as in TA-Lib and MT5)."""

    __slots__ = ("_moments", "period")
    STATE: ClassVar = ("_moments",)

    def __init__(self, period: int = 20, source: Source = "close") -> None:
        """`period` in rows, from 2."""
        self.period = whole("StdDev", "period", period, 2)
        super().__init__(self.period, source)
        self._moments = RollingMoments(self.period)

    @property
    def value(self) -> float:
        """The deviation, in units of the source."""
        return self._moments.deviation if self._count >= self.warm_up else NAN

    def push_value(self, value: float) -> None:
        """Take one number in."""
        self._moments.push_value(value)
        self._count += 1
