"""Ichimoku kinko hyo."""

from collections import deque
from typing import ClassVar, NamedTuple, final

from tallystick.platform.authoring.indicators.rolling import RollingRange
from tallystick.platform.authoring.indicators.settings import whole
from tallystick.platform.authoring.indicators.sources import Bar
from tallystick.platform.authoring.indicators.streaming import NAN, Streaming


class Cloud(NamedTuple):
    """Prices: conversion and base line, the cloud over the latest row, and the cloud `base` rows ahead of it."""

    conversion: float
    base: float
    span_a: float
    span_b: float
    ahead_a: float
    ahead_b: float


@final
class Ichimoku(Streaming):
    """Middles of the ranges of 9, 26 and 52 rows; the cloud is drawn `base` rows later (Hosoda 1968, shift as in MT5).

    span_a, span_b: what was computed `base` rows ago, which is the cloud the latest close is compared with. ahead_a =
    (conversion + base) / 2 and ahead_b (the middle of `span` rows) are computed now. The lagging line is the latest
    close drawn `base` rows back: it has no value of its own. Ready after `span + base` rows.
    """

    __slots__ = ("_base", "_conversion", "_drawn", "_span", "base", "conversion", "span")
    STATE: ClassVar = ("_base", "_conversion", "_drawn", "_span")

    def __init__(self, conversion: int = 9, base: int = 26, span: int = 52) -> None:
        """Periods in rows, from 1; `span` not shorter than the others."""
        self.conversion = whole("Ichimoku", "conversion", conversion)
        self.base = whole("Ichimoku", "base", base)
        self.span = whole("Ichimoku", "span", span, max(self.conversion, self.base))
        super().__init__(self.span + self.base)
        self._conversion, self._base = RollingRange(self.conversion), RollingRange(self.base)
        self._span = RollingRange(self.span)
        self._drawn: deque[float] = deque(maxlen=2 * (self.base + 1))

    @property
    def value(self) -> Cloud:
        """The lines at the latest row."""
        if self._count < self.warm_up:
            return Cloud(NAN, NAN, NAN, NAN, NAN, NAN)
        drawn = self._drawn
        return Cloud(_middle(self._conversion), _middle(self._base), drawn[0], drawn[1], drawn[-2], drawn[-1])

    def push(self, bar: Bar) -> None:
        """Take one closed bar in: its bid high and low."""
        for window in (self._conversion, self._base, self._span):
            window.push_pair(bar.high, bar.low)
        self._count += 1
        if self._count >= self.span:
            self._drawn.append((_middle(self._conversion) + _middle(self._base)) * 0.5)
            self._drawn.append(_middle(self._span))


def _middle(window: RollingRange) -> float:
    return (window.highest + window.lowest) * 0.5
