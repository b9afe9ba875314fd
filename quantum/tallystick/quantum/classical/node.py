"""One node of the search: which assets are in, out or open, its relaxation, and the bound that this proposes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tallystick.quantum.arrays import Bits, Floats
from tallystick.quantum.classical.bound import Bound, evaluate
from tallystick.quantum.classical.cardinality import CardinalityProblem
from tallystick.quantum.classical.relaxation import Relaxation, relax
from tallystick.quantum.classical.splitting import Splitting

ACCURACY = 1e-7


@dataclass(frozen=True, eq=False, slots=True)
class Answer:
    """The relaxation's weights and shares held (n,), and the bound they give."""

    weights: Floats
    shares: Floats
    bound: Bound
    steps: int


@dataclass(frozen=True, eq=False, slots=True)
class _Fixed:
    """Assets of one level that are in: constants of the relaxation."""

    places: NDArray[np.int64]
    levels: Floats


def answer(problem: CardinalityProblem, splitting: Splitting, held: Bits, free: Bits, accuracy: float) -> Answer:
    """Solve the relaxation of a node with at least one free asset, and evaluate its bound.

    The problem's numbers are about one (see `tree`); `splitting` is of all n assets, whatever is out.
    """
    level = problem.lower == problem.upper
    fixed = _Fixed(np.flatnonzero(held & level), problem.lower[held & level])
    places = np.flatnonzero((held & ~level) | free)
    relaxation = _relaxation(problem, splitting, places, free[places], fixed)
    point = relax(relaxation, accuracy)
    count = len(places)
    weights, shares = np.zeros(problem.size), held.astype(np.float64)
    weights[places], shares[places] = point.x[:count], point.z[:count]
    weights[fixed.places] = fixed.levels
    open_level = free & level & (problem.lower != 0.0)
    shares[open_level] = weights[open_level] / problem.lower[open_level]
    rows = len(problem.conditions[0])
    multipliers = np.concatenate([point.rows[:rows], point.rows[rows + 1 :]])
    if not (np.isfinite(weights).all() and np.isfinite(multipliers).all()):
        weights, multipliers = np.zeros(problem.size), np.zeros(len(multipliers))
    bound = evaluate(problem, splitting, weights, multipliers, held, free)
    return Answer(weights, shares, bound, point.steps)


def _relaxation(
    problem: CardinalityProblem, splitting: Splitting, places: NDArray[np.int64], free: Bits, fixed: _Fixed
) -> Relaxation:
    """The numbers of the assets at `places`; rows that are ranges get a slack of their own, at the end."""
    rows, low, high = problem.conditions
    counts, least, most = problem.counts
    level = problem.lower[places] == problem.upper[places]
    constant = problem.linear - 2.0 * (splitting.rest[:, fixed.places] @ fixed.levels)
    lower, upper = problem.lower[places], problem.upper[places]
    own = np.where(level, 0.0, splitting.own[places])
    linear = constant[places] - np.where(level, splitting.own[places] * lower, 0.0)
    per_level = np.where(level & (lower != 0.0), 1.0 / np.where(lower != 0.0, lower, 1.0), 0.0)
    by_weight = np.concatenate([rows[:, places], counts[:, places] * per_level])
    by_count = np.concatenate([np.zeros((len(rows), len(places))), counts[:, places] * ~level])
    moved = np.concatenate([rows[:, fixed.places] @ fixed.levels, counts[:, fixed.places].sum(axis=1)])
    low, high = np.concatenate([low, least]) - moved, np.concatenate([high, most]) - moved
    lower, upper = np.where(level, np.minimum(lower, 0.0), lower), np.where(level, np.maximum(upper, 0.0), upper)
    widest = np.abs(by_weight) @ np.maximum(np.abs(lower), np.abs(upper)) + np.abs(by_count).sum(axis=1) + 1.0
    low, high = np.maximum(low, -widest), np.minimum(high, widest)
    ranges = np.flatnonzero(low < high)
    extra, a = len(ranges), len(places)
    rest = np.zeros((a + extra, a + extra))
    rest[:a, :a] = splitting.rest[np.ix_(places, places)]
    slack = np.zeros((len(low), extra))
    slack[ranges, np.arange(extra)] = -1.0
    none = np.zeros(extra)
    return Relaxation(
        rest,
        np.concatenate([own, none]),
        np.concatenate([linear, none]),
        np.concatenate([lower, low[ranges]]),
        np.concatenate([upper, high[ranges]]),
        np.concatenate([free & ~level, np.zeros(extra, dtype=np.bool_)]),
        np.concatenate([by_weight, slack], axis=1),
        np.concatenate([by_count, np.zeros_like(slack)], axis=1),
        np.where(low < high, 0.0, low),
    )
