"""Where a circuit starts: every feasible state alike, the ones somebody believes in, or the top state of a mixer.

A slow ramp keeps a circuit in the extremal state of what it turns, so it wants to begin in that of its mixer. `Dicke`
is that of the XY mixer on the complete graph and of Grover's, and no eigenstate of the ring's;
`RingTop` and `EdgesTop` are those of the ring and of any other edges. All are tops, hence the negative betas of ramps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tallystick.quantum.combinations import sums_of_ones
from tallystick.quantum.diagonal import quadratic_diagonal
from tallystick.quantum.errors import ProblemError
from tallystick.quantum.extremal import TOLERANCE, top_state
from tallystick.quantum.subspace import Subspace


class Start(Protocol):
    """Real amplitudes to start from."""

    def amplitudes(self, space: Subspace) -> NDArray[np.float64]:
        """Shape (dimension,), norm 1."""
        ...


@dataclass(frozen=True, slots=True)
class Dicke:
    """Every state of the weight with the same amplitude."""

    def amplitudes(self, space: Subspace) -> NDArray[np.float64]:
        """1 / sqrt(dimension) everywhere."""
        return np.full(space.dimension, 1.0 / np.sqrt(space.dimension))


@dataclass(frozen=True, slots=True)
class Weighted:
    """A warm start: a state's probability is proportional to the product of p_i / (1 - p_i) over its ones.

    `chances`: one per qubit, strictly between 0 and 1, such as the weights of a relaxed portfolio scaled to sum to k
    (Egger, Marecek, Woerner 2021, Quantum 5, 479), conditioned on the weight.
    """

    chances: Sequence[float]

    def amplitudes(self, space: Subspace) -> NDArray[np.float64]:
        """Square roots of the probabilities. Raises `ProblemError` for chances that are none."""
        chances = np.asarray(self.chances, dtype=np.float64)
        if chances.shape != (space.qubits,) or not np.all((chances > 0.0) & (chances < 1.0)):
            message = f"a warm start needs {space.qubits} chances strictly between 0 and 1; clip them"
            raise ProblemError(message)
        logs = 0.5 * (np.log(chances) - np.log1p(-chances))
        found = np.empty(space.dimension)
        sums_of_ones(space.qubits, space.weight, space.binomials, logs, found)
        found -= found.max()
        np.exp(found, out=found)
        norm = float(np.sqrt(np.dot(found, found)))
        return found / norm


@dataclass(frozen=True, slots=True)
class RingTop:
    """The top state of the sum of (XX + YY)/2 over the ring's edges, in closed form.

    Jordan and Wigner turn it into free fermions in the k lowest momenta; their Slater determinant is a Vandermonde's,
    so the amplitude of ones at x_1 < ... < x_k is the product of sin(pi (x_j - x_i) / n) over pairs: all above 0 and
    largest where the ones lie apart (Girardeau 1960; Lieb, Schultz and Mattis 1961). The eigenvalue is
    2 sin(pi k / n) / sin(pi / n). With the ring's mixer it beats `Dicke` wherever both were measured, at one layer and
    at sixty (docs/quantum-starts.md); a circuit of gates is not made for it here.
    """

    def amplitudes(self, space: Subspace) -> NDArray[np.float64]:
        """The products, by sums of logarithms, scaled to norm 1."""
        n = space.qubits
        apart = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
        logs = np.log(np.sin(np.pi * np.where(apart == 0, 0.5, apart / n)))
        found = quadratic_diagonal(space, 0.5 * logs, np.zeros(n))
        found -= found.max()
        np.exp(found, out=found)
        return found / float(np.sqrt(np.dot(found, found)))


@dataclass(frozen=True, slots=True)
class EdgesTop:
    """The top state of the sum of (XX + YY)/2 over these edges, to a relative residual of at most `tolerance`.

    The edges must connect all qubits; then it is the only one, and all its amplitudes are above 0 (Perron). Order of
    the edges does not matter. `extremal.top_state` gives its eigenvalue and residual besides.
    """

    edges: Sequence[tuple[int, int]]
    tolerance: float = TOLERANCE

    def amplitudes(self, space: Subspace) -> NDArray[np.float64]:
        """By Lanczos iterations. Raises `SettingError` for edges that are none or leave qubits out."""
        return top_state(space, self.edges, self.tolerance).amplitudes
