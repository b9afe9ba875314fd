"""Quadratic programs in which some variables have no curvature: sales, slack, and everything where risk counts nothing.

The active-set method needs curvature. The proximal point method lends it some: minimise f(x) + r |x - last|^2 over the
flat variables until x stays (Rockafellar 1976). At the end the loan costs nothing, so the answer is that of f.
"""

import numpy as np
from numpy.typing import NDArray

from tallystick.quantum.classical.activeset import Conditions
from tallystick.quantum.classical.quadratic import Optimum, minimise

Floats = NDArray[np.float64]
ROUNDS = 200
STAYS = 1e-13


def minimise_flat(quadratic: Floats, linear: Floats, conditions: Conditions) -> Optimum:
    """The minimum of x'Qx - c'x as `minimise` gives it, Q (n, n) with rows of zeros. Raises ProblemError likewise."""
    flat = ~np.any(quadratic, axis=1)
    if not flat.any():
        return minimise(quadratic, linear, conditions)
    # What the equalities fix anyway is taken out of the slopes: costs that are alike would drown the returns.
    equal = conditions.low == conditions.high
    fixed = np.linalg.lstsq(conditions.rows[equal].T, linear, rcond=None)[0]
    asked, linear = linear, linear - conditions.rows[equal].T @ fixed
    slopes = np.abs(linear[flat & (linear != 0.0)])
    lent = float(slopes.max()) if slopes.size else max(float(np.trace(quadratic)) / len(linear), 1e-300)
    loan = np.diag(lent * flat)
    x = np.where(conditions.lower > -np.inf, conditions.lower, 0.0)
    steps = 0
    for _ in range(ROUNDS):
        found = minimise(quadratic + loan, linear + 2.0 * loan @ x, conditions)
        steps += found.steps
        stays = bool(np.abs((found.weights - x)[flat]).max() <= STAYS * max(1.0, float(np.abs(x).max())))
        x = found.weights
        if stays:
            break
    multipliers = found.row_multipliers.copy()
    multipliers[equal] -= fixed
    return Optimum(x, float(x @ quadratic @ x - asked @ x), multipliers, found.bound_multipliers, steps)
