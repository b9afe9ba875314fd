"""Quadratic programs in which some directions have no curvature: sales, slack, covariances of few observations.

The active-set method needs curvature. The proximal point method lends it some: minimise f(x) + r |x - last|^2 over the
flat variables until x stays (Rockafellar 1976). At the end the loan costs nothing, so the answer is that of f.
"""

import numpy as np
from numpy.typing import NDArray

from tallystick.quantum.classical.activeset import Conditions
from tallystick.quantum.classical.quadratic import Optimum, minimise
from tallystick.quantum.errors import ProblemError

Floats = NDArray[np.float64]
Bits = NDArray[np.bool_]
ROUNDS = 200
STAYS = 1e-13
THIN = 1e-9
"""Least curvature, as a share of the mean, below which every variable is lent some."""
SHRINKS, LEAST = 0.7, 0.01


def minimise_flat(quadratic: Floats, linear: Floats, conditions: Conditions) -> Optimum:
    """The minimum of x'Qx - c'x as `minimise` gives it, Q (n, n) of any rank. Raises ProblemError likewise.

    That there are no weights is believed only after a loan to every variable: in a direction without curvature the
    active-set method may lose them to rounding.
    """
    flat = ~np.any(quadratic, axis=1)
    if flat.any() and not flat.all():
        curvatures = np.linalg.eigvalsh(quadratic[np.ix_(~flat, ~flat)])
        flat |= bool(curvatures[0] < THIN * curvatures.mean())
    try:
        return _lent(quadratic, linear, conditions, flat) if flat.any() else minimise(quadratic, linear, conditions)
    except ProblemError:
        return _lent(quadratic, linear, conditions, np.ones_like(flat))


def _lent(quadratic: Floats, linear: Floats, conditions: Conditions, flat: Bits) -> Optimum:
    # What the equalities fix anyway is taken out of the slopes: costs that are alike would drown the returns.
    equal = conditions.low == conditions.high
    fixed = np.linalg.lstsq(conditions.rows[equal].T, linear, rcond=None)[0]
    left = linear - conditions.rows[equal].T @ fixed
    slopes = np.abs(left[flat & (left != 0.0)])
    lent = float(slopes.max()) if slopes.size else max(float(np.trace(quadratic)) / len(linear), 1e-300)
    loan = np.diag(lent * flat)
    x, steps = np.where(np.isfinite(conditions.lower), conditions.lower, 0.0), 0
    for _ in range(ROUNDS):
        found = minimise(quadratic + loan, left + 2.0 * loan @ x, conditions)
        loan = np.diag(max(SHRINKS * float(loan.max()), LEAST * lent) * flat)  # near the answer less is needed
        steps += found.steps
        stays = bool(np.abs((found.weights - x)[flat]).max() <= STAYS * max(1.0, float(np.abs(x).max())))
        x = found.weights
        if stays:
            break
    multipliers = found.row_multipliers.copy()
    multipliers[equal] -= fixed
    return Optimum(x, float(x @ quadratic @ x - linear @ x), multipliers, found.bound_multipliers, steps)
