"""Stochastic oscillator."""

from typing import ClassVar, NamedTuple, final

from tallystick.platform.authoring.indicators.rolling import RollingRange
from tallystick.platform.authoring.indicators.settings import whole
from tallystick.platform.authoring.indicators.sma import Sma
from tallystick.platform.authoring.indicators.sources import Bar
from tallystick.platform.authoring.indicators.streaming import NAN, Streaming


class StochasticLines(NamedTuple):
    """%K and %D, from 0 to 100."""

    k: float
    d: float


@final
class Stochastic(Streaming):
    """raw = 100 (close - lowest low) / (highest high - lowest low); k = `Sma` of raw, d = `Sma` of k (Lane).

    raw is 50 where the window has no range. Ready after `period + smooth + signal - 2` rows. MT5 smooths numerator and
    denominator apart, which differs a little; with `smooth=1` this is Lane's fast form, there and here.
    """

    __slots__ = ("_d", "_k", "_range", "period", "signal", "smooth")
    STATE: ClassVar = ("_d", "_k", "_range")

    def __init__(self, period: int = 14, smooth: int = 3, signal: int = 3) -> None:
        """Periods in rows, from 1."""
        self.period = whole("Stochastic", "period", period)
        self.smooth = whole("Stochastic", "smooth", smooth)
        self.signal = whole("Stochastic", "signal", signal)
        super().__init__(self.period + self.smooth + self.signal - 2)
        self._range, self._k, self._d = RollingRange(self.period), Sma(self.smooth), Sma(self.signal)

    @property
    def value(self) -> StochasticLines:
        """The two lines."""
        if self._count < self.warm_up:
            return StochasticLines(NAN, NAN)
        return StochasticLines(self._k.value, self._d.value)

    def push(self, bar: Bar) -> None:
        """Take one closed bar in: its bid high, low and close."""
        window = self._range
        window.push_pair(bar.high, bar.low)
        self._count += 1
        if self._count < self.period:
            return
        lowest = window.lowest
        height = window.highest - lowest
        self._k.push_value(100.0 * ((bar.close - lowest) / height) if height > 0.0 else 50.0)
        if self._k.ready:
            self._d.push_value(self._k.value)
