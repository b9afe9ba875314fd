"""Change over a number of rows."""

from collections import deque
from typing import ClassVar, final

from tallystick.platform.authoring.indicators.settings import whole
from tallystick.platform.authoring.indicators.sources import Source
from tallystick.platform.authoring.indicators.streaming import NAN, OfPrice


@final
class Momentum(OfPrice):
    """x - x[`period` rows before]. Ready after `period + 1` rows. MT5's iMomentum is 100 times their ratio instead."""

    __slots__ = ("_window", "period")
    STATE: ClassVar = ("_window",)

    def __init__(self, period: int = 10, source: Source = "close") -> None:
        """`period` in rows, from 1."""
        self.period = whole("Momentum", "period", period)
        super().__init__(self.period + 1, source)
        self._window: deque[float] = deque(maxlen=self.period + 1)

    @property
    def value(self) -> float:
        """A difference, in units of the source."""
        return self._window[-1] - self._window[0] if self._count >= self.warm_up else NAN

    def push_value(self, value: float) -> None:
        """Take one number in."""
        self._window.append(value)
        self._count += 1
