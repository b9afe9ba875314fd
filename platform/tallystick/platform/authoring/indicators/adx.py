"""Average directional index."""

from typing import ClassVar, NamedTuple, final

from tallystick.platform.authoring.indicators.atr import true_range
from tallystick.platform.authoring.indicators.settings import whole
from tallystick.platform.authoring.indicators.smma import Smma
from tallystick.platform.authoring.indicators.sources import Bar
from tallystick.platform.authoring.indicators.streaming import NAN, Streaming


class Directional(NamedTuple):
    """Strength of the trend, and how much of it points up and down; each from 0 to 100."""

    adx: float
    plus: float
    minus: float


@final
class Adx(Streaming):
    """Wilder's averages of directional movement over true range (plus, minus), and of their relative distance (adx).

    Each average is seeded with the mean of its first `period` values, so adx is ready after `2 period` rows. TA-Lib
    seeds with one movement fewer; the difference fades by (period - 1) / period a row. Where nothing moved the values
    are 0. Wilder, New Concepts in Technical Trading Systems (1978).
    """

    __slots__ = ("_adx", "_close", "_high", "_low", "_minus", "_plus", "_range", "period")
    STATE: ClassVar = ("_adx", "_close", "_high", "_low", "_minus", "_plus", "_range")

    def __init__(self, period: int = 14) -> None:
        """`period` in movements, from 1."""
        self.period = whole("Adx", "period", period)
        super().__init__(2 * self.period)
        self._plus, self._minus, self._range = Smma(self.period), Smma(self.period), Smma(self.period)
        self._adx = Smma(self.period)
        self._high = self._low = self._close = 0.0

    @property
    def value(self) -> Directional:
        """Strength and direction."""
        if self._count < self.warm_up:
            return Directional(NAN, NAN, NAN)
        return Directional(self._adx.value, *self._sides())

    def push(self, bar: Bar) -> None:
        """Take one closed bar in: its bid high, low and close."""
        high, low = bar.high, bar.low
        if self._count:
            up, down = high - self._high, self._low - low
            self._plus.push_value(up if up > down and up > 0.0 else 0.0)
            self._minus.push_value(down if down > up and down > 0.0 else 0.0)
            self._range.push_value(true_range(high, low, self._close))
            if self._range.ready:
                plus, minus = self._sides()
                both = plus + minus
                self._adx.push_value(100.0 * (abs(plus - minus) / both) if both > 0.0 else 0.0)
        self._high, self._low, self._close = high, low, bar.close
        self._count += 1

    def _sides(self) -> tuple[float, float]:
        height = self._range.value
        if height <= 0.0:
            return 0.0, 0.0
        return 100.0 * (self._plus.value / height), 100.0 * (self._minus.value / height)
