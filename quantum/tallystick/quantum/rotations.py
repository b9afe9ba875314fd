"""The compiled inner loops: phases, exchanges of two runs of amplitudes, and their adjoints.

A gate exp(-i b (XX + YY)/2) turns each pair of amplitudes (a, b) that differ by moving one 1 into (c a - i s b,
c b - i s a) with c = cos b, s = sin b. No fast-math: the order of every floating-point operation is fixed, so results
are the same bits for one instruction set, whatever the threads.

Indices are unsigned, for numba lets a negative one count from the end, and that test keeps loops from being vectors.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tallystick.quantum.compiling import njit

Ints = NDArray[np.int64]
Floats = NDArray[Any]


class Ket(NamedTuple):
    """A state as compiled code takes it: real and imaginary part, each of shape (dimension,)."""

    re: Floats
    im: Floats


class Turn(NamedTuple):
    """Cosine and sine of an angle."""

    c: float
    s: float


_TWO_OVER_PI = 0.6366197723675814
_HALF_PI = (1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21)
"""Pi/2 in three parts (Cody and Waite): the first two have 33 significant bits, so that whole multiples are exact."""
_S1, _S2, _S3 = -1.66666666666666307295e-1, 8.33333333332211858878e-3, -1.98412698295895385996e-4
_S4, _S5, _S6 = 2.75573136213857245213e-6, -2.50507477628578072866e-8, 1.58962301576546568060e-10
_C1, _C2, _C3 = 4.16666666666665929218e-2, -1.38888888888730564116e-3, 2.48015872888517045348e-5
_C4, _C5, _C6 = -2.75573141792967388112e-7, 2.08757008419747316778e-9, -1.13585365213876817300e-11
"""Minimax polynomials of sine and cosine up to pi/4 (Cephes)."""


@njit(inline="always")
def sine_and_cosine(angle: float) -> tuple[float, float]:
    """Sine and cosine for |angle| below 2^20, to about one unit in the last place, without a branch or a call."""
    turns = np.floor(angle * _TWO_OVER_PI + 0.5)
    rest = ((angle - turns * _HALF_PI[0]) - turns * _HALF_PI[1]) - turns * _HALF_PI[2]
    square = rest * rest
    odd = _S1 + square * (_S2 + square * (_S3 + square * (_S4 + square * (_S5 + square * _S6))))
    even = _C1 + square * (_C2 + square * (_C3 + square * (_C4 + square * (_C5 + square * _C6))))
    sine = rest + rest * square * odd
    cosine = (1.0 - 0.5 * square) + square * square * even
    quarter = np.int64(turns) & 3
    swapped_sine = cosine if quarter & 1 else sine
    swapped_cosine = sine if quarter & 1 else cosine
    signed_sine = -swapped_sine if quarter & 2 else swapped_sine
    signed_cosine = -swapped_cosine if (quarter + 1) & 2 else swapped_cosine
    return signed_sine, signed_cosine


@njit(inline="always")
def turn_phases(ket: Ket, costs: Floats, start: int, stop: int, angle: float) -> None:
    """Multiply amplitudes start..stop by exp(-i angle cost)."""
    re, im = ket.re, ket.im
    for x in range(np.uint64(start), np.uint64(stop)):
        sine, cosine = sine_and_cosine(angle * costs[x])
        a, b = re[x], im[x]
        re[x] = cosine * a + sine * b
        im[x] = cosine * b - sine * a


@njit(inline="always")
def exchange_run(ket: Ket, first: int, run: int, shift: int, turn: Turn) -> None:
    """Gate on two runs: amplitudes first.. and first + shift.. ."""
    re, im, cosine, sine = ket.re, ket.im, turn.c, turn.s
    for x in range(np.uint64(first), np.uint64(first + run)):
        y = x + np.uint64(shift)
        a, b, c, d = re[x], im[x], re[y], im[y]
        re[x] = cosine * a + sine * d
        im[x] = cosine * b - sine * c
        re[y] = cosine * c + sine * b
        im[y] = cosine * d - sine * a


@njit(inline="always")
def exchange_pairs(ket: Ket, low: Ints, high: Ints, start: int, stop: int, turn: Turn) -> None:
    """Gate on pairs of indices."""
    re, im, cosine, sine = ket.re, ket.im, turn.c, turn.s
    for each in range(start, stop):
        x, y = np.uint64(low[each]), np.uint64(high[each])
        a, b, c, d = re[x], im[x], re[y], im[y]
        re[x] = cosine * a + sine * d
        im[x] = cosine * b - sine * c
        re[y] = cosine * c + sine * b
        im[y] = cosine * d - sine * a


@njit(inline="always")
def undo_run(ket: Ket, bra: Ket, first: int, run: int, shift: int, turn: Turn, sums: Floats) -> None:
    """Add Im<bra|h|ket> of a gate on two runs to `sums`, element by element, and undo the gate on both.

    A sum in one variable could not be a vector without changing its order; these are added up at the end.
    """
    re, im, br, bi, cosine, sine = ket.re, ket.im, bra.re, bra.im, turn.c, turn.s
    size = sums.shape[0]
    for part in range(0, run, size):
        start, stop = np.uint64(first + part), np.uint64(first + min(run, part + size))
        for x in range(start, stop):
            y, z = x + np.uint64(shift), x - start
            a, b, c, d = re[x], im[x], re[y], im[y]
            e, f, g, h = br[x], bi[x], br[y], bi[y]
            sums[z] += (e * d - f * c) + (g * b - h * a)
            re[x] = cosine * a - sine * d
            im[x] = cosine * b + sine * c
            re[y] = cosine * c - sine * b
            im[y] = cosine * d + sine * a
            br[x] = cosine * e - sine * h
            bi[x] = cosine * f + sine * g
            br[y] = cosine * g - sine * f
            bi[y] = cosine * h + sine * e


@njit(inline="always")
def undo_pairs(ket: Ket, bra: Ket, low: Ints, high: Ints, start: int, stop: int, turn: Turn) -> float:
    """Im<bra|h|ket> of a gate on pairs of indices, and the gate undone on both."""
    re, im, br, bi, cosine, sine = ket.re, ket.im, bra.re, bra.im, turn.c, turn.s
    total = 0.0
    for each in range(start, stop):
        x, y = np.uint64(low[each]), np.uint64(high[each])
        a, b, c, d = re[x], im[x], re[y], im[y]
        e, f, g, h = br[x], bi[x], br[y], bi[y]
        total += (e * d - f * c) + (g * b - h * a)
        re[x] = cosine * a - sine * d
        im[x] = cosine * b + sine * c
        re[y] = cosine * c - sine * b
        im[y] = cosine * d + sine * a
        br[x] = cosine * e - sine * h
        bi[x] = cosine * f + sine * g
        br[y] = cosine * g - sine * f
        bi[y] = cosine * h + sine * e
    return total


@njit(inline="always")
def undo_phases(ket: Ket, bra: Ket, costs: Floats, start: int, stop: int, angle: float, sums: Floats) -> None:
    """Add Im<bra|C|ket> to `sums`, element by element, and take the phases back from both."""
    re, im, br, bi = ket.re, ket.im, bra.re, bra.im
    size = sums.shape[0]
    for part in range(start, stop, size):
        begin, end = np.uint64(part), np.uint64(min(stop, part + size))
        for x in range(begin, end):
            sine, cosine = sine_and_cosine(angle * costs[x])
            a, b, e, f = re[x], im[x], br[x], bi[x]
            sums[x - begin] += costs[x] * (e * b - f * a)
            re[x] = cosine * a - sine * b
            im[x] = cosine * b + sine * a
            br[x] = cosine * e - sine * f
            bi[x] = cosine * f + sine * e


@njit(inline="always")
def total_of(sums: Floats) -> float:
    """The sum of an array from its first element to its last."""
    total = 0.0
    for each in range(sums.shape[0]):
        total += sums[each]
    return total
