"""Branch and bound finds what trying every support finds, and its bound is never above it."""

from collections.abc import Callable

import numpy as np
import pytest

from tallystick.quantum.classical.branch import solve
from tallystick.quantum.classical.cardinality import CardinalityProblem, Limits
from tallystick.quantum.errors import ProblemError
from tests.unit.quantum.classical.indices import index, least_of_all

SECTORS = np.zeros((2, 12))
SECTORS[0, :5], SECTORS[1, 5:8] = 1.0, 1.0

KINDS: dict[str, Callable[[int], CardinalityProblem]] = {
    "exactly four": lambda seed: index(12, seed, 4),
    "at most four": lambda seed: index(12, seed, 4, fewest=0),
    "two to four": lambda seed: index(12, seed, 4, fewest=2, upper=np.full(12, 0.4)),
    "high buy-in": lambda seed: index(12, seed, 4, fewest=1, lower=np.full(12, 0.3)),
    "bits": lambda seed: index(12, seed, 5, lower=np.ones(12), upper=np.ones(12), total=5.0),
    "bits, at most": lambda seed: index(12, seed, 5, fewest=3, lower=np.full(12, 0.25), upper=np.full(12, 0.25)),
    "short too": lambda seed: index(12, seed, 4, lower=np.full(12, -0.3), upper=np.full(12, 0.8)),
    "sectors": lambda seed: index(
        12, seed, 4, rows=SECTORS, row_low=np.array([0.3, -np.inf]), row_high=np.array([0.5, 0.2])
    ),
    "groups": lambda seed: index(12, seed, 4, groups=SECTORS, group_most=np.array([1.0, 1.0])),
    "some of one size": lambda seed: index(
        12, seed, 4, lower=np.full(12, 0.1), upper=np.where(np.arange(12) < 6, 0.1, 1.0)
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_optimum_is_that_of_all_supports_and_the_bound_is_not_above_it(kind: str, seed: int) -> None:
    problem = KINDS[kind](seed)
    optimum = least_of_all(problem)
    found = solve(problem, Limits())
    assert found.objective == pytest.approx(optimum, rel=1e-9, abs=1e-18)
    assert found.bound <= optimum
    assert found.gap <= 1e-6
    assert found.objective == problem.objective(found.weights)


@pytest.mark.parametrize("nodes", [0, 1, 2, 5])
def test_however_early_the_search_ends_the_bound_holds(nodes: int) -> None:
    problem = index(89, 1, 10)
    proved = solve(problem, Limits(nodes=1000))
    early = solve(problem, Limits(nodes=nodes))
    assert early.bound <= proved.objective
    assert proved.gap <= 1e-6
    assert early.gap >= proved.gap


def test_the_root_bound_of_a_hundred_assets_is_within_a_tenth() -> None:
    found = solve(index(98, 2, 10), Limits(nodes=1))
    assert 0.0 <= found.gap <= 0.1


def test_a_covariance_of_fewer_weeks_than_assets_has_a_bound_too() -> None:
    drawn = np.random.default_rng(7).normal(size=(6, 12)) * 0.02
    quadratic = drawn.T @ drawn
    problem = index(12, 1, 3, quadratic=(quadratic + quadratic.T) / 2.0)
    optimum = least_of_all(problem)
    found = solve(problem, Limits())
    assert found.bound <= optimum * (1 + 1e-9)
    assert found.objective == pytest.approx(optimum, rel=1e-6)


def test_the_same_limits_give_the_same_bits() -> None:
    one, two = (solve(index(40, 5, 8), Limits(seed=3)) for _ in range(2))
    assert one.weights.tobytes() == two.weights.tobytes()
    assert (one.bound, one.nodes, one.iterations) == (two.bound, two.nodes, two.iterations)


def test_a_sum_that_no_support_reaches_is_an_error_with_a_remedy() -> None:
    with pytest.raises(ProblemError, match="Widen the bounds"):
        solve(index(8, 1, 3, upper=np.full(8, 0.2)), Limits())


def test_more_assets_than_there_are_is_an_error() -> None:
    with pytest.raises(ProblemError, match="k 9"):
        index(8, 1, 9)
