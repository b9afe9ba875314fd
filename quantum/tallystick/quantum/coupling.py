"""The exact mixer of the complete graph: angular momenta coupled qubit by qubit, and their phases.

On states of weight k the mixer's Hamiltonian, the sum over all pairs of (XX + YY)/2, is J(J + 1) - M^2 - n/2 with
M = k - n/2, where J is the total spin: it has k + 1 eigenvalues (t = n/2 - J = 0 .. min(k, n - k)). Adding one qubit
to j coupled ones turns, by a Clebsch-Gordan matrix, the two ways in which a pair (J, M) arises, which `lifts` does with
two products: O(n D) work for what a dense diagonalisation does in O(D^2).

Some qubits are coupled at a time, while their amplitudes lie in the first caches: the low ones, segments side by side;
then more, the coupled states of what was there being the columns; the last ones together with the phases and the way
back. Between stages the coupled states of a segment stand in the order of t.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import comb
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tallystick.quantum.arrays import Ints
from tallystick.quantum.coupled import Low, Program, Strips, low_segments, segments, turn_last, undo_last
from tallystick.quantum.errors import SettingError
from tallystick.quantum.layout import batch_starts, children_of, sizes_of
from tallystick.quantum.lifts import Block, Step, added, mirrored, work
from tallystick.quantum.rotations import Ket, total_of
from tallystick.quantum.spins import eigenvalues, multiplicity, sectors
from tallystick.quantum.subspace import Subspace
from tallystick.quantum.threads import Threads
from tallystick.quantum.width import ROW, WIDE

ROWS = 32_768
"""Rows that one stage may have: with their columns they should lie in the last cache; another stage costs more."""
BATCHES = 64
"""Batches of low segments below which a second thread costs more than it brings."""


class Ways(NamedTuple):
    """What a stage does: with a ket and back, with a bra and back."""

    ket: Program
    ket_back: Program
    bra: Program
    bra_back: Program


@dataclass(frozen=True, slots=True)
class Stage:
    """Qubits added between the low ones and the last ones."""

    offsets: Ints
    weights: Ints
    """Of the segments of the qubits coupled then; those that stay as they are left out."""
    strips: Strips
    ways: Ways


@dataclass(frozen=True, slots=True)
class Coupling:
    """Everything the transform of one subspace needs."""

    low: Low
    low_ways: Ways
    stages: tuple[Stage, ...]
    last: Strips
    last_ways: Ways
    values: NDArray[np.float64]
    """The eigenvalue of each sector."""


def coupling_of(space: Subspace, rows: int = ROWS) -> Coupling:
    """Prepare the transform, in stages of at most so many rows. Raises `SettingError` for a space of many weights."""
    n, k = space.qubits, space.weight
    if space.dimension != comb(n, k):
        message = "the complete mixer keeps the number of ones; use Subspace, or XMixer in FullSpace"
        raise SettingError(message)
    bits = stages_of(space, rows)
    low, low_ways = _low(space, bits[0])
    stages = [_stage(space, below, above) for below, above in pairwise(bits[:-1])]
    last, last_ways = _strips(space, bits[-2], n)
    return Coupling(low, low_ways, tuple(stages), last, last_ways, eigenvalues(space))


def to_coupled(coupling: Coupling, threads: Threads, state: Ket, *, bra: bool = False) -> None:
    """Couple all but the last qubits, in place."""
    _walk_low(coupling, threads, state, coupling.low_ways.bra if bra else coupling.low_ways.ket, back=False)
    for stage in coupling.stages:
        _walk(stage, threads, state, stage.ways.bra if bra else stage.ways.ket, back=False)


def from_coupled(coupling: Coupling, threads: Threads, state: Ket, *, bra: bool = False) -> None:
    """The way back."""
    for stage in reversed(coupling.stages):
        _walk(stage, threads, state, stage.ways.bra_back if bra else stage.ways.ket_back, back=True)
    _walk_low(coupling, threads, state, coupling.low_ways.bra_back if bra else coupling.low_ways.ket_back, back=True)


def mix(coupling: Coupling, threads: Threads, ket: Ket, beta: float) -> None:
    """Apply exp(-i beta B), in place."""
    to_coupled(coupling, threads, ket)
    ways, t, angles = coupling.last_ways, coupling.last, beta * coupling.values
    turns = np.cos(angles), np.sin(angles)
    threads.over(len(t.block), lambda start, stop: turn_last(ket, t, ways.ket, ways.ket_back, *turns, start, stop))
    from_coupled(coupling, threads, ket)


def unmix(coupling: Coupling, threads: Threads, ket: Ket, bra: Ket, beta: float) -> float:
    """Im<bra|B|ket>, and exp(-i beta B) taken back from both."""
    to_coupled(coupling, threads, ket)
    to_coupled(coupling, threads, bra, bra=True)
    ways, t, angles = coupling.last_ways, coupling.last, beta * coupling.values
    turns, found = (np.cos(angles), np.sin(angles)), np.zeros(len(t.block))
    threads.over(
        len(t.block),
        lambda start, stop: undo_last(ket, bra, t, *ways, coupling.values, *turns, found, start, stop),
    )
    from_coupled(coupling, threads, ket)
    from_coupled(coupling, threads, bra, bra=True)
    return float(total_of(found))


def _walk_low(coupling: Coupling, threads: Threads, state: Ket, program: Program, *, back: bool) -> None:
    t = coupling.low
    orders = (t.coupled, t.natural) if back else (t.natural, t.coupled)
    threads.over(
        len(t.batches) - 1, lambda start, stop: low_segments(state, t, program, *orders, start, stop), least=BATCHES
    )


def _walk(stage: Stage, threads: Threads, state: Ket, program: Program, *, back: bool) -> None:
    t = stage.strips
    places = (t.target, t.source) if back else (t.source, t.target)
    tables = t, program, stage.offsets, stage.weights
    threads.over(len(stage.offsets), lambda start, stop: segments(state, *tables, *places, start, stop))


def stages_of(space: Subspace, rows: int = ROWS) -> list[int]:
    """How many qubits are coupled after each stage, all at the end; even numbers at a time, as `lifts.work` wants."""
    n, k = space.qubits, min(space.weight, space.qubits - space.weight)
    count = 2
    while sum(comb(-(-n // count), ones) for ones in range(k + 1)) > rows:
        count += 1
    bits = [0]
    for left in range(count, 1, -1):
        bits.append(bits[-1] + 2 * round((n - bits[-1]) / (2 * left)))
    return [*bits[1:], n]


def _low(space: Subspace, bits: int) -> tuple[Low, Ways]:
    offsets, weights = children_of(bits, space.qubits, space.weight)
    order = np.argsort(weights, kind="stable")
    order = order[weights[order] != _idle(space, bits)]
    blocks = added(space, 0, 0, bits)
    by_weight = [blocks.get(weight) for weight in range(space.weight + 1)]
    coupled = [np.concatenate([each.ways[t] for t in sorted(each.ways)]) for each in by_weight if each]
    low = Low(
        room=ROW * max(each.rows for each in blocks.values()),
        row_at=np.cumsum([0, *[each.rows if each else 0 for each in by_weight]]),
        natural=np.concatenate([_EMPTY, *[np.arange(len(each)) for each in coupled]]),
        coupled=np.concatenate([_EMPTY, *coupled]),
        batches=np.array([*batch_starts(weights[order], WIDE), len(order)], dtype=np.int64),
        children=np.ascontiguousarray(offsets[order]),
        weights=np.ascontiguousarray(weights[order]),
    )
    return low, _ways(by_weight, scaled=True)


def _stage(space: Subspace, below: int, above: int) -> Stage:
    offsets, weights = children_of(above, space.qubits, space.weight)
    some = weights != _idle(space, above)
    strips, ways = _strips(space, below, above)
    return Stage(offsets[some], weights[some], strips, ways)


def _idle(space: Subspace, bits: int) -> int:
    """The weight whose segments are of one state that nothing is done to, most segments where few of many are chosen.

    The one state of the other end is no pair of anything either, but has a scale.
    """
    return bits if mirrored(space) else 0


def _strips(space: Subspace, below: int, above: int) -> tuple[Strips, Ways]:
    """The columns of coupled states, WIDE at a time, in segments of so many bits, by weight."""
    grounds = [added(space, below, t, above - below) for t in range(min(space.weight, below // 2) + 1)]
    blocks, targets, owners = list[Block](), [_EMPTY], [_EMPTY]
    strips, strip_at = list[tuple[int, int, int]](), [0]
    for weight in range(space.weight + 1):
        begins = sectors(above, weight) if weight <= above else []
        for t, ground in enumerate(grounds):
            block = ground.get(weight)
            if block is None:
                continue
            columns = multiplicity(below, t)
            target, owner = np.zeros((2, block.rows), dtype=np.int64)
            for sector, rows in block.ways.items():
                target[rows], owner[rows] = begins[sector] + columns * np.arange(len(rows)), sector
                begins[sector] += columns * len(rows)
            strips += [(len(blocks), first, min(WIDE, columns - first)) for first in range(0, columns, WIDE)]
            blocks.append(block)
            targets.append(target)
            owners.append(owner)
        strip_at.append(len(strips))
    block_of, column, lanes = (np.array(each, dtype=np.int64) for each in zip(*strips, strict=True))
    table = Strips(
        room=ROW * max(each.rows for each in blocks),
        row_at=np.cumsum([0, *[each.rows for each in blocks]]),
        source=np.concatenate([each.places for each in blocks]),
        target=np.concatenate(targets),
        sector=np.concatenate(owners),
        strip_at=np.array(strip_at, dtype=np.int64),
        block=block_of,
        column=column,
        lanes=lanes,
        sizes=sizes_of(space, above),
    )
    return table, _ways(blocks, scaled=above < space.qubits)


def _ways(blocks: Sequence[Block | None], *, scaled: bool) -> Ways:
    forth = [_steps(each, scaled=scaled) if each else [] for each in blocks]
    back = [[step.undone() for step in reversed(each)] for each in forth]
    bras = [[[step.dual() for step in each] for each in way] for way in (forth, back)]
    return Ways(*(_program(each) for each in (forth, back, *bras)))


def _steps(block: Block, *, scaled: bool) -> list[Step]:
    """All that is done to a block; after the last stage the rows need no scale, for nothing is lifted any more."""
    steps = list(work(block))
    if scaled:
        rows = np.flatnonzero(block.scale != 1.0)
        steps.append(Step(rows[:, None], block.scale[rows, None]))
    return [each for each in steps if len(each.rows)]


def _program(parts: list[list[Step]]) -> Program:
    flat = [step for part in parts for step in part]
    rows, factors = ([each[which].ravel() for each in flat] for which in (0, 1))
    row_at, factor_at = (np.cumsum([0, *[len(each) for each in one]])[:-1] for one in (rows, factors))
    return Program(
        at=np.cumsum([0, *[len(part) for part in parts]]),
        steps=np.array(
            [(*each.rows.shape[::-1], *at) for each, *at in zip(flat, row_at, factor_at, strict=True)], dtype=np.int64
        ).reshape(-1, 4),
        rows=ROW * np.concatenate([_EMPTY, *rows]),
        factors=np.concatenate([np.zeros(0), *factors]),
    )


_EMPTY: Ints = np.zeros(0, dtype=np.int64)
