"""Simple moving average."""

from collections import deque
from math import fsum
from typing import ClassVar, final

from tallystick.platform.authoring.indicators.settings import whole
from tallystick.platform.authoring.indicators.sources import Source
from tallystick.platform.authoring.indicators.streaming import NAN, OfPrice


@final
class Sma(OfPrice):
    """Mean of the last `period` numbers.

    The sum goes on by difference and is taken afresh from the window each time it has gone round, so that rounding
    never accumulates beyond one window.
    """

    __slots__ = ("_sum", "_window", "period")
    STATE: ClassVar = ("_sum", "_window")

    def __init__(self, period: int, source: Source = "close") -> None:
        """`period` in rows, from 1."""
        self.period = whole("Sma", "period", period)
        super().__init__(self.period, source)
        self._sum = 0.0
        self._window: deque[float] = deque(maxlen=self.period)

    @property
    def value(self) -> float:
        """The mean, in units of the source."""
        return self._sum / self.period if self._count >= self.warm_up else NAN

    def push_value(self, value: float) -> None:
        """Take one number in."""
        window = self._window
        if self._count >= self.period:
            self._sum += value - window[0]
        window.append(value)
        self._count += 1
        if self._count % self.period == 0:
            self._sum = fsum(window)
