"""Average true range."""

from typing import ClassVar, final

from tallystick.platform.authoring.indicators.settings import whole
from tallystick.platform.authoring.indicators.smma import Smma
from tallystick.platform.authoring.indicators.sources import Bar
from tallystick.platform.authoring.indicators.streaming import Streaming


def true_range(high: float, low: float, close_before: float) -> float:
    """The bar's range, stretched to the close before it (Wilder 1978)."""
    return max(high, close_before) - min(low, close_before)


@final
class Atr(Streaming):
    """Wilder's average of true ranges, seeded with the mean of the first `period`. Ready after `period + 1` rows.

    The first bar has no close before it and gives no range. Wilder, New Concepts in Technical Trading Systems (1978).
    """

    __slots__ = ("_average", "_close", "period")
    STATE: ClassVar = ("_average", "_close")

    def __init__(self, period: int = 14) -> None:
        """`period` in ranges, from 1."""
        self.period = whole("Atr", "period", period)
        super().__init__(self.period + 1)
        self._average = Smma(self.period)
        self._close = 0.0

    @property
    def value(self) -> float:
        """A price distance."""
        return self._average.value

    def push(self, bar: Bar) -> None:
        """Take one closed bar in: its bid high, low and close."""
        if self._count:
            self._average.push_value(true_range(bar.high, bar.low, self._close))
        self._close = bar.close
        self._count += 1
