"""Eight amplitudes at a time, and products added with one rounding: what the compiler would not make of loops itself.

Here each operation is what it means, as Python that runs where nothing is compiled; `vector_code` holds what is
compiled in its place.
"""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from tallystick.quantum.width import WIDE

P = ParamSpec("P")
R = TypeVar("R")
Floats = NDArray[Any]
Place = int | np.unsignedinteger[Any]


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
def lift_wide(rows: Floats, x: Place, y: Place, gain: float, loss: float) -> None:
    """WIDE elements from y on, times `gain`, added to those from x on; then these, times `loss`, taken from them."""
    one, two = slice(x, x + WIDE), slice(y, y + WIDE)
    rows[one] += gain * rows[two]
    rows[two] -= loss * rows[one]


@Operation
def lift_four_wide(rows: Floats, a: Place, b: Place, c: Place, d: Place, factors: Floats, at: Place) -> None:
    """Lifts (a, b), (c, d), (a, c), (b, d), by the eight factors from `at` on."""
    for pair, (x, y) in enumerate(((a, b), (c, d), (a, c), (b, d))):
        lift_wide(rows, x, y, factors[at + 2 * pair], factors[at + 2 * pair + 1])


@Operation
def rotate_wide(rows: Floats, x: Place, c: float, s: float) -> None:
    """Times c - i s: WIDE real parts from x on, the imaginary parts behind them."""
    one, two = slice(x, x + WIDE), slice(x + WIDE, x + 2 * WIDE)
    a, b = rows[one].copy(), rows[two].copy()
    rows[one], rows[two] = s * b + c * a, c * b - s * a


@Operation
def copy_wide(source: Floats, x: Place, target: Floats, y: Place) -> None:
    """WIDE elements from x on, to y and on."""
    target[y : y + WIDE] = source[x : x + WIDE]


@Operation
def transpose(
    source: Floats, a: Place, b: Place, c: Place, d: Place, target: Floats, e: Place, f: Place, g: Place, h: Place
) -> None:
    """Four elements from each of source[a], [b], [c], [d] on become the columns of rows that begin at e, f, g, h."""
    for row, begin in enumerate((e, f, g, h)):
        target[begin : begin + 4] = source[a + row], source[b + row], source[c + row], source[d + row]
