"""Relative strength index."""

from typing import ClassVar, final

from tallystick.platform.authoring.indicators.settings import whole
from tallystick.platform.authoring.indicators.smma import Smma
from tallystick.platform.authoring.indicators.sources import Source
from tallystick.platform.authoring.indicators.streaming import NAN, OfPrice


@final
class Rsi(OfPrice):
    """100 * up / (up + down) of Wilder's averages of rises and falls, each seeded with the mean of the first `period`.

    Ready after `period + 1` rows; 50 where nothing moved. Wilder, New Concepts in Technical Trading Systems (1978).
    """

    __slots__ = ("_down", "_last", "_up", "period")
    STATE: ClassVar = ("_down", "_last", "_up")

    def __init__(self, period: int = 14, source: Source = "close") -> None:
        """`period` in changes, from 1."""
        self.period = whole("Rsi", "period", period)
        super().__init__(self.period + 1, source)
        self._up, self._down = Smma(self.period), Smma(self.period)
        self._last = 0.0

    @property
    def value(self) -> float:
        """From 0 to 100."""
        if self._count < self.warm_up:
            return NAN
        up, down = self._up.value, self._down.value
        both = up + down
        return 100.0 * (up / both) if both > 0.0 else 50.0

    def push_value(self, value: float) -> None:
        """Take one number in."""
        if self._count:
            change = value - self._last
            self._up.push_value(max(change, 0.0))
            self._down.push_value(max(-change, 0.0))
        self._last = value
        self._count += 1
