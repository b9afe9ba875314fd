"""A problem is refused for what cannot be, and its numeric forms mean what the problem says."""

from contextlib import suppress
from dataclasses import replace
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize

from tallystick.quantum.errors import ProblemError
from tallystick.quantum.problem.conditions import Condition, Group, Trading
from tallystick.quantum.problem.numeric import numeric_form
from tallystick.quantum.problem.portfolio_problem import PortfolioProblem
from tallystick.quantum.problem.risk import CVaR
from tallystick.quantum.problem.solving import BoundSource, solve
from tests.unit.quantum.problem.returns import drawn

Floats = NDArray[np.float64]
PAST = drawn(300, 7, seed=4)
MEAN, SIGMA = PAST.mean(axis=0), np.cov(PAST, rowvar=False)
GAPPY = np.where(np.arange(7) == 2, np.nan, MEAN)
SKEWED = SIGMA + np.triu(np.full((7, 7), 1e-5), 1)
INDEFINITE = SIGMA - 1.5 * float(np.linalg.eigvalsh(SIGMA)[0]) * np.eye(7)
THIRDS = [1 / 3] * 3 + [0.0] * 4


def problem(**changes: Any) -> PortfolioProblem:
    return replace(PortfolioProblem(MEAN, SIGMA, risk_aversion=4.0), **changes)


@pytest.mark.parametrize(
    ("changes", "part", "remedy"),
    [
        ({"expected_returns": GAPPY}, r"expected_returns \[2\] is nan", "Fill or drop"),
        ({"expected_returns": ["a"] * 7}, "not a number", "Give an array"),
        ({"covariance": np.where(np.eye(7) > 0, np.inf, SIGMA)}, "covariance .* is inf", "Fill or drop"),
        ({"covariance": SIGMA[:5, :5]}, r"shape \(5, 5\)", r"Give shape \(7, 7\)"),
        ({"covariance": SKEWED}, "not symmetric", r"\(S \+ S.T\) / 2"),
        ({"covariance": INDEFINITE}, "indefinite", "covariance.repaired"),
        ({"covariance": None}, "without a covariance", "Give covariance"),
        ({"risk": CVaR()}, "without scenarios", "Give scenarios"),
        ({"scenarios": PAST[:, :3], "risk": CVaR()}, "scenarios have shape", "Give"),
        ({"k": 8}, "k 8 of 7", "Choose 1 <= k <= 7"),
        ({"k": 0}, "k 0 of 7", "Choose"),
        ({"k": 3, "fewest": 4}, "fewest 4", "Choose 0 <= fewest <= 3"),
        ({"lower": 0.4, "upper": 0.3}, "lower is above upper", "Widen"),
        ({"upper": 0.1}, "sum to between", "Widen lower and upper"),
        ({"k": 3, "upper": 0.3}, "sum to between", "change k"),
        ({"lower": 0.2}, "sum to between", "Widen"),
        ({"k": 5, "buy_in": 0.3}, "sum to between", "lower buy_in"),
        ({"k": 3, "lower": 0.01}, "7 assets have bounds that leave 0 out", "buy_in"),
        ({"buy_in": -0.1}, "buy_in is below 0", "Give a size"),
        ({"buy_in": 0.5, "upper": 0.4, "lower": 0.1}, "no weight reaches buy_in", "Lower buy_in"),
        ({"gross": 0.5, "lower": -1.0}, "gross 0.5", "from 1"),
        ({"risk_aversion": -1.0}, "risk_aversion", "from 0"),
        ({"budget": np.nan}, "budget nan", "finite"),
        ({"names": ("a", "b")}, "2 names", "each asset"),
        ({"groups": (Group(("zzz",), 1),)}, "zzz", "members among"),
        ({"k": 5, "groups": (Group((0, 1, 2, 3), 1),)}, "at most 4 assets", "Raise a group"),
        ({"conditions": (Condition((1.0,) * 7, 0.5, 0.1),)}, "from 0.5 to 0.1", "low <= high"),
        ({"conditions": (Condition((1.0, 2.0)),)}, "coefficients", "each of the 7"),
        ({"trading": Trading([0.1] * 6)}, "previous weights", "each of the 7"),
        ({"trading": Trading([0.0] * 7, cost=-0.1)}, "cost", "10 basis points"),
        ({"trading": Trading([0.0] * 7, turnover=-0.1)}, "turnover", "from 0"),
        (
            {"k": 3, "trading": Trading([1 / 7] * 7, turnover=0.5)},
            "limit leaves 0.75 of what is held, k=3 lets at most 0.428571",
            "Raise turnover, k",
        ),
        (
            {"k": 3, "groups": (Group((0, 1, 2), 1),), "trading": Trading(THIRDS, turnover=0.6)},
            "leaves 0.7 of what is held, the groups and k let at most 0.333333",
            "group's most",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_part_and_a_remedy(changes: dict[str, Any], part: str, remedy: str) -> None:
    with pytest.raises(ProblemError, match=part) as refused:
        problem(**changes)
    with pytest.raises(ProblemError, match=remedy):
        raise refused.value


@pytest.mark.parametrize("turnover", [2 / 3, 4 / 3])
def test_a_turnover_that_just_suffices_is_not_refused(turnover: float) -> None:
    groups = (Group((0, 1, 2), 2 if turnover < 1.0 else 1),)
    asked = problem(k=3, groups=groups, trading=Trading(THIRDS, turnover=turnover))
    weights = solve(asked).weights
    assert np.abs(weights - THIRDS).sum() <= turnover + 1e-9
    assert asked.violation(weights) < 1e-9


def test_conditions_that_exclude_one_another_are_found_when_it_is_solved() -> None:
    rows = (Condition((1.0,) + (0.0,) * 6, low=0.7), Condition((0.0, 1.0) + (0.0,) * 5, low=0.7))
    with pytest.raises(ProblemError, match="Widen"):
        solve(problem(conditions=rows))
    with pytest.raises(ProblemError, match="Widen"):
        solve(problem(conditions=rows, risk=CVaR(), scenarios=PAST))


def test_every_point_of_the_numeric_form_costs_what_the_portfolio_costs() -> None:
    rng = np.random.default_rng(0)
    previous = rng.dirichlet(np.ones(7))
    asked = problem(
        k=5, lower=-0.2, gross=1.5, buy_in=0.05, trading=Trading(previous, np.linspace(0.001, 0.003, 7), 1.0)
    )
    form = numeric_form(asked)
    numeric = form.cardinality
    best = solve(asked)
    assert asked.violation(best.weights) < 1e-9
    x = np.zeros(numeric.size)
    for variable in range(form.parts):
        one = best.weights[form.asset[variable]]
        inside = numeric.lower[variable] - 1e-12 <= one <= numeric.upper[variable] + 1e-12
        x[variable] = one if inside else 0.0
    sold = form.asset[form.parts : -1]
    x[form.parts : -1] = np.maximum(previous[sold] - best.weights[sold], 0.0)
    x[-1] = numeric.total - x.sum()
    assert np.allclose(form.weights(x), best.weights, atol=1e-12)
    assert numeric.objective(x) + form.constant == pytest.approx(asked.objective(best.weights), abs=1e-14)
    rows, low, high = numeric.conditions
    assert np.all(rows @ x >= low - 1e-9)
    assert np.all(rows @ x <= high + 1e-9)


def enumerated(asked: PortfolioProblem) -> float:
    """The least objective over all supports, each by scipy's SLSQP from equal weights: long only, thresholds."""
    least = np.inf
    low, high = np.asarray(asked.buy_in), np.asarray(asked.upper)
    groups = [(set(asked.positions(each)), each.most) for each in asked.groups]
    for support in combinations(range(asked.size), asked.most):
        if any(len(members & set(support)) > most for members, most in groups):
            continue
        chosen = list(support)

        def value(part: Floats, chosen: list[int] = chosen) -> float:
            weights = np.zeros(asked.size)
            weights[chosen] = part
            return 1e4 * asked.objective(weights)

        found = minimize(
            value,
            np.full(len(chosen), 1.0 / len(chosen)),
            method="SLSQP",
            bounds=[(low[each], high[each]) for each in chosen],
            constraints=[{"type": "eq", "fun": lambda part: part.sum() - 1.0}],
            options={"ftol": 1e-13, "maxiter": 500},
        )
        least = min(least, float(found.fun) / 1e4)
    return least


@pytest.mark.parametrize(
    "changes",
    [
        {"k": 3, "buy_in": 0.1},
        {"k": 3, "buy_in": 0.05, "upper": 0.4, "groups": (Group((0, 1, 2), 1), Group(("x4", "x5"), 1))},
        {"k": 2, "risk_aversion": 40.0},
    ],
)
def test_the_best_portfolio_is_that_of_trying_every_support(changes: dict[str, Any]) -> None:
    asked = problem(**changes)
    best = solve(asked)
    assert best.objective == pytest.approx(enumerated(asked), rel=1e-6)
    assert asked.violation(best.weights) < 1e-9
    assert best.bound <= best.objective
    assert best.gap < 1e-6
    assert best.bound_from is BoundSource.TREE


def test_costs_of_trading_keep_a_portfolio_where_it_is() -> None:
    previous = np.full(7, 1 / 7)
    still = solve(problem(trading=Trading(previous, cost=0.1)))
    assert np.allclose(still.weights, previous, atol=1e-9)
    assert still.gap < 1e-8
    moved = solve(problem(trading=Trading(previous, turnover=0.3)))
    assert np.abs(moved.weights - previous).sum() == pytest.approx(0.3, abs=1e-9)


def test_costs_are_the_same_problem_whether_the_number_of_holdings_is_limited_or_not() -> None:
    asked = problem(trading=Trading([0.3, 0.3, 0.4, 0, 0, 0, 0], cost=0.002, turnover=0.8))
    free, held = solve(asked), solve(replace(asked, k=7, fewest=1))
    assert held.objective == pytest.approx(free.objective, rel=1e-6)
    few = solve(replace(asked, k=3, fewest=1))
    assert few.objective >= free.bound
    assert replace(asked, k=3, fewest=1).violation(few.weights) < 1e-9
    assert few.bound <= few.objective


def test_long_and_short_with_thresholds_and_a_gross_limit_obeys_them() -> None:
    asked = problem(k=4, lower=-0.4, upper=0.8, buy_in=0.1, gross=1.4)
    best = solve(asked)
    assert asked.violation(best.weights) < 1e-9
    assert best.weights.min() <= -0.1
    assert best.bound <= best.objective


HELD = (0.3, 0.3, 0.4, 0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    "changes",
    [
        {"k": 3, "fewest": 1, "trading": Trading(HELD, cost=0.002, turnover=0.8)},
        {"k": 3, "buy_in": 0.1, "trading": Trading(HELD, cost=0.0005)},
        {"k": 4, "buy_in": 0.1, "lower": -0.4, "upper": 0.8, "gross": 1.4},
        {"k": 3, "lower": -0.3, "upper": 0.8},
        {"k": 3, "lower": -0.3, "upper": 0.8, "risk_aversion": 40.0, "trading": Trading(HELD, cost=0.0005)},
    ],
)
def test_costs_and_shorts_change_nothing_about_the_bound_and_the_best(changes: dict[str, Any]) -> None:
    asked = problem(**changes)
    best = solve(asked)
    assert asked.violation(best.weights) < 1e-9
    values = []
    signs = (1, -1) if np.any(np.asarray(asked.lower) < 0.0) else (1,)
    for support in combinations(range(7), asked.most):
        for sides in product(signs, repeat=asked.most):
            low, high = np.zeros(7), np.zeros(7)
            for each, side in zip(support, sides, strict=True):
                upper, lower, buy_in = (np.asarray(part)[each] for part in (asked.upper, asked.lower, asked.buy_in))
                low[each], high[each] = (buy_in, upper) if side > 0 else (lower, -buy_in)
            with suppress(ProblemError):
                free = replace(asked, k=None, fewest=None, buy_in=0.0, lower=low, upper=high)
                values.append(solve(free).objective)
    assert best.objective == pytest.approx(min(values), rel=1e-6)
    assert best.bound <= min(values)
    assert best.gap < 1e-5


@pytest.mark.parametrize(
    "changes",
    [{}, {"risk_aversion": 1e4}, {"risk_aversion": 0.0}, {"trading": Trading(np.full(40, 0.025), 0.001, 0.5)}],
)
def test_a_covariance_of_fewer_rows_than_assets_is_no_obstacle(changes: dict[str, Any]) -> None:
    past = drawn(20, 40, seed=1)
    asked = replace(PortfolioProblem(past.mean(axis=0), np.cov(past, rowvar=False)), **changes)
    best = solve(asked)
    assert asked.violation(best.weights) < 1e-9
    assert best.bound <= best.objective
    assert best.gap < 1e-8
