"""Problems at the edge: no risk, hardly any, covariances of rank one, huge numbers, labels in another order."""

import numpy as np
import pandas as pd
import pytest

from tallystick.quantum import HybridSettings, PortfolioProblem, hybrid, solve
from tallystick.quantum.classical.cardinality import Limits
from tallystick.quantum.errors import ProblemError, QuantumError, SettingError
from tallystick.quantum.estimator import PortfolioOptimiser
from tallystick.quantum.problem.conditions import Condition, Group, Trading

RETURNS = np.random.default_rng(3).normal(0.001, 0.02, (200, 6))
MEAN, SIGMA = RETURNS.mean(axis=0), np.cov(RETURNS.T)


@pytest.mark.parametrize("aversion", [0.0, 1e-300, 1e-15, 1e-14, 1e-9])
@pytest.mark.parametrize("sizes", [{}, {"k": 3, "buy_in": 0.1}, {"upper": 0.3}])
def test_with_hardly_any_risk_the_best_returns_are_taken_and_the_conditions_kept(
    aversion: float, sizes: dict[str, float]
) -> None:
    problem = PortfolioProblem(MEAN, SIGMA, risk_aversion=aversion, **sizes)  # type: ignore[arg-type] # of one kind each
    found = solve(problem)
    best = np.sort(MEAN)[::-1]
    shares = np.array({0: [1.0], 2: [0.8, 0.1, 0.1], 1: [0.3, 0.3, 0.3, 0.1]}[len(sizes)])
    assert problem.violation(found.weights) < 1e-12
    assert found.objective == pytest.approx(-float(shares @ best[: len(shares)]), rel=1e-6)
    assert found.bound <= found.objective
    assert found.gap < 1e-6


@pytest.mark.parametrize("seed", range(8))
def test_what_rounding_left_of_nothing_is_not_held(seed: int) -> None:
    """With returns alone everything stands in the best asset; no other may be held at a weight below its bound of 0."""
    returns = np.random.default_rng(seed).multivariate_normal(np.linspace(0, 0.001, 20), 1e-4 * (np.eye(20) + 0.5), 500)
    found = solve(PortfolioProblem(returns.mean(axis=0), np.cov(returns.T), k=5, risk_aversion=0))
    assert found.held == {f"x{int(np.argmax(returns.mean(axis=0)))}": 1.0}


def test_a_covariance_of_zeros_is_answered() -> None:
    found = solve(PortfolioProblem(MEAN, 0.0 * SIGMA, k=3, buy_in=0.1))
    assert found.objective == pytest.approx(-float(np.array([0.8, 0.1, 0.1]) @ np.sort(MEAN)[:2:-1]), rel=1e-6)
    assert found.gap < 1e-6


@pytest.mark.parametrize("seed", range(20))
def test_weights_under_a_covariance_of_rank_one_sum_to_the_budget(seed: int) -> None:
    direction = np.random.default_rng(seed).normal(size=6)
    problem = PortfolioProblem(MEAN, 1e-4 * np.outer(direction, direction), k=3, buy_in=0.1)
    found = solve(problem)
    assert problem.violation(found.weights) < 1e-9
    assert found.bound <= found.objective


def test_holding_nothing_is_looked_at_where_nothing_else_is_allowed() -> None:
    with pytest.raises(ProblemError, match="no portfolio meets the conditions"):
        solve(
            PortfolioProblem(
                MEAN[:3],
                SIGMA[:3, :3],
                upper=[0.75, 0.93, 0.32],
                buy_in=0.1,
                groups=[Group((2, 0), 0)],
                conditions=[Condition((1.0, 1.0, 1.0), high=0.36)],
            )
        )


@pytest.mark.parametrize(
    "part",
    [
        {"expected_returns": MEAN * 1e300},
        {"covariance": SIGMA * 1e308},
        {"upper": 1e300},
        {"risk_aversion": 1e300},
        {"trading": Trading(np.full(6, 1 / 6), cost=1e300)},
        {"k": 2.0},
        {"k": "2"},
        {"k": True},
        {"fewest": 1.5},
        {"risk_aversion": "5"},
        {"budget": None},
        {"gross": "1"},
        {"expected_returns": MEAN + 1j},
        {"groups": None},
        {"groups": [((0, 1), 1)]},
        {"groups": [Group((0, 1), 1.5)]},  # type: ignore[arg-type] # what is tested
        {"conditions": [((1.0,) * 6, 0.0, 1.0)]},
        {"conditions": [Condition((1.0,) * 6, low=None)]},  # type: ignore[arg-type] # what is tested
        {"trading": ([0.0] * 6, 0.1)},
        {"risk": "cvar"},
        {"names": None},
    ],
    ids=str,
)
def test_a_part_of_another_kind_or_beyond_all_measure_is_refused_by_name(part: dict[str, object]) -> None:
    stated = {"expected_returns": MEAN, "covariance": SIGMA} | part
    with pytest.raises(ProblemError, match=r"Give|State"):
        PortfolioProblem(**stated)


def test_frames_whose_assets_are_ordered_otherwise_are_refused_not_mixed_up() -> None:
    names = list("abcdef")
    mean, sigma = pd.Series(MEAN, names), pd.DataFrame(SIGMA, names, names)
    assert solve(PortfolioProblem(mean, sigma, k=3, names=names)).names == tuple(names)
    for wrong in (sigma.iloc[::-1, ::-1], sigma.iloc[:, ::-1], sigma.rename(columns={"a": "z"})):
        with pytest.raises(ProblemError, match="reindex"):
            PortfolioProblem(mean, wrong, k=3)
    with pytest.raises(ProblemError, match="reindex"):
        PortfolioProblem(mean, sigma, k=3, names=names[::-1])


def test_what_is_no_problem_and_limits_that_are_none_are_refused() -> None:
    problem = PortfolioProblem(MEAN, SIGMA, k=2)
    for call in (
        lambda: solve(SIGMA),  # type: ignore[arg-type] # what is tested
        lambda: hybrid(SIGMA),  # type: ignore[arg-type] # what is tested
        lambda: hybrid(problem, {"layers": 3}),  # type: ignore[arg-type] # what is tested
        lambda: solve(problem, 5),  # type: ignore[arg-type] # what is tested
    ):
        with pytest.raises(ProblemError, match="Give"):
            call()
    for limits in ({"nodes": "3"}, {"starts": 1.5}, {"tolerance": float("nan")}, {"seed": 1.5}):
        with pytest.raises(SettingError, match="needed"):
            Limits(**limits)


@pytest.mark.parametrize("name", ["layers", "shots", "polish", "iterations", "threads"])
def test_a_count_that_no_machine_would_end_is_refused_before_anything_runs(name: str) -> None:
    with pytest.raises(SettingError, match="too large"):
        HybridSettings(**{name: 10**9})  # type: ignore[arg-type] # a number for each


@pytest.mark.parametrize(
    "wrong",
    [{"previous_weights": "a"}, {"previous_weights": [1.0, 2.0]}, {"covariance": None}, {"expected_returns": 0.1}],
    ids=str,
)
def test_an_optimiser_with_a_parameter_of_another_kind_says_so_at_fit(wrong: dict[str, object]) -> None:
    with pytest.raises(QuantumError, match="Give"):
        PortfolioOptimiser(k=2, **wrong).fit(RETURNS)  # type: ignore[arg-type] # what is tested
