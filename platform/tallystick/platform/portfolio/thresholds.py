"""The prices at which watched positions act, as columns, and the first row that reaches one of them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tallystick.market.compiled import compiled
from tallystick.market.rows import Rows
from tallystick.platform.portfolio.protection import NEVER, Watch


class Thresholds:
    """Thresholds of watches by series; made anew whenever a watch changes."""

    __slots__ = ("_columns",)

    def __init__(self, watches: Mapping[int, Watch], series: Mapping[int, str]) -> None:
        """`series`: symbol by series number; every series of a watch's symbol counts."""
        found = [
            (number, watch.direction, 10.0**watch.digits, float(watch.threshold()), watch.not_before)
            for watch in watches.values()
            for number, symbol in series.items()
            if symbol == watch.symbol and watch.threshold() < NEVER
        ]
        self._columns: tuple[NDArray[Any], ...] = ()
        if found:
            numbers, sides, scales, prices, times = zip(*found, strict=True)
            self._columns = (
                np.array(numbers, dtype=np.uint16),
                np.array(sides, dtype=np.float64),
                np.array(scales, dtype=np.float64),
                np.array(prices, dtype=np.float64),
                np.array(times, dtype=np.int64),
            )

    def first(self, rows: Rows) -> int:
        """Index of the first row that reaches a threshold, or -1."""
        if not self._columns:
            return -1
        found: int = _first_reaching(rows.time, rows.series, rows.bid, rows.ask, *self._columns)
        return found


@compiled
def _first_reaching(  # noqa: PLR0917 -- columns pass into compiled code one by one
    time: NDArray[Any],
    series: NDArray[Any],
    bid: NDArray[Any],
    ask: NDArray[Any],
    numbers: NDArray[Any],
    sides: NDArray[Any],
    scales: NDArray[Any],
    prices: NDArray[Any],
    times: NDArray[Any],
) -> int:
    for row in range(series.shape[0]):
        for watch in range(numbers.shape[0]):
            if series[row] != numbers[watch] or time[row] < times[watch]:
                continue
            price = bid[row] if sides[watch] > 0.0 else ask[row]
            if sides[watch] * np.rint(price * scales[watch]) >= prices[watch]:
                return row
    return -1
