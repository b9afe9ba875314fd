"""Rows of quotes for the tests of prices: made of plain columns, or walking at random from a printed seed."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tallystick.market.rows import Rows


def quotes(
    time_ns: Sequence[int] | NDArray[np.int64],
    bid: Sequence[float] | NDArray[np.float64],
    ask: Sequence[float] | NDArray[np.float64],
    *,
    series: Sequence[int] | NDArray[np.int64] | None = None,
    flags: Sequence[int] | NDArray[np.int64] | None = None,
) -> Rows:
    """Quotes at book times in ns UTC."""
    time = np.asarray(time_ns, dtype=np.int64)
    numbers = np.zeros(len(time), dtype=np.uint16) if series is None else np.asarray(series, dtype=np.uint16)
    bids, asks = np.asarray(bid, dtype=np.float64), np.asarray(ask, dtype=np.float64)
    marks = np.full(len(time), 6, dtype=np.uint32) if flags is None else np.asarray(flags, dtype=np.uint32)
    columns: dict[str, NDArray[Any]] = {
        "time_msc": time // 1_000_000,
        "series": numbers,
        "bid": bids,
        "ask": asks,
        "flags": marks,
    }
    return Rows("quote", time, numbers, bids, asks, columns)


def walk(count: int, start_ns: int, mean_gap_ms: int, seed: int) -> Rows:
    """Quotes of a five-digit symbol at random moments, with spreads of 0 to 19 points."""
    print(f"seed {seed}")
    chance = np.random.default_rng(seed)
    time = start_ns + np.cumsum(chance.integers(0, 2 * mean_gap_ms, count)) * 1_000_000
    bid = np.round(1.1 + np.cumsum(chance.integers(-5, 6, count)) * 1e-5, 5)
    ask = np.round(bid + chance.integers(0, 20, count) * 1e-5, 5)
    return quotes(time, bid, ask, flags=chance.choice([2, 4, 6, 8, 24, 130], count))


def in_blocks(rows: Rows, sizes: Sequence[int]) -> list[Rows]:
    """The same rows cut into blocks of these sizes, over and over."""
    blocks, first, turn = [], 0, 0
    while first < len(rows):
        stop = min(first + sizes[turn % len(sizes)], len(rows))
        blocks.append(rows.part(first, stop))
        first, turn = stop, turn + 1
    return blocks
