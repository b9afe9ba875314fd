"""The efficient frontier: for each return, the weights of least variance; exactly, or with few holdings, with bounds.

Without cardinality and thresholds every point is a quadratic program. With them (Chang et al. 2000) every point is a
search with a bound, and the frontier may have gaps: then it is traced by the weight on the return instead.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from tallystick.quantum.arrays import Floats
from tallystick.quantum.classical.cardinality import Limits
from tallystick.quantum.errors import ProblemError, SettingError
from tallystick.quantum.problem.conditions import Condition
from tallystick.quantum.problem.numeric import NumericForm, numeric_form
from tallystick.quantum.problem.portfolio_problem import PortfolioProblem
from tallystick.quantum.problem.solving import Portfolio, solve, solve_continuous

INSIDE = 1e-9
"""How far, as a share of the span of returns, targets stay inside the greatest return: there the weights are unique."""


@dataclass(frozen=True, eq=False, slots=True)
class Frontier:
    """Returns (m,) falling, the risks (m,) that go with them, weights (m, n), and the portfolios themselves."""

    returns: Floats
    risks: Floats
    weights: Floats
    portfolios: tuple[Portfolio, ...]


def efficient_frontier(problem: PortfolioProblem, points: int = 50) -> Frontier:
    """`points` returns evenly from the greatest to that of least risk, and the least risk at each.

    Raises ProblemError where the number of holdings is part of the question: `traced_frontier` answers that.
    """
    if problem.chooses:
        message = "a frontier by returns has gaps where the number of holdings is limited. Use traced_frontier"
        raise ProblemError(message)
    if points < 2:
        message = f"{points} points: a frontier has two ends. Give 2 or more"
        raise SettingError(message)
    least = float(problem.mean @ solve(replace(problem, expected_returns=np.zeros(problem.size))).weights)
    greatest = float(problem.mean @ solve(replace(problem, risk_aversion=0.0)).weights)
    return frontier_at(problem, np.linspace(greatest - INSIDE * (greatest - least), least, points))


def frontier_at(problem: PortfolioProblem, returns: ArrayLike) -> Frontier:
    """The least risk at each of these returns (m,). Raises ProblemError for one that no weights reach."""
    targets = np.asarray(returns, dtype=np.float64)
    row = Condition(tuple(problem.mean.tolist()), float(targets.min()), float(targets.max()))
    careful = replace(
        problem, expected_returns=np.zeros(problem.size), risk_aversion=1.0, conditions=(row, *problem.conditions)
    )
    form = numeric_form(careful)  # its rows: the sum of all, then the return
    return _frontier(problem, tuple(solve_continuous(careful, _at(form, float(each))) for each in targets))


def _at(form: NumericForm, target: float) -> NumericForm:
    low, high = (np.array(each) for each in (form.cardinality.row_low, form.cardinality.row_high))
    low[0] = high[0] = target
    return replace(form, cardinality=replace(form.cardinality, row_low=low, row_high=high))


def traced_frontier(problem: PortfolioProblem, points: int = 50, limits: Limits | None = None) -> Frontier:
    """The best portfolios of lambda risk - (1 - lambda) return, lambda evenly from 0 to 1 (Chang et al. 2000).

    Costs of trading count as they are. The ends are taken a little inside, where both parts count.
    """
    weights = np.linspace(0.0, 1.0, points).clip(INSIDE, 1.0 - INSIDE)
    found = tuple(solve(replace(problem, risk_aversion=float(each / (1.0 - each))), limits) for each in weights)
    return _frontier(problem, found)


def _frontier(problem: PortfolioProblem, found: tuple[Portfolio, ...]) -> Frontier:
    weights = np.array([each.weights for each in found])
    risks = np.array([problem.risk_of(each) for each in weights])
    return Frontier(weights @ problem.mean, risks, weights, found)
