"""Parabolic stop and reverse."""

from typing import ClassVar, NamedTuple, final

from tallystick.platform.authoring.indicators.settings import below, positive
from tallystick.platform.authoring.indicators.sources import Bar
from tallystick.platform.authoring.indicators.streaming import NAN, Streaming


class Reversal(NamedTuple):
    """The stop (a price) for the latest row, and the side it protects: 1.0 long, -1.0 short."""

    stop: float
    side: float


@final
class ParabolicSar(Streaming):
    """Wilder's stop that closes in by `step` more with each new extreme, at most by `maximum` of the distance.

    Long at first, unless the low fell further than the high rose from the first row to the second; the first stop is
    the first row's low (or high), as in TA-Lib. A stop never lies within the range of the last two rows. Ready after 2
    rows. Wilder, New Concepts in Technical Trading Systems (1978).

    Kept in the coordinates of the side: prices times 1.0 or -1.0, so that the stop is always below.
    """

    __slots__ = ("_extreme", "_high", "_low", "_next", "_side", "_speed", "_stop", "maximum", "step")
    STATE: ClassVar = ("_extreme", "_high", "_low", "_next", "_side", "_speed", "_stop")

    def __init__(self, step: float = 0.02, maximum: float = 0.2) -> None:
        """Shares of the distance to the extreme, `step` at most `maximum`."""
        self.step = positive("ParabolicSar", "step", step)
        self.maximum = positive("ParabolicSar", "maximum", maximum)
        if self.step != self.maximum:
            below("ParabolicSar", ("step", self.step), ("maximum", self.maximum))
        super().__init__(2)
        self._high = self._low = self._stop = self._next = self._extreme = 0.0
        self._side, self._speed = 1.0, self.step

    @property
    def value(self) -> Reversal:
        """Stop and side."""
        if self._count < self.warm_up:
            return Reversal(NAN, NAN)
        return Reversal(self._stop, self._side)

    def push(self, bar: Bar) -> None:
        """Take one closed bar in: its bid high and low."""
        if self._count == 1:
            self._begin(bar)
        if self._count:
            self._follow(bar)
        self._high, self._low = bar.high, bar.low
        self._count += 1

    def _begin(self, bar: Bar) -> None:
        rise, fall = bar.high - self._high, self._low - bar.low
        self._side = -1.0 if fall > 0.0 and fall > rise else 1.0
        self._next = self._low if self._side > 0.0 else -self._high
        self._extreme = bar.high if self._side > 0.0 else -bar.low
        self._high, self._low = bar.high, bar.low

    def _follow(self, bar: Bar) -> None:
        low, before, high = self._seen(bar)
        if low <= self._next:  # the stop was touched: the extreme becomes the stop of the other side
            self._side = -self._side
            low, before, high = self._seen(bar)
            self._next = min(-self._extreme, before, low)
            self._stop = self._side * self._next
            self._speed, self._extreme = self.step, high
        else:
            self._stop = self._side * self._next
            if high > self._extreme:
                self._extreme = high
                self._speed = min(self._speed + self.step, self.maximum)
        self._next = min(self._next + self._speed * (self._extreme - self._next), before, low)

    def _seen(self, bar: Bar) -> tuple[float, float, float]:
        """The near end of this row and of the one before, and the far end, as the present side sees them."""
        if self._side > 0.0:
            return bar.low, self._low, bar.high
        return -bar.high, -self._high, -bar.low
