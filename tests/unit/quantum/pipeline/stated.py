"""Problems of every kind that a desk states, small enough to be searched often."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tallystick.quantum.problem.conditions import Condition, Group, Trading
from tallystick.quantum.problem.portfolio_problem import PortfolioProblem
from tallystick.quantum.problem.risk import CDaR, CVaR
from tests.unit.quantum.classical.indices import index
from tests.unit.quantum.problem.returns import drawn

Floats = NDArray[np.float64]
SIZE = 10
FIRST = np.arange(SIZE) < 4
PREVIOUS = np.where(np.arange(SIZE) < 3, 1.0 / 3.0, 0.0)


def moments(seed: int) -> tuple[Floats, Floats]:
    """Expected returns (10,) and covariance (10, 10)."""
    past = drawn(120, SIZE, seed)
    return past.mean(axis=0), np.cov(past, rowvar=False)


KINDS: dict[str, Callable[[int], PortfolioProblem]] = {
    "exactly four": lambda seed: PortfolioProblem(*moments(seed), k=4),
    "one to four, thresholds": lambda seed: PortfolioProblem(*moments(seed), k=4, fewest=1, buy_in=0.1),
    "neutral": lambda seed: PortfolioProblem(
        *moments(seed), k=4, budget=0.0, lower=-0.5, upper=0.5, gross=1.0, buy_in=0.05
    ),
    "long and short": lambda seed: PortfolioProblem(*moments(seed), k=5, lower=-0.3, upper=0.8, gross=1.5),
    "short only": lambda seed: PortfolioProblem(*moments(seed), k=4, lower=-1.0, upper=0.0, budget=-1.0, buy_in=0.1),
    "groups": lambda seed: PortfolioProblem(*moments(seed), k=3, groups=[Group((0, 1, 2, 3, 4), 1), Group((5, 6), 0)]),
    "a sector's share": lambda seed: PortfolioProblem(
        *moments(seed), k=4, conditions=[Condition(tuple(1.0 * FIRST), 0.3, 0.5)]
    ),
    "one must be held": lambda seed: PortfolioProblem(
        *moments(seed), k=4, lower=np.where(np.arange(SIZE) == 5, 0.1, 0)
    ),
    "costs": lambda seed: PortfolioProblem(*moments(seed), k=4, trading=Trading(PREVIOUS, 0.001)),
    "turnover": lambda seed: PortfolioProblem(*moments(seed), k=4, trading=Trading(PREVIOUS, 0.001, 1.0)),
    "thresholds alone": lambda seed: PortfolioProblem(*moments(seed), buy_in=0.2),
    "fewer weeks than assets": lambda seed: PortfolioProblem(
        moments(seed)[0], np.cov(drawn(6, SIZE, seed), rowvar=False), k=4
    ),
    "CVaR": lambda seed: PortfolioProblem(moments(seed)[0], scenarios=drawn(120, SIZE, seed), k=3, risk=CVaR(0.9)),
    "CDaR": lambda seed: PortfolioProblem(moments(seed)[0], scenarios=drawn(120, SIZE, seed), k=3, risk=CDaR(0.9)),
}


def market(size: int, seed: int, k: int) -> PortfolioProblem:
    """An index from a factor model, as Chang et al. state it: k assets, buy-in of 1 %, 98 % on the variance."""
    numeric = index(size, seed, k)
    covariance = numeric.quadratic / 0.98
    return PortfolioProblem(numeric.linear, covariance, k=k, risk_aversion=0.98, buy_in=0.01)
