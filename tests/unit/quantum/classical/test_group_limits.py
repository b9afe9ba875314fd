"""A group's limit is hard wherever a portfolio comes from: local search, the rounded relaxation, or the tree."""

import numpy as np
import pytest

from tallystick.quantum.problem.conditions import Condition, Group, Trading
from tallystick.quantum.problem.portfolio_problem import PortfolioProblem
from tallystick.quantum.problem.solving import solve


def problem(seed: int, fewest: int | None) -> PortfolioProblem:
    """Twenty assets, the best three of which exclude each other, with costs of trading."""
    spread = 1e-4 * (np.eye(20) + 0.5)
    returns = np.random.default_rng(seed).multivariate_normal(np.linspace(0.0, 0.001, 20), spread, 1_000)
    return PortfolioProblem(
        returns.mean(axis=0),
        np.cov(returns.T),
        k=8,
        fewest=fewest,
        risk_aversion=5.0,
        buy_in=0.02,
        upper=0.3,
        groups=[Group((17, 18, 19), most=1)],
        conditions=[Condition(tuple(float(asset < 6) for asset in range(20)), high=0.4)],
        trading=Trading(np.full(20, 0.05), cost=0.001 / 21),
    )


@pytest.mark.parametrize(("seed", "fewest"), [(7, 4), (7, None), (8, 4)])
def test_a_group_is_not_overrun_by_the_relaxations_rounding(seed: int, fewest: int | None) -> None:
    asked = problem(seed, fewest)
    found = solve(asked)
    assert asked.violation(found.weights) < 1e-9
    assert found.bound <= found.objective
