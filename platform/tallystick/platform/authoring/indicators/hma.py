"""Hull moving average."""

from math import isqrt
from typing import ClassVar, final

from tallystick.platform.authoring.indicators.settings import whole
from tallystick.platform.authoring.indicators.sources import Source
from tallystick.platform.authoring.indicators.streaming import NAN, OfPrice
from tallystick.platform.authoring.indicators.wma import Wma


@final
class Hma(OfPrice):
    """`Wma` over r rows of 2 Wma(period // 2) - Wma(period), r the whole part of the root of `period`.

    Ready after `period + r - 1` rows. Hull, alanhull.com/hull-moving-average (2005).
    """

    __slots__ = ("_half", "_smooth", "_whole", "period")
    STATE: ClassVar = ("_half", "_smooth", "_whole")

    def __init__(self, period: int, source: Source = "close") -> None:
        """`period` in rows, from 2."""
        self.period = whole("Hma", "period", period, 2)
        root = isqrt(self.period)
        super().__init__(self.period + root - 1, source)
        self._half, self._whole, self._smooth = Wma(self.period // 2), Wma(self.period), Wma(root)

    @property
    def value(self) -> float:
        """The average, in units of the source."""
        return self._smooth.value if self._count >= self.warm_up else NAN

    def push_value(self, value: float) -> None:
        """Take one number in."""
        self._half.push_value(value)
        self._whole.push_value(value)
        self._count += 1
        if self._count >= self.period:
            self._smooth.push_value(2.0 * self._half.value - self._whole.value)
