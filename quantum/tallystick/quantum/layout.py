"""How a subspace is cut up so that gates run inside the caches: three levels of bits, and tables of their blocks.

The low level applies the gates within a few bits to segments that lie in the first cache; the middle level walks its
low segments and applies the gates above them while its own segment lies in the second cache; the top level does the
same over everything. A gate on neighbours (j, j + 1) exchanges, for each setting of the bits above, two
adjacent contiguous runs of C(j, i - 1) amplitudes, i being the ones left for the bits up to j + 1.

Low segments of one weight are loaded side by side, LANES at a time, so that even a run of one amplitude is a vector.
"""

from dataclasses import dataclass
from math import comb
from typing import NamedTuple

import numpy as np

from tallystick.quantum.arrays import Ints
from tallystick.quantum.combinations import far_pairs
from tallystick.quantum.compiling import njit
from tallystick.quantum.subspace import LARGEST, Subspace

LOW_RUN, MIDDLE_RUN = 300, 200_000
"""Amplitudes a typical segment of the low and of the middle level may have."""
PIECE = 16_384
"""Amplitudes of a gate of the top level that one thread takes at a time."""
LANES = 8
"""Low segments that are worked on side by side."""


class Blocks(NamedTuple):
    """Pairs of adjacent runs: the first begins at `offset`, both are `run` long."""

    offset: Ints
    run: Ints


class Tables(NamedTuple):
    """Blocks of every level. In `*_gate_at` the even gates of weight i lie from 2i on, the odd ones from 2i + 1 on."""

    low_offset: Ints
    low_run: Ints
    low_gate_at: Ints
    low_size: Ints
    middle_offset: Ints
    middle_run: Ints
    middle_gate_at: Ints
    middle_size: Ints
    middle_batch_at: Ints
    middle_batch: Ints
    """First child of each batch of low segments of one weight; the next batch begins where it ends."""
    middle_child: Ints
    middle_child_weight: Ints
    piece_offset: Ints
    """Blocks of the top level, the long ones cut: `piece_run` amplitudes and their partners `piece_shift` further."""
    piece_run: Ints
    piece_shift: Ints
    group_at: Ints
    """Pieces that one thread takes at a time, and that have one sum."""
    gate_at: Ints
    """Groups of each gate of the top level, the even gates first."""
    top_child: Ints
    top_child_weight: Ints
    wrap_low: Ints
    wrap_high: Ints


class Packed(NamedTuple):
    """Tables as two arrays: to hand over each of twenty costs as much as a thousand amplitudes do."""

    numbers: Ints
    at: Ints
    """Where each table begins, and the end."""


@njit(inline="always")
def unpacked(packed: Packed) -> Tables:
    """The tables in it."""
    n, at = packed.numbers, packed.at
    return Tables(
        n[at[0] : at[1]],
        n[at[1] : at[2]],
        n[at[2] : at[3]],
        n[at[3] : at[4]],
        n[at[4] : at[5]],
        n[at[5] : at[6]],
        n[at[6] : at[7]],
        n[at[7] : at[8]],
        n[at[8] : at[9]],
        n[at[9] : at[10]],
        n[at[10] : at[11]],
        n[at[11] : at[12]],
        n[at[12] : at[13]],
        n[at[13] : at[14]],
        n[at[14] : at[15]],
        n[at[15] : at[16]],
        n[at[16] : at[17]],
        n[at[17] : at[18]],
        n[at[18] : at[19]],
        n[at[19] : at[20]],
        n[at[20] : at[21]],
    )


@dataclass(frozen=True, slots=True)
class Layout:
    """The tables of the ring's gates over one subspace."""

    space: Subspace
    low: int
    middle: int
    tables: Tables
    packed: Packed


def ring_layout(space: Subspace) -> Layout:
    """Cut a subspace up for the gates (0,1)(2,3)..., (1,2)(3,4)..., (0, n-1)."""
    n, k = space.qubits, space.weight
    low = low_bits(space)
    middle = max(low, low_bits(space, MIDDLE_RUN))
    lows = [_gates(space, low, i, range(first, low - 1, 2)) for i in range(k + 1) for first in (0, 1)]
    firsts = (low, max(low - 1, 1))
    middles = [_gates(space, middle, i, range(first, middle - 1, 2)) for i in range(k + 1) for first in firsts]
    tops = [_blocks(j, n, k) for first in (middle, max(middle - 1, 1)) for j in range(first, n - 1, 2)]
    children = [children_of(low, middle, i) if occurs(space, middle, i) else (_EMPTY, _EMPTY) for i in range(k + 1)]
    batches, ordered = _batches(children)
    top_child, top_child_weight = children_of(middle, n, k)
    wrap_low, wrap_high = _wrap(space) if n > 2 else (_EMPTY, _EMPTY)
    tables = Tables(
        **_named("low", lows),
        low_gate_at=_starts(lows),
        low_size=sizes_of(space, low),
        **_named("middle", middles),
        middle_gate_at=_starts(middles),
        middle_size=sizes_of(space, middle),
        middle_batch_at=np.cumsum([0, *[len(each) for each in batches]]),
        middle_batch=np.array([*[first for each in batches for first in each], len(ordered)], dtype=np.int64),
        middle_child=np.ascontiguousarray(ordered[:, 0]),
        middle_child_weight=np.ascontiguousarray(ordered[:, 1]),
        **_pieces(tops),
        top_child=top_child,
        top_child_weight=top_child_weight,
        wrap_low=wrap_low,
        wrap_high=wrap_high,
    )
    packed = Packed(np.concatenate(tables), np.cumsum([0, *[len(each) for each in tables]]))
    return Layout(space, low, middle, Tables(*np.split(packed.numbers, packed.at[1:-1])), packed)


def low_bits(space: Subspace, run: int = LOW_RUN) -> int:
    """The largest even number of low bits whose segment, met by a typical amplitude, has at most `run` amplitudes."""
    n, k = space.qubits, space.weight
    for bits in range(2, n + 1, 2):
        met = sum(comb(bits, i) ** 2 * comb(n - bits, k - i) for i in range(k + 1))
        if met > run * space.dimension:
            return max(bits - 2, 2)
    return n


def _batches(children: list[tuple[Ints, Ints]]) -> tuple[list[list[int]], Ints]:
    """For each weight of a middle segment the first children of its batches, and all children (offset, weight)."""
    batches, ordered, done = [], [], 0
    for offsets, weights in children:
        order = np.argsort(weights, kind="stable")
        ordered.append(np.column_stack([offsets[order], weights[order]]))
        batches.append([done + first for first in batch_starts(weights)])
        done += len(offsets)
    return batches, np.concatenate(ordered)


def batch_starts(weights: Ints, lanes: int = LANES) -> list[int]:
    """Where batches of at most `lanes` equal weights begin once `weights` are in order."""
    counts: list[int] = np.unique(weights, return_counts=True)[1].tolist()
    begins = np.cumsum([0, *counts[:-1]]).tolist() if counts else []
    return [begin + first for begin, count in zip(begins, counts, strict=True) for first in range(0, count, lanes)]


def children_of(bits: int, above: int, weight: int) -> tuple[Ints, Ints]:
    """Offsets and weights of the segments of `bits` bits within a segment of `above` bits and this weight."""
    offsets: Ints = np.zeros(1, dtype=np.int64)
    weights: Ints = np.array([weight], dtype=np.int64)
    for top in range(above, bits, -1):
        clear = counts_of(top - 1, weight)[weights]
        there = np.column_stack([weights <= top - 1, weights >= 1])
        offsets = np.column_stack([offsets, offsets + clear])[there]
        weights = np.column_stack([weights, weights - 1])[there]
    return offsets, weights


def _blocks(j: int, above: int, weight: int) -> Blocks:
    """The blocks of gate (j, j+1) within a segment of `above` bits and this weight."""
    offsets, weights = children_of(j + 2, above, weight)
    at = counts_of(j, weight)
    run = np.concatenate([np.zeros(1, dtype=np.int64), at[:-1]])
    found = run[weights] > 0
    return Blocks((offsets + at[weights])[found], run[weights][found])


def occurs(space: Subspace, bits: int, weight: int) -> bool:
    """Whether the low `bits` of some state have this weight; tables of others, with k near n, would fill the memory."""
    return max(0, space.weight - (space.qubits - bits)) <= weight <= bits


def _gates(space: Subspace, above: int, weight: int, gates: range) -> Blocks:
    """The blocks of several commuting gates within a segment of the low `above` bits and this weight."""
    return _joined([_blocks(j, above, weight) for j in gates] if occurs(space, above, weight) else [])


def _pieces(gates: list[Blocks]) -> dict[str, Ints]:
    """The blocks of the top level in pieces of like size, grouped; groups by gate."""
    pieces: list[Ints] = []
    group_at, gate_at, done = [0], [0], 0
    for offsets, runs in gates:
        counts = np.maximum(-(-runs // PIECE), 1)
        which = np.repeat(np.arange(len(runs)), counts)
        within = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
        begin = within * PIECE
        length = np.minimum(runs[which] - begin, PIECE)
        pieces.append(np.column_stack([offsets[which] + begin, length, runs[which]]))
        filled = np.cumsum(length) // PIECE
        ends = np.flatnonzero(np.diff(filled, append=filled[-1:] + 1)) + 1 if len(filled) else _EMPTY
        group_at += [done + int(each) for each in ends]
        gate_at.append(len(group_at) - 1)
        done += len(which)
    flat = np.concatenate(pieces) if pieces else np.zeros((0, 3), dtype=np.int64)
    columns = [np.ascontiguousarray(flat[:, each]) for each in range(3)]
    return {
        "piece_offset": columns[0],
        "piece_run": columns[1],
        "piece_shift": columns[2],
        "group_at": np.array(group_at, dtype=np.int64),
        "gate_at": np.array(gate_at, dtype=np.int64),
    }


def _wrap(space: Subspace) -> tuple[Ints, Ints]:
    """Index pairs of the gate (0, n-1): first those with qubit 0 set, then those with qubit n-1 set."""
    n, k = space.qubits, space.weight
    return far_pairs(n, k, space.binomials, 0, n - 1) if 0 < k < n else (_EMPTY, _EMPTY)


_EMPTY: Ints = np.zeros(0, dtype=np.int64)


def counts_of(bits: int, weight: int) -> Ints:
    """States of so many bits by weight; what passes 2^62 is of weights that do not occur, and stands as 2^62."""
    return np.array([min(comb(bits, i), LARGEST) for i in range(weight + 1)], dtype=np.int64)


def sizes_of(space: Subspace, bits: int) -> Ints:
    """Amplitudes of a segment of the low `bits` by weight; 0 of a weight that does not occur."""
    there = [occurs(space, bits, i) for i in range(space.weight + 1)]
    return np.where(there, counts_of(bits, space.weight), 0)


def _starts(parts: list[Blocks]) -> Ints:
    return np.cumsum([0, *[len(each.run) for each in parts]])


def _named(level: str, parts: list[Blocks]) -> dict[str, Ints]:
    joined = _joined(parts)
    return {f"{level}_offset": joined.offset, f"{level}_run": joined.run}


def _joined(parts: list[Blocks]) -> Blocks:
    if not parts:
        return Blocks(_EMPTY, _EMPTY)
    return Blocks(np.concatenate([each.offset for each in parts]), np.concatenate([each.run for each in parts]))
