"""The exact mixer of the complete graph: angular momenta coupled qubit by qubit, and their phases.

On states of weight k the mixer's Hamiltonian, the sum over all pairs of (XX + YY)/2, is J(J + 1) - M^2 - n/2 with
M = k - n/2, where J is the total spin: it has k + 1 eigenvalues (t = n/2 - J = 0 .. min(k, n - k)). Adding one qubit
to j coupled ones rotates, by a Clebsch-Gordan matrix, the two ways in which a pair (J, M) arises. Kept in the order of
t, these are rotations of contiguous runs: O(n D) work for what a dense diagonalisation does in O(D^2).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import comb, sqrt
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tallystick.quantum.layout import Ints, batch_starts, children_of
from tallystick.quantum.rotations import Floats
from tallystick.quantum.subspace import Subspace
from tallystick.quantum.threads import Threads

DENSE_BITS = 6
"""Low bits that are coupled at once by a small matrix for each weight."""


class Move(NamedTuple):
    """Of one step and weight: the runs at `clear` (new qubit 0) and `set` (new qubit 1) become those at `up`, `down`.

    `set` or `down` is -1 where there is only one way.
    """

    clear: int
    set: int
    up: int
    down: int
    run: int
    cosine: float
    sine: float


def multiplicity(bits: int, t: int) -> int:
    """How many ways there are to couple `bits` spins to J = bits/2 - t."""
    if t < 0 or 2 * t > bits:
        return 0
    return comb(bits, t) - (comb(bits, t - 1) if t else 0)


def sectors(bits: int, weight: int) -> list[int]:
    """Where each t = 0, 1, ... begins among the C(bits, weight) coupled states, and the end."""
    starts = [0]
    for t in range(min(weight, bits - weight) + 1):
        starts.append(starts[-1] + multiplicity(bits, t))
    return starts


def moves(bits: int, weight: int) -> Iterator[Move]:
    """What adding qubit number `bits` to that many coupled ones does to the states of this weight."""
    both = sectors(bits + 1, weight)
    without = sectors(bits, weight) if weight <= bits else [0]
    with_one = sectors(bits, weight - 1) if weight else [0]
    shift = comb(bits, weight)
    for t in range(max(len(without), len(with_one)) - 1):
        run = multiplicity(bits, t)
        clear = without[t] if t < len(without) - 1 else -1
        one = shift + with_one[t] if t < len(with_one) - 1 else -1
        up = both[t]
        # In sector t + 1 of the result the states that came from sector t stand behind those that came from t + 1.
        down = both[t + 1] + multiplicity(bits, t + 1) if t + 1 < len(both) - 1 else -1
        twice_j, twice_m = bits - 2 * t, 2 * weight - bits - 1
        along = (twice_j + twice_m + 1) / (2 * (twice_j + 1))
        yield Move(clear, one, up, down, run, sqrt(max(along, 0.0)), sqrt(max(1.0 - along, 0.0)))


def eigenvalues(space: Subspace) -> NDArray[np.float64]:
    """Of the mixer's Hamiltonian on weight k, for t = 0, 1, ..., min(k, n - k)."""
    n, m = space.qubits, space.weight - space.qubits / 2
    spins = [n / 2 - t for t in range(min(space.weight, n - space.weight) + 1)]
    return np.array([j * (j + 1) - m * m - n / 2 for j in spins])


@dataclass(frozen=True, slots=True)
class Step:
    """One added qubit: the segments it acts on, and the moves by weight, flat."""

    offsets: Ints
    weights: Ints
    move_at: Ints
    places: Ints
    """Shape (moves, 5): clear, set, up, down, run."""
    turns: NDArray[np.float64]
    """Shape (moves, 2): cosine, sine."""


@dataclass(frozen=True, slots=True)
class Coupling:
    """Everything the transform of one subspace needs."""

    space: Subspace
    dense: NDArray[np.float64]
    dense_at: Ints
    dense_size: Ints
    batches: Ints
    children: Ints
    child_weights: Ints
    steps: tuple[Step, ...]
    sector_at: Ints
    values: NDArray[np.float64]


def coupling_of(space: Subspace) -> Coupling:
    """Prepare the transform."""
    n, k = space.qubits, space.weight
    low = min(DENSE_BITS, n)
    matrices = [_dense(low, i) for i in range(k + 1)]
    offsets, weights = children_of(low, n, k)
    order = np.argsort(weights, kind="stable")
    return Coupling(
        space=space,
        dense=np.concatenate([each.ravel() for each in matrices]),
        dense_at=np.cumsum([0, *[each.size for each in matrices]]),
        dense_size=np.array([each.shape[0] for each in matrices], dtype=np.int64),
        batches=np.array([*batch_starts(weights), len(order)], dtype=np.int64),
        children=np.ascontiguousarray(offsets[order]),
        child_weights=np.ascontiguousarray(weights[order]),
        steps=tuple(_step(bits, space) for bits in range(low, n)),
        sector_at=np.array(sectors(n, k), dtype=np.int64),
        values=eigenvalues(space),
    )


def _step(bits: int, space: Subspace) -> Step:
    offsets, weights = children_of(bits + 1, space.qubits, space.weight)
    by_weight = [list(moves(bits, i)) if i <= bits + 1 else [] for i in range(space.weight + 1)]
    flat = [each for group in by_weight for each in group]
    return Step(
        offsets=offsets,
        weights=weights,
        move_at=np.cumsum([0, *[len(group) for group in by_weight]]),
        places=np.array([each[:5] for each in flat], dtype=np.int64).reshape(-1, 5),
        turns=np.array([each[5:] for each in flat], dtype=np.float64).reshape(-1, 2),
    )


def _dense(bits: int, weight: int) -> NDArray[np.float64]:
    """The transform of a few qubits as a matrix: coupled states by rows."""
    if weight > bits:
        return np.zeros((0, 0))
    if bits == 0:
        return np.ones((1, 1))
    clear = _dense(bits - 1, weight)
    one = _dense(bits - 1, weight - 1) if weight else np.zeros((0, 0))
    before = np.zeros((comb(bits, weight), comb(bits, weight)))
    before[: clear.shape[0], : clear.shape[1]] = clear
    before[clear.shape[0] :, clear.shape[1] :] = one
    after = np.zeros_like(before)
    for move in moves(bits - 1, weight):
        low = before[move.clear : move.clear + move.run] if move.clear >= 0 else None
        high = before[move.set : move.set + move.run] if move.set >= 0 else None
        if low is None or high is None:
            after[move.up : move.up + move.run] = low if high is None else high
            continue
        after[move.up : move.up + move.run] = move.cosine * high + move.sine * low
        after[move.down : move.down + move.run] = move.cosine * low - move.sine * high
    return after


@njit(cache=True, nogil=True)
def dense_batches(
    state: Floats,
    matrices: Floats,
    matrix_at: Ints,
    sizes: Ints,
    batches: Ints,
    children: Ints,
    weights: Ints,
    transposed: int,
    start: int,
    stop: int,
) -> None:
    """Couple (or, transposed, uncouple) the low qubits of every segment, LANES segments side by side."""
    for batch in range(start, stop):
        first = batches[batch]
        lanes, weight = batches[batch + 1] - first, weights[first]
        size, at = sizes[weight], matrix_at[weight]
        if size > 1:
            before = np.empty(size * lanes, state.dtype)
            row = np.empty(lanes, state.dtype)
            for lane in range(lanes):
                for x in range(size):
                    before[x * lanes + lane] = state[children[first + lane] + x]
            for x in range(size):
                row[:] = 0.0
                for y in range(size):
                    factor = matrices[at + y * size + x] if transposed else matrices[at + x * size + y]
                    if factor != 0.0:
                        for lane in range(np.uint64(lanes)):
                            row[lane] += factor * before[np.uint64(y * lanes) + lane]
                for lane in range(lanes):
                    state[children[first + lane] + x] = row[lane]


@njit(cache=True, nogil=True)
def couple(
    before: Floats,
    after: Floats,
    offsets: Ints,
    weights: Ints,
    move_at: Ints,
    places: Ints,
    turns: Floats,
    start: int,
    stop: int,
) -> None:
    """One step of the transform, out of place."""
    for segment in range(start, stop):
        base, weight = offsets[segment], weights[segment]
        for move in range(move_at[weight], move_at[weight + 1]):
            clear, one, up, down, run = places[move]
            c, s = turns[move, 0], turns[move, 1]
            if clear < 0 or one < 0:
                only = clear if one < 0 else one
                for x in range(np.uint64(run)):
                    after[np.uint64(base + up) + x] = before[np.uint64(base + only) + x]
            else:
                for x in range(np.uint64(run)):
                    a, b = before[np.uint64(base + clear) + x], before[np.uint64(base + one) + x]
                    after[np.uint64(base + up) + x] = c * b + s * a
                    after[np.uint64(base + down) + x] = c * a - s * b


@njit(cache=True, nogil=True)
def uncouple(
    before: Floats,
    after: Floats,
    offsets: Ints,
    weights: Ints,
    move_at: Ints,
    places: Ints,
    turns: Floats,
    start: int,
    stop: int,
) -> None:
    """The step back."""
    for segment in range(start, stop):
        base, weight = offsets[segment], weights[segment]
        for move in range(move_at[weight], move_at[weight + 1]):
            clear, one, up, down, run = places[move]
            c, s = turns[move, 0], turns[move, 1]
            if clear < 0 or one < 0:
                only = clear if one < 0 else one
                for x in range(np.uint64(run)):
                    after[np.uint64(base + only) + x] = before[np.uint64(base + up) + x]
            else:
                for x in range(np.uint64(run)):
                    a, b = before[np.uint64(base + up) + x], before[np.uint64(base + down) + x]
                    after[np.uint64(base + one) + x] = c * a - s * b
                    after[np.uint64(base + clear) + x] = s * a + c * b


def to_coupled(coupling: Coupling, threads: Threads, part: Floats, spare: Floats) -> tuple[Floats, Floats]:
    """Transform one real array; returns where the result is, and the other array."""
    _low(coupling, threads, part, 0)
    for step in coupling.steps:
        _walk(threads, step, couple, part, spare)
        part, spare = spare, part
    return part, spare


def from_coupled(coupling: Coupling, threads: Threads, part: Floats, spare: Floats) -> tuple[Floats, Floats]:
    """Transform it back; returns where the result is, and the other array."""
    for step in reversed(coupling.steps):
        _walk(threads, step, uncouple, part, spare)
        part, spare = spare, part
    _low(coupling, threads, part, 1)
    return part, spare


def _walk(threads: Threads, step: Step, way: Callable[..., None], before: Floats, after: Floats) -> None:
    tables = step.offsets, step.weights, step.move_at, step.places, step.turns
    threads.over(len(step.offsets), lambda start, stop: way(before, after, *tables, start, stop))


def _low(coupling: Coupling, threads: Threads, part: Floats, transposed: int) -> None:
    matrices = coupling.dense, coupling.dense_at, coupling.dense_size
    segments = coupling.batches, coupling.children, coupling.child_weights
    threads.over(
        len(coupling.batches) - 1,
        lambda start, stop: dense_batches(part, *matrices, *segments, transposed, start, stop),
        least=64,
    )
