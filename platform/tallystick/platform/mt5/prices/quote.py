"""One quote as market rows."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tallystick.market.rows import Rows

BOTH_SIDES = 6
"""MT5's tick flags for a new bid and a new ask."""


def one_quote(series: int, time: int, time_msc: int, bid: float, ask: float, flags: int = BOTH_SIDES) -> Rows:
    """`time` in ns UTC, `time_msc` in ms of the source's clock."""
    bids, asks = np.array([bid]), np.array([ask])
    numbers = np.array([series], dtype=np.uint16)
    columns: dict[str, NDArray[Any]] = {
        "time_msc": np.array([time_msc], dtype=np.int64),
        "series": numbers,
        "bid": bids,
        "ask": asks,
        "flags": np.array([flags], dtype=np.uint32),
    }
    return Rows("quote", np.array([time], dtype=np.int64), numbers, bids, asks, columns)
