"""Money flow index."""

from typing import ClassVar, final

from tallystick.platform.authoring.indicators.rolling import RollingSum
from tallystick.platform.authoring.indicators.settings import whole
from tallystick.platform.authoring.indicators.sources import ROUNDING, Bar, Source
from tallystick.platform.authoring.indicators.streaming import NAN, OfPrice


@final
class Mfi(OfPrice):
    """100 up / (up + down): sums over `period` rows of source times volume where the source rose, and where it fell.

    A change below 1e-12 of the price is none. Ready after `period + 1` rows; 50 where nothing flowed.
    Quong and Soudack, Stocks & Commodities 7:3 (1989).
    """

    __slots__ = ("_down", "_last", "_up", "period")
    STATE: ClassVar = ("_down", "_last", "_up")

    def __init__(self, period: int = 14, source: Source = "hlc3") -> None:
        """`period` in changes, from 1."""
        self.period = whole("Mfi", "period", period)
        super().__init__(self.period + 1, source)
        self._up, self._down = RollingSum(self.period), RollingSum(self.period)
        self._last = 0.0

    @property
    def value(self) -> float:
        """From 0 to 100."""
        if self._count < self.warm_up:
            return NAN
        up, down = max(self._up.total, 0.0), max(self._down.total, 0.0)  # a difference may end a hair below nothing
        return 100.0 * (up / (up + down)) if up + down > 0.0 else 50.0

    def push(self, bar: Bar) -> None:
        """Take one closed bar in: its source and its volume."""
        price = self._price(bar)
        if self._count:
            flow, change, least = price * bar.volume, price - self._last, ROUNDING * abs(price)
            self._up.push_value(flow if change > least else 0.0)
            self._down.push_value(flow if change < -least else 0.0)
        self._last = price
        self._count += 1
