"""The perspective relaxation of one node, by a primal-dual interior-point method (Mehrotra 1992).

minimise x'Rx + sum_i d_i x_i^2 / z_i - c'x, where l z <= x <= u z, 0 <= z <= 1 and C x + E z = b. An asset that is
not `free` has z = 1. The answer is only a proposal: what a bound is worth is found by `bound`, from the point and the
multipliers given here, whatever their quality.
"""

from dataclasses import dataclass

import numpy as np

from tallystick.quantum.arrays import Bits, Floats

STEPS = 60
LAG = 30.0
"""Where the equations lack more than this many times the complementarity, the path has been left: step back to it."""
DEPENDENT = 1e-10
"""Added to the rows' own matrix, as a share: rows may depend on one another, as sum and count of a binary problem."""
SHORT = 1e-8
"""A step of this length is the end: rounding has the word."""


@dataclass(frozen=True, eq=False, slots=True)
class Relaxation:
    """R (a, a), d, c, l, u and free (a,), C and E (r, a), b (r,); l < u throughout, numbers of about one."""

    rest: Floats
    own: Floats
    linear: Floats
    lower: Floats
    upper: Floats
    free: Bits
    by_weight: Floats
    by_count: Floats
    sides: Floats


@dataclass(frozen=True, eq=False, slots=True)
class Point:
    """Where the central path was left: x and z (a,), the multipliers of the rows (r,), and the Newton steps."""

    x: Floats
    z: Floats
    rows: Floats
    steps: int


@dataclass(slots=True)
class _Path:
    """The current point: weights, counts, row multipliers, and the multipliers of x >= lz, x <= uz and z <= 1."""

    x: Floats
    z: Floats
    rows: Floats
    above: Floats
    below: Floats
    within: Floats


@dataclass(frozen=True, eq=False, slots=True)
class _Room:
    """How far the point is inside of x >= lz, x <= uz and z <= 1; where z is fixed the last is 1, its price 0."""

    above: Floats
    below: Floats
    within: Floats


@dataclass(frozen=True, eq=False, slots=True)
class _System:
    """The Newton equations with z and the inequality multipliers eliminated."""

    inverse: Floats
    slope: Floats
    curve: Floats
    seen: Floats
    rows: Floats
    schur: Floats


@dataclass(frozen=True, eq=False, slots=True)
class _Left:
    """What the conditions of optimality still lack: by x, by z, and in the rows."""

    x: Floats
    z: Floats
    rows: Floats

    def worst(self) -> float:
        return max(float(np.abs(each).max(initial=0.0)) for each in (self.x, self.z, self.rows))


@np.errstate(divide="ignore", invalid="ignore")  # at a bound that leaves no room the path ends; any point will do
def relax(node: Relaxation, accuracy: float) -> Point:
    """Follow the central path until the complementarity gap is below `accuracy`, or for STEPS Newton steps."""
    at = _start(node)
    pairs = 2 * len(at.x) + int(node.free.sum())
    steps = 0
    for _ in range(STEPS):
        room = _room(node, at)
        left = _left(node, at)
        gap = float(at.above @ room.above + at.below @ room.below + at.within @ room.within)
        if gap < accuracy and (left.worst() < accuracy or gap < 1e-3 * accuracy):
            break
        steps += 1
        system = _system(node, at, room)
        if system is None:
            break
        aim = _direction(node, at, room, left, system, None)
        length = min(1.0, _reach(node, at, room, aim))
        centring = max(_gap_after(node, at, room, aim, length) / gap, 0.05) ** 3
        if left.worst() > LAG * gap / pairs:
            centring = max(centring, 0.8)
        aim = _direction(node, at, room, left, system, (aim, centring * gap / pairs))
        length = min(1.0, 0.995 * _reach(node, at, room, aim))
        if not length > SHORT:
            break
        for name in _Path.__slots__:
            setattr(at, name, getattr(at, name) + length * getattr(aim, name))
    return Point(at.x, at.z, at.rows, steps)


def _start(node: Relaxation) -> _Path:
    free, a = node.free, len(node.linear)
    z = np.where(free, 0.5, 1.0)
    counts = np.abs(node.by_count).sum(axis=1)
    if counts.max(initial=0.0) > 0.0:
        row = int(np.argmax(counts))
        share = (node.sides[row] - node.by_count[row] @ ~free) / max(node.by_count[row] @ free, 1.0)
        z[free] = min(max(share, 0.05), 0.95)
    wide = node.upper - node.lower
    x = z * (node.lower + np.minimum(0.5 * wide, 0.9))
    return _Path(x, z, np.zeros(len(node.sides)), np.ones(a), np.ones(a), np.where(free, 1.0, 0.0))


def _room(node: Relaxation, at: _Path) -> _Room:
    full = np.where(node.free, 1.0 - at.z, 1.0)
    return _Room(at.x - node.lower * at.z, node.upper * at.z - at.x, full)


def _left(node: Relaxation, at: _Path) -> _Left:
    ratio = at.x / at.z
    by_x = 2.0 * (node.rest @ at.x + node.own * ratio) - node.linear - at.above + at.below - at.rows @ node.by_weight
    by_z = at.above * node.lower - at.below * node.upper + at.within - node.own * ratio**2 - at.rows @ node.by_count
    rows = node.by_weight @ at.x + node.by_count @ at.z - node.sides
    return _Left(by_x, np.where(node.free, by_z, 0.0), rows)


def _system(node: Relaxation, at: _Path, room: _Room) -> _System | None:
    ratio = at.x / at.z
    above, below, within = at.above / room.above, at.below / room.below, at.within / room.within
    own = 2.0 * node.own / at.z
    mixed = np.where(node.free, -own * ratio - node.lower * above - node.upper * below, 0.0)
    curve = own * ratio**2 + node.lower**2 * above + node.upper**2 * below + within
    curve = np.where(node.free, curve, 1.0)
    slope = mixed / curve
    matrix = 2.0 * node.rest
    matrix[np.diag_indices(len(slope))] += own + above + below - mixed * slope
    counted = node.by_count * node.free
    seen = node.by_weight - counted * slope
    try:
        inverse = np.asarray(np.linalg.inv(matrix), dtype=np.float64)
        rows = seen @ inverse
        schur = rows @ seen.T + (counted / curve) @ counted.T
        schur[np.diag_indices(len(schur))] += DEPENDENT * (1e-6 + np.abs(schur).max(initial=0.0))
        answer = np.asarray(np.linalg.inv(schur), dtype=np.float64)
    except np.linalg.LinAlgError:
        return None
    return _System(inverse, slope, curve, seen, rows, answer)


def _direction(
    node: Relaxation, at: _Path, room: _Room, left: _Left, system: _System, before: tuple[_Path, float] | None
) -> _Path:
    """The Newton direction towards no complementarity; after a first, with its products and the target given."""
    above, below, within = -at.above, -at.below, -at.within
    if before is not None:
        aim, target = before
        change = _turned(node, aim)
        above = above + (target - aim.above * change.above) / room.above
        below = below + (target - aim.below * change.below) / room.below
        within = np.where(node.free, within + (target - aim.within * change.within) / room.within, 0.0)
    pull_x = above - below - left.x
    pull_z = np.where(node.free, node.upper * below - node.lower * above - within - left.z, 0.0)
    base = system.inverse @ (pull_x - system.slope * pull_z)
    counted = node.by_count * node.free
    rows = system.schur @ (-left.rows - system.seen @ base - counted @ (pull_z / system.curve))
    x = base + rows @ system.rows
    z = np.where(node.free, (pull_z + rows @ counted) / system.curve - system.slope * x, 0.0)
    change = _turned(node, _Path(x, z, rows, above, below, within))
    return _Path(
        x,
        z,
        rows,
        above - at.above / room.above * change.above,
        below - at.below / room.below * change.below,
        within - at.within / room.within * change.within,
    )


def _turned(node: Relaxation, aim: _Path) -> _Room:
    """How the room changes along a direction."""
    return _Room(aim.x - node.lower * aim.z, node.upper * aim.z - aim.x, -aim.z)


def _reach(node: Relaxation, at: _Path, room: _Room, aim: _Path) -> float:
    change = _turned(node, aim)
    values = np.concatenate([room.above, room.below, room.within, at.above, at.below, at.within, at.z])
    changes = np.concatenate([change.above, change.below, change.within, aim.above, aim.below, aim.within, aim.z])
    falling = changes < 0.0
    return float((values[falling] / -changes[falling]).min(initial=1e30))


def _gap_after(node: Relaxation, at: _Path, room: _Room, aim: _Path, length: float) -> float:
    change = _turned(node, aim)
    return float(
        (at.above + length * aim.above) @ (room.above + length * change.above)
        + (at.below + length * aim.below) @ (room.below + length * change.below)
        + (at.within + length * aim.within) @ (room.within + length * change.within)
    )
