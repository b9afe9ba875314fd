"""Draws from a seed by SplitMix64 (Steele, Lea and Flood 2014): the same under every version of every library."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def uniforms(seed: int, stream: int, count: int) -> Floats:
    """`count` numbers from 0, below 1, of the stream's own sequence."""
    state = np.uint64((_mixed(seed % 2**64) + stream * 0xD1342543DE82EF95) % 2**64)
    with np.errstate(over="ignore"):
        keys = state + (np.arange(count, dtype=np.uint64) + np.uint64(1)) * GOLDEN
        keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        keys ^= keys >> np.uint64(31)
    return (keys >> np.uint64(11)).astype(np.float64) * 2.0**-53


def by_probability(probabilities: Floats, drawn: Floats) -> Ints:
    """The places that uniform numbers fall on; probabilities (D,) need not sum to 1."""
    cumulative = np.cumsum(probabilities)
    found: Ints = np.searchsorted(cumulative, drawn * cumulative[-1], side="right").astype(np.int64)
    return np.minimum(found, len(cumulative) - 1)


def evenly(size: int, drawn: Floats) -> Ints:
    """Places below `size`, each as likely as the others."""
    return np.minimum((drawn * size).astype(np.int64), size - 1)


def _mixed(state: int) -> int:
    """One output of the generator, so that neighbouring seeds have sequences apart."""
    state = (state + 0x9E3779B97F4A7C15) % 2**64
    state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    state = (state ^ (state >> 27)) * 0x94D049BB133111EB % 2**64
    return state ^ (state >> 31)
