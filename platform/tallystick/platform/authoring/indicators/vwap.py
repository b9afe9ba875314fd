"""Volume weighted average price of a window."""

from typing import ClassVar, final

from tallystick.platform.authoring.indicators.rolling import RollingSum
from tallystick.platform.authoring.indicators.settings import whole
from tallystick.platform.authoring.indicators.sources import Bar, Source
from tallystick.platform.authoring.indicators.streaming import NAN, OfPrice


@final
class Vwap(OfPrice):
    """Sum of price times volume over sum of volume, of the last `period` rows; the latest price without volume."""

    __slots__ = ("_last", "_traded", "_volume", "period")
    STATE: ClassVar = ("_last", "_traded", "_volume")

    def __init__(self, period: int = 20, source: Source = "hlc3") -> None:
        """`period` in rows, from 1."""
        self.period = whole("Vwap", "period", period)
        super().__init__(self.period, source)
        self._traded, self._volume = RollingSum(self.period), RollingSum(self.period)
        self._last = 0.0

    @property
    def value(self) -> float:
        """A price."""
        if self._count < self.warm_up:
            return NAN
        volume = self._volume.total
        return self._traded.total / volume if volume > 0.0 else self._last

    def push(self, bar: Bar) -> None:
        """Take one closed bar in: its source and its volume."""
        self._last = self._price(bar)
        self._traded.push_value(self._last * bar.volume)
        self._volume.push_value(float(bar.volume))
        self._count += 1
