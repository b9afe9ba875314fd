"""Measures of risk: the variance, and the mean of the worst losses or drawdowns.

CVaR: Rockafellar and Uryasev 2000; CDaR: Chekhlov, Uryasev and Zabarankin 2005. Returns are of one period and are
added up, not compounded; a drawdown is counted from the highest level so far, which begins at 0.
"""

from dataclasses import dataclass
from numbers import Real

import numpy as np

from tallystick.quantum.arrays import Floats
from tallystick.quantum.errors import ProblemError


@dataclass(frozen=True, slots=True)
class Variance:
    """w'Sw, without a half."""


@dataclass(frozen=True, slots=True)
class CVaR:
    """The mean loss of the worst 1 - `level` of the scenarios."""

    level: float = 0.95

    def __post_init__(self) -> None:
        _share(self.level)

    def of(self, returns: Floats) -> float:
        """The measure for the returns of a portfolio, shape (T,)."""
        return _tail_mean(-returns, self.level)


@dataclass(frozen=True, slots=True)
class CDaR:
    """The mean of the worst 1 - `level` of the drawdowns; the scenarios are a path, in order."""

    level: float = 0.95

    def __post_init__(self) -> None:
        _share(self.level)

    def of(self, returns: Floats) -> float:
        """The measure for the returns of a portfolio, shape (T,)."""
        path = np.cumsum(returns)
        return _tail_mean(np.maximum(np.maximum.accumulate(path), 0.0) - path, self.level)


Risk = Variance | CVaR | CDaR
VARIANCE = Variance()


def _tail_mean(losses: Floats, level: float) -> float:
    """The mean of the worst losses that make up a share 1 - level, the last of them in part."""
    worst = np.sort(losses)[::-1]
    share = (1.0 - level) * len(worst)
    taken = np.clip(share - np.arange(len(worst)), 0.0, 1.0)
    return float(taken @ worst) / share


def _share(level: float) -> None:
    if not isinstance(level, Real) or not 0.0 <= level < 1.0:
        message = f"level {level!r}: a share of the scenarios from 0, below 1, is needed; 0.95 looks at the worst 5 %"
        raise ProblemError(message)
