"""Commodity channel index."""

from collections import deque
from math import fsum
from typing import ClassVar, final

from tallystick.platform.authoring.indicators.settings import whole
from tallystick.platform.authoring.indicators.sources import ROUNDING, Source
from tallystick.platform.authoring.indicators.streaming import NAN, OfPrice


@final
class Cci(OfPrice):
    """(x - mean) / (0.015 d), d the mean distance from the mean of the last `period` numbers.

    0 where d is nothing but rounding: at most 1e-12 of the mean. The mean moves with each row, so d has no recurrence:
    reading the value costs O(period). Lambert, Commodity Channel Index, Commodities (October 1980).
    """

    __slots__ = ("_window", "period")
    STATE: ClassVar = ("_window",)

    def __init__(self, period: int = 20, source: Source = "hlc3") -> None:
        """`period` in rows, from 2."""
        self.period = whole("Cci", "period", period, 2)
        super().__init__(self.period, source)
        self._window: deque[float] = deque(maxlen=self.period)

    @property
    def value(self) -> float:
        """A pure number; Lambert's scale puts most of it between -100 and 100."""
        if self._count < self.warm_up:
            return NAN
        window = self._window
        mean = fsum(window) / self.period
        distance = fsum([abs(one - mean) for one in window]) / self.period
        return (window[-1] - mean) / (0.015 * distance) if distance > ROUNDING * abs(mean) else 0.0

    def push_value(self, value: float) -> None:
        """Take one number in."""
        self._window.append(value)
        self._count += 1
