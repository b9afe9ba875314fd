"""One layer of QAOA with the ring mixer, forwards and backwards, over the three levels of a layout; compiled."""

import numpy as np

from tallystick.quantum.arrays import Ints
from tallystick.quantum.compiling import njit
from tallystick.quantum.layout import LANES, Packed, Tables, unpacked
from tallystick.quantum.rotations import (
    Floats,
    Ket,
    Turn,
    exchange_pairs,
    exchange_run,
    total_of,
    turn_phases,
    undo_pairs,
    undo_phases,
    undo_run,
)
from tallystick.quantum.side_by_side import lay, put_back

SUMS = 256
"""Partial sums of a derivative that run side by side."""
FAR = 16_384
"""Pairs of a far gate that one thread takes at a time."""


@njit(inline="always")
def _gates(ket: Ket, base: int, offsets: Ints, runs: Ints, start: int, stop: int, scale: int, turn: Turn) -> None:
    for each in range(start, stop):
        exchange_run(ket, base + offsets[each] * scale, runs[each] * scale, runs[each] * scale, turn)


@njit(inline="always")
def _undo_gates(
    ket: Ket,
    bra: Ket,
    base: int,
    offsets: Ints,
    runs: Ints,
    start: int,
    stop: int,
    scale: int,
    turn: Turn,
    sums: Floats,
) -> None:
    for each in range(start, stop):
        undo_run(ket, bra, base + offsets[each] * scale, runs[each] * scale, runs[each] * scale, turn, sums)


@njit(inline="always")
def _middle(ket: Ket, costs: Floats, base: int, weight: int, half: float, turn: Turn, t: Tables) -> None:
    """One middle segment: its phases, the gates of its low segments, then its own even and odd gates."""
    turn_phases(ket, costs, base, base + t.middle_size[weight], half)
    room = t.low_size.max() * LANES
    lows = Ket(np.empty(room, ket.re.dtype), np.empty(room, ket.re.dtype))
    for batch in range(t.middle_batch_at[weight], t.middle_batch_at[weight + 1]):
        first = t.middle_batch[batch]
        lanes, low = t.middle_batch[batch + 1] - first, t.middle_child_weight[first]
        start, stop = t.low_gate_at[2 * low], t.low_gate_at[2 * low + 2]
        if start < stop:
            lay(ket.re, base, t.middle_child, first, lanes, t.low_size[low], lows.re, lanes, None)
            lay(ket.im, base, t.middle_child, first, lanes, t.low_size[low], lows.im, lanes, None)
            _gates(lows, 0, t.low_offset, t.low_run, start, stop, lanes, turn)
            put_back(ket.re, base, t.middle_child, first, lanes, t.low_size[low], lows.re, lanes, None)
            put_back(ket.im, base, t.middle_child, first, lanes, t.low_size[low], lows.im, lanes, None)
    _gates(
        ket,
        base,
        t.middle_offset,
        t.middle_run,
        t.middle_gate_at[2 * weight],
        t.middle_gate_at[2 * weight + 2],
        1,
        turn,
    )


@njit(cache=True, nogil=True)
def segments(ket: Ket, costs: Floats, half: float, turn: Turn, t: Tables, start: int, stop: int) -> None:
    """Phases exp(-i half cost) and every gate within the middle segments start..stop."""
    for child in range(start, stop):
        _middle(ket, costs, t.top_child[child], t.top_child_weight[child], half, turn, t)


@njit(cache=True, nogil=True)
def groups(ket: Ket, turn: Turn, t: Tables, first: int, start: int, stop: int) -> None:
    """Groups start..stop, counted from `first`, of the pieces of a gate above them."""
    for piece in range(t.group_at[first + start], t.group_at[first + stop]):
        exchange_run(ket, t.piece_offset[piece], t.piece_run[piece], t.piece_shift[piece], turn)


@njit(cache=True, nogil=True)
def wrap(ket: Ket, turn: Turn, t: Tables, start: int, stop: int) -> None:
    """Pairs start..stop of the gate (0, n-1)."""
    exchange_pairs(ket, t.wrap_low, t.wrap_high, start, stop, turn)


@njit(cache=True, nogil=True)
def layer(ket: Ket, costs: Floats, half: float, turn: Turn, packed: Packed) -> None:
    """A whole layer, as one call: for one thread, and few enough amplitudes that calls would count."""
    t = unpacked(packed)
    segments(ket, costs, half, turn, t, 0, t.top_child.shape[0])
    for gate in range(t.gate_at.shape[0] - 1):
        groups(ket, turn, t, t.gate_at[gate], 0, t.gate_at[gate + 1] - t.gate_at[gate])
    wrap(ket, turn, t, 0, t.wrap_low.shape[0])


# -- backwards: undo the gates on ket and bra, and sum Im<bra|h|ket> of each before it is undone


@njit(inline="always")
def _undo_middle(
    ket: Ket, bra: Ket, costs: Floats, base: int, weight: int, half: float, turn: Turn, t: Tables
) -> tuple[float, float]:
    sums = np.zeros(SUMS)
    begin, between, end = (
        t.middle_gate_at[2 * weight],
        t.middle_gate_at[2 * weight + 1],
        t.middle_gate_at[2 * weight + 2],
    )
    _undo_gates(ket, bra, base, t.middle_offset, t.middle_run, between, end, 1, turn, sums)
    _undo_gates(ket, bra, base, t.middle_offset, t.middle_run, begin, between, 1, turn, sums)
    room = t.low_size.max() * LANES
    lows = Ket(np.empty(room, ket.re.dtype), np.empty(room, ket.re.dtype))
    low_bras = Ket(np.empty(room, ket.re.dtype), np.empty(room, ket.re.dtype))
    for batch in range(t.middle_batch_at[weight], t.middle_batch_at[weight + 1]):
        first = t.middle_batch[batch]
        lanes, low = t.middle_batch[batch + 1] - first, t.middle_child_weight[first]
        begin, between, end = t.low_gate_at[2 * low], t.low_gate_at[2 * low + 1], t.low_gate_at[2 * low + 2]
        if begin < end:
            lay(ket.re, base, t.middle_child, first, lanes, t.low_size[low], lows.re, lanes, None)
            lay(ket.im, base, t.middle_child, first, lanes, t.low_size[low], lows.im, lanes, None)
            lay(bra.re, base, t.middle_child, first, lanes, t.low_size[low], low_bras.re, lanes, None)
            lay(bra.im, base, t.middle_child, first, lanes, t.low_size[low], low_bras.im, lanes, None)
            _undo_gates(lows, low_bras, 0, t.low_offset, t.low_run, between, end, lanes, turn, sums)
            _undo_gates(lows, low_bras, 0, t.low_offset, t.low_run, begin, between, lanes, turn, sums)
            put_back(ket.re, base, t.middle_child, first, lanes, t.low_size[low], lows.re, lanes, None)
            put_back(ket.im, base, t.middle_child, first, lanes, t.low_size[low], lows.im, lanes, None)
            put_back(bra.re, base, t.middle_child, first, lanes, t.low_size[low], low_bras.re, lanes, None)
            put_back(bra.im, base, t.middle_child, first, lanes, t.low_size[low], low_bras.im, lanes, None)
    mixed = total_of(sums)
    sums[:] = 0.0
    undo_phases(ket, bra, costs, base, base + t.middle_size[weight], half, sums)
    return mixed, total_of(sums)


@njit(cache=True, nogil=True)
def undo_segments(
    ket: Ket, bra: Ket, costs: Floats, half: float, turn: Turn, t: Tables, sums: Floats, start: int, stop: int
) -> None:
    """Undo the middle segments start..stop; sums[s] is Im<bra|B|ket> and Im<bra|C|ket> of segment s."""
    for child in range(start, stop):
        sums[child, 0], sums[child, 1] = _undo_middle(
            ket, bra, costs, t.top_child[child], t.top_child_weight[child], half, turn, t
        )


@njit(cache=True, nogil=True)
def undo_groups(ket: Ket, bra: Ket, turn: Turn, t: Tables, sums: Floats, first: int, start: int, stop: int) -> None:
    """Undo groups of pieces, counted from `first`; sums[g] is Im<bra|h|ket> of group g."""
    for group in range(first + start, first + stop):
        own = np.zeros(SUMS)
        for piece in range(t.group_at[group], t.group_at[group + 1]):
            undo_run(ket, bra, t.piece_offset[piece], t.piece_run[piece], t.piece_shift[piece], turn, own)
        sums[group] = total_of(own)


@njit(cache=True, nogil=True)
def undo_wrap(ket: Ket, bra: Ket, turn: Turn, t: Tables, sums: Floats, start: int, stop: int) -> None:
    """Undo parts start..stop of the gate (0, n-1), each of FAR pairs; sums[p] is Im<bra|h|ket> of part p."""
    size = t.wrap_low.shape[0]
    for part in range(start, stop):
        sums[part] = undo_pairs(ket, bra, t.wrap_low, t.wrap_high, part * FAR, min(size, (part + 1) * FAR), turn)
