"""Quadratic programs without cardinality: the exact weights of a set of assets that is given.

minimise x'Qx - c'x over lower <= x <= upper and low <= A x <= high. The active set is found by `activeset`; the
answer is then the solution of that set's equations, refined once, so that the conditions hold to rounding.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tallystick.quantum.arrays import Floats
from tallystick.quantum.classical.activeset import INFEASIBLE, SOLVED, Conditions, descend
from tallystick.quantum.errors import ProblemError, QuantumError

RIDGE = 1e-13
"""Added to the diagonal, as a share of its mean, so that a singular covariance has one minimum."""
STEPS_PER_CONDITION = 20


@dataclass(frozen=True, eq=False, slots=True)
class Optimum:
    """Weights (n,), the objective, and the multipliers: of the rows (m,) and of the bounds (n,).

    A positive multiplier belongs to a lower side, a negative one to an upper side:
    2Qx - c = A' row_multipliers + bound_multipliers.
    """

    weights: Floats
    objective: float
    row_multipliers: Floats
    bound_multipliers: Floats
    steps: int


def minimise(quadratic: Floats, linear: Floats, conditions: Conditions) -> Optimum:
    """The minimum of x'Qx - c'x; Q (n, n) positive semidefinite, c (n,).

    Raises ProblemError where no weights meet the conditions.
    """
    n, m = len(linear), len(conditions.rows)
    size = float(np.trace(quadratic)) / n or 1.0
    hessian = 2.0 * quadratic / size
    hessian[np.diag_indices(n)] += RIDGE
    slope = -linear / size
    conditions = Conditions(*(np.array(each, dtype=np.float64, order="C") for each in conditions))
    status, x, held, multipliers, steps = descend(hessian, slope, conditions, STEPS_PER_CONDITION * (n + m + 5))
    if status == INFEASIBLE:
        message = "no weights meet the bounds, the rows and the sum together. Widen the bounds or drop a row"
        raise ProblemError(message)
    if status != SOLVED:
        message = f"the active set was not found in {steps} steps. Scale the rows to about one"
        raise QuantumError(message)
    x, multipliers = _refined(hessian, slope, conditions, x, held, multipliers)
    rows, bounds = np.zeros(m), np.zeros(n)
    for which, value in zip(held, multipliers, strict=True):
        sign = 1.0 if which < m or 2 * m <= which < 2 * m + n else -1.0
        if which < 2 * m:
            rows[which % m] += sign * value * size
        else:
            bounds[(which - 2 * m) % n] += sign * value * size
    return Optimum(x, float(x @ quadratic @ x - linear @ x), rows, bounds, int(steps))


def _refined(
    hessian: Floats, slope: Floats, conditions: Conditions, x: Floats, held: NDArray[np.int64], multipliers: Floats
) -> tuple[Floats, Floats]:
    """Solve the equations of the active set once more from x; what is not better is not taken."""
    n, m, count = len(slope), len(conditions.rows), len(held)
    every = np.concatenate([conditions.rows, -conditions.rows, np.eye(n), -np.eye(n)])
    sides = np.concatenate([conditions.low, -conditions.high, conditions.lower, -conditions.upper])
    normals = every[held]
    system = np.zeros((n + count, n + count))
    system[:n, :n], system[:n, n:], system[n:, :n] = hessian, normals.T, normals
    left = np.concatenate([-slope - hessian @ x + normals.T @ multipliers, sides[held] - normals @ x])
    try:
        change = np.linalg.solve(system, left)
    except np.linalg.LinAlgError:
        return x, multipliers
    found = x + change[:n]
    bounds = slice(2 * m, None)
    pinned = held[held >= 2 * m] - 2 * m
    found[pinned % n] = np.abs(sides[bounds][pinned]) * np.sign(np.where(pinned < n, 1.0, -1.0) * sides[bounds][pinned])
    limits = sides.copy()
    inside = np.isfinite(limits)
    if np.all(every[inside] @ found >= limits[inside] - 1e-12 * (1.0 + np.abs(limits[inside]))):
        return found, multipliers - change[n:]
    return x, multipliers
