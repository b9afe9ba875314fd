"""SplitMix64 (Steele, Lea and Flood 2014): the same numbers from a seed under every version of every library."""

import numpy as np
from numpy.typing import NDArray

GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def outputs(state: int, count: int) -> NDArray[np.uint64]:
    """The generator's first `count` outputs (count,) from a state, taken modulo 2**64."""
    with np.errstate(over="ignore"):
        keys = np.uint64(state % 2**64) + (np.arange(count, dtype=np.uint64) + np.uint64(1)) * GOLDEN
        keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return keys ^ (keys >> np.uint64(31))
