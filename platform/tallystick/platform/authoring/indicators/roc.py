"""Rate of change."""

from collections import deque
from typing import ClassVar, final

from tallystick.platform.authoring.indicators.settings import whole
from tallystick.platform.authoring.indicators.sources import Source
from tallystick.platform.authoring.indicators.streaming import NAN, OfPrice


@final
class Roc(OfPrice):
    """100 (x / x[`period` rows before] - 1). Ready after `period + 1` rows; 0 where the number before is 0."""

    __slots__ = ("_window", "period")
    STATE: ClassVar = ("_window",)

    def __init__(self, period: int = 10, source: Source = "close") -> None:
        """`period` in rows, from 1."""
        self.period = whole("Roc", "period", period)
        super().__init__(self.period + 1, source)
        self._window: deque[float] = deque(maxlen=self.period + 1)

    @property
    def value(self) -> float:
        """Percent."""
        if self._count < self.warm_up:
            return NAN
        before = self._window[0]
        return 100.0 * (self._window[-1] / before - 1.0) if before else 0.0

    def push_value(self, value: float) -> None:
        """Take one number in."""
        self._window.append(value)
        self._count += 1
