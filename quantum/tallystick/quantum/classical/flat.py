"""Quadratic programs in which some directions have no curvature: sales, slack, covariances of few observations.

The active-set method needs curvature. The proximal point method lends it some: minimise f(x) + r |x - last|^2 over the
flat variables until x stays (Rockafellar 1976). At the end the loan costs nothing, so the answer is that of f.
"""

import numpy as np

from tallystick.quantum.arrays import Bits, Floats
from tallystick.quantum.classical.activeset import SOLVED, Conditions, descend
from tallystick.quantum.classical.quadratic import Optimum, minimise
from tallystick.quantum.classical.working_set import inverse_factor
from tallystick.quantum.compiling import njit
from tallystick.quantum.errors import ProblemError

ROUNDS = 200
STAYS = 1e-13
THIN = 1e-9
"""Least curvature, as a share of the mean, below which every variable is lent some."""
SLIGHT = 1e-9
"""Mean curvature over the greatest slope, below which all is lent: to curvature alone rounding would be all."""
BROKEN = 1e-9
"""By how much of its terms a condition may be off."""
SHRINKS, LEAST = 0.7, 0.01
QUICK_LOAN, QUICK_STAYS, QUICK_THIN = 0.03, 1e-10, 1e-6
"""The same where supports are only compared and nothing is refined: a loan small from the start, and when x is taken
to stay."""


def minimise_flat(quadratic: Floats, linear: Floats, conditions: Conditions) -> Optimum:
    """The minimum of x'Qx - c'x as `minimise` gives it, Q (n, n) of any rank. Raises ProblemError likewise.

    That there are no weights is believed only after a loan to every variable: in a direction without curvature the
    active-set method may lose them to rounding.
    """
    if not len(linear):  # nothing is held: that is an answer where nothing need be
        none = Optimum(np.zeros(0), 0.0, np.zeros(len(conditions.rows)), np.zeros(0), 0)
        return _met(none, conditions)
    flat = ~np.any(quadratic, axis=1)
    if flat.any() and not flat.all():
        curvatures = np.linalg.eigvalsh(quadratic[np.ix_(~flat, ~flat)])
        flat |= bool(curvatures[0] < THIN * curvatures.mean())
    slightest = SLIGHT * float(np.abs(linear).max(initial=0.0)) / max(1.0, float(np.abs(conditions.low[0])))
    flat |= bool(np.trace(quadratic) / len(linear) < slightest)
    try:
        found = _lent(quadratic, linear, conditions, flat) if flat.any() else minimise(quadratic, linear, conditions)
    except ProblemError:
        return _met(_lent(quadratic, linear, conditions, np.ones_like(flat)), conditions)
    if _broken(found.weights, conditions):  # a covariance of low rank: rounding has cost what the conditions say
        found = _lent(quadratic, linear, conditions, np.ones_like(flat))
    return _met(found, conditions)


def _broken(x: Floats, conditions: Conditions) -> bool:
    """Whether x breaks a condition by more than rounding; also where it is no number."""
    sums, sizes = conditions.rows @ x, 1.0 + np.abs(conditions.rows) @ np.abs(x)
    inside = (sums >= conditions.low - BROKEN * sizes) & (sums <= conditions.high + BROKEN * sizes)
    within = (x >= conditions.lower - BROKEN * (1.0 + np.abs(x))) & (x <= conditions.upper + BROKEN * (1.0 + np.abs(x)))
    return not bool(inside.all() and within.all())


def _met(found: Optimum, conditions: Conditions) -> Optimum:
    if _broken(found.weights, conditions):
        message = (
            "weights that meet all conditions are lost to rounding: the covariance is nearly singular, or parts differ "
            "too much in size. Shrink it (tallystick.quantum.estimators.covariance), or state all in like units"
        )
        raise ProblemError(message)
    return found


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


@njit(cache=True, nogil=True)
def lacking_curvature(hessian: Floats, slope: Floats, total: float) -> Bits:
    """Which variables (n,) need a loan: those without curvature; all, where the others' is of less rank or slight."""
    n = hessian.shape[0]
    lacking = np.empty(n, dtype=np.bool_)
    steepest = 0.0
    for i in range(n):
        steepest = max(steepest, abs(slope[i]))
    mean = 0.0
    for i in range(n):
        mean += hessian[i, i] / n
    if mean * max(1.0, abs(total)) < SLIGHT * steepest:
        lacking[:] = True
        return lacking
    for i in range(n):
        lacking[i] = hessian[i, i] <= THIN * mean
    curved = np.flatnonzero(~lacking)
    part = np.empty((curved.size, curved.size))
    for i in range(curved.size):
        for j in range(curved.size):
            part[i, j] = hessian[curved[i], curved[j]]
    if (
        np.sum(inverse_factor(part) ** 2) * mean * QUICK_THIN > 1.0
    ):  # the trace of the inverse: 1 / its least eigenvalue, about
        lacking[:] = True
    return lacking


@njit(cache=True, nogil=True)
def descend_flat(
    hessian: Floats, slope: Floats, conditions: Conditions, lacking: Bits, most: int
) -> tuple[int, Floats]:
    """Minimise x'Hx/2 + slope'x by proximal points, for its value; the status and x."""
    n = slope.size
    loan = 0.0
    for i in range(n):
        if lacking[i]:
            loan = max(loan, QUICK_LOAN * abs(slope[i]))
    loan = loan if loan > 0.0 else QUICK_LOAN
    lent, aim = hessian.copy(), slope.copy()
    x = np.zeros(n)
    for i in range(n):
        if lacking[i]:
            lent[i, i] += loan
            x[i] = conditions.lower[i]
    for _ in range(ROUNDS):
        for i in range(n):
            if lacking[i]:
                aim[i] = slope[i] - loan * x[i]
        status, found, _, _, _ = descend(lent, aim, conditions, most)
        if status != SOLVED:
            return status, found
        moved = 0.0
        for i in range(n):
            if lacking[i]:
                moved = max(moved, abs(found[i] - x[i]))
        x = found
        if moved <= QUICK_STAYS:
            break
    return SOLVED, x
