"""What the circuit works on: the objective at equal weights, quadratic in the bits that say what is held.

The weight of an asset that is held is budget / k, moved into its bounds, with the sign that the relaxation gives it.
Exact weights come later, from the quadratic program of each support; this only says which supports are worth a look.
A measure of risk that is not quadratic is stood in for by the variance, scaled to agree with it at the equal weights
of all assets.
"""

from dataclasses import dataclass

import numpy as np

from tallystick.quantum.arrays import Floats
from tallystick.quantum.estimators.covariance import clipped_correlation, repaired, sample
from tallystick.quantum.problem.portfolio_problem import PortfolioProblem
from tallystick.quantum.problem.risk import Variance


@dataclass(frozen=True, eq=False, slots=True)
class BitCosts:
    """x'Qx + l'x + constant for bits x (n,); Q (n, n) symmetric, l (n,). `wanted` (n,): relaxed weights in size."""

    quadratic: Floats
    linear: Floats
    constant: float
    wanted: Floats

    def at(self, support: tuple[int, ...]) -> float:
        """The cost where these are held."""
        held = list(support)
        return float(self.quadratic[np.ix_(held, held)].sum() + self.linear[held].sum()) + self.constant


def cleaned_covariance(problem: PortfolioProblem, observations: int | None) -> Floats:
    """The covariance that proposals are made from (n, n): of noise, where the observations are told, and repaired.

    Only proposals use it: what is reported is the objective of the problem as it was stated.
    """
    found = problem.sigma if problem.covariance is not None else sample(np.asarray(problem.scenarios))
    deviations = np.sqrt(np.maximum(np.diag(found), 0.0))
    moving = np.flatnonzero(deviations > 0.0)
    if observations is not None and len(moving) > 1:
        scale = np.outer(deviations[moving], deviations[moving])
        part = found[np.ix_(moving, moving)]
        found = found.copy()
        found[np.ix_(moving, moving)] = clipped_correlation(part / scale, observations) * scale
    return repaired(found) if float(np.linalg.eigvalsh(found)[0]) < 0.0 else found


def equal_weight_costs(problem: PortfolioProblem, covariance: Floats, k: int, relaxed: Floats) -> BitCosts:
    """The objective with each of the k assets held at its share; `relaxed` weights (n,) give the signs."""
    weights = held_weights(problem, k, np.where(relaxed < 0.0, -1.0, 1.0))
    risk = problem.risk_aversion
    if not isinstance(problem.risk, Variance):
        spread = weights * (k / problem.size)
        risk *= abs(problem.risk_of(spread)) / max(float(spread @ covariance @ spread), 1e-300)
    linear, constant = -problem.mean * weights, 0.0
    if problem.trading is not None:
        cost, previous = np.asarray(problem.trading.cost), np.asarray(problem.trading.previous)
        linear += cost * (np.abs(weights - previous) - np.abs(previous))
        constant = float(cost @ np.abs(previous))
    return BitCosts(risk * covariance * np.outer(weights, weights), linear, constant, np.abs(relaxed))


def held_weights(problem: PortfolioProblem, k: int, signs: Floats) -> Floats:
    """The weight of each asset (n,) if it is one of the k held."""
    lower, upper, buy_in = (np.asarray(each) for each in (problem.lower, problem.upper, problem.buy_in))
    total = abs(problem.budget) or problem.gross or 1.0
    found: Floats = np.clip(signs * np.maximum(total / k, buy_in), lower, upper)
    return found
