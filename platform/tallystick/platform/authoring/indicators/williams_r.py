"""Williams' percent range."""

from typing import ClassVar, final

from tallystick.platform.authoring.indicators.rolling import RollingRange
from tallystick.platform.authoring.indicators.settings import whole
from tallystick.platform.authoring.indicators.sources import Bar
from tallystick.platform.authoring.indicators.streaming import NAN, Streaming


@final
class WilliamsR(Streaming):
    """-100 (highest high - close) / (highest high - lowest low) of `period` rows; -50 where there is no range.

    Williams, How I Made One Million Dollars (1973).
    """

    __slots__ = ("_close", "_range", "period")
    STATE: ClassVar = ("_close", "_range")

    def __init__(self, period: int = 14) -> None:
        """`period` in rows, from 1."""
        self.period = whole("WilliamsR", "period", period)
        super().__init__(self.period)
        self._range = RollingRange(self.period)
        self._close = 0.0

    @property
    def value(self) -> float:
        """From -100 to 0."""
        if self._count < self.warm_up:
            return NAN
        highest = self._range.highest
        height = highest - self._range.lowest
        return -100.0 * ((highest - self._close) / height) if height > 0.0 else -50.0

    def push(self, bar: Bar) -> None:
        """Take one closed bar in: its bid high, low and close."""
        self._range.push_pair(bar.high, bar.low)
        self._close = bar.close
        self._count += 1
