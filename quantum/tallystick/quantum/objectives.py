"""What angles are chosen for: the expected cost, the mean of the best shots (CVaR), the chance of the optimum.

Each is minimised, and each is, at a given state, linear in the probabilities: value = sum of F(x) p(x), where F is
what `weights` gives. So one adjoint pass with F in place of the cost gives all derivatives.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from tallystick.quantum.arrays import Floats
from tallystick.quantum.errors import SettingError


class Objective(Protocol):
    """Something to minimise over the angles."""

    def weights(self, costs: Floats, probabilities: Floats) -> Floats:
        """F(x) for the state with these probabilities; both of shape (dimension,)."""
        ...


@dataclass(frozen=True, slots=True)
class Expectation:
    """The expected cost."""

    def weights(self, costs: Floats, probabilities: Floats) -> Floats:
        """The costs themselves."""
        del probabilities
        return costs


@dataclass(frozen=True, slots=True)
class CVaR:
    """The mean cost of the best `alpha` of the shots (Barkoutsos et al. 2020, Quantum 4, 256); 0 < alpha <= 1."""

    alpha: float = 0.1

    def __post_init__(self) -> None:
        if not 0.0 < self.alpha <= 1.0:
            message = f"alpha {self.alpha}: a share of the shots above 0, at most 1, is needed"
            raise SettingError(message)

    def weights(self, costs: Floats, probabilities: Floats) -> Floats:
        """Q + min(C - q, 0) / alpha, q being the quantile: its sum is the CVaR, its gradient too (the envelope)."""
        order = np.argsort(costs, kind="stable")
        mass = np.cumsum(probabilities[order])
        place = min(int(np.searchsorted(mass, self.alpha * mass[-1])), len(order) - 1)
        quantile = costs[order[place]]
        beyond: Floats = np.minimum(costs - quantile, 0.0)
        found: Floats = quantile + beyond / self.alpha
        return found


@dataclass(frozen=True, slots=True)
class OptimumProbability:
    """Minus the chance that one shot is an optimum; costs within `tolerance` of the least count as optimal."""

    tolerance: float = 1e-12

    def weights(self, costs: Floats, probabilities: Floats) -> Floats:
        """-1 at the optima, 0 elsewhere."""
        del probabilities
        least = float(costs.min())
        return np.where(costs <= least + self.tolerance * max(1.0, abs(least)), -1.0, 0.0)
