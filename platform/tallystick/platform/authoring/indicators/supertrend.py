"""Supertrend."""

from typing import ClassVar, NamedTuple, final

from tallystick.platform.authoring.indicators.atr import Atr
from tallystick.platform.authoring.indicators.settings import positive, whole
from tallystick.platform.authoring.indicators.sources import Bar
from tallystick.platform.authoring.indicators.streaming import NAN, Streaming


class Trend(NamedTuple):
    """The line (a price), and the direction: 1.0 above the line, -1.0 below it."""

    line: float
    direction: float


@final
class Supertrend(Streaming):
    """A stop that trails `multiplier` times Wilder's `Atr` behind the middle of the bar and never retreats (Seban).

    Upper band: hl2 + multiplier * atr, taken over only when lower than before or when the close before lay above it;
    lower band mirrored. The direction turns when the close crosses the band it runs under or over. It starts at -1.0,
    with the first row that has an average range (as TradingView does). Ready after `period + 1` rows.
    """

    __slots__ = ("_atr", "_close", "_direction", "_lower", "_upper", "multiplier", "period")
    STATE: ClassVar = ("_atr", "_close", "_direction", "_lower", "_upper")

    def __init__(self, period: int = 10, multiplier: float = 3.0) -> None:
        """`period` in ranges, from 1; `multiplier` above 0."""
        self.period = whole("Supertrend", "period", period)
        self.multiplier = positive("Supertrend", "multiplier", multiplier)
        super().__init__(self.period + 1)
        self._atr = Atr(self.period)
        self._upper = self._lower = self._close = 0.0
        self._direction = -1.0

    @property
    def value(self) -> Trend:
        """Line and direction."""
        if self._count < self.warm_up:
            return Trend(NAN, NAN)
        return Trend(self._lower if self._direction > 0.0 else self._upper, self._direction)

    def push(self, bar: Bar) -> None:
        """Take one closed bar in: its bid high, low and close."""
        self._atr.push(bar)
        self._count += 1
        if self._count >= self.warm_up:
            middle, width = (bar.high + bar.low) * 0.5, self.multiplier * self._atr.value
            upper, lower = middle + width, middle - width
            if self._count == self.warm_up:
                self._upper, self._lower = upper, lower
            else:
                if upper < self._upper or self._close > self._upper:
                    self._upper = upper
                if lower > self._lower or self._close < self._lower:
                    self._lower = lower
                if self._direction < 0.0 and bar.close > self._upper:
                    self._direction = 1.0
                elif self._direction > 0.0 and bar.close < self._lower:
                    self._direction = -1.0
        self._close = bar.close
