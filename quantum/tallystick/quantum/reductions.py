"""Sums over a state, each in a fixed order."""

import numpy as np

from tallystick.quantum import plain
from tallystick.quantum.compiling import njit
from tallystick.quantum.rotations import Floats, Ket, total_of

SIDE_BY_SIDE = 256


@njit(cache=True, nogil=True, plain=plain.weighted_norm)
def weighted_norm(ket: Ket, weights: Floats) -> float:
    """Sum of weights times probabilities."""
    re, im, sums = ket.re, ket.im, np.zeros(SIDE_BY_SIDE)
    for begin in range(0, re.shape[0], SIDE_BY_SIDE):
        first, last = np.uint64(begin), np.uint64(min(re.shape[0], begin + SIDE_BY_SIDE))
        for x in range(first, last):
            sums[x - first] += weights[x] * (re[x] * re[x] + im[x] * im[x])
    return total_of(sums)


@njit(cache=True, nogil=True, plain=plain.inner_product)
def inner_product(values: Floats, part: Floats) -> float:
    """Sum of the products of two real arrays."""
    sums = np.zeros(SIDE_BY_SIDE)
    for begin in range(0, part.shape[0], SIDE_BY_SIDE):
        first, last = np.uint64(begin), np.uint64(min(part.shape[0], begin + SIDE_BY_SIDE))
        for x in range(first, last):
            sums[x - first] += values[x] * part[x]
    return total_of(sums)
