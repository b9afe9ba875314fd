"""Simple moving average."""

from typing import ClassVar, final

from tallystick.platform.authoring.indicators.rolling import RollingSum
from tallystick.platform.authoring.indicators.settings import whole
from tallystick.platform.authoring.indicators.sources import Source
from tallystick.platform.authoring.indicators.streaming import NAN, OfPrice


@final
class Sma(OfPrice):
    """Mean of the last `period` numbers, from a running sum taken afresh once a window."""

    __slots__ = ("_sum", "period")
    STATE: ClassVar = ("_sum",)

    def __init__(self, period: int, source: Source = "close") -> None:
        """`period` in rows, from 1."""
        self.period = whole("Sma", "period", period)
        super().__init__(self.period, source)
        self._sum = RollingSum(self.period)

    @property
    def value(self) -> float:
        """The mean, in units of the source."""
        return self._sum.total / self.period if self._count >= self.warm_up else NAN

    def push_value(self, value: float) -> None:
        """Take one number in."""
        self._sum.push_value(value)
        self._count += 1
