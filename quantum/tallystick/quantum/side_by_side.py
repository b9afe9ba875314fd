"""Into the first cache and out of it: low segments laid side by side; compiled."""

import numpy as np

from tallystick.quantum import plain
from tallystick.quantum.arrays import Ints
from tallystick.quantum.compiling import njit
from tallystick.quantum.rotations import Floats
from tallystick.quantum.vectors import Place, transpose


@njit(cache=True, nogil=True, plain=plain.lay)
def lay(
    part: Floats,
    base: int,
    children: Ints,
    first: int,
    lanes: int,
    size: int,
    rows: Floats,
    wide: int,
    order: Ints | None,
) -> None:
    """Lay segments side by side: row x has element x of each, and is row order[x] of those that are `wide` long."""
    _carry(part, base, children, first, lanes, size, rows, wide, order, True)  # noqa: FBT003 -- compiled code takes no names


@njit(cache=True, nogil=True, plain=plain.put_back)
def put_back(
    part: Floats,
    base: int,
    children: Ints,
    first: int,
    lanes: int,
    size: int,
    rows: Floats,
    wide: int,
    order: Ints | None,
) -> None:
    """The way back of `lay`."""
    _carry(part, base, children, first, lanes, size, rows, wide, order, False)  # noqa: FBT003 -- as above


@njit(inline="always")
def _carry(
    part: Floats,
    base: int,
    children: Ints,
    first: int,
    lanes: int,
    size: int,
    rows: Floats,
    wide: int,
    order: Ints | None,
    there: bool,  # noqa: FBT001 -- as above
) -> None:
    one, two, three = np.uint64(1), np.uint64(2), np.uint64(3)
    fours, four_lanes, length = np.uint64(size & -4), lanes & -4, np.uint64(wide)
    for lane in range(0, four_lanes, 4):
        a, b = np.uint64(base + children[first + lane]), np.uint64(base + children[first + lane + 1])
        c, d = np.uint64(base + children[first + lane + 2]), np.uint64(base + children[first + lane + 3])
        at = np.uint64(lane)
        for x in range(np.uint64(0), fours, np.uint64(4)):
            e, f = at + _row(order, x) * length, at + _row(order, x + one) * length
            g, h = at + _row(order, x + two) * length, at + _row(order, x + three) * length
            if there:
                transpose(part, a + x, b + x, c + x, d + x, rows, e, f, g, h)
            else:
                transpose(rows, e, f, g, h, part, a + x, b + x, c + x, d + x)
        for x in range(fours, np.uint64(size)):
            e = at + _row(order, x) * length
            if there:
                rows[e], rows[e + one], rows[e + two], rows[e + three] = (
                    part[a + x],
                    part[b + x],
                    part[c + x],
                    part[d + x],
                )
            else:
                part[a + x], part[b + x], part[c + x], part[d + x] = (
                    rows[e],
                    rows[e + one],
                    rows[e + two],
                    rows[e + three],
                )
    for lane in range(four_lanes, lanes):
        begin = np.uint64(base + children[first + lane])
        for x in range(np.uint64(size)):
            e = np.uint64(lane) + _row(order, x) * length
            if there:
                rows[e] = part[begin + x]
            else:
                part[begin + x] = rows[e]


@njit(inline="always")
def _row(order: Ints | None, x: Place) -> Place:
    if order is None:
        return x
    return np.uint64(order[x])
