"""From weights to lots: what a terminal can be asked for, and the best of it.

A volume is 0 or a multiple of the symbol's step from its minimum to its maximum. Money is the account's: a weight is
the value of a position (price times the money of a lot) over the equity. Whole steps rarely make up the budget, so
the weights may sum to anything within `tolerance` of it, by default the finest step (half of it leaves so few lots that
the best of them may cost some hundredths), and at most half of the budget: an account too small for any position is
told so, not left with none. All other conditions hold as they are stated, also how many symbols are held: one of 0
lots is not, and where too few fit (`k` of them, or from `fewest` on) there are no lots. Margin is that of
`tallystick.market.margin`, the order's side counted, and may take `margin_share` of the equity.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tallystick.market.instrument import LOT
from tallystick.quantum.arrays import Floats, Ints
from tallystick.quantum.classical.cardinality import Limits
from tallystick.quantum.errors import ProblemError
from tallystick.quantum.problem.checks import number
from tallystick.quantum.problem.integer import IntegerProblem, best_integers
from tallystick.quantum.problem.listing import Account, Tradable
from tallystick.quantum.problem.no_lots import no_lots
from tallystick.quantum.problem.portfolio_problem import PortfolioProblem
from tallystick.quantum.problem.risk import Variance
from tallystick.quantum.problem.solving import Portfolio, solve

PROVABLE = 5
"""Symbols up to which every one of them is searched; above, those that the fractional answer holds."""


@dataclass(frozen=True, eq=False, slots=True)
class Allocation:
    """Volumes in 1e-8 lots (n,), below 0 sold; their weights, objective and margin, and the fractional answer.

    `bound` is below the objective of any lots of `searched` symbols, `gap` how far the objective is above it;
    `fractional_gap` how far above the fractional answer, both relative. It may be below 0: lots may sum to a little
    less or more than the budget. `proved` says that the gap is closed over every symbol.
    """

    volumes: Ints
    weights: Floats
    objective: float
    bound: float
    gap: float
    proved: bool
    searched: tuple[int, ...]
    fractional: Portfolio
    fractional_gap: float
    margin: float
    nodes: int

    @property
    def lots(self) -> Floats:
        """Volumes in lots (n,)."""
        return self.volumes / LOT


def allocate(
    problem: PortfolioProblem,
    listings: Sequence[Tradable],
    account: Account,
    *,
    tolerance: float | None = None,
    limits: Limits | None = None,
    fractional: Portfolio | None = None,
) -> Allocation:
    """The best lots for `problem`, whose assets are `listings` in order; `fractional`: its answer, where it is known.

    Raises NoLots where no lots meet budget, margin and conditions, ProblemError where the risk is not the variance.
    """
    if not isinstance(problem.risk, Variance):
        message = f"lots are searched for the variance, not for {type(problem.risk).__name__}. Give risk=Variance()"
        raise ProblemError(message)
    if len(listings) != problem.size:
        message = f"{len(listings)} listings for {problem.size} assets. Give one for each, in order"
        raise ProblemError(message)
    if tolerance is not None:
        number("tolerance", tolerance, least=0.0)
    limits = limits or Limits()
    fractional = fractional or solve(problem, limits)
    everything = tuple(range(problem.size))
    searched = everything if problem.size <= PROVABLE else _searched(problem, fractional)
    numbers = _integer_problem(problem, listings, account, searched, tolerance)
    found = best_integers(numbers, limits, fractional.weights / numbers.step)
    if found is None:
        raise no_lots(numbers, listings, account, searched, limits)
    volumes = found.steps * np.array([each.volume_step for each in listings], dtype=np.int64)
    weights = found.steps * numbers.step
    objective = problem.objective(weights)
    gap = max(objective - found.bound, 0.0) / max(abs(objective), 1e-300)
    return Allocation(
        volumes=volumes,
        weights=weights,
        objective=objective,
        bound=found.bound,
        gap=gap,
        proved=gap <= max(limits.tolerance, 1e-9) and searched == everything,
        searched=searched,
        fractional=fractional,
        fractional_gap=(objective - fractional.objective) / max(abs(fractional.objective), 1e-300),
        margin=float(numbers.margin_of(found.steps)) * account.equity,
        nodes=found.nodes,
    )


def _searched(problem: PortfolioProblem, fractional: Portfolio) -> tuple[int, ...]:
    """What the weights hold, and of the others, where more must be held, those that cost least there."""
    slope = 2.0 * problem.risk_aversion * problem.sigma @ fractional.weights - problem.mean
    others = [each for each in np.argsort(slope, kind="stable").tolist() if each not in fractional.support]
    return tuple(sorted((*fractional.support, *others[: max(problem.least - len(fractional.support), 0)])))


def _integer_problem(
    problem: PortfolioProblem,
    listings: Sequence[Tradable],
    account: Account,
    searched: tuple[int, ...],
    tolerance: float | None,
) -> IntegerProblem:
    step = np.array([each.step_value for each in listings]) / account.equity
    least, most = np.array([each.steps for each in listings], dtype=np.int64).T
    inside = 1e-9  # a bound that is a whole number of steps stays one
    low = np.maximum(np.ceil(np.asarray(problem.lower) / step - inside), -most).astype(np.int64)
    high = np.minimum(np.floor(np.asarray(problem.upper) / step + inside), most).astype(np.int64)
    buy_in = np.ceil(np.asarray(problem.buy_in) / step - inside).astype(np.int64)
    left = np.setdiff1d(np.arange(problem.size), searched)
    low[left], high[left] = np.minimum(high[left], 0), np.maximum(low[left], 0)
    wide = min(float(step.min()), abs(problem.budget) / 2.0 or np.inf) if tolerance is None else tolerance
    return IntegerProblem(
        problem=problem,
        step=step,
        low=low,
        high=high,
        least=np.maximum(least, buy_in),
        window=wide,
        margin_long=np.array([each.step_margin(account, 1) for each in listings]) / account.equity,
        margin_short=np.array([each.step_margin(account, -1) for each in listings]) / account.equity,
        margin=account.margin_share,
    )
