"""Bars as arrays, and the quotes that a model makes of them."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tallystick.market.arrays import Floats, Ints
from tallystick.market.spans import MS_NS
from tallystick.platform.data.series import Series

LAST_MOMENT = MS_NS
"""How long before its end a bar's last quote comes: at its very end the next bar would begin with it."""


@dataclass(frozen=True)
class Bars:
    """Bars of one symbol in order of time.

    `opened` and `length` in ns (UTC), prices as received, `volume` in ticks (0: not known). `rising` bars go to their
    low first, the others to their high. A bar is shorter than its period where the next begins before its end: days
    of a clock that is put forward.
    """

    opened: Ints
    length: Ints
    digits: int
    bid_open: Floats
    bid_high: Floats
    bid_low: Floats
    bid_close: Floats
    ask_open: Floats
    ask_high: Floats
    ask_low: Floats
    ask_close: Floats
    volume: Ints
    rising: NDArray[np.bool_]

    def __len__(self) -> int:
        """Number of bars."""
        return len(self.opened)

    def part(self, first: int, stop: int) -> "Bars":
        """Bars `first` to `stop`."""
        cut = {name: getattr(self, name)[first:stop] for name in ("opened", "length", *PRICES, "volume", "rising")}
        return Bars(digits=self.digits, **cut)


PRICES = tuple(f"{side}_{point}" for side in ("bid", "ask") for point in ("open", "high", "low", "close"))


class Quotes(NamedTuple):
    """Quotes made of bars: moments in ns UTC, bid and ask, and the number of the bar each belongs to."""

    time: Ints
    bid: Floats
    ask: Floats
    bar: Ints


def bars_of(series: Series) -> Bars:
    """A series of bars as arrays; they rise that close at or above their open (`docs/fills.md`, section 2)."""
    prices = {name: series.rows.columns[name] for name in PRICES}
    volume = series.rows.columns["volume"].astype(np.int64)
    opened = series.time - series.period_ns
    length = np.minimum(np.diff(opened, append=opened[-1] + series.period_ns), series.period_ns)
    rising = prices["bid_close"] >= prices["bid_open"]
    return Bars(opened=opened, length=length, digits=series.rows.digits, volume=volume, rising=rising, **prices)
