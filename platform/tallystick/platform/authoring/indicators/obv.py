"""On balance volume."""

from typing import ClassVar, final

from tallystick.platform.authoring.indicators.sources import Bar, Source
from tallystick.platform.authoring.indicators.streaming import NAN, OfPrice


@final
class Obv(OfPrice):
    """Running sum of volume: added when the source rises, taken off when it falls; starts at the first row's volume.

    Volume is the bar's, in ticks. Ready after one row. Granville, New Key to Stock Market Profits (1963).
    """

    __slots__ = ("_last", "_total")
    STATE: ClassVar = ("_last", "_total")

    def __init__(self, source: Source = "close") -> None:
        """Of which price the direction is taken."""
        super().__init__(1, source)
        self._last = 0.0
        self._total = 0.0

    @property
    def value(self) -> float:
        """Ticks."""
        return self._total if self._count else NAN

    def push(self, bar: Bar) -> None:
        """Take one closed bar in: its source and its volume."""
        price = self._price(bar)
        if price > self._last or not self._count:
            self._total += bar.volume
        elif price < self._last:
            self._total -= bar.volume
        self._last = price
        self._count += 1
