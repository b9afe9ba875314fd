"""The bound of a program holds for any point and any multipliers, and is tight at the solver's."""

import numpy as np
import pytest

from tallystick.quantum.classical.activeset import Conditions
from tallystick.quantum.classical.quadratic import minimise
from tallystick.quantum.problem.bounding import proved_bound


@pytest.mark.parametrize("seed", range(20))
def test_no_multipliers_prove_more_than_the_least_objective(seed: int) -> None:
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(6, int(rng.integers(2, 9))))
    quadratic, linear = root @ root.T + 1e-3 * np.eye(6), rng.normal(size=6)
    rows = np.vstack([np.ones(6), rng.normal(size=(2, 6))])
    middle = rows @ np.full(6, 1 / 6)
    low, high = np.append(1.0, middle[1:] - 0.2), np.append(1.0, [np.inf, middle[2] + 0.1])
    conditions = Conditions(rows, low, high, np.full(6, -0.5), np.full(6, 1.0))
    best = minimise(quadratic, linear, conditions)
    tight = proved_bound(quadratic, linear, conditions, best.weights, best.row_multipliers)
    assert best.objective - 1e-10 < tight <= best.objective
    for size in (1e-6, 0.1, 10.0):
        point = best.weights + size * rng.normal(size=6)
        multipliers = best.row_multipliers + size * rng.normal(size=3)
        assert proved_bound(quadratic, linear, conditions, point, multipliers) <= best.objective
