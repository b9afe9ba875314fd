"""The dual active-set method for strictly convex quadratic programs (Goldfarb and Idnani 1983), compiled.

It starts from the minimum without conditions and adds the most violated one until none is: no feasible start is
needed, and a program without any feasible point is found out. Conditions are numbered: row r from below is r, from
above m + r, the lower bound of weight i is 2m + i, its upper bound 2m + n + i.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tallystick.quantum.arrays import Floats, Ints
from tallystick.quantum.classical.working_set import Working, add, anything_free, drop, inverse_factor, step
from tallystick.quantum.compiling import njit

SOLVED, INFEASIBLE, TOO_LONG = 0, 1, 2
TOLERANCE, SLIGHT = 1e-13, 1e-10
"""How much may be missing of a condition; and of one that those held decide, where what is missing is rounding."""


class Conditions(NamedTuple):
    """low <= A x <= high, and lower <= x <= upper; A is (m, n)."""

    rows: Floats
    low: Floats
    high: Floats
    lower: Floats
    upper: Floats


@njit(cache=True, nogil=True)
def slack_of(conditions: Conditions, which: int, x: Floats) -> float:
    """How far x is inside of a condition; negative where it is violated."""
    m, n = conditions.rows.shape
    inside: float = along(conditions, which, x)
    if which < m:
        inside -= conditions.low[which]
    elif which < 2 * m:
        inside += conditions.high[which - m]
    elif which < 2 * m + n:
        inside -= conditions.lower[which - 2 * m]
    else:
        inside += conditions.upper[which - 2 * m - n]
    return inside


@njit(cache=True, nogil=True)
def along(conditions: Conditions, which: int, direction: Floats) -> float:
    """The normal of a condition, which points inside, times a direction."""
    m, n = conditions.rows.shape
    if which >= 2 * m:
        place = which - 2 * m
        sign = 1.0 if place < n else -1.0
        turned: float = sign * direction[place % n]
        return turned
    total = 0.0
    for i in range(n):
        total += conditions.rows[which % m, i] * direction[i]
    return total if which < m else -total


@njit(cache=True, nogil=True)
def _project(conditions: Conditions, which: int, basis: Floats, projected: Floats) -> None:
    m, n = conditions.rows.shape
    if which < 2 * m:
        sign = 1.0 if which < m else -1.0
        for j in range(n):
            total = 0.0
            for i in range(n):
                total += basis[i, j] * conditions.rows[which % m, i]
            projected[j] = sign * total
        return
    sign = 1.0 if which < 2 * m + n else -1.0
    place = (which - 2 * m) % n
    for j in range(n):
        projected[j] = sign * basis[place, j]


@njit(cache=True, nogil=True)
def _worst(conditions: Conditions, x: Floats, resting: NDArray[np.bool_], tolerance: float) -> int:
    """The most violated condition; an equality that is not held yet goes first; -1 where all are met."""
    m, n = conditions.rows.shape
    worst, least = -1, -tolerance
    for which in range(2 * m + 2 * n):
        if resting[which]:
            continue
        equality = which < 2 * m and conditions.low[which % m] == conditions.high[which % m]
        if equality and resting[(which + m) % (2 * m)]:  # held from its other side: what is missing is rounding
            continue
        slack = slack_of(conditions, which, x)
        if equality:
            if slack < -tolerance:
                return which
        elif slack < least:
            worst, least = which, slack
    return worst


@njit(cache=True, nogil=True)
def _equality(conditions: Conditions, which: int) -> bool:
    m = conditions.rows.shape[0]
    return bool(which < 2 * m and conditions.low[which % m] == conditions.high[which % m])


@njit(cache=True, nogil=True)
def _blocking(conditions: Conditions, work: Working, count: int, back: Floats) -> tuple[float, int]:
    length, place = np.inf, -1
    for j in range(count):
        if back[j] > 0.0 and not _equality(conditions, work.held[j]):
            ratio = work.multipliers[j] / back[j]
            if ratio < length:
                length, place = ratio, j
    return length, place


@njit(cache=True, nogil=True)
def descend(hessian: Floats, slope: Floats, conditions: Conditions, most: int) -> tuple[int, Floats, Ints, Floats, int]:
    """Minimise x'Hx/2 + slope'x; the status, x, the conditions held, their multipliers, and the steps made."""
    n = slope.size
    basis = inverse_factor(hessian)
    x = np.zeros(n)
    for j in range(n):
        total = 0.0
        for i in range(j + 1):
            total += basis[i, j] * slope[i]
        for i in range(j + 1):
            x[i] -= basis[i, j] * total
    work = Working(
        np.full(n + 1, -1),
        np.zeros(n + 1),
        basis,
        np.zeros((n + 1, n + 1)),
        np.empty(n),
        np.empty(n),
        np.zeros(n + 1),
    )
    resting = np.zeros(2 * conditions.rows.shape[0] + 2 * n, dtype=np.bool_)
    greatest = 1.0
    for side in conditions.low:
        if np.isfinite(side):  # a row without a low side has minus infinity there
            greatest = max(greatest, abs(side))
    tolerance, slight = TOLERANCE * greatest, SLIGHT * greatest
    count, steps, status, rounded = 0, 0, SOLVED, False
    which = _worst(conditions, x, resting, tolerance)
    while which >= 0 and status == SOLVED:
        steps += 1
        if slack_of(conditions, which, x) >= -slight and _decided(conditions, which, work, count):
            resting[which], rounded = True, True
            which = _worst(conditions, x, resting, tolerance)
            continue
        count = _approach(conditions, which, x, work, count, resting)
        if count < 0 or not add(work, count, work.projected):
            return INFEASIBLE, x, work.held[:0].copy(), work.multipliers[:0].copy(), steps
        work.held[count] = which
        resting[which] = True
        count += 1
        which = _worst(conditions, x, resting, tolerance)
        if steps >= most and which >= 0:
            status = TOO_LONG
    if rounded and _least_slack(conditions, x) < -slight:  # what held conditions decided, others do no more
        status = INFEASIBLE
    return status, x, work.held[:count].copy(), work.multipliers[:count].copy(), steps


@njit(cache=True, nogil=True)
def _approach(
    conditions: Conditions, which: int, x: Floats, work: Working, count: int, resting: NDArray[np.bool_]
) -> int:
    """Move x until a condition is met, dropping those in the way; how many are still held, -1 where it cannot be."""
    work.multipliers[count] = 0.0
    while True:
        _project(conditions, which, work.basis, work.projected)
        step(work, count, work.projected, work.direction, work.back)
        dual_length, place = _blocking(conditions, work, count, work.back)
        full = _length(conditions, which, x, work.projected, work.direction, count)
        length = min(dual_length, full)
        if length == np.inf:
            return -1
        for j in range(count):
            work.multipliers[j] -= length * work.back[j]
        work.multipliers[count] += length
        if full < np.inf:
            for i in range(x.size):
                x[i] += length * work.direction[i]
        if full <= dual_length:
            return count
        resting[work.held[place]] = False
        drop(work, count, place)
        count -= 1


@njit(cache=True, nogil=True)
def _decided(conditions: Conditions, which: int, work: Working, count: int) -> bool:
    """Whether a condition depends on those held, so that no step can change how far it is met."""
    _project(conditions, which, work.basis, work.projected)
    return not anything_free(work.projected, count)


@njit(cache=True, nogil=True)
def _least_slack(conditions: Conditions, x: Floats) -> float:
    m, n = conditions.rows.shape
    least = np.inf
    for which in range(2 * m + 2 * n):
        least = min(least, slack_of(conditions, which, x))
    return least


@njit(cache=True, nogil=True)
def _length(conditions: Conditions, which: int, x: Floats, projected: Floats, direction: Floats, count: int) -> float:
    """How far along the direction the condition is met; infinite where it depends on those held."""
    gain = along(conditions, which, direction)
    return -slack_of(conditions, which, x) / gain if anything_free(projected, count) and gain > 0.0 else np.inf
