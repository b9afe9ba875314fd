"""The cost of every state at once: the diagonal that a circuit turns phases by, and an exact brute force besides."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tallystick.quantum.arrays import Floats
from tallystick.quantum.combinations import quadratic_costs
from tallystick.quantum.errors import ProblemError
from tallystick.quantum.memory import require_memory
from tallystick.quantum.subspace import Subspace
from tallystick.quantum.threads import Threads

SYMMETRIC = 1e-9


def quadratic_diagonal(space: Subspace, quadratic: ArrayLike, linear: ArrayLike, *, threads: int = 1) -> Floats:
    """X'Qx + l'x for every state x of the space, shape (dimension,); sums from the highest position down.

    `quadratic` of shape (n, n), symmetric; `linear` of shape (n,). Raises `ProblemError` for what is neither finite nor
    of that shape, `TooBigError` beyond memory.
    """
    q, line = quadratic_terms(space, quadratic, linear)
    require_memory(8 * space.dimension, f"the costs of {space.dimension:,} states")
    out = np.empty(space.dimension)
    terms = np.ascontiguousarray(line), np.ascontiguousarray(q), out
    work = Threads(threads).over
    work(
        space.dimension,
        lambda start, stop: quadratic_costs(space.qubits, space.weight, space.binomials, *terms, start, stop),
        least=65_536,
    )
    return out


def quadratic_terms(space: Subspace, quadratic: ArrayLike, linear: ArrayLike) -> tuple[Floats, Floats]:
    """Both as arrays, checked: finite, (n, n) and symmetric, and (n,). Raises `ProblemError`."""
    q, line = np.asarray(quadratic, dtype=np.float64), np.asarray(linear, dtype=np.float64)
    n = space.qubits
    if q.shape != (n, n) or line.shape != (n,):
        message = f"costs of shapes {q.shape} and {line.shape}: ({n}, {n}) and ({n},) are needed"
        raise ProblemError(message)
    if not (np.isfinite(q).all() and np.isfinite(line).all()):
        message = "costs: every one must be a finite number; fill or drop what is missing"
        raise ProblemError(message)
    if not np.allclose(q, q.T, rtol=0.0, atol=SYMMETRIC * max(1.0, float(np.abs(q).max()))):
        message = "the quadratic costs are not symmetric; use (Q + Q') / 2"
        raise ProblemError(message)
    return q, line


@dataclass(frozen=True, slots=True)
class Cheapest:
    """The states of least cost."""

    cost: float
    positions: tuple[int, ...]


def cheapest(space: Subspace, costs: Floats, count: int = 1) -> list[Cheapest]:
    """The `count` cheapest states, best first; of equal ones the first in order."""
    size = min(count, len(costs))
    some = np.argpartition(costs, size - 1)[:size] if size < len(costs) else np.arange(len(costs))
    ordered = some[np.lexsort((some, costs[some]))]
    return [Cheapest(float(costs[each]), space.positions(int(each))) for each in ordered]
