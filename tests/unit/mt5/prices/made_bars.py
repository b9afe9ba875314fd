"""Bars for the tests of tick models: stated in points, or at random with shadows, dojis and flat ones among them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tallystick.platform.mt5.prices.generated import Bars

MINUTE = 60_000_000_000
MAY_5 = 1_399_248_000_000_000_000


def bars(
    ohlc: Sequence[tuple[int, int, int, int]] | NDArray[np.int64],
    volume: Sequence[int] | NDArray[np.int64],
    *,
    period_ns: int = MINUTE,
    spread: Sequence[tuple[int, int]] | None = None,
    digits: int = 2,
) -> Bars:
    """Bars one after another from 2014-05-05; prices in points, `spread` at open and close (default 3 and 3)."""
    points = np.array(ohlc, dtype=np.int64)
    wide = np.array(spread if spread is not None else [(3, 3)] * len(points))
    scale = 10**digits
    added = {"open": wide[:, 0], "high": wide.max(axis=1), "low": wide.min(axis=1), "close": wide[:, 1]}
    prices = {f"bid_{name}": points[:, place] / scale for place, name in enumerate(added)}
    prices |= {f"ask_{name}": (points[:, place] + added[name]) / scale for place, name in enumerate(added)}
    opened = MAY_5 + np.arange(len(points), dtype=np.int64) * period_ns
    volumes = np.array(volume, dtype=np.int64)
    rising = prices["bid_close"] >= prices["bid_open"]
    length = np.full(len(points), period_ns)
    return Bars(opened=opened, length=length, digits=digits, volume=volumes, rising=rising, **prices)


def random_bars(count: int, seed: int, **stated: int) -> Bars:
    """Bars of every shape, with 0 to 40 ticks."""
    print(f"seed {seed}")
    chance = np.random.default_rng(seed)
    opened, closed = chance.integers(500, 520, count), chance.integers(500, 520, count)
    high = np.maximum(opened, closed) + chance.integers(0, 30, count) * chance.integers(0, 2, count)
    low = np.minimum(opened, closed) - chance.integers(0, 30, count) * chance.integers(0, 2, count)
    spread = [(int(a), int(b)) for a, b in chance.integers(0, 9, (count, 2))]
    ohlc = np.stack([opened, high, low, closed], axis=1)
    return bars(ohlc, chance.integers(0, 41, count), spread=spread, **stated)
