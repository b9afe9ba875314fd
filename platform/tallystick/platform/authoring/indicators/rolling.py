"""Windows that several indicators share: sum, mean and squared deviations, the largest with its age.

Sums go on by difference and are taken afresh from the window each time it has gone round (`math.fsum`, which rounds
once), so that rounding never accumulates beyond one window.
"""

from collections import deque
from math import fsum, sqrt
from typing import ClassVar, final

from tallystick.platform.authoring.indicators.streaming import Streaming


@final
class RollingSum(Streaming):
    """Sum of the last `period` numbers."""

    __slots__ = ("period", "total", "window")
    STATE: ClassVar = ("total", "window")

    def __init__(self, period: int) -> None:
        """`period` in numbers, from 1."""
        super().__init__(period)
        self.period = period
        self.total = 0.0
        self.window: deque[float] = deque(maxlen=period)

    def push_value(self, value: float) -> None:
        """Take one number in."""
        window = self.window
        self.total += value - window[0] if self._count >= self.period else value
        window.append(value)
        self._count += 1
        if self._count % self.period == 0:
            self.total = fsum(window)


@final
class RollingMoments(Streaming):
    """Mean and population deviation of the last `period` numbers, both from the first full window on.

    By difference (Chan, Golub, LeVeque 1983) as in strategies/z_score.py.
    """

    __slots__ = ("_squares", "mean", "period", "window")
    STATE: ClassVar = ("_squares", "mean", "window")

    def __init__(self, period: int) -> None:
        """`period` in numbers, from 1."""
        super().__init__(period)
        self.period = period
        self.mean = 0.0
        self._squares = 0.0
        self.window: deque[float] = deque(maxlen=period)

    @property
    def deviation(self) -> float:
        """Root of the mean squared deviation from the mean; 0 where nothing moved."""
        return sqrt(self._squares / self.period) if self._squares > 0.0 else 0.0

    def push_value(self, value: float) -> None:
        """Take one number in."""
        window, period = self.window, self.period
        old = window[0] if window else value
        window.append(value)
        self._count += 1
        if self._count % period == 0:
            mean = self.mean = fsum(window) / period
            self._squares = fsum([(one - mean) * (one - mean) for one in window])
        elif self._count > period:
            change = value - old
            mean = self.mean + change / period
            self._squares += change * ((value - mean) + (old - self.mean))
            self.mean = mean


@final
class RollingLargest(Streaming):
    """Largest of the last `period` numbers and how many rows ago it was; the latest of equal ones.

    A queue of candidates that falls from front to back: each number enters and leaves once, whatever the period.
    """

    __slots__ = ("_places", "_values", "period")
    STATE: ClassVar = ("_places", "_values")

    def __init__(self, period: int) -> None:
        """`period` in numbers, from 1."""
        super().__init__(period)
        self.period = period
        self._values: deque[float] = deque()
        self._places: deque[int] = deque()

    @property
    def largest(self) -> float:
        """The largest number of the window."""
        return self._values[0]

    @property
    def age(self) -> int:
        """Rows since it was pushed; 0 for the present one."""
        return self._count - 1 - self._places[0]

    def push_value(self, value: float) -> None:
        """Take one number in."""
        values, places = self._values, self._places
        while values and values[-1] <= value:
            values.pop()
            places.pop()
        values.append(value)
        places.append(self._count)
        if places[0] <= self._count - self.period:
            values.popleft()
            places.popleft()
        self._count += 1


@final
class RollingRange(Streaming):
    """Highest and lowest of the last `period` rows, given as two numbers a row."""

    __slots__ = ("_high", "_low", "period")
    STATE: ClassVar = ("_high", "_low")

    def __init__(self, period: int) -> None:
        """`period` in rows, from 1."""
        super().__init__(period)
        self.period = period
        self._high, self._low = RollingLargest(period), RollingLargest(period)

    @property
    def highest(self) -> float:
        """The highest of the window."""
        return self._high.largest

    @property
    def lowest(self) -> float:
        """The lowest of the window."""
        return -self._low.largest

    @property
    def ages(self) -> tuple[int, int]:
        """Rows since the highest and since the lowest."""
        return self._high.age, self._low.age

    def push_pair(self, high: float, low: float) -> None:
        """Take one row in."""
        self._high.push_value(high)
        self._low.push_value(-low)
        self._count += 1
