"""Eight amplitudes at a time, and products added with one rounding: what the compiler would not make of loops itself.

Here each operation is what it means, as Python that runs where nothing is compiled; `vector_code` holds what is
compiled in its place.
"""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

P = ParamSpec("P")
R = TypeVar("R")
Floats = NDArray[Any]
Place = int | np.unsignedinteger[Any]
WIDE = 8
"""Elements of a vector here; the compiler cuts them to what the processor has."""


class Operation(Generic[P, R]):
    """A function that is something else in compiled code: the operation of its name in `vector_code`."""

    def __init__(self, function: Callable[P, R]) -> None:
        update_wrapper(self, function)
        self._function = function

    @property
    def _numba_type_(self) -> Any:
        """What Numba sees where compiled code calls this one."""
        from tallystick.quantum.vector_code import type_of

        return type_of(self._function.__name__)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call it as Python."""
        return self._function(*args, **kwargs)


@Operation
def fused(a: float, b: float, c: float) -> float:
    """A * b + c of doubles, rounded once where the processor can."""
    return a * b + c


@Operation
def bits_of(number: float) -> int:
    """The 64 bits of a double."""
    return int(np.float64(number).view(np.int64))


@Operation
def double_of(bits: int) -> float:
    """The double that these 64 bits are."""
    return float(np.uint64(bits & (1 << 64) - 1).view(np.float64))


@Operation
def exchange_wide(re: Floats, im: Floats, x: Place, y: Place, c: float, s: float) -> None:
    """Turn WIDE pairs of amplitudes, from x and from y on: (a, b) becomes (c a - i s b, c b - i s a)."""
    one, two = slice(x, x + WIDE), slice(y, y + WIDE)
    a, b, p, q = re[one].copy(), im[one].copy(), re[two].copy(), im[two].copy()
    re[one], im[one] = s * q + c * a, c * b - s * p
    re[two], im[two] = s * b + c * p, c * q - s * a


@Operation
def undo_wide(
    re: Floats, im: Floats, br: Floats, bi: Floats, x: Place, y: Place, c: float, s: float, sums: Floats
) -> None:
    """Add Im<bra|h|ket> of WIDE pairs to sums[:WIDE], pair by pair, and turn both states back."""
    one, two = slice(x, x + WIDE), slice(y, y + WIDE)
    sums[:WIDE] += (br[one] * im[two] - bi[one] * re[two]) + (br[two] * im[one] - bi[two] * re[one])
    exchange_wide(re, im, x, y, c, -s)
    exchange_wide(br, bi, x, y, c, -s)


@Operation
def turn_wide(before: Floats, x: Place, y: Place, after: Floats, u: Place, v: Place, c: float, s: float) -> None:
    """WIDE pairs (p, q) from x and from y on become (c q + s p, c p - s q), from u and from v on."""
    p, q = before[x : x + WIDE], before[y : y + WIDE]
    after[u : u + WIDE] = c * q + s * p
    after[v : v + WIDE] = c * p - s * q


@Operation
def transpose_in(
    source: Floats, a: Place, b: Place, c: Place, d: Place, target: Floats, at: Place, stride: Place
) -> None:
    """Four elements from each of source[a], [b], [c], [d] on become four rows of four, `stride` apart from `at` on."""
    for row in range(4):
        begin = at + row * stride
        target[begin : begin + 4] = source[a + row], source[b + row], source[c + row], source[d + row]


@Operation
def transpose_out(
    source: Floats, at: Place, stride: Place, target: Floats, a: Place, b: Place, c: Place, d: Place
) -> None:
    """What `transpose_in` took in goes back."""
    for row in range(4):
        begin = at + row * stride
        target[a + row], target[b + row], target[c + row], target[d + row] = source[begin : begin + 4]
