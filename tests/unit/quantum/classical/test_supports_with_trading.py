"""Sales and slack have no curvature; every support still has its value, and the search starts from real ones.

The oracle states trades as bought and sold parts of each weight, and leaves the program to SciPy's SLSQP.
"""

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import linprog, minimize

from tallystick.quantum.classical.cardinality import Limits
from tallystick.quantum.classical.swap import polished, search, universe_of, value_of
from tallystick.quantum.problem.conditions import Condition, Group, Trading
from tallystick.quantum.problem.numeric import numeric_form
from tallystick.quantum.problem.portfolio_problem import PortfolioProblem
from tallystick.quantum.problem.solving import solve
from tests.unit.quantum.problem.returns import drawn

Floats = NDArray[np.float64]
SIZE = 7
PREVIOUS = np.array([0.5, 0.0, 0.3, 0.0, 0.2, 0.0, 0.0])
SECTOR = Condition(tuple(1.0 * (np.arange(SIZE) < 3)), 0.1, 0.5)
KINDS: dict[str, dict[str, Any]] = {
    "costs": {"trading": Trading(PREVIOUS, 0.001)},
    "costs of each asset": {"trading": Trading(PREVIOUS, np.linspace(0.0002, 0.002, SIZE))},
    "turnover": {"trading": Trading(PREVIOUS, 0.0, 0.8)},
    "little turnover": {"trading": Trading(PREVIOUS, 0.001, 0.5), "fewest": 1},
    "sectors": {"trading": Trading(PREVIOUS, 0.001, 1.2), "conditions": [SECTOR], "upper": 0.5},
    "groups": {"trading": Trading(PREVIOUS, 0.001, 1.2), "groups": [Group((0, 1, 2), 1)]},
    "short too": {"trading": Trading(PREVIOUS, 0.001, 1.2), "lower": -0.3, "upper": 0.8},
}


def stated(kind: str, weeks: int) -> PortfolioProblem:
    past = drawn(weeks, SIZE, seed=11)
    parts: dict[str, Any] = {"k": 3, "risk_aversion": 4.0} | KINDS[kind]
    return PortfolioProblem(past.mean(axis=0), np.cov(past, rowvar=False), **parts)


def least(problem: PortfolioProblem, support: tuple[int, ...]) -> float:
    """A support's objective at the best weights that SLSQP finds; infinite where HiGHS says that there are none."""
    held, trading = list(support), problem.trading
    assert trading is not None
    previous, cost, count = np.asarray(trading.previous), np.asarray(trading.cost), len(held)
    idle = np.setdiff1d(np.arange(SIZE), held)
    turn = np.hstack([np.eye(count), -np.eye(count)])  # weights are previous + bought - sold
    rows, sides = [np.vstack([turn, -turn])], [np.asarray(problem.upper)[held], -np.asarray(problem.lower)[held]]
    sides = [sides[0] - previous[held], sides[1] + previous[held]]
    for each in problem.conditions:
        part = np.asarray(each.coefficients)[held]
        rows += [part @ turn, -part @ turn]
        sides += [each.high - part @ previous[held], part @ previous[held] - each.low]
    if trading.turnover is not None:
        rows.append(np.ones(2 * count))
        sides.append(trading.turnover - np.abs(previous[idle]).sum())
    inside, edge = np.vstack(rows), np.hstack(sides)
    total, sum_to = turn.sum(axis=0), problem.budget - previous[held].sum()
    first = linprog(np.tile(cost[held], 2), inside, edge, total[None, :], [sum_to], bounds=(0.0, 2.0))
    if first.status == 2:
        return np.inf

    def value(x: Floats) -> float:
        weights = np.zeros(SIZE)
        weights[held] = previous[held] + turn @ x
        return 1e3 * problem.objective(weights)

    limits = [
        {"type": "eq", "fun": lambda x: total @ x - sum_to},
        {"type": "ineq", "fun": lambda x: edge - inside @ x},
    ]
    found = minimize(value, first.x, method="SLSQP", bounds=[(0.0, 2.0)] * (2 * count), constraints=limits)
    return float(found.fun) / 1e3


def supports(problem: PortfolioProblem) -> list[tuple[int, ...]]:
    return [
        each
        for number in range(problem.least, problem.most + 1)
        for each in combinations(range(SIZE), number)
        if all(len(set(problem.positions(group)) & set(each)) <= group.most for group in problem.groups)
    ]


@pytest.mark.parametrize("weeks", [4, 200])
@pytest.mark.parametrize("kind", KINDS)
def test_every_support_has_a_value_no_worse_than_another_program_finds_and_weights_that_reach_it(
    kind: str, weeks: int
) -> None:
    problem = stated(kind, weeks)
    form = numeric_form(problem)
    numeric, best, feasible = form.cardinality, np.inf, 0
    counts, low, high = numeric.counts
    universe = universe_of(numeric)
    for support in supports(problem):
        bits = numeric.always.copy()
        bits[list(support)] = True
        parts = numeric.quadratic, numeric.linear, universe, np.ascontiguousarray(counts), low, high
        ours, theirs = float(value_of(*parts, bits)) + form.constant, least(problem, support)
        assert np.isfinite(ours) == np.isfinite(theirs), support
        if not np.isfinite(theirs):
            continue
        best, feasible = min(best, ours), feasible + 1
        assert ours <= theirs + 1e-7, support
        exact = polished(numeric, tuple(int(each) for each in np.flatnonzero(bits)))
        assert exact is not None
        weights = form.weights(exact.weights)
        assert problem.violation(weights) < 1e-9
        assert ours == pytest.approx(problem.objective(weights), rel=1e-7, abs=1e-9)
    assert feasible > 0
    found = solve(problem)
    assert found.objective == pytest.approx(best, rel=1e-6, abs=1e-9)
    assert found.bound <= best + 1e-9


@pytest.mark.parametrize("kind", KINDS)
def test_local_search_alone_finds_a_portfolio_however_many_variables_accompany_the_weights(kind: str) -> None:
    problem = stated(kind, 200)
    numeric = numeric_form(problem).cardinality
    found = search(numeric, Limits())
    assert found is not None
    assert numeric.always[list(found.support)].sum() == numeric.always.sum()
    assert len(found.support) - numeric.always.sum() <= problem.most
