"""Aroon."""

from typing import ClassVar, NamedTuple, final

from tallystick.platform.authoring.indicators.rolling import RollingRange
from tallystick.platform.authoring.indicators.settings import whole
from tallystick.platform.authoring.indicators.sources import Bar
from tallystick.platform.authoring.indicators.streaming import NAN, Streaming


class AroonLines(NamedTuple):
    """How young the highest high and the lowest low are, from 0 to 100."""

    up: float
    down: float


@final
class Aroon(Streaming):
    """100 (period - age) / period, age the rows since the highest high (up) and the lowest low (down).

    Looked for among `period + 1` rows, the latest of equal ones counts. Chande, Stocks & Commodities 13:9 (1995).
    """

    __slots__ = ("_range", "period")
    STATE: ClassVar = ("_range",)

    def __init__(self, period: int = 14) -> None:
        """`period` in rows, from 1."""
        self.period = whole("Aroon", "period", period)
        super().__init__(self.period + 1)
        self._range = RollingRange(self.period + 1)

    @property
    def value(self) -> AroonLines:
        """The two lines."""
        if self._count < self.warm_up:
            return AroonLines(NAN, NAN)
        up, down = self._range.ages
        return AroonLines(100.0 * (self.period - up) / self.period, 100.0 * (self.period - down) / self.period)

    def push(self, bar: Bar) -> None:
        """Take one closed bar in: its bid high and low."""
        self._range.push_pair(bar.high, bar.low)
        self._count += 1
