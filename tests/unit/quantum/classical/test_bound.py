"""Whatever point and multipliers are proposed, the bound is not above the optimum, nor are the costs of forcing."""

from itertools import combinations

import numpy as np
import pytest

from tallystick.quantum.classical.bound import evaluate
from tallystick.quantum.classical.splitting import split, strongest
from tallystick.quantum.classical.swap import polished
from tests.unit.quantum.classical.indices import index, least_of_all


@pytest.mark.parametrize("seed", range(4))
def test_any_proposal_gives_a_bound_that_holds_also_for_what_is_forced(seed: int) -> None:
    problem = index(9, seed, 3, fewest=2)
    best = {
        support: weighed.objective
        for number in (2, 3)
        for support in combinations(range(9), number)
        if (weighed := polished(problem, support)) is not None
    }
    optimum = min(best.values())
    assert optimum == least_of_all(problem)
    splitting = split(problem.quadratic, 0.999 * strongest(problem.quadratic, np.ones(9)))
    none, every = np.zeros(9, dtype=np.bool_), np.ones(9, dtype=np.bool_)
    drawn = np.random.default_rng(seed)
    for _ in range(200):
        point = drawn.normal(size=9) * drawn.choice([0.0, 0.1, 0.3], size=9)
        found = evaluate(problem, splitting, point, drawn.normal(size=1) * 1e-3, none, every)
        assert found.value <= optimum
        for asset in range(9):
            within = min(value for support, value in best.items() if asset in support)
            without = min(value for support, value in best.items() if asset not in support)
            assert found.value + found.taken[asset] <= within
            assert found.value + found.left[asset] <= without


def test_what_is_left_of_a_split_matrix_is_positive_semidefinite_up_to_the_defect() -> None:
    quadratic = index(30, 3, 3).quadratic
    splitting = split(quadratic, strongest(quadratic, np.ones(30)))
    assert np.linalg.eigvalsh(splitting.rest)[0] >= -splitting.defect
    assert splitting.own.sum() > 30 * np.linalg.eigvalsh(quadratic)[0]


def test_a_diagonal_that_is_too_large_shows_as_a_defect() -> None:
    quadratic = index(10, 3, 3).quadratic
    least = np.linalg.eigvalsh(quadratic)[0]
    splitting = split(quadratic, np.full(10, 2.0 * least))
    assert splitting.defect >= least
