"""The problem as an optimisation of skfolio's, so that its cross-validation, populations and priors work with it.

Importing this file imports skfolio (BSD-3-Clause), which is installed on request only.
"""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tallystick.quantum.arrays import Floats
from tallystick.quantum.classical.cardinality import Limits
from tallystick.quantum.errors import Missing, ProblemError
from tallystick.quantum.estimator import column_names
from tallystick.quantum.problem import checks
from tallystick.quantum.problem.conditions import Condition, Group, Trading
from tallystick.quantum.problem.portfolio_problem import PortfolioProblem
from tallystick.quantum.problem.risk import VARIANCE, Risk
from tallystick.quantum.problem.solving import Portfolio, solve

try:
    from skfolio.optimization import BaseOptimization
    from skfolio.prior import BasePrior, EmpiricalPrior
    from sklearn.base import clone
    from sklearn.utils.validation import validate_data
except ImportError as error:
    message = "skfolio is not installed. Install it: pip install skfolio"
    raise Missing(message) from error


class CardinalityOptimisation(BaseOptimization):  # type: ignore[misc] # skfolio publishes no types
    """skfolio's `BaseOptimization` over `PortfolioProblem`, whose parameters these are.

    `prior_estimator` (skfolio's, by default its EmpiricalPrior) gives expected returns, covariance and scenarios.
    `previous_weights` is a number, (n,), or by name; `transaction_costs` the same, per unit of weight traded.
    After `fit`: `weights_`, `portfolio_` with objective, bound and gap, `problem_`, `prior_estimator_`.
    """

    def __init__(  # noqa: PLR0913 -- scikit-learn's convention: every parameter by name, none in a container
        self,
        *,
        k: int | None = None,
        risk_aversion: float = 1.0,
        fewest: int | None = None,
        min_weights: ArrayLike = 0.0,
        max_weights: ArrayLike = 1.0,
        buy_in: ArrayLike = 0.0,
        budget: float = 1.0,
        gross: float | None = None,
        groups: Sequence[Group] = (),
        conditions: Sequence[Condition] = (),
        transaction_costs: Any = 0.0,
        max_turnover: float | None = None,
        risk: Risk = VARIANCE,
        prior_estimator: Any = None,
        limits: Limits | None = None,
        portfolio_params: dict[str, Any] | None = None,
        fallback: Any = None,
        previous_weights: Any = None,
        raise_on_failure: bool = True,
    ) -> None:
        super().__init__(
            portfolio_params=portfolio_params,
            fallback=fallback,
            previous_weights=previous_weights,
            raise_on_failure=raise_on_failure,
        )
        self.k = k
        self.risk_aversion = risk_aversion
        self.fewest = fewest
        self.min_weights = min_weights
        self.max_weights = max_weights
        self.buy_in = buy_in
        self.budget = budget
        self.gross = gross
        self.groups = groups
        self.conditions = conditions
        self.transaction_costs = transaction_costs
        self.max_turnover = max_turnover
        self.risk = risk
        self.prior_estimator = prior_estimator
        self.limits = limits

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803 -- scikit-learn's name for what is fitted
        """Choose weights from returns `X` (T, n). Raises ProblemError, unless skfolio's fallback takes over."""
        names = column_names(X)
        validate_data(self, X, skip_check_array=True)
        prior = EmpiricalPrior() if self.prior_estimator is None else clone(self.prior_estimator)
        if not isinstance(prior, BasePrior):
            wrong = f"prior_estimator {type(prior).__name__} is no prior of skfolio's. Give one of skfolio.prior"
            raise ProblemError(wrong)
        self.prior_estimator_ = prior.fit(X, y)
        seen = self.prior_estimator_.return_distribution_
        varies = self.risk == VARIANCE
        self.problem_ = PortfolioProblem(
            seen.mu,
            seen.covariance if varies else None,
            k=self.k,
            risk_aversion=self.risk_aversion,
            fewest=self.fewest,
            lower=self.min_weights,
            upper=self.max_weights,
            buy_in=self.buy_in,
            budget=self.budget,
            gross=self.gross,
            groups=self.groups,
            conditions=self.conditions,
            trading=self._trading(names, len(seen.mu)),
            risk=self.risk,
            scenarios=None if varies else seen.returns,
            names=() if names is None else names.tolist(),
        )
        self.portfolio_: Portfolio = solve(self.problem_, self.limits)
        self.weights_ = self.portfolio_.weights
        return self

    def _trading(self, names: NDArray[np.object_] | None, n: int) -> Trading | None:
        costs = _spread("transaction_costs", self.transaction_costs, names, n)
        if self.previous_weights is None and self.max_turnover is None and not costs.any():
            return None
        previous = 0.0 if self.previous_weights is None else self.previous_weights
        return Trading(_spread("previous_weights", previous, names, n), costs, self.max_turnover)


def _spread(part: str, given: Any, names: NDArray[np.object_] | None, n: int) -> Floats:
    """A number, (n,), or a number by name (0 where it is not named), as (n,)."""
    if isinstance(given, dict):
        strangers = set(given) - set(() if names is None else names)
        if names is None or strangers:
            wrong = (
                f"{part} {', '.join(sorted(map(str, strangers)))}: no such columns. Give X as a data frame with these "
                "names"
            )
            raise ProblemError(wrong)
        given = [given.get(each, 0.0) for each in names]
    return checks.spread(part, given, n)
