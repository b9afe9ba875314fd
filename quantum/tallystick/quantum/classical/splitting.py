"""Q = R + D: the diagonal D >= 0 that a perspective relaxation strengthens, R positive semidefinite.

D maximises sum_i w_i d_i with Q - D positive semidefinite, by Newton's method on a barrier. With w_i = x_i^2 / z_i -
x_i^2 at the relaxation's answer, that is the direction in which the bound grows fastest (Frangioni and Gentile 2007;
Zheng, Sun and Li 2014 choose D by the semidefinite program that repeats this to the end).
"""

from dataclasses import dataclass

import numpy as np

from tallystick.quantum.arrays import Floats

LEVELS = (1e-1, 1e-2)
AGAIN = (1e-2,)
"""The barrier, as a share of the aim: from nothing, and from a D that is near."""
STEPS = 12
FLOOR = 1e-3
"""Every weight counts at least for this share of their mean, so that the barrier has a centre."""
UNIT = 2.0**-53
NOTHING = 1e-60
"""A curvature that is none beside slopes of about one: its square in a quotient is beyond all numbers."""
SMALLEST = 2.0**-1000
"""What is added at least, so that it grows from a trace whose rounding is nothing."""


@dataclass(frozen=True, eq=False, slots=True)
class Splitting:
    """D (n,), R (n, n), and `defect`: R's least eigenvalue is at least minus this, by proof, and D is exact so far."""

    own: Floats
    rest: Floats
    defect: float


def split(quadratic: Floats, own: Floats) -> Splitting:
    """R = Q - D for a D (n,) that leaves it positive semidefinite to rounding.

    The proof is a Cholesky factorisation that runs to its end: then the least eigenvalue is above -g trace(R), with
    g = (n + 1) u / (1 - 2 (n + 1) u) (Rump 2006, Verification of positive definiteness, BIT 46); where it does not
    run, a multiple of the identity is added first and counted in the defect.
    """
    rest = quadratic.copy()
    places = np.diag_indices(len(own))
    rest[places] -= own
    n, trace, added = len(own), float(np.trace(rest)), 0.0
    if not rest.any():  # no risk at all: semidefinite as it is
        return Splitting(own, rest, 4.0 * UNIT * float(np.abs(quadratic[places]).max()))
    while True:
        moved = rest.copy()
        moved[places] += added
        try:
            np.linalg.cholesky(moved)
        except np.linalg.LinAlgError:
            added = max(4.0 * added, 4.0 * n * UNIT * float(np.trace(quadratic)), SMALLEST)
            continue
        steps = (n + 3) * UNIT
        rounding = steps / (1.0 - 2.0 * steps) * (abs(trace) + n * added)
        return Splitting(own, rest, added + 2.0 * rounding + 4.0 * UNIT * float(np.abs(quadratic[places]).max()))


def strongest(quadratic: Floats, weights: Floats, start: Floats | None = None) -> Floats:
    """The D (n,) that maximises weights'D; `start` is a D strictly inside to begin from. Zero where Q is singular."""
    n = len(weights)
    least = float(np.linalg.eigvalsh(quadratic)[0])
    if least <= max(1e-12 * float(np.trace(quadratic)), NOTHING):
        return np.zeros(n)
    own = np.full(n, 0.5 * least) if start is None else start
    weights = np.maximum(weights, FLOOR * float(weights.mean()))
    if not weights.max() > 0.0:
        weights = np.ones(n)
    for level in LEVELS if start is None else AGAIN:
        for _ in range(STEPS):
            barrier = level * float(weights @ own) / n
            inverse = np.linalg.inv(quadratic - np.diag(own))
            slope = weights - barrier * np.diag(inverse) + barrier / own
            curve = barrier * (inverse * inverse.T + np.diag(1.0 / own**2))
            change: Floats = np.asarray(np.linalg.solve(curve, slope), dtype=np.float64)
            decrement = float(slope @ change) / barrier
            found = _inside(quadratic, own, change, 1.0 if decrement < 1.0 else 2.0 / (1.0 + decrement**0.5))
            if found is None:
                return own
            own = found
            if decrement < 0.1:  # a tenth of a unit of the barrier: the centre is near enough
                break
    return own


def _inside(quadratic: Floats, own: Floats, change: Floats, length: float) -> Floats | None:
    while length > UNIT:
        found = own + length * change
        length *= 0.5
        if found.min() <= 0.0:
            continue
        try:
            np.linalg.cholesky(quadratic - np.diag(found))
        except np.linalg.LinAlgError:
            continue
        return found
    return None
