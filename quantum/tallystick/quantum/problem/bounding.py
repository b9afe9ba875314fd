"""A lower bound of a convex quadratic program that any multipliers prove, rounded outward.

For f(x) = x'Qx - c'x, g its gradient at a point and any row multipliers y, every feasible x has
f(x) >= f(point) + g'(x - point) >= f(point) - g'point + [y's sides] + min over the bounds of (g - A'y)'x.
No solver's primal value is believed; a poor point or poor multipliers only weaken the bound.
"""

import numpy as np

from tallystick.quantum.arrays import Floats
from tallystick.quantum.classical.activeset import Conditions

ROUNDING = 1e-13
"""Share of the sum of absolute terms that rounding can have cost: some hundred units in the last place."""


def proved_bound(
    quadratic: Floats, linear: Floats, conditions: Conditions, point: Floats, multipliers: Floats
) -> float:
    """No feasible objective is below this; point (n,), multipliers (m,) positive for a row's low side.

    Q must be positive semidefinite and the bounds finite.
    """
    gradient = 2.0 * quadratic @ point - linear
    sides = np.where(multipliers > 0.0, conditions.low, conditions.high)
    known = np.where(np.isfinite(sides), multipliers, 0.0)
    reduced = gradient - conditions.rows.T @ known
    terms = [
        -(point @ quadratic @ point),
        *(known * np.where(known == 0.0, 0.0, sides)),
        *np.minimum(reduced * conditions.lower, reduced * conditions.upper),
    ]
    slack = ROUNDING * float(np.abs(terms).sum() + np.abs(gradient) @ np.abs(point))
    return float(np.sum(terms)) - slack
