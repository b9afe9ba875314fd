"""Black and Litterman's blend of what the market implies with what the user believes.

Black and Litterman 1992; He and Litterman 1999; confidences as Idzorek 2005 in the closed form of Walters 2014.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tallystick.quantum.arrays import Floats
from tallystick.quantum.errors import ProblemError
from tallystick.quantum.problem import checks


@dataclass(frozen=True, slots=True)
class View:
    """`weights` (n,) of a portfolio that the user thinks earns `earns`; (1, -1, 0) is one asset over another.

    `confidence` in (0, 1): 1 would be certainty. Without one the view is as uncertain as the prior makes it, tau p'Sp.
    """

    weights: tuple[float, ...]
    earns: float
    confidence: float | None = None

    def __post_init__(self) -> None:
        if self.confidence is not None and not 0.0 < self.confidence < 1.0:
            message = f"confidence {self.confidence}. Give a number above 0, below 1, or none"
            raise ProblemError(message)

    def uncertainty(self, spread: float) -> float:
        """The variance of the view's error, `spread` being tau p'Sp."""
        return spread if self.confidence is None else spread * (1.0 - self.confidence) / self.confidence


@dataclass(frozen=True, eq=False, slots=True)
class Posterior:
    """Expected returns (n,), their uncertainty (n, n), and the covariance of returns that includes it (n, n)."""

    expected_returns: Floats
    uncertainty: Floats
    covariance: Floats


def implied_returns(covariance: ArrayLike, market: ArrayLike, risk_aversion: float) -> Floats:
    """The returns at which `market` weights (n,) are what a holder with this aversion wants: delta S w."""
    w = checks.vector("market weights", market)
    return risk_aversion * checks.covariance(covariance, len(w)) @ w


def black_litterman(covariance: ArrayLike, prior: ArrayLike, views: Sequence[View], *, tau: float = 0.05) -> Posterior:
    """The posterior of `prior` expected returns (n,) under `views`; `tau` says how uncertain the prior is.

    mean = prior + tau S P' (P tau S P' + Omega)^-1 (Q - P prior). Raises ProblemError for what does not fit.
    """
    mean = checks.vector("prior", prior)
    sigma = checks.covariance(covariance, len(mean))
    checks.number("tau", tau, least=0.0)
    scaled = tau * sigma
    if not views:
        return Posterior(mean, scaled, sigma + scaled)
    stakes = np.array([checks.vector("a view's weights", view.weights, len(mean)) for view in views])
    spreads = np.einsum("vi,ij,vj->v", stakes, scaled, stakes)
    if not np.all(spreads > 0.0):
        message = f"view {int(np.argmin(spreads))} is on a portfolio without risk. Drop it, or give tau above 0"
        raise ProblemError(message)
    errors = np.diag([view.uncertainty(float(spread)) for view, spread in zip(views, spreads, strict=True)])
    surprise = np.array([view.earns for view in views]) - stakes @ mean
    seen = scaled @ stakes.T
    gain = np.linalg.solve(stakes @ seen + errors, seen.T).T
    left = scaled - gain @ seen.T
    left = (left + left.T) / 2.0
    return Posterior(mean + gain @ surprise, left, sigma + left)
