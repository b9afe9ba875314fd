"""Donchian channel."""

from typing import ClassVar, NamedTuple, final

from tallystick.platform.authoring.indicators.rolling import RollingRange
from tallystick.platform.authoring.indicators.settings import whole
from tallystick.platform.authoring.indicators.sources import Bar
from tallystick.platform.authoring.indicators.streaming import NAN, Streaming


class Channel(NamedTuple):
    """Three prices."""

    upper: float
    middle: float
    lower: float


@final
class Donchian(Streaming):
    """Highest high and lowest low of the last `period` rows, and the middle of the two.

    The latest row is included, so a close never lies outside; a breakout compares with the channel of the row before.
    """

    __slots__ = ("_range", "period")
    STATE: ClassVar = ("_range",)

    def __init__(self, period: int = 20) -> None:
        """`period` in rows, from 1."""
        self.period = whole("Donchian", "period", period)
        super().__init__(self.period)
        self._range = RollingRange(self.period)

    @property
    def value(self) -> Channel:
        """Upper, middle and lower line."""
        if self._count < self.warm_up:
            return Channel(NAN, NAN, NAN)
        upper, lower = self._range.highest, self._range.lowest
        return Channel(upper, (upper + lower) * 0.5, lower)

    def push(self, bar: Bar) -> None:
        """Take one closed bar in: its bid high and low."""
        self._range.push_pair(bar.high, bar.low)
        self._count += 1
