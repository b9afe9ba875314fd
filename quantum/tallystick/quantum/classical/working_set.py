"""The conditions that an active set holds, as factors: J with J J' = G^-1 and the triangle R of J'N, kept up by turns.

Goldfarb and Idnani (1983), section 4: a condition taken in, or dropped, costs a few plane rotations.
"""

from typing import NamedTuple

import numpy as np

from tallystick.quantum.arrays import Floats, Ints
from tallystick.quantum.compiling import njit

PIVOT = 1e-14


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
def inverse_factor(hessian: Floats) -> Floats:
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
def _turn(basis: Floats, first: int, cosine: float, sine: float) -> None:
    for i in range(basis.shape[0]):
        one, two = basis[i, first], basis[i, first + 1]
        basis[i, first] = cosine * one + sine * two
        basis[i, first + 1] = cosine * two - sine * one


@njit(cache=True, nogil=True)
def add(work: Working, count: int, projected: Floats) -> bool:
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
def drop(work: Working, count: int, place: int) -> None:
    """Let go of the condition at `place` among `count` and one that is on its way in."""
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
def step(work: Working, count: int, projected: Floats, direction: Floats, back: Floats) -> None:
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
def anything_free(projected: Floats, count: int) -> bool:
    """Whether anything of a normal is left outside of those held."""
    every, free = 0.0, 0.0
    for j in range(projected.size):
        every += projected[j] ** 2
        if j >= count:
            free += projected[j] ** 2
    return free > 1e-20 * every
