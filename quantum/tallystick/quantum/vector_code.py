"""The operations of `vectors` in the compiler's intermediate language; loaded when something is compiled.

A loop over two runs of one array is only made a vector after tests that the runs do not overlap, which for short runs
cost more than the work. Here the vectors are written down: elements are independent, so results are the same bits
wherever a run is cut. Products are added by `fmuladd`, rounded once where the processor can; nothing else is
contracted, reordered or left out.
"""

from collections.abc import Sequence
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.registry import cpu_target
from numba.extending import intrinsic

from tallystick.quantum.width import WIDE

_DOUBLE = ir.DoubleType()
_BITS = ir.IntType(64)


class _Lanes:
    """Vectors of one element type in the code that is being written."""

    def __init__(self, context: Any, builder: Any, array: Any, count: int) -> None:
        self.context, self.builder, self.array = context, builder, array
        self.element = context.get_data_type(array.dtype)
        self.size = array.dtype.bitwidth // 8
        self.vector = ir.VectorType(self.element, count)
        self.count = count

    def pointer(self, array: Any, index: Any) -> Any:
        """Where the element `index` of an array lies, as vector."""
        data = self.context.make_array(self.array)(self.context, self.builder, array).data
        return self.builder.bitcast(self.builder.gep(data, [index]), self.vector.as_pointer())

    def load(self, pointer: Any) -> Any:
        return self.builder.load(pointer, align=self.size)

    def store(self, value: Any, pointer: Any) -> None:
        self.builder.store(value, pointer, align=self.size)

    def splat(self, number: Any) -> Any:
        """A double in every lane."""
        one = number if self.element == _DOUBLE else self.builder.fptrunc(number, self.element)
        single = self.builder.insert_element(
            ir.Constant(self.vector, ir.Undefined), one, ir.Constant(ir.IntType(32), 0)
        )
        return self.shuffle(single, single, [0] * self.count)

    def shuffle(self, one: Any, two: Any, places: Sequence[int]) -> Any:
        mask = ir.Constant(ir.VectorType(ir.IntType(32), len(places)), list(places))
        return self.builder.shuffle_vector(one, two, mask)

    def fused(self, a: Any, b: Any, c: Any) -> Any:
        """A * b + c."""
        return _fused(self.builder, self.vector, f"v{self.count}f{8 * self.size}", a, b, c)


def _fused(builder: Any, kind: Any, suffix: str, a: Any, b: Any, c: Any) -> Any:
    made: Any = cgutils.get_or_insert_function
    function = made(builder.module, ir.FunctionType(kind, [kind] * 3), f"llvm.fmuladd.{suffix}")
    return builder.call(function, [a, b, c])


@intrinsic
def fused(typing: Any, a: Any, b: Any, c: Any) -> Any:
    """A * b + c of doubles, rounded once where the processor can."""
    del typing, a, b, c

    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del context, signature
        return _fused(builder, _DOUBLE, "f64", *arguments)

    return types.float64(types.float64, types.float64, types.float64), write


@intrinsic
def bits_of(typing: Any, number: Any) -> Any:
    """The 64 bits of a double."""
    del typing, number

    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del context, signature
        return builder.bitcast(arguments[0], _BITS)

    return types.int64(types.float64), write


@intrinsic
def double_of(typing: Any, bits: Any) -> Any:
    """The double that these 64 bits are."""
    del typing, bits

    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del context, signature
        return builder.bitcast(arguments[0], _DOUBLE)

    return types.float64(types.int64), write


_INDEX = types.uint64


@intrinsic
def exchange_wide(typing: Any, re: Any, im: Any, x: Any, y: Any, c: Any, s: Any) -> Any:
    """Turn WIDE pairs of amplitudes, from x and from y on: (a, b) becomes (c a - i s b, c b - i s a)."""
    del typing, x, y, c, s

    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        lanes = _Lanes(context, builder, signature.args[0], WIDE)
        _, _, first, second, cosine, sine = arguments
        c, s = lanes.splat(cosine), lanes.splat(sine)
        places = [lanes.pointer(each, at) for at in (first, second) for each in arguments[:2]]
        _turned(lanes, [lanes.load(each) for each in places], places, c, s)

    return types.void(re, im, _INDEX, _INDEX, types.float64, types.float64), write


def _turned(lanes: _Lanes, state: Sequence[Any], places: Sequence[Any], c: Any, s: Any) -> None:
    """Store the turned amplitudes: re and im of one, re and im of the other."""
    a, b, p, q = state
    b_, minus = lanes.builder, lanes.builder.fneg(s)
    turned = (
        lanes.fused(s, q, b_.fmul(c, a)),
        lanes.fused(minus, p, b_.fmul(c, b)),
        lanes.fused(s, b, b_.fmul(c, p)),
        lanes.fused(minus, a, b_.fmul(c, q)),
    )
    for value, place in zip(turned, places, strict=True):
        lanes.store(value, place)


@intrinsic
def undo_wide(typing: Any, re: Any, im: Any, br: Any, bi: Any, x: Any, y: Any, c: Any, s: Any, sums: Any) -> Any:
    """Add Im<bra|h|ket> of WIDE pairs to sums[:WIDE], pair by pair, and turn both states back."""
    del typing, x, y, c, s

    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        lanes = _Lanes(context, builder, signature.args[0], WIDE)
        ket, bra, (first, second, cosine, sine, kept) = arguments[:2], arguments[2:4], arguments[4:]
        c, s = lanes.splat(cosine), lanes.splat(builder.fneg(sine))
        ket_at, bra_at = ([lanes.pointer(each, at) for at in (first, second) for each in both] for both in (ket, bra))
        a, b, p, q = state = [lanes.load(each) for each in ket_at]
        e, f, g, h = other = [lanes.load(each) for each in bra_at]
        found = lanes.fused(builder.fneg(f), p, builder.fmul(e, q))
        found = lanes.fused(builder.fneg(h), a, lanes.fused(g, b, found))
        totals = _Lanes(context, builder, signature.args[8], WIDE)
        place = totals.pointer(kept, ir.Constant(_BITS, 0))
        wide = found if lanes.element == _DOUBLE else builder.fpext(found, totals.vector)
        totals.store(builder.fadd(totals.load(place), wide), place)
        _turned(lanes, state, ket_at, c, s)
        _turned(lanes, other, bra_at, c, s)

    arguments = (re, im, br, bi, _INDEX, _INDEX, types.float64, types.float64, sums)
    return types.void(*arguments), write


@intrinsic
def lift_wide(typing: Any, rows: Any, x: Any, y: Any, gain: Any, loss: Any) -> Any:
    """WIDE elements from y on, times `gain`, added to those from x on; then these, times `loss`, taken from them."""
    del typing, x, y, gain, loss

    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        lanes = _Lanes(context, builder, signature.args[0], WIDE)
        kept, first, second, *factors = arguments
        places = [lanes.pointer(kept, each) for each in (first, second)]
        for value, place in zip(_lifted(lanes, *[lanes.load(each) for each in places], *factors), places, strict=True):
            lanes.store(value, place)

    return types.void(rows, _INDEX, _INDEX, types.float64, types.float64), write


def _lifted(lanes: _Lanes, x: Any, y: Any, gain: Any, loss: Any) -> tuple[Any, Any]:
    more = lanes.fused(lanes.splat(gain), y, x)
    return more, lanes.fused(lanes.splat(lanes.builder.fneg(loss)), more, y)


@intrinsic
def lift_four_wide(typing: Any, rows: Any, a: Any, b: Any, c: Any, d: Any, factors: Any, at: Any) -> Any:
    """Lifts (a, b), (c, d), (a, c), (b, d), by the eight factors from `at` on."""
    del typing, a, b, c, d, at

    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        lanes = _Lanes(context, builder, signature.args[0], WIDE)
        kept, *begins, table, at = arguments
        places = [lanes.pointer(kept, each) for each in begins]
        state = [lanes.load(each) for each in places]
        first = builder.gep(context.make_array(factors)(context, builder, table).data, [at])
        values = [builder.load(builder.gep(first, [ir.Constant(_BITS, each)])) for each in range(8)]
        for pair, (x, y) in enumerate(((0, 1), (2, 3), (0, 2), (1, 3))):
            state[x], state[y] = _lifted(lanes, state[x], state[y], *values[2 * pair : 2 * pair + 2])
        for value, place in zip(state, places, strict=True):
            lanes.store(value, place)

    return types.void(rows, *[_INDEX] * 4, factors, _INDEX), write


@intrinsic
def rotate_wide(typing: Any, rows: Any, x: Any, c: Any, s: Any) -> Any:
    """Times c - i s: WIDE real parts from x on, the imaginary parts behind them."""
    del typing, x, c, s

    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        lanes = _Lanes(context, builder, signature.args[0], WIDE)
        kept, first, cosine, sine = arguments
        c, s = lanes.splat(cosine), lanes.splat(sine)
        places = [lanes.pointer(kept, each) for each in (first, builder.add(first, ir.Constant(_BITS, WIDE)))]
        a, b = (lanes.load(each) for each in places)
        lanes.store(lanes.fused(s, b, builder.fmul(c, a)), places[0])
        lanes.store(lanes.fused(builder.fneg(s), a, builder.fmul(c, b)), places[1])

    return types.void(rows, _INDEX, types.float64, types.float64), write


@intrinsic
def copy_wide(typing: Any, source: Any, x: Any, target: Any, y: Any) -> Any:
    """WIDE elements from x on, to y and on."""
    del typing, x, y

    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        lanes = _Lanes(context, builder, signature.args[0], WIDE)
        kept, first, place, second = arguments
        lanes.store(lanes.load(lanes.pointer(kept, first)), lanes.pointer(place, second))

    return types.void(source, _INDEX, target, _INDEX), write


@intrinsic
def transpose(
    typing: Any, source: Any, a: Any, b: Any, c: Any, d: Any, target: Any, e: Any, f: Any, g: Any, h: Any
) -> Any:
    """Four elements from each of source[a], [b], [c], [d] on become the columns of rows that begin at e, f, g, h."""
    del typing, a, b, c, d, e, f, g, h

    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        lanes = _Lanes(context, builder, signature.args[0], 4)
        kept, rows = arguments[0], arguments[5]
        columns = [lanes.load(lanes.pointer(kept, each)) for each in arguments[1:5]]
        for row, place in zip(_transposed(lanes, columns), arguments[6:], strict=True):
            lanes.store(row, lanes.pointer(rows, place))

    return types.void(source, *[_INDEX] * 4, target, *[_INDEX] * 4), write


def _transposed(lanes: _Lanes, rows: Sequence[Any]) -> list[Any]:
    """Four vectors of four, transposed in eight shuffles."""
    a, b, c, d = rows
    low = [lanes.shuffle(one, two, (0, 4, 2, 6)) for one, two in ((a, b), (c, d))]
    high = [lanes.shuffle(one, two, (1, 5, 3, 7)) for one, two in ((a, b), (c, d))]
    return [lanes.shuffle(one, two, places) for places in ((0, 1, 4, 5), (2, 3, 6, 7)) for one, two in (low, high)]


def type_of(name: str) -> Any:
    """What Numba's typing knows an operation by."""
    cpu_target.typing_context.refresh()  # it learns of operations only when it looks for them
    return cpu_target.typing_context.resolve_value_type(globals()[name])
