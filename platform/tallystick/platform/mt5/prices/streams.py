"""The quotes of one symbol in order of time, part by part: real ones as they are, or made of bars when they are wanted.

A year of one-minute bars makes tens of millions of quotes, so they are never all in memory.
"""

from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from tallystick.market.arrays import Ints
from tallystick.market.spans import MS_NS, NEVER
from tallystick.platform.data.series import Series
from tallystick.platform.mt5.prices.generated import Quotes, bars_of
from tallystick.platform.mt5.prices.layout import ASK, BID
from tallystick.platform.mt5.prices.models import TickModel

PART_ROWS = 8_192
"""What is merged, and held in one piece, at a time: a row put in between moves the rest of its piece."""


class Part(NamedTuple):
    """Some quotes of a symbol: book time in ns UTC, the source's own clock in ms, prices, MT5's tick flags."""

    time: NDArray[Any]
    time_msc: NDArray[Any]
    bid: NDArray[Any]
    ask: NDArray[Any]
    flags: NDArray[Any]

    def cut(self, first: int, stop: int) -> "Part":
        """Quotes `first` to `stop`, as views."""
        return Part(*(column[first:stop] for column in self))


class Stream(Protocol):
    """One symbol's quotes."""

    total: int
    """How many there are."""

    def part(self, first: int) -> tuple[Part, int]:
        """Quotes from unit `first` on (a quote, a bar), and the unit after them; no quotes when there is none."""
        ...

    def begins(self, unit: int) -> int:
        """Time of a unit's first quote, ns UTC; `NEVER` after the last."""
        ...

    def standing(self, time: int) -> tuple[float, float] | None:
        """Bid and ask that stand at a moment of a bar that quotes are made of; None where they are real."""
        ...


class RealQuotes:
    """Quotes of the data."""

    def __init__(self, series: Series) -> None:
        """`series` holds quotes."""
        columns = series.rows.columns
        self._all = Part(series.time, columns["time_msc"], columns["bid"], columns["ask"], columns["flags"])
        self.total = len(series)

    def part(self, first: int) -> tuple[Part, int]:
        """The next quotes."""
        stop = min(first + PART_ROWS, self.total)
        return self._all.cut(first, stop), stop

    def begins(self, unit: int) -> int:
        """Time of a quote."""
        return int(self._all.time[unit]) if unit < self.total else NEVER

    def standing(self, time: int) -> tuple[float, float] | None:
        """Nothing lies between two real quotes."""
        del time
        return None


class MadeQuotes:
    """Quotes that a model makes of bars."""

    def __init__(self, series: Series, model: TickModel) -> None:
        """`series` holds bars that fit the model."""
        self._model = model
        self._bars = model.prepared(bars_of(series))
        self._source_msc = series.rows.columns["time_msc"]
        self._before: Ints = np.concatenate([[0], np.cumsum(model.counts(self._bars))])
        self.total = int(self._before[-1])
        self._kept: tuple[int, Quotes] | None = None

    def part(self, first: int) -> tuple[Part, int]:
        """The quotes of the next bars, at least those of one."""
        held = int(self._before[first]) + PART_ROWS
        stop = max(int(np.searchsorted(self._before, held, side="right")) - 1, first + 1)
        stop = min(stop, len(self._bars))
        made = self._model.quotes(self._bars.part(first, stop))
        number = made.bar + first
        msc = self._source_msc[number] + (made.time - self._bars.opened[number]) // MS_NS
        return Part(made.time, msc, made.bid, made.ask, _flags(made)), stop

    def begins(self, unit: int) -> int:
        """Opening of a bar."""
        return int(self._bars.opened[unit]) if unit < len(self._bars) else NEVER

    def standing(self, time: int) -> tuple[float, float] | None:
        """Bid and ask that stand at a moment of a bar: those of its last quote. What comes next is nobody's to know."""
        bar = int(np.searchsorted(self._bars.opened, time, side="right")) - 1
        if bar < 0 or time >= int(self._bars.opened[bar] + self._bars.length[bar]):
            return None
        if self._kept is None or self._kept[0] != bar:
            self._kept = (bar, self._model.quotes(self._bars.part(bar, bar + 1)))
        made = self._kept[1]
        place = int(np.searchsorted(made.time, time, side="right")) - 1
        return float(made.bid[place]), float(made.ask[place])


def _flags(made: Quotes) -> NDArray[np.uint32]:
    """What is new of each quote: both sides of a bar's first, and where neither changed, as a repeated quote has it."""
    fresh = np.diff(made.bar, prepend=-1) != 0
    bid = fresh | (np.diff(made.bid, prepend=np.nan) != 0)
    ask = fresh | (np.diff(made.ask, prepend=np.nan) != 0)
    flags = bid * BID + ask * ASK
    return np.where(flags == 0, BID | ASK, flags).astype(np.uint32)
