"""A lower bound that holds whatever it is made from: the Lagrangian of a node, evaluated and rounded outward.

For any point p and any multipliers y, v, with Q = R + D and R positive semidefinite,

    x'Qx - c'x >= -p'Rp + sum_i (d_i x_i^2 + e_i x_i) + y'Ax,    e = 2Rp - c - A'y,

because x'Rx >= 2p'Rx - p'Rp. What remains falls apart by asset: held, asset i costs at least the minimum f_i of
d_i x^2 + e_i x over its bounds (less v'B_i); left alone, nothing. So the k smallest f_i, those of the assets already
held among them, and the least that y'Ax + v'Bz can be, make the bound. p, y and v come from a solver that may stop
anywhere: a bad proposal makes a weaker bound, never a wrong one.

Rounding: every sum here has fewer than n + 8 terms of known absolute size, so its error is below (n + 8) units of
rounding times the sum of the absolute values; twice that is subtracted, and the defect of R (see `splitting`) times
the largest squared distance of a portfolio from p.
"""

from dataclasses import dataclass

import numpy as np

from tallystick.quantum.arrays import Bits, Floats
from tallystick.quantum.classical.cardinality import CardinalityProblem
from tallystick.quantum.classical.splitting import UNIT, Splitting


@dataclass(frozen=True, eq=False, slots=True)
class Bound:
    """`value`, and by how much it grows for each free asset (n,) that is taken in, or that is left out."""

    value: float
    taken: Floats
    left: Floats


def evaluate(
    problem: CardinalityProblem, splitting: Splitting, point: Floats, multipliers: Floats, held: Bits, free: Bits
) -> Bound:
    """The bound of the node where `held` are in and all but `free` are out; both (n,).

    `point` (n,) is zero where an asset is out; `multipliers` are of the rows of `problem.conditions` and then of
    `problem.counts` without its first, which the choice of the smallest meets by itself.
    """
    rows, low, high = problem.conditions
    counts, _, most = problem.counts
    by_row, by_group = multipliers[: len(rows)], np.minimum(multipliers[len(rows) :], 0.0)
    by_row = np.where(np.isfinite(np.where(by_row > 0.0, low, high)), by_row, 0.0)
    curved = splitting.rest @ point
    slope = 2.0 * curved - problem.linear - by_row @ rows
    best = np.where(
        splitting.own > 0.0,
        -slope / (2.0 * np.where(splitting.own > 0.0, splitting.own, 1.0)),
        np.where(slope > 0.0, problem.lower, problem.upper),
    )
    best = np.clip(best, problem.lower, problem.upper)
    cost = splitting.own * best**2 + slope * best - by_group @ counts[1:]
    base = np.where(by_row > 0.0, by_row * np.where(by_row > 0.0, low, 0.0), by_row * np.where(by_row < 0.0, high, 0.0))
    sides = float(base.sum() + by_group @ most[1:])
    value, taken, left = _choice(problem, cost, held, free)
    size = np.abs(splitting.rest) @ np.abs(point)
    sizes = splitting.own * best**2 + (2.0 * size + np.abs(problem.linear) + np.abs(by_row) @ np.abs(rows)) * np.abs(
        best
    )
    sizes += np.abs(by_group) @ np.abs(counts[1:])
    inside = held | free
    total = float(np.abs(point) @ size + sizes[inside].sum() + np.abs(base).sum() + np.abs(by_group) @ most[1:])
    rounding = 2.0 * (len(point) + 8) * UNIT * total
    apart = (_reach(problem) + float(np.linalg.norm(point))) ** 2
    value += sides - float(point @ curved) - 2.0 * rounding - splitting.defect * apart
    return Bound(value, taken - 2.0 * rounding, left - 2.0 * rounding)


def _choice(problem: CardinalityProblem, cost: Floats, held: Bits, free: Bits) -> tuple[float, Floats, Floats]:
    """The cheapest choice of free assets beside those held, and what forcing one in or out adds at least."""
    count = int(held.sum())
    least, most = max(problem.least - count, 0), problem.k - count
    places = np.flatnonzero(free)
    order = places[np.argsort(cost[places], kind="stable")]
    number = min(max(least, int((cost[order] < 0.0).sum())), most, len(order))
    chosen = order[:number]
    taken, left = np.full(len(cost), np.inf), np.full(len(cost), np.inf)
    if most > 0:
        worst = float(cost[chosen[-1]]) if number else 0.0
        taken[free] = np.maximum(cost[free] - (worst if number == most else max(worst, 0.0)), 0.0)
    taken[chosen] = 0.0
    left[free] = 0.0
    if number < len(order):
        following = float(cost[order[number]])
        left[chosen] = (following if number == least else min(following, 0.0)) - cost[chosen]
    elif number == least:
        left[chosen] = np.inf
    else:
        left[chosen] = -cost[chosen]
    left[chosen] = np.maximum(left[chosen], 0.0)
    return float(cost[held].sum() + cost[chosen].sum()), taken, left


def _reach(problem: CardinalityProblem) -> float:
    """No portfolio is longer than this; where nothing is short the sum is a limit too."""
    widest = float(np.maximum(np.abs(problem.lower), np.abs(problem.upper)).max())
    length = float(np.sqrt(problem.k)) * widest
    return min(length, abs(problem.total)) if float(problem.lower.min()) >= 0.0 else length
