"""Draws from a seed: uniform numbers, and places by their probability."""

import numpy as np

from tallystick.quantum.arrays import Floats, Ints
from tallystick.quantum.splitmix import outputs


def uniforms(seed: int, stream: int, count: int) -> Floats:
    """`count` numbers from 0, below 1, of the stream's own sequence."""
    # An output of the seed, not the seed: neighbouring seeds have sequences apart.
    state = int(outputs(seed, 1)[0]) + stream * 0xD1342543DE82EF95
    return (outputs(state, count) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def by_probability(probabilities: Floats, drawn: Floats) -> Ints:
    """The places that uniform numbers fall on; probabilities (D,) need not sum to 1."""
    cumulative = np.cumsum(probabilities)
    found: Ints = np.searchsorted(cumulative, drawn * cumulative[-1], side="right").astype(np.int64)
    return np.minimum(found, len(cumulative) - 1)


def evenly(size: int, drawn: Floats) -> Ints:
    """Places below `size`, each as likely as the others."""
    return np.minimum((drawn * size).astype(np.int64), size - 1)
