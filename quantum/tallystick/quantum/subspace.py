"""The states of n qubits with exactly k ones, in colexicographic order.

A state is a set of k positions c_1 < ... < c_k; its index is C(c_1, 1) + ... + C(c_k, k), which orders states as the
numbers that their bits spell. In this order the states of the low j bits with one weight are contiguous for each
setting of the bits above, which is what the gates of this package live on.
"""

from dataclasses import dataclass
from functools import cached_property
from math import comb

import numpy as np
from numpy.typing import NDArray

from tallystick.quantum.errors import ProblemError

LARGEST = 2**62


@dataclass(frozen=True, slots=False)
class Subspace:
    """States of `qubits` bits with `weight` ones. Raises `ProblemError` when there are none, or more than 2^62."""

    qubits: int
    weight: int

    def __post_init__(self) -> None:
        if not 0 <= self.weight <= self.qubits or self.qubits < 1:
            message = f"choose {self.weight} of {self.qubits}: there is no such choice; ask for at most {self.qubits}"
            raise ProblemError(message)
        if comb(self.qubits, self.weight) > LARGEST:
            message = f"choose {self.weight} of {self.qubits}: more than 2^62 states; reduce the universe"
            raise ProblemError(message)

    @cached_property
    def dimension(self) -> int:
        """Number of states, C(n, k)."""
        return comb(self.qubits, self.weight)

    @cached_property
    def binomials(self) -> NDArray[np.int64]:
        """C(m, i) for m up to n and i up to k, shape (n + 1, k + 2); what passes 2^62 stands as 2^62."""
        return np.array(
            [[min(comb(m, i), LARGEST) for i in range(self.weight + 2)] for m in range(self.qubits + 1)], dtype=np.int64
        )

    def index(self, positions: NDArray[np.int64] | tuple[int, ...]) -> int:
        """Index of the state with ones at these positions, in any order."""
        ordered = sorted(int(each) for each in positions)
        if len(set(ordered)) != self.weight or (ordered and not 0 <= ordered[0] <= ordered[-1] < self.qubits):
            message = f"positions {ordered}: {self.weight} different ones below {self.qubits} are needed"
            raise ProblemError(message)
        return sum(comb(each, place + 1) for place, each in enumerate(ordered))

    def positions(self, index: int) -> tuple[int, ...]:
        """Positions of the ones of a state, ascending."""
        if not 0 <= index < self.dimension:
            message = f"state {index}: there are {self.dimension}"
            raise ProblemError(message)
        found, rest, top = [], index, self.qubits - 1
        for place in range(self.weight, 0, -1):
            while comb(top, place) > rest:
                top -= 1
            found.append(top)
            rest -= comb(top, place)
            top -= 1
        return tuple(reversed(found))

    def bits(self, index: int) -> str:
        """The state as a string of 0 and 1, qubit 0 first."""
        chosen = set(self.positions(index))
        return "".join("1" if each in chosen else "0" for each in range(self.qubits))
