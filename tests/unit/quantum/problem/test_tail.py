"""CVaR and CDaR equal skfolio's answers to the same programs; with few holdings they equal trying every support."""

from contextlib import suppress
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from tallystick.quantum.errors import ProblemError
from tallystick.quantum.problem.conditions import Trading
from tallystick.quantum.problem.portfolio_problem import PortfolioProblem
from tallystick.quantum.problem.risk import CDaR, CVaR, Risk
from tallystick.quantum.problem.solving import BoundSource, solve
from tests.unit.quantum.problem.returns import drawn

PAST = drawn(200, 6, seed=8)


@pytest.mark.parametrize("risk", [CVaR(0.95), CDaR(0.9), CVaR(0.913)])
def test_a_tail_portfolio_is_skfolios(risk: Risk) -> None:
    optimization = pytest.importorskip("skfolio.optimization", reason="needs skfolio: pip install skfolio")
    from skfolio import RiskMeasure

    level = risk.level if isinstance(risk, CVaR | CDaR) else 0.0
    measure = RiskMeasure.CVAR if isinstance(risk, CVaR) else RiskMeasure.CDAR
    theirs = optimization.MeanRisk(
        objective_function=optimization.ObjectiveFunction.MAXIMIZE_UTILITY,
        risk_aversion=2.0,
        risk_measure=measure,
        cvar_beta=level,
        cdar_beta=level,
    ).fit(PAST)
    asked = PortfolioProblem(PAST.mean(axis=0), scenarios=PAST, risk=risk, risk_aversion=2.0)
    ours = solve(asked)
    assert ours.objective == pytest.approx(asked.objective(theirs.weights_), rel=1e-6)
    assert ours.objective <= asked.objective(theirs.weights_) + 1e-9
    assert ours.bound <= ours.objective
    assert ours.gap < 1e-10
    assert ours.bound_from is BoundSource.HIGHS


@pytest.mark.parametrize("risk", [CVaR(0.9), CDaR(0.9)])
def test_few_holdings_with_costs_are_those_of_trying_every_support(risk: Risk) -> None:
    trading = Trading([0.5, 0.5, 0, 0, 0, 0], cost=0.001, turnover=1.6)
    asked = PortfolioProblem(PAST.mean(axis=0), scenarios=PAST, risk=risk, k=3, buy_in=0.2, upper=0.6, trading=trading)
    best = solve(asked)
    assert asked.violation(best.weights) < 1e-9
    values = []
    for support in combinations(range(6), 3):
        chosen = np.isin(np.arange(6), support)
        with suppress(ProblemError):  # too far from what is held
            values.append(solve(replace(asked, k=None, buy_in=0.0, lower=0.2 * chosen, upper=0.6 * chosen)).objective)
    assert len(values) > 10
    assert best.objective == pytest.approx(min(values), rel=1e-6)


def test_the_mean_of_the_worst_counts_a_share_of_a_scenario() -> None:
    losses = np.array([0.4, 0.3, 0.2, 0.1, 0.0])
    assert CVaR(0.7).of(-losses) == pytest.approx((0.4 + 0.5 * 0.3) / 1.5)
    path = np.array([0.1, -0.2, 0.05, -0.1])
    assert CDaR(0.75).of(path) == pytest.approx(0.25)
    assert CDaR(0.0).of(path) == pytest.approx((0.0 + 0.2 + 0.15 + 0.25) / 4)
