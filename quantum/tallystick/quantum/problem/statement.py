"""What a problem states, and what follows from it by itself; `PortfolioProblem` is one that has been checked.

What checks a problem reads it as this, so that the problem can rest on its checks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from tallystick.quantum.arrays import Floats
from tallystick.quantum.problem.conditions import Condition, Group, Trading
from tallystick.quantum.problem.risk import VARIANCE, Risk


@dataclass(frozen=True, eq=False)
class Statement:
    """Fields as `PortfolioProblem` takes them; views of them hold once they are of the right kinds and shapes."""

    expected_returns: ArrayLike
    covariance: ArrayLike | None = None
    k: int | None = None
    risk_aversion: float = 1.0
    fewest: int | None = None
    lower: ArrayLike = 0.0
    upper: ArrayLike = 1.0
    buy_in: ArrayLike = 0.0
    budget: float = 1.0
    gross: float | None = None
    groups: Sequence[Group] = ()
    conditions: Sequence[Condition] = ()
    trading: Trading | None = None
    risk: Risk = VARIANCE
    scenarios: ArrayLike | None = None
    names: Sequence[str] = ()

    @property
    def size(self) -> int:
        """Number of assets to choose from."""
        return len(self.mean)

    @cached_property
    def mean(self) -> Floats:
        """Expected returns (n,)."""
        return np.asarray(self.expected_returns, dtype=np.float64)

    @cached_property
    def sigma(self) -> Floats:
        """Covariance (n, n), exactly symmetric."""
        return np.asarray(self.covariance, dtype=np.float64)

    @cached_property
    def most(self) -> int:
        """The most assets that may be held."""
        return self.size if self.k is None else self.k

    @cached_property
    def least(self) -> int:
        """The fewest assets that must be held; with no `k` and no `fewest` none must be."""
        if self.fewest is not None:
            return self.fewest
        return 0 if self.k is None else self.k

    @property
    def chooses(self) -> bool:
        """Whether which assets are held is part of the question, so that bits are needed."""
        return self.most < self.size or self.least > 0 or bool(np.any(self.buy_in)) or bool(self.groups)

    def positions(self, group: Group) -> tuple[int, ...]:
        """The members of a group as positions."""
        return tuple(each if isinstance(each, int) else self.names.index(each) for each in group.members)
