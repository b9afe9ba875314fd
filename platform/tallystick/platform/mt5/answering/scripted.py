"""A market written by hand: quotes with their times, for a test of a bot or of this module's functions."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from tallystick.market.spans import MS_NS
from tallystick.platform.data.feed import Feed
from tallystick.platform.data.series import Series
from tallystick.platform.data.source import SourceRows, typed
from tallystick.platform.mt5.prices.feed import ExecFeed
from tallystick.platform.mt5.prices.quote import BOTH_SIDES

SOURCE = "written by hand"


class Written(NamedTuple):
    """One quote; `time` in ns UTC, of whole milliseconds."""

    time: int
    symbol: str
    bid: float
    ask: float
    flags: int = BOTH_SIDES


def feed_of(quotes: Iterable[Written]) -> ExecFeed:
    """A feed of these quotes, in order of time; symbols are numbered in the order in which they first come."""
    listed = list(quotes)
    symbols = dict.fromkeys(one.symbol for one in listed)
    return ExecFeed(Feed([_series(symbol, [one for one in listed if one.symbol == symbol]) for symbol in symbols]))


def _series(symbol: str, quotes: Sequence[Written]) -> Series:
    time = np.array([one.time for one in quotes], dtype=np.int64)
    columns = {
        "time_msc": time // MS_NS,
        "bid": np.array([one.bid for one in quotes]),
        "ask": np.array([one.ask for one in quotes]),
        "flags": np.array([one.flags for one in quotes]),
    }
    count = len(quotes)
    rows = SourceRows(
        "quote",
        0,
        max(_decimals(price) for one in quotes for price in (one.bid, one.ask)),
        {name: typed(name, values) for name, values in columns.items()},
        (SOURCE,),
        np.zeros(count, dtype=np.int64),
        np.arange(1, count + 1),
    )
    return Series(symbol, "quote", 0, "utc", SOURCE, rows, time, (), ())


def _decimals(price: float) -> int:
    return len(repr(price).partition(".")[2])
