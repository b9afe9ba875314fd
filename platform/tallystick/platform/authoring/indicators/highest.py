"""The largest of a window."""

from typing import ClassVar, final

from tallystick.platform.authoring.indicators.rolling import RollingLargest
from tallystick.platform.authoring.indicators.settings import whole
from tallystick.platform.authoring.indicators.sources import Source
from tallystick.platform.authoring.indicators.streaming import NAN, OfPrice


@final
class Highest(OfPrice):
    """The largest of the last `period` numbers, the latest included."""

    __slots__ = ("_window", "period")
    STATE: ClassVar = ("_window",)

    def __init__(self, period: int, source: Source = "high") -> None:
        """`period` in rows, from 1."""
        self.period = whole("Highest", "period", period)
        super().__init__(self.period, source)
        self._window = RollingLargest(self.period)

    @property
    def value(self) -> float:
        """In units of the source."""
        return self._window.largest if self._count >= self.warm_up else NAN

    def push_value(self, value: float) -> None:
        """Take one number in."""
        self._window.push_value(value)
        self._count += 1
