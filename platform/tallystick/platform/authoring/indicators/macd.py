"""Moving average convergence and divergence."""

from typing import ClassVar, NamedTuple, final

from tallystick.platform.authoring.indicators.ema import Ema
from tallystick.platform.authoring.indicators.settings import below, whole
from tallystick.platform.authoring.indicators.sources import Source
from tallystick.platform.authoring.indicators.streaming import NAN, OfPrice


class MacdLines(NamedTuple):
    """Three lines, in units of the source."""

    macd: float
    signal: float
    histogram: float


@final
class Macd(OfPrice):
    """macd = Ema(fast) - Ema(slow); signal = `Ema` of macd from row `slow` on; histogram = macd - signal.

    Ready after `slow + signal - 1` rows. Appel, The Moving Average Convergence-Divergence Method (1979).
    """

    __slots__ = ("_fast", "_signal", "_slow", "fast", "signal", "slow")
    STATE: ClassVar = ("_fast", "_signal", "_slow")

    def __init__(self, fast: int = 12, slow: int = 26, signal: int = 9, source: Source = "close") -> None:
        """Periods in rows, `fast` below `slow`."""
        self.fast = whole("Macd", "fast", fast)
        self.slow = whole("Macd", "slow", slow)
        self.signal = whole("Macd", "signal", signal)
        below("Macd", ("fast", self.fast), ("slow", self.slow))
        super().__init__(self.slow + self.signal - 1, source)
        self._fast, self._slow, self._signal = Ema(self.fast), Ema(self.slow), Ema(self.signal)

    @property
    def value(self) -> MacdLines:
        """The line, its signal and their difference."""
        if self._count < self.warm_up:
            return MacdLines(NAN, NAN, NAN)
        macd, signal = self._fast.value - self._slow.value, self._signal.value
        return MacdLines(macd, signal, macd - signal)

    def push_value(self, value: float) -> None:
        """Take one number in."""
        self._fast.push_value(value)
        self._slow.push_value(value)
        self._count += 1
        if self._count >= self.slow:
            self._signal.push_value(self._fast.value - self._slow.value)
