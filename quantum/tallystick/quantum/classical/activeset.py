"""The dual active-set method for strictly convex quadratic programs (Goldfarb and Idnani 1983), compiled.

It starts from the minimum without conditions and adds the most violated one until none is: no feasible start is
needed, and a program without any feasible point is found out. Conditions are numbered: row r from below is r, from
above m + r, the lower bound of weight i is 2m + i, its upper bound 2m + n + i.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tallystick.quantum.compiling import njit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SOLVED, INFEASIBLE, TOO_LONG = 0, 1, 2
PIVOT = 1e-14


class Conditions(NamedTuple):
    """low <= A x <= high, and lower <= x <= upper; A is (m, n)."""

    rows: Floats
    low: Floats
    high: Floats
    lower: Floats
    upper: Floats


class Working(NamedTuple):
    """The working set: `held` conditions, multipliers, J with J J' = G^-1, R of J'N = [R; 0]; room for steps."""

    held: Ints
    multipliers: Floats
    basis: Floats
    triangle: Floats
    projected: Floats
    direction: Floats
    back: Floats


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
def _turn(basis: Floats, first: int, cosine: float, sine: float) -> None:
    for i in range(basis.shape[0]):
        one, two = basis[i, first], basis[i, first + 1]
        basis[i, first] = cosine * one + sine * two
        basis[i, first + 1] = cosine * two - sine * one


@njit(cache=True, nogil=True)
def _add(work: Working, count: int, projected: Floats) -> bool:
    """Take in the condition whose J'n is `projected`; False where it depends on those held."""
    n = projected.size
    for j in range(n - 1, count, -1):
        length = np.sqrt(projected[j - 1] ** 2 + projected[j] ** 2)
        if projected[j] != 0.0 and length > 0.0:
            cosine, sine = projected[j - 1] / length, projected[j] / length
            projected[j - 1], projected[j] = length, 0.0
            _turn(work.basis, j - 1, cosine, sine)
    greatest = 0.0
    for i in range(count + 1):
        work.triangle[i, count] = projected[i]
        greatest = max(greatest, abs(projected[i]))
    return bool(abs(projected[count]) > 1e-13 * (1.0 + greatest))


@njit(cache=True, nogil=True)
def _drop(work: Working, count: int, place: int) -> None:
    for j in range(place, count - 1):
        work.held[j] = work.held[j + 1]
        work.multipliers[j] = work.multipliers[j + 1]
        for i in range(j + 2):
            work.triangle[i, j] = work.triangle[i, j + 1]
    work.multipliers[count - 1] = work.multipliers[count]
    work.multipliers[count] = 0.0
    for j in range(place, count - 1):
        length = np.sqrt(work.triangle[j, j] ** 2 + work.triangle[j + 1, j] ** 2)
        if length == 0.0:
            continue
        cosine, sine = work.triangle[j, j] / length, work.triangle[j + 1, j] / length
        for each in range(j, count - 1):
            one, two = work.triangle[j, each], work.triangle[j + 1, each]
            work.triangle[j, each] = cosine * one + sine * two
            work.triangle[j + 1, each] = cosine * two - sine * one
        _turn(work.basis, j, cosine, sine)


@njit(cache=True, nogil=True)
def _step(work: Working, count: int, projected: Floats, direction: Floats, back: Floats) -> None:
    """The primal direction J2 J2' n, and how the held multipliers answer, R^-1 J1' n."""
    n = projected.size
    for i in range(n):
        total = 0.0
        for j in range(count, n):
            total += work.basis[i, j] * projected[j]
        direction[i] = total
    for i in range(count - 1, -1, -1):
        total = projected[i]
        for j in range(i + 1, count):
            total -= work.triangle[i, j] * back[j]
        back[i] = total / work.triangle[i, i]


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
def _inverse_factor(hessian: Floats) -> Floats:
    """J, upper triangular, with J J' = G^-1; a pivot that is not positive is taken for rounding."""
    n = hessian.shape[0]
    factor, basis = np.zeros((n, n)), np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            total = hessian[i, j]
            for k in range(j):
                total -= factor[i, k] * factor[j, k]
            factor[i, j] = np.sqrt(max(total, PIVOT * hessian[i, i])) if i == j else total / factor[j, j]
    for j in range(n):
        basis[j, j] = 1.0 / factor[j, j]
        for i in range(j + 1, n):
            total = 0.0
            for k in range(j, i):
                total -= factor[i, k] * basis[j, k]
            basis[j, i] = total / factor[i, i]
    return basis


@njit(cache=True, nogil=True)
def descend(hessian: Floats, slope: Floats, conditions: Conditions, most: int) -> tuple[int, Floats, Ints, Floats, int]:
    """Minimise x'Hx/2 + slope'x; the status, x, the conditions held, their multipliers, and the steps made."""
    n = slope.size
    basis = _inverse_factor(hessian)
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
    tolerance = 1e-13 * greatest
    count, steps, status = 0, 0, SOLVED
    which = _worst(conditions, x, resting, tolerance)
    while which >= 0 and status == SOLVED:
        steps += 1
        count = _approach(conditions, which, x, work, count, resting)
        if count < 0 or not _add(work, count, work.projected):
            return INFEASIBLE, x, work.held[:0].copy(), work.multipliers[:0].copy(), steps
        work.held[count] = which
        resting[which] = True
        count += 1
        which = _worst(conditions, x, resting, tolerance)
        if steps >= most and which >= 0:
            status = TOO_LONG
    return status, x, work.held[:count].copy(), work.multipliers[:count].copy(), steps


@njit(cache=True, nogil=True)
def _approach(
    conditions: Conditions, which: int, x: Floats, work: Working, count: int, resting: NDArray[np.bool_]
) -> int:
    """Move x until a condition is met, dropping those in the way; how many are still held, -1 where it cannot be."""
    work.multipliers[count] = 0.0
    while True:
        _project(conditions, which, work.basis, work.projected)
        _step(work, count, work.projected, work.direction, work.back)
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
        _drop(work, count, place)
        count -= 1


@njit(cache=True, nogil=True)
def _length(conditions: Conditions, which: int, x: Floats, projected: Floats, direction: Floats, count: int) -> float:
    """How far along the direction the condition is met; infinite where it depends on those held."""
    every, free = 0.0, 0.0
    for j in range(projected.size):
        every += projected[j] ** 2
        if j >= count:
            free += projected[j] ** 2
    gain = along(conditions, which, direction)
    return -slack_of(conditions, which, x) / gain if free > 1e-20 * every and gain > 0.0 else np.inf
