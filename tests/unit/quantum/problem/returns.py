"""Returns for tests, drawn from a seed: correlated, with fat tails, and a little to earn."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def drawn(periods: int, assets: int, seed: int) -> Floats:
    """Returns (periods, assets)."""
    rng = np.random.default_rng(seed)
    mixing = np.eye(assets) + 0.3 * rng.normal(size=(assets, assets))
    found: Floats = 0.01 * rng.standard_t(5, size=(periods, assets)) @ mixing + rng.uniform(0.0, 0.001, assets)
    return found
