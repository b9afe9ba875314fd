"""Into the first cache and out of it: low segments laid side by side; compiled."""

import numpy as np

from tallystick.quantum import plain
from tallystick.quantum.compiling import njit
from tallystick.quantum.layout import Ints
from tallystick.quantum.rotations import Floats
from tallystick.quantum.vectors import transpose_in, transpose_out


@njit(inline="always", plain=plain.lay)
def lay(part: Floats, base: int, children: Ints, first: int, lanes: int, size: int, rows: Floats) -> None:
    """Lay segments side by side: row x has element x of each."""
    wide, fours, four_lanes = np.uint64(lanes), np.uint64(size & -4), lanes & -4
    for lane in range(0, four_lanes, 4):
        a, b = np.uint64(base + children[first + lane]), np.uint64(base + children[first + lane + 1])
        c, d = np.uint64(base + children[first + lane + 2]), np.uint64(base + children[first + lane + 3])
        for x in range(np.uint64(0), fours, np.uint64(4)):
            transpose_in(part, a + x, b + x, c + x, d + x, rows, x * wide + np.uint64(lane), wide)
        for x in range(fours, np.uint64(size)):
            at = x * wide + np.uint64(lane)
            rows[at] = part[a + x]
            rows[at + np.uint64(1)] = part[b + x]
            rows[at + np.uint64(2)] = part[c + x]
            rows[at + np.uint64(3)] = part[d + x]
    for lane in range(four_lanes, lanes):
        begin = np.uint64(base + children[first + lane])
        for x in range(np.uint64(size)):
            rows[x * wide + np.uint64(lane)] = part[begin + x]


@njit(inline="always", plain=plain.put_back)
def put_back(part: Floats, base: int, children: Ints, first: int, lanes: int, size: int, rows: Floats) -> None:
    """The way back of `lay`."""
    wide, fours, four_lanes = np.uint64(lanes), np.uint64(size & -4), lanes & -4
    for lane in range(0, four_lanes, 4):
        a, b = np.uint64(base + children[first + lane]), np.uint64(base + children[first + lane + 1])
        c, d = np.uint64(base + children[first + lane + 2]), np.uint64(base + children[first + lane + 3])
        for x in range(np.uint64(0), fours, np.uint64(4)):
            transpose_out(rows, x * wide + np.uint64(lane), wide, part, a + x, b + x, c + x, d + x)
        for x in range(fours, np.uint64(size)):
            at = x * wide + np.uint64(lane)
            part[a + x] = rows[at]
            part[b + x] = rows[at + np.uint64(1)]
            part[c + x] = rows[at + np.uint64(2)]
            part[d + x] = rows[at + np.uint64(3)]
    for lane in range(four_lanes, lanes):
        begin = np.uint64(base + children[first + lane])
        for x in range(np.uint64(size)):
            part[begin + x] = rows[x * wide + np.uint64(lane)]
