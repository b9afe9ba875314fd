"""The compiled inner loops: phases, exchanges of two runs of amplitudes, and their adjoints.

A gate exp(-i b (XX + YY)/2) turns each pair of amplitudes (a, b) that differ by moving one 1 into (c a - i s b,
c b - i s a) with c = cos b, s = sin b. No fast-math: the order of every floating-point operation is fixed, so results
are the same bits for one instruction set, whatever the threads.

Indices are unsigned, for numba lets a negative one count from the end, and that test keeps loops from being vectors.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tallystick.quantum import plain
from tallystick.quantum.arrays import Ints
from tallystick.quantum.compiling import njit
from tallystick.quantum.vectors import (
    Place,
    bits_of,
    double_of,
    exchange_wide,
    fused,
    undo_wide,
)
from tallystick.quantum.width import WIDE

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
_ROUNDER = 6755399441055744.0
"""1.5 * 2^52: a number below 2^51 added to it is rounded to a whole one, which stands in the lowest bits."""
_HALF_PI, _HALF_PI_REST = 1.5707963267948966, 6.123233995736766e-17
_S1, _S2, _S3 = -1.66666666666666307295e-1, 8.33333333332211858878e-3, -1.98412698295895385996e-4
_S4, _S5, _S6 = 2.75573136213857245213e-6, -2.50507477628578072866e-8, 1.58962301576546568060e-10
_C1, _C2, _C3 = 4.16666666666665929218e-2, -1.38888888888730564116e-3, 2.48015872888517045348e-5
_C4, _C5, _C6 = -2.75573141792967388112e-7, 2.08757008419747316778e-9, -1.13585365213876817300e-11
"""Minimax polynomials of sine and cosine up to pi/4 (Cephes)."""


@njit(inline="always")
def sine_and_cosine(quarters: float) -> tuple[float, float]:
    """Sine and cosine of so many quarter turns, below 2^20, to about two units in the last place, without a branch."""
    shifted = quarters + _ROUNDER
    part = quarters - (shifted - _ROUNDER)
    rest = part * _HALF_PI
    square = rest * rest
    odd = fused(square, fused(square, fused(square, fused(square, fused(square, _S6, _S5), _S4), _S3), _S2), _S1)
    even = fused(square, fused(square, fused(square, fused(square, fused(square, _C6, _C5), _C4), _C3), _C2), _C1)
    sine = fused(rest * square, odd, rest)
    cosine = fused(square * square, even, fused(square, -0.5, 1.0))
    bits = bits_of(shifted)
    swapped_sine = cosine if bits & 1 else sine
    swapped_cosine = sine if bits & 1 else cosine
    signed_sine = double_of(bits_of(swapped_sine) ^ ((bits & 2) << 62))
    signed_cosine = double_of(bits_of(swapped_cosine) ^ (((bits + 1) & 2) << 62))
    return signed_sine, signed_cosine


@njit(inline="always", plain=plain.turn_phases)
def turn_phases(ket: Ket, costs: Floats, start: int, stop: int, angle: float) -> None:
    """Multiply amplitudes start..stop by exp(-i angle cost)."""
    re, im, quarters = ket.re, ket.im, angle * _TWO_OVER_PI
    for x in range(np.uint64(start), np.uint64(stop)):
        sine, cosine = sine_and_cosine(quarters * costs[x])
        a, b = re[x], im[x]
        re[x] = fused(sine, b, cosine * a)
        im[x] = fused(-sine, a, cosine * b)


@njit(inline="always", plain=plain.exchange_run)
def exchange_run(ket: Ket, first: int, run: int, shift: int, turn: Turn) -> None:
    """Gate on the amplitudes first..first+run and their partners `shift` further, which must not overlap."""
    re, im, c, s = ket.re, ket.im, turn.c, turn.s
    begin, far = np.uint64(first), np.uint64(shift)
    stop = begin + np.uint64(run)
    whole = begin + np.uint64(run & -WIDE)
    for x in range(begin, whole, np.uint64(WIDE)):
        exchange_wide(re, im, x, x + far, c, s)
    for x in range(whole, stop):
        _exchange(ket, x, x + far, turn)


@njit(inline="always")
def _exchange(ket: Ket, x: Place, y: Place, turn: Turn) -> None:
    re, im, cosine, sine = ket.re, ket.im, turn.c, turn.s
    a, b, c, d = re[x], im[x], re[y], im[y]
    re[x] = fused(sine, d, cosine * a)
    im[x] = fused(-sine, c, cosine * b)
    re[y] = fused(sine, b, cosine * c)
    im[y] = fused(-sine, a, cosine * d)


@njit(inline="always", plain=plain.exchange_pairs)
def exchange_pairs(ket: Ket, low: Ints, high: Ints, start: int, stop: int, turn: Turn) -> None:
    """Gate on pairs of indices."""
    for each in range(start, stop):
        _exchange(ket, np.uint64(low[each]), np.uint64(high[each]), turn)


@njit(inline="always", plain=plain.undo_run)
def undo_run(ket: Ket, bra: Ket, first: int, run: int, shift: int, turn: Turn, sums: Floats) -> None:
    """Add Im<bra|h|ket> of a gate on two runs to sums[:WIDE], pair by pair, and undo the gate on both."""
    begin, far = np.uint64(first), np.uint64(shift)
    stop = begin + np.uint64(run)
    whole = begin + np.uint64(run & -WIDE)
    for x in range(begin, whole, np.uint64(WIDE)):
        undo_wide(ket.re, ket.im, bra.re, bra.im, x, x + far, turn.c, turn.s, sums)
    for x in range(whole, stop):
        sums[x - whole] += _undo(ket, bra, x, x + far, turn)


@njit(inline="always")
def _undo(ket: Ket, bra: Ket, x: Place, y: Place, turn: Turn) -> float:
    re, im, br, bi, cosine, sine = ket.re, ket.im, bra.re, bra.im, turn.c, turn.s
    a, b, c, d = re[x], im[x], re[y], im[y]
    e, f, g, h = br[x], bi[x], br[y], bi[y]
    re[x] = fused(-sine, d, cosine * a)
    im[x] = fused(sine, c, cosine * b)
    re[y] = fused(-sine, b, cosine * c)
    im[y] = fused(sine, a, cosine * d)
    br[x] = fused(-sine, h, cosine * e)
    bi[x] = fused(sine, g, cosine * f)
    br[y] = fused(-sine, f, cosine * g)
    bi[y] = fused(sine, e, cosine * h)
    return fused(-h, a, fused(g, b, fused(-f, c, e * d)))


@njit(inline="always", plain=plain.undo_pairs)
def undo_pairs(ket: Ket, bra: Ket, low: Ints, high: Ints, start: int, stop: int, turn: Turn) -> float:
    """Im<bra|h|ket> of a gate on pairs of indices, and the gate undone on both."""
    total = 0.0
    for each in range(start, stop):
        total += _undo(ket, bra, np.uint64(low[each]), np.uint64(high[each]), turn)
    return total


@njit(inline="always", plain=plain.undo_phases)
def undo_phases(ket: Ket, bra: Ket, costs: Floats, start: int, stop: int, angle: float, sums: Floats) -> None:
    """Add Im<bra|C|ket> to `sums`, element by element, and take the phases back from both."""
    re, im, br, bi, quarters = ket.re, ket.im, bra.re, bra.im, angle * _TWO_OVER_PI
    size = sums.shape[0]
    for part in range(start, stop, size):
        begin, end = np.uint64(part), np.uint64(min(stop, part + size))
        for x in range(begin, end):
            sine, cosine = sine_and_cosine(quarters * costs[x])
            a, b, e, f = re[x], im[x], br[x], bi[x]
            sums[x - begin] += costs[x] * fused(-f, a, e * b)
            re[x] = fused(-sine, b, cosine * a)
            im[x] = fused(sine, a, cosine * b)
            br[x] = fused(-sine, f, cosine * e)
            bi[x] = fused(sine, e, cosine * f)


@njit(inline="always", plain=plain.total_of)
def total_of(sums: Floats) -> float:
    """The sum of an array from its first element to its last."""
    total = 0.0
    for each in range(sums.shape[0]):
        total += sums[each]
    return total
