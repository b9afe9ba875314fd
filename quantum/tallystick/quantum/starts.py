"""Where a circuit starts: every feasible state alike, or the ones somebody believes in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tallystick.quantum.combinations import sums_of_ones
from tallystick.quantum.errors import ProblemError
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
