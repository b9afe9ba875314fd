"""The exact mixer of the complete graph: angular momenta coupled qubit by qubit, and their phases.

On states of weight k the mixer's Hamiltonian, the sum over all pairs of (XX + YY)/2, is J(J + 1) - M^2 - n/2 with
M = k - n/2, where J is the total spin: it has k + 1 eigenvalues (t = n/2 - J = 0 .. min(k, n - k)). Adding one qubit
to j coupled ones rotates, by a Clebsch-Gordan matrix, the two ways in which a pair (J, M) arises. Kept in the order of
t, these are rotations of contiguous runs: O(n D) work for what a dense diagonalisation does in O(D^2).
"""

from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from tallystick.quantum import plain
from tallystick.quantum.compiling import njit
from tallystick.quantum.errors import SettingError
from tallystick.quantum.layout import Ints, batch_starts, children_of, low_bits, occurs, sizes_of
from tallystick.quantum.rotations import Floats
from tallystick.quantum.side_by_side import lay, put_back
from tallystick.quantum.spins import Move, eigenvalues, moves, sectors
from tallystick.quantum.subspace import Subspace
from tallystick.quantum.threads import Threads
from tallystick.quantum.vectors import WIDE, fused, turn_wide

LOW_RUN, LANES = 300, 32
"""Amplitudes that a typical segment of the low qubits may have, and segments that are worked on side by side."""
SMALL = 32_768
"""Amplitudes below which a second thread costs more than it brings."""


@dataclass(frozen=True, slots=True)
class Step:
    """One added qubit above the low ones: the segments it acts on, and the moves by weight, flat."""

    offsets: Ints
    weights: Ints
    move_at: Ints
    places: Ints
    """Shape (moves, 5): clear, set, up, down, run."""
    turns: NDArray[np.float64]
    """Shape (moves, 2): cosine, sine."""


@dataclass(frozen=True, slots=True)
class Low:
    """The low qubits: every move of every added one, by weight of the segment, and the segments in batches."""

    bits: int
    sizes: Ints
    move_at: Ints
    """Of weight i, the moves that add qubit j lie from move_at[i * bits + j] on."""
    places: Ints
    turns: NDArray[np.float64]
    batches: Ints
    children: Ints
    child_weights: Ints


@dataclass(frozen=True, slots=True)
class Coupling:
    """Everything the transform of one subspace needs."""

    space: Subspace
    low: Low
    steps: tuple[Step, ...]
    sector_at: Ints
    values: NDArray[np.float64]


def coupling_of(space: Subspace) -> Coupling:
    """Prepare the transform. Raises `SettingError` for a space of more than one weight."""
    n, k = space.qubits, space.weight
    if space.dimension != comb(n, k):
        message = "the complete mixer keeps the number of ones; use Subspace, or XMixer in FullSpace"
        raise SettingError(message)
    low = low_bits(space, LOW_RUN)
    return Coupling(
        space=space,
        low=_low(space, low),
        steps=tuple(_step(bits, space) for bits in range(low, n)),
        sector_at=np.array(sectors(n, k), dtype=np.int64),
        values=eigenvalues(space),
    )


def _low(space: Subspace, bits: int) -> Low:
    offsets, weights = children_of(bits, space.qubits, space.weight)
    order = np.argsort(weights, kind="stable")
    found: list[Move] = []
    move_at = [0]
    for weight in range(space.weight + 1):
        for added in range(bits):
            if occurs(space, bits, weight):
                children = (each.tolist() for each in children_of(added + 1, bits, weight))
                found += [each.at(base) for base, part in zip(*children, strict=True) for each in moves(added, part)]
            move_at.append(len(found))
    return Low(
        bits=bits,
        sizes=sizes_of(space, bits),
        move_at=np.array(move_at, dtype=np.int64),
        places=_places(found),
        turns=_turns(found),
        batches=np.array([*batch_starts(weights, LANES), len(order)], dtype=np.int64),
        children=np.ascontiguousarray(offsets[order]),
        child_weights=np.ascontiguousarray(weights[order]),
    )


def _step(bits: int, space: Subspace) -> Step:
    offsets, weights = children_of(bits + 1, space.qubits, space.weight)
    by_weight = [list(moves(bits, i)) if i <= bits + 1 else [] for i in range(space.weight + 1)]
    flat = [each for group in by_weight for each in group]
    move_at = np.cumsum([0, *[len(group) for group in by_weight]])
    return Step(offsets, weights, move_at, _places(flat), _turns(flat))


def _places(found: list[Move]) -> Ints:
    return np.array([each[:5] for each in found], dtype=np.int64).reshape(-1, 5)


def _turns(found: list[Move]) -> NDArray[np.float64]:
    return np.array([each[5:] for each in found], dtype=np.float64).reshape(-1, 2)


@njit(inline="always", plain=plain.move)
def _move(
    before: Floats, after: Floats, base: int, places: Ints, turns: Floats, move: int, scale: int, backwards: int
) -> None:
    """One move, of runs `scale` times as long; backwards it is the same turn, from where it led to where it began."""
    # Element by element: a row taken as an array of its own costs more than a short move.
    clear, one, run = places[move, 0], places[move, 1], places[move, 4]
    up, down = places[move, 2], places[move, 3]
    c, s = turns[move, 0], turns[move, 1]
    x, y, u, v = (up, down, clear, one) if backwards else (clear, one, up, down)
    size = np.uint64(run * scale)
    if clear < 0 or one < 0:
        source, target = np.uint64(base + max(x, y) * scale), np.uint64(base + max(u, v) * scale)
        for each in range(size):
            after[target + each] = before[source + each]
        return
    first, second = np.uint64(base + x * scale), np.uint64(base + y * scale)
    upper, lower = np.uint64(base + u * scale), np.uint64(base + v * scale)
    whole = np.uint64(run * scale & -WIDE)
    for each in range(np.uint64(0), whole, np.uint64(WIDE)):
        turn_wide(before, first + each, second + each, after, upper + each, lower + each, c, s)
    for each in range(whole, size):
        p, q = before[first + each], before[second + each]
        after[upper + each] = fused(c, q, s * p)
        after[lower + each] = fused(-s, q, c * p)


@njit(cache=True, nogil=True)
def _low_batches(
    part: Floats,
    sizes: Ints,
    move_at: Ints,
    places: Ints,
    turns: Floats,
    batches: Ints,
    children: Ints,
    weights: Ints,
    bits: int,
    backwards: int,
    start: int,
    stop: int,
) -> None:
    """Couple (or uncouple) the low qubits of every segment, LANES segments side by side."""
    room = sizes.max() * LANES
    before, after = np.empty(room, part.dtype), np.empty(room, part.dtype)
    for batch in range(start, stop):
        first = batches[batch]
        lanes, weight = batches[batch + 1] - first, weights[first]
        size = sizes[weight]
        if size < 2:
            continue
        lay(part, 0, children, first, lanes, size, before)
        for step in range(1, bits):
            at = weight * bits + (bits - step if backwards else step)
            for move in range(move_at[at], move_at[at + 1]):
                _move(before, after, 0, places, turns, move, lanes, backwards)
            before, after = after, before
        put_back(part, 0, children, first, lanes, size, before)


@njit(cache=True, nogil=True)
def _segments(
    before: Floats,
    after: Floats,
    offsets: Ints,
    weights: Ints,
    move_at: Ints,
    places: Ints,
    turns: Floats,
    backwards: int,
    start: int,
    stop: int,
) -> None:
    """One step of the transform, or the step back, out of place."""
    for segment in range(start, stop):
        weight = weights[segment]
        for move in range(move_at[weight], move_at[weight + 1]):
            _move(before, after, offsets[segment], places, turns, move, 1, backwards)


def to_coupled(coupling: Coupling, threads: Threads, part: Floats, spare: Floats) -> tuple[Floats, Floats]:
    """Transform one real array; returns where the result is, and the other array."""
    _walk_low(coupling.low, threads, part, 0)
    for step in coupling.steps:
        _walk(threads, step, 0, part, spare)
        part, spare = spare, part
    return part, spare


def from_coupled(coupling: Coupling, threads: Threads, part: Floats, spare: Floats) -> tuple[Floats, Floats]:
    """Transform it back; returns where the result is, and the other array."""
    for step in reversed(coupling.steps):
        _walk(threads, step, 1, part, spare)
        part, spare = spare, part
    _walk_low(coupling.low, threads, part, 1)
    return part, spare


def _walk(threads: Threads, step: Step, backwards: int, before: Floats, after: Floats) -> None:
    tables = step.offsets, step.weights, step.move_at, step.places, step.turns
    least = max(1, len(step.offsets) * SMALL // len(before))
    threads.over(
        len(step.offsets), lambda start, stop: _segments(before, after, *tables, backwards, start, stop), least=least
    )


def _walk_low(low: Low, threads: Threads, part: Floats, backwards: int) -> None:
    tables = low.sizes, low.move_at, low.places, low.turns, low.batches, low.children, low.child_weights
    count = len(low.batches) - 1
    threads.over(
        count,
        lambda start, stop: _low_batches(part, *tables, low.bits, backwards, start, stop),
        least=max(1, count * SMALL // len(part)),
    )
