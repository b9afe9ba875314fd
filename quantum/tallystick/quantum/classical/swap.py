"""Local search over supports: exchange, add or drop one asset while the exact weights of the new support gain.

Starts: one grown asset by asset, the others drawn from the seed.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tallystick.quantum.arrays import Bits, Floats
from tallystick.quantum.classical.activeset import SOLVED, Conditions, descend
from tallystick.quantum.classical.cardinality import CardinalityProblem, Limits, Support
from tallystick.quantum.classical.flat import descend_flat, lacking_curvature, minimise_flat
from tallystick.quantum.classical.quadratic import RIDGE, STEPS_PER_CONDITION, Optimum
from tallystick.quantum.compiling import njit
from tallystick.quantum.errors import ProblemError
from tallystick.quantum.splitmix import outputs

GAIN = 1e-12
"""What a move must gain, as a share of the value's size; less is rounding."""


@dataclass(frozen=True, eq=False, slots=True)
class Found:
    """The best support of a search, with its exact weights over all assets (n,)."""

    weights: Floats
    support: Support
    objective: float


class Parts(NamedTuple):
    """A problem in arrays: its quadratic and linear terms, the weights' conditions, and counts with their bounds."""

    quadratic: Floats
    linear: Floats
    universe: Conditions
    counts: Floats
    least: Floats
    most: Floats


def search(problem: CardinalityProblem, limits: Limits) -> Found | None:
    """The best of a local search from `limits.starts` starts; None where none is feasible.

    A later start of equal value does not replace an earlier one.
    """
    parts = parts_of(problem)
    best: tuple[float, Bits] | None = None
    for number in range(limits.starts):
        bits = problem.always.copy()
        if number == 0:
            _grow(problem.k, parts, bits)
        else:
            _draw(problem, limits.seed, number, bits)
        value = improve(*parts, problem.always, bits, value_of(*parts, bits))
        if np.isfinite(value) and (best is None or value < best[0] - GAIN * abs(value)):
            best = value, bits
    return None if best is None else polished(problem, tuple(int(each) for each in np.flatnonzero(best[1])))


def polished(problem: CardinalityProblem, support: Support) -> Found | None:
    """The exact weights of a support; None where it has none."""
    try:
        optimum = weigh(problem, support)
    except ProblemError:
        return None
    weights = np.zeros(problem.size)
    weights[list(support)] = optimum.weights
    return Found(weights, support, problem.objective(weights))


def weigh(problem: CardinalityProblem, support: Support) -> Optimum:
    """The quadratic program of one support. Raises ProblemError where it has no weights."""
    chosen = np.array(support, dtype=np.int64)
    every = universe_of(problem)
    part = Conditions(
        np.ascontiguousarray(every.rows[:, chosen]), every.low, every.high, every.lower[chosen], every.upper[chosen]
    )
    return minimise_flat(problem.quadratic[np.ix_(chosen, chosen)], problem.linear[chosen], part)


def universe_of(problem: CardinalityProblem) -> Conditions:
    """All conditions of the problem's weights, contiguous as the compiled code needs them."""
    rows, low, high = problem.conditions
    return Conditions(np.ascontiguousarray(rows), low, high, problem.lower, problem.upper)


def parts_of(problem: CardinalityProblem) -> Parts:
    """What the compiled code takes of a problem."""
    counts, least, most = problem.counts
    return Parts(problem.quadratic, problem.linear, universe_of(problem), np.ascontiguousarray(counts), least, most)


def _grow(k: int, parts: Parts, bits: Bits) -> None:
    """Take the asset with the best value of its own within the sum, then again with those taken."""
    for count in range(int(bits.sum()) + 1, k + 1):
        taken = int(greedy(*parts[:4], parts.most, count, bits))
        if taken < 0:
            break
        bits[taken] = True


def _draw(problem: CardinalityProblem, seed: int, number: int, bits: Bits) -> None:
    """Take assets in an order drawn from the seed, as far as the counts allow."""
    counts, _, most = problem.counts
    held = counts @ bits
    for each in _order(problem.size, seed, number).tolist():
        if not bits[each] and np.all(held + counts[:, each] <= most):
            bits[each] = True
            held += counts[:, each]


def _order(size: int, seed: int, number: int) -> NDArray[np.int64]:
    return np.argsort(outputs(seed * 1_000_003 + number, size), kind="stable")


@njit(cache=True, nogil=True)
def value_of(
    quadratic: Floats, linear: Floats, universe: Conditions, counts: Floats, least: Floats, most: Floats, bits: Bits
) -> float:
    """The minimum over the weights of a support; infinite where it is not allowed or has no weights."""
    for r in range(counts.shape[0]):
        held = 0.0
        for i in range(bits.size):
            if bits[i]:
                held += counts[r, i]
        if held < least[r] or held > most[r]:
            return np.inf
    chosen = np.flatnonzero(bits)
    count = chosen.size
    rows = np.empty((universe.rows.shape[0], count))
    hessian, slope = np.empty((count, count)), np.empty(count)
    size = 0.0
    for a in range(count):
        size += quadratic[chosen[a], chosen[a]] / count
    size = size if size > 0.0 else 1.0
    for a in range(count):
        slope[a] = -linear[chosen[a]] / size
        for b in range(count):
            hessian[a, b] = 2.0 * quadratic[chosen[a], chosen[b]] / size
        hessian[a, a] += RIDGE
        for r in range(rows.shape[0]):
            rows[r, a] = universe.rows[r, chosen[a]]
    part = Conditions(rows, universe.low, universe.high, universe.lower[chosen], universe.upper[chosen])
    steps = STEPS_PER_CONDITION * (count + rows.shape[0] + 5)
    lacking = lacking_curvature(hessian, slope, universe.low[0])
    if lacking.any():
        status, x = descend_flat(hessian, slope, part, lacking, steps)
    else:
        status, x, _, _, _ = descend(hessian, slope, part, steps)
    if status != SOLVED:
        return np.inf
    value = 0.0
    for a in range(count):
        value += x[a] * slope[a]
        for b in range(count):
            value += 0.5 * x[a] * hessian[a, b] * x[b]
    return value * size


@njit(cache=True, nogil=True)
def improve(
    quadratic: Floats,
    linear: Floats,
    universe: Conditions,
    counts: Floats,
    least: Floats,
    most: Floats,
    always: Bits,
    bits: Bits,
    value: float,
) -> float:
    """Make the best move that touches each held asset in turn until none gains; `bits` is changed in place.

    What is `always` held stays.
    """
    quiet, place, n = 0, 0, bits.size
    while quiet <= n:
        out = place % (n + 1)
        place += 1
        quiet += 1
        if out < n and (always[out] or not bits[out]):
            continue
        best, taken = value - GAIN * abs(value) if value < np.inf else np.inf, -1
        if out < n:
            bits[out] = False
        for each in range(n + 1):
            if each < n and (bits[each] or each == out):
                continue
            if each == n and out == n:
                continue
            if each < n:
                bits[each] = True
            found = value_of(quadratic, linear, universe, counts, least, most, bits)
            if each < n:
                bits[each] = False
            if found < best:
                best, taken = found, each
        if taken < 0:
            if out < n:
                bits[out] = True
            continue
        if taken < n:
            bits[taken] = True
        value, quiet = best, 0
    return value


@njit(cache=True, nogil=True)
def _room(counts: Floats, most: Floats, bits: Bits, each: int) -> bool:
    """Whether the counts let one more asset in."""
    for r in range(counts.shape[0]):
        held = counts[r, each]
        if held == 0.0:
            continue
        for i in range(bits.size):
            if bits[i]:
                held += counts[r, i]
        if held > most[r]:
            return False
    return True


@njit(cache=True, nogil=True)
def greedy(
    quadratic: Floats, linear: Floats, universe: Conditions, counts: Floats, most: Floats, count: int, bits: Bits
) -> int:
    """The asset that gains most when the sum is spread evenly over `count` assets, each a share of 1/count.

    -1 where the counts leave room for none.
    """
    total = universe.low[0]
    best, taken = np.inf, -1
    for each in range(bits.size):
        if bits[each] or not _room(counts, most, bits, each):
            continue
        value = total / count * quadratic[each, each] - linear[each]
        for other in range(bits.size):
            if bits[other]:
                value += 2.0 * total / count * quadratic[each, other]
        if value < best:
            best, taken = value, each
    return taken
