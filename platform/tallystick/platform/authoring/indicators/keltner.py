"""Keltner channel."""

from typing import ClassVar, final

from tallystick.platform.authoring.indicators.atr import Atr
from tallystick.platform.authoring.indicators.donchian import Channel
from tallystick.platform.authoring.indicators.ema import Ema
from tallystick.platform.authoring.indicators.settings import positive, whole
from tallystick.platform.authoring.indicators.sources import Bar, Source
from tallystick.platform.authoring.indicators.streaming import NAN, OfPrice


@final
class Keltner(OfPrice):
    """`Ema` of the source, and `multiplier` times Wilder's `Atr` above and below it (Raschke's form of Keltner 1960).

    Ready after the larger of `period` and `atr_period + 1` rows.
    """

    __slots__ = ("_atr", "_middle", "atr_period", "multiplier", "period")
    STATE: ClassVar = ("_atr", "_middle")

    def __init__(
        self, period: int = 20, multiplier: float = 2.0, atr_period: int = 10, source: Source = "close"
    ) -> None:
        """Periods in rows, from 1; `multiplier` above 0."""
        self.period = whole("Keltner", "period", period)
        self.multiplier = positive("Keltner", "multiplier", multiplier)
        self.atr_period = whole("Keltner", "atr_period", atr_period)
        super().__init__(max(self.period, self.atr_period + 1), source)
        self._middle, self._atr = Ema(self.period), Atr(self.atr_period)

    @property
    def value(self) -> Channel:
        """Upper, middle and lower line."""
        if self._count < self.warm_up:
            return Channel(NAN, NAN, NAN)
        middle, width = self._middle.value, self.multiplier * self._atr.value
        return Channel(middle + width, middle, middle - width)

    def push(self, bar: Bar) -> None:
        """Take one closed bar in: its source, and its bid high, low and close."""
        self._middle.push_value(self._price(bar))
        self._atr.push(bar)
        self._count += 1
