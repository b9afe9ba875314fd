"""What adding qubits does to coupled ones: rows of amplitudes, lifted in pairs.

Coordinates are by the states that lowering the top one of each way of coupling gives, not normed. Then adding a qubit
to `bits` ones of sector t, to a weight w, takes two products for each pair of amplitudes (p without the new one, q with
it), and so does the way back, which is exact: x = p + (w - t) q belongs to sector t, y = q - x / (bits - 2t + 1) to
t + 1. x stands where p stood and y where q stood. Relative to normed states no rounding is enlarged by more than the
square root of the number of qubits. More ones than zeros couple as the zeros would.

Such coordinates have no norm of their own: a bra's are by the `dual` steps, and then products of the two are those of
the amplitudes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import comb
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tallystick.quantum.arrays import Ints
from tallystick.quantum.layout import occurs
from tallystick.quantum.spins import sectors
from tallystick.quantum.subspace import Subspace

Floats = NDArray[Any]
LEAF = 128
"""Rows that are worked on to the end before the next ones, for they lie in the first cache."""


class Step(NamedTuple):
    """What is done to rows; no row stands in it twice, so the order does not matter.

    By the number of rows in each: 1, times the factor; 2, a lift (rows x, y, factors g, l: x += g y, then y -= l x);
    4, the lifts of two added qubits on rows a, b, c, d: (a, b), (c, d), (a, c), (b, d), their factors in this order.
    """

    rows: Ints
    """Shape (count, 1, 2 or 4)."""
    factors: Floats
    """Shape (count, 1, 2 or 8)."""

    def shifted(self, rows: int) -> "Step":
        """The same, so many rows further."""
        return Step(self.rows + rows, self.factors)

    def undone(self) -> "Step":
        """The way back."""
        if self.rows.shape[1] == 1:
            return Step(self.rows, 1.0 / self.factors)
        back = [1, 0] if self.rows.shape[1] == 2 else [3, 1, 2, 0]
        return Step(self.rows[:, back], self.factors[:, ::-1])

    def dual(self) -> "Step":
        """The inverse's transpose: what a bra undergoes."""
        if self.rows.shape[1] == 1:
            return self.undone()
        which = [0, 1] if self.rows.shape[1] == 2 else [2, 3, 0, 1, 6, 7, 4, 5]
        return Step(self.rows[:, ::-1], -self.factors[:, which])


@dataclass(frozen=True, slots=True)
class Block:
    """The states of one weight of `bits` qubits, of which the first were coupled to one sector and some were added.

    A row is a setting of the added qubits, rows in numeric order.
    """

    bits: int
    places: Ints
    """Where the row's coupled states begin among all states of the bits and the weight."""
    ways: dict[int, Ints]
    """Of each sector the rows, one for each way there; the same ways in the same order for every weight."""
    scale: Floats
    """By what a row must be multiplied to be the coordinate it stands for."""
    levels: tuple[Step, ...]
    """The lifts of each added qubit; only the last two, if there are more than LEAF rows."""
    parts: tuple["Block", ...]
    """What it is joined of: the rows where the last qubit is 0, those where it is 1."""

    @property
    def rows(self) -> int:
        """How many."""
        return len(self.places)


def mirrored(space: Subspace) -> bool:
    """Whether zeros are counted for ones."""
    return 2 * space.weight > space.qubits


def added(space: Subspace, bits: int, sector: int, count: int) -> dict[int, Block]:
    """The blocks of `count` qubits added to so many coupled ones, by weight, as far as the space has them."""
    one = np.zeros(1, dtype=np.int64)
    blocks = {
        weight: Block(bits, one + sectors(bits, weight)[sector], {sector: one}, np.ones(1), (), ())
        for weight in range(sector, min(bits - sector, space.weight) + 1)
        if occurs(space, bits, weight)
    }
    for after in range(bits + 1, bits + count + 1):
        weights = {*blocks, *(each + 1 for each in blocks)} & set(range(space.weight + 1))
        blocks = {
            each: _joined(each, blocks.get(each), blocks.get(each - 1), swap=mirrored(space))
            for each in sorted(weights)
            if occurs(space, after, each)
        }
    return blocks


def _joined(weight: int, clear: Block | None, one: Block | None, *, swap: bool) -> Block:
    """One more qubit: the rows where it is 0, then those where it is 1."""
    parts = tuple(each for each in (clear, one) if each is not None)
    bits, shift = parts[0].bits, clear.rows if clear else 0
    scale = np.concatenate([each.scale for each in parts])
    left = clear.ways if clear else {}
    right = {t: rows + shift for t, rows in one.ways.items()} if one else {}
    ways: dict[int, list[Ints]] = {}
    rows, factors = [np.zeros((0, 2), dtype=np.int64)], [np.zeros((0, 2))]
    for t in sorted({*left, *right}):
        both = bits - 2 * t + 1
        if t in left and t in right:
            x, y, gain = (right[t], left[t], bits + 1 - weight - t) if swap else (left[t], right[t], weight - t)
            ratio = scale[y] / scale[x]
            rows.append(np.column_stack([x, y]))
            factors.append(np.column_stack([gain * ratio, 1.0 / (both * ratio)]))
            ways[t + 1] = [y]
        else:
            x = left[t] if t in left else right[t]
            scale[x] *= 1 if (t in left) != swap else both
        ways[t] = [x, *ways.get(t, [])]
    places = [each.places + (comb(bits, weight) if each is one else 0) for each in parts]
    return Block(
        bits=bits + 1,
        places=np.concatenate(places),
        ways={t: np.concatenate(each) for t, each in ways.items()},
        scale=scale,
        levels=(*_levels(parts), Step(np.concatenate(rows), np.concatenate(factors))),
        parts=parts,
    )


def _levels(parts: tuple[Block, ...]) -> list[Step]:
    """The lifts of the qubits that were added to both, or those of the last of them."""
    shifts = [0, parts[0].rows]
    last = None if sum(each.rows for each in parts) <= LEAF else -1
    levels = zip(*(each.levels[last:] for each in parts), strict=True)
    return [_joint([step.shifted(by) for step, by in zip(each, shifts, strict=False)]) for each in levels]


def _joint(steps: list[Step]) -> Step:
    return Step(np.concatenate([each.rows for each in steps]), np.concatenate([each.factors for each in steps]))


def work(block: Block, shift: int = 0) -> Iterator[Step]:
    """All lifts of a block, two added qubits at a time: few rows to the end, then what joins them."""
    if block.rows > LEAF:
        at = shift
        for quarter in (each for half in block.parts for each in half.parts):
            yield from work(quarter, at)
            at += quarter.rows
    levels = [each.shifted(shift) for each in block.levels]
    for low, high in zip(levels[::2], levels[1::2], strict=False):
        yield from _two(low, high)
    if len(levels) % 2:
        yield levels[-1]


def _two(low: Step, high: Step) -> Iterator[Step]:
    """The lifts of two added qubits: what is left of the first, those of four rows, what is left of the second."""
    x, y = low.rows.T
    size = 1 + max((int(each.rows.max()) for each in (low, high) if len(each.rows)), default=0)
    first_of, above = np.full(size, -1), np.full(size, -1)
    first_of[x], above[high.rows[:, 0]] = np.arange(len(x)), np.arange(len(high.rows))
    a, c = (first_of[each] for each in high.rows.T)
    third = np.flatnonzero((a >= 0) & (c >= 0))
    a, c = a[third], c[third]
    fourth = above[y[a]]
    whole = (fourth >= 0) & (high.rows[fourth, 1] == y[c])
    a, c, third, fourth = (each[whole] for each in (a, c, third, fourth))
    four = Step(
        np.column_stack([low.rows[a], low.rows[c]]),
        np.column_stack([low.factors[a], low.factors[c], high.factors[third], high.factors[fourth]]),
    )
    yield Step(np.delete(low.rows, [*a, *c], axis=0), np.delete(low.factors, [*a, *c], axis=0))
    yield four
    yield Step(np.delete(high.rows, [*third, *fourth], axis=0), np.delete(high.factors, [*third, *fourth], axis=0))
