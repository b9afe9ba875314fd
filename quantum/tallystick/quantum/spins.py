"""Coupling spins one half, one at a time: how many ways there are, and what they are worth to the complete mixer.

Conventions: a qubit that is 1 is a spin up; t = n/2 - J numbers the total spins of n qubits from the largest down. The
coupled states of one weight stand in the order of t.
"""

from math import comb

import numpy as np
from numpy.typing import NDArray

from tallystick.quantum.subspace import Subspace


def multiplicity(bits: int, t: int) -> int:
    """How many ways there are to couple `bits` spins to J = bits/2 - t."""
    if t < 0 or 2 * t > bits:
        return 0
    return comb(bits, t) - (comb(bits, t - 1) if t else 0)


def sectors(bits: int, weight: int) -> list[int]:
    """Where each t = 0, 1, ... begins among the C(bits, weight) coupled states, and the end."""
    starts = [0]
    for t in range(min(weight, bits - weight) + 1):
        starts.append(starts[-1] + multiplicity(bits, t))
    return starts


def eigenvalues(space: Subspace) -> NDArray[np.float64]:
    """Of the mixer's Hamiltonian on weight k, for t = 0, 1, ..., min(k, n - k)."""
    n, m = space.qubits, space.weight - space.qubits / 2
    spins = [n / 2 - t for t in range(min(space.weight, n - space.weight) + 1)]
    return np.array([j * (j + 1) - m * m - n / 2 for j in spins])
