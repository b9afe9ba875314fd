"""Which rows a strategy reads: those of one declared series, found by symbol, kind and bar length."""

from collections.abc import Sequence
from typing import Literal

from tallystick.events.types.market import SeriesDeclared
from tallystick.market.rows import BarClosed, Quote
from tallystick.market.spans import SECOND_NS
from tallystick.platform.strategies.errors import need

Source = Literal["bars", "quotes"]
KINDS = {"bars": "bar", "quotes": "quote"}
ROW_TYPES: dict[str, type] = {"bars": BarClosed, "quotes": Quote}
UNKNOWN = -1
"""No row carries this series number, so a strategy whose series was not declared stays silent."""


class SeriesChoice:
    """The series of one symbol and kind; `number` is learnt from the declaration.

    `period_s` chooses among several bar lengths; 0 keeps to the first one declared. Numbers belong to a run: when a
    later run declares the same series under another number, that number counts.
    """

    __slots__ = ("_period_ns", "kind", "number", "source", "symbol")

    def __init__(self, strategy: str, symbol: str, source: Source, period_s: int = 0) -> None:
        """Nothing is read until the series has been declared."""
        need(source in KINDS, strategy, "source", source, '"bars" or "quotes"')
        need(period_s >= 0, strategy, "period_s", period_s, "seconds, or 0 for the first series declared")
        self.symbol = symbol
        self.source = source
        self.kind = KINDS[source]
        self.number = UNKNOWN
        self._period_ns = period_s * SECOND_NS if period_s else UNKNOWN

    @property
    def hears(self) -> tuple[type, ...]:
        """The types a strategy on this series hears."""
        return (SeriesDeclared, ROW_TYPES[self.source])

    def declared(self, series: SeriesDeclared) -> None:
        """Take the number of the series if it is the one chosen."""
        if series.symbol != self.symbol or series.kind != self.kind:
            return
        if self._period_ns in {UNKNOWN, series.period_ns}:
            self._period_ns = series.period_ns
            self.number = series.series

    def freeze(self) -> list[int]:
        """Number and bar length of the series."""
        return [self.number, self._period_ns]

    def thaw(self, state: Sequence[int]) -> None:
        """Take back what `freeze` gave."""
        self.number, self._period_ns = state
