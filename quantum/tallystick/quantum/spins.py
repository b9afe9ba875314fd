"""Coupling spins one half, one at a time: how many ways there are, where they stand, and how one more changes them.

Conventions: a qubit that is 1 is a spin up; t = n/2 - J numbers the total spins of n qubits from the largest down. The
coupled states of one weight stand in the order of t; factors are the Clebsch-Gordan coefficients of J with 1/2.
"""

from collections.abc import Iterator
from math import comb, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tallystick.quantum.subspace import Subspace


class Move(NamedTuple):
    """Of one step and weight: the runs at `clear` (new qubit 0) and `set` (new qubit 1) become those at `up`, `down`.

    `set` or `down` is -1 where there is only one way.
    """

    clear: int
    set: int
    up: int
    down: int
    run: int
    cosine: float
    sine: float

    def at(self, base: int) -> "Move":
        """The same move in a segment that begins at `base`."""
        clear, one, up, down = (each + base if each >= 0 else -1 for each in self[:4])
        return self._replace(clear=clear, set=one, up=up, down=down)


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


def moves(bits: int, weight: int) -> Iterator[Move]:
    """What adding qubit number `bits` to that many coupled ones does to the states of this weight."""
    both = sectors(bits + 1, weight)
    without = sectors(bits, weight) if weight <= bits else [0]
    with_one = sectors(bits, weight - 1) if weight else [0]
    shift = comb(bits, weight)
    for t in range(max(len(without), len(with_one)) - 1):
        run = multiplicity(bits, t)
        clear = without[t] if t < len(without) - 1 else -1
        one = shift + with_one[t] if t < len(with_one) - 1 else -1
        up = both[t]
        # In sector t + 1 of the result the states that came from sector t stand behind those that came from t + 1.
        down = both[t + 1] + multiplicity(bits, t + 1) if t + 1 < len(both) - 1 else -1
        twice_j, twice_m = bits - 2 * t, 2 * weight - bits - 1
        along = (twice_j + twice_m + 1) / (2 * (twice_j + 1))
        yield Move(clear, one, up, down, run, sqrt(max(along, 0.0)), sqrt(max(1.0 - along, 0.0)))


def eigenvalues(space: Subspace) -> NDArray[np.float64]:
    """Of the mixer's Hamiltonian on weight k, for t = 0, 1, ..., min(k, n - k)."""
    n, m = space.qubits, space.weight - space.qubits / 2
    spins = [n / 2 - t for t in range(min(space.weight, n - space.weight) + 1)]
    return np.array([j * (j + 1) - m * m - n / 2 for j in spins])
