"""The problem of a desk: few holdings, bounds, conditions, costs, and a measure of risk; checked when it is stated.

minimise  risk_aversion * risk(w) - expected_returns'w + costs of trading,  with the weights summing to `budget`.

Bounds are hard: a lower bound above 0 means that the asset is held. What only holds for assets that are held is the
buy-in threshold: w = 0 or |w| >= buy_in. So Chang et al. (2000) is `k=10, buy_in=0.01`.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from tallystick.quantum.problem import checks, kinds, supports
from tallystick.quantum.problem.risk import CDaR, CVaR
from tallystick.quantum.problem.statement import Statement


@dataclass(frozen=True, eq=False)
class PortfolioProblem(Statement):
    """Shapes: expected_returns (n,), covariance (n, n), scenarios (T, n); lower, upper and buy_in a number or (n,).

    Exactly `k` assets are held, or from `fewest` to `k`; without `k` any number. A `gross` limit is on the sum of
    |w|. Variance needs a covariance, CVaR and CDaR need scenarios: returns of one period, a row each. Raises
    ProblemError, naming the part and the remedy, for what cannot be.
    """

    def __post_init__(self) -> None:
        put = object.__setattr__
        kinds.parts(self)
        put(self, "expected_returns", checks.vector("expected_returns", self.expected_returns))
        n = self.size
        if self.covariance is not None:
            put(self, "covariance", checks.covariance(self.covariance, n))
        if self.scenarios is not None:
            put(self, "scenarios", checks.scenarios(self.scenarios, n))
        for name in ("lower", "upper", "buy_in"):
            put(self, name, checks.spread(name, getattr(self, name), n))
        put(self, "names", checks.names(self.names, n))
        put(self, "groups", tuple(self.groups))
        put(self, "conditions", tuple(self.conditions))
        if self.trading is not None:
            previous = checks.vector("previous weights", self.trading.previous, n)
            put(self, "trading", replace(self.trading, previous=previous, cost=checks.costs(self.trading.cost, n)))
            checks.turnover(self.trading.turnover)
        checks.number("risk_aversion", self.risk_aversion, least=0.0)
        checks.number("budget", self.budget)
        checks.measure(self.risk, covariance=self.covariance is not None, scenarios=self.scenarios is not None)
        checks.cardinality(n, self.k, self.fewest)
        checks.bounds(self)
        checks.rows(self)
        supports.require_some(self)

    def cost_of(self, weights: ArrayLike) -> float:
        """What trading from the previous weights to these costs."""
        if self.trading is None:
            return 0.0
        return float(np.asarray(self.trading.cost) @ np.abs(np.asarray(weights) - np.asarray(self.trading.previous)))

    def risk_of(self, weights: ArrayLike) -> float:
        """The risk of these weights (n,) in the problem's own measure."""
        w = np.asarray(weights, dtype=np.float64)
        if isinstance(self.risk, CVaR | CDaR):
            return self.risk.of(np.asarray(self.scenarios, dtype=np.float64) @ w)
        return float(w @ self.sigma @ w)

    def objective(self, weights: ArrayLike) -> float:
        """What is minimised, at these weights (n,)."""
        gain = float(self.mean @ np.asarray(weights, dtype=np.float64))
        return self.risk_aversion * self.risk_of(weights) - gain + self.cost_of(weights)

    def violation(self, weights: ArrayLike, *, summing: bool = True) -> float:
        """By how much weights (n,) break the worst broken condition; 0 where none is. `summing`: the budget too."""
        w = np.asarray(weights, dtype=np.float64)
        off = abs(float(w.sum()) - self.budget) if summing else 0.0
        return max(off, checks.violation(self, w))
