"""The classical answer to a problem: weights, their objective, and a bound that says who proved it.

| problem | answer from | bound from |
|---|---|---|
| variance, every asset free | active-set quadratic program | its dual |
| variance, holdings limited in number, size or group | swap search and branch and bound | the tree |
| CVaR or CDaR, with or without any of these | HiGHS through scipy | HiGHS |
"""

from dataclasses import dataclass
from enum import StrEnum
from types import NoneType

import numpy as np

from tallystick.quantum.arrays import Floats
from tallystick.quantum.classical.activeset import Conditions
from tallystick.quantum.classical.blas import one_thread
from tallystick.quantum.classical.cardinality import Limits
from tallystick.quantum.classical.flat import minimise_flat
from tallystick.quantum.problem.bounding import proved_bound
from tallystick.quantum.problem.kinds import kind
from tallystick.quantum.problem.numeric import NumericForm, numeric_form
from tallystick.quantum.problem.portfolio_problem import PortfolioProblem
from tallystick.quantum.problem.risk import Variance

RESIDUE = 1e-13
"""Of the largest weight: what is smaller is what rounding left of 0, and is not held."""


class BoundSource(StrEnum):
    """Who proved that no portfolio is better than the bound."""

    DUAL = "dual of the quadratic program"
    TREE = "branch and bound"
    HIGHS = "HiGHS"


@dataclass(frozen=True, eq=False, slots=True)
class Portfolio:
    """Weights (n,) by the problem's `names`, the positions held, the objective there, and its bound.

    `gap` is (objective - bound) / |objective|; `nodes` and `iterations` are what was spent.
    """

    weights: Floats
    names: tuple[str, ...]
    support: tuple[int, ...]
    objective: float
    bound: float
    gap: float
    bound_from: BoundSource
    nodes: int
    iterations: int

    @property
    def held(self) -> dict[str, float]:
        """The weights that are not 0, by name."""
        return {self.names[each]: float(self.weights[each]) for each in self.support}


@one_thread()
def solve(problem: PortfolioProblem, limits: Limits | None = None) -> Portfolio:
    """The best portfolio found within `limits`, with a bound.

    Raises ProblemError where no weights meet all conditions, Missing where CVaR or CDaR are asked for without scipy.
    """
    kind("problem", problem, PortfolioProblem, "Give PortfolioProblem(expected_returns, covariance, k=5)")
    kind("limits", limits, (Limits, NoneType), "Give Limits(nodes=100), or leave them out")
    form, limits = numeric_form(problem), limits or Limits()
    if not isinstance(problem.risk, Variance):
        from tallystick.quantum.problem.tail import solve_tail

        found = solve_tail(problem, form, limits)
        return portfolio(problem, form, found.x, found.bound, BoundSource.HIGHS, (found.nodes, found.iterations))
    if not problem.chooses:
        return solve_continuous(problem, form)
    from tallystick.quantum.classical.branch import solve as search

    best = search(form.cardinality, limits)
    spent = best.nodes, best.iterations
    return portfolio(problem, form, best.weights, best.bound, BoundSource.TREE, spent)


def solve_continuous(problem: PortfolioProblem, form: NumericForm) -> Portfolio:
    """The quadratic program of a problem in which nothing is to be chosen, with the bound of its dual."""
    numeric = form.cardinality
    rows, low, high = (np.ascontiguousarray(each) for each in numeric.conditions)
    conditions = Conditions(rows, low, high, numeric.lower, numeric.upper)
    best = minimise_flat(numeric.quadratic, numeric.linear, conditions)
    bound = proved_bound(numeric.quadratic, numeric.linear, conditions, best.weights, best.row_multipliers)
    return portfolio(problem, form, best.weights, bound, BoundSource.DUAL, (0, best.steps))


def portfolio(
    problem: PortfolioProblem, form: NumericForm, x: Floats, bound: float, source: BoundSource, spent: tuple[int, int]
) -> Portfolio:
    """What a point of the numeric problem says of the portfolio; the objective is evaluated anew from the weights."""
    weights = form.weights(x)
    sizes = np.abs(weights)
    weights[sizes < RESIDUE * sizes.max(initial=0.0)] = 0.0
    objective, bound = problem.objective(weights), bound + form.constant
    gap = max(objective - bound, 0.0) / max(abs(objective), 1e-300)
    support = tuple(int(each) for each in np.flatnonzero(weights))
    return Portfolio(weights, tuple(problem.names), support, objective, bound, gap, source, *spent)
