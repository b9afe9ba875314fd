"""Amplitudes in rows, coupled and taken back: the compiled part of `coupling`.

A row is WIDE real parts and behind them the imaginary ones, of WIDE segments side by side or of WIDE columns.
"""

from typing import NamedTuple

import numpy as np

from tallystick.quantum import plain
from tallystick.quantum.arrays import Ints
from tallystick.quantum.compiling import njit
from tallystick.quantum.rotations import Floats, Ket, total_of
from tallystick.quantum.side_by_side import lay, put_back
from tallystick.quantum.vectors import copy_wide, fused, lift_four_wide, lift_wide, rotate_wide
from tallystick.quantum.width import ROW, WIDE


class Program(NamedTuple):
    """`lifts.Step`s, those of one block after those of another."""

    at: Ints
    """Where the steps of each block begin."""
    steps: Ints
    """Shape (steps, 4): rows in each, how many, where its rows and its factors begin."""
    rows: Ints
    """Each by where it begins."""
    factors: Floats


class Low(NamedTuple):
    """The segments of the low qubits, in batches of one weight."""

    room: int
    """Elements of the rows of the largest segment."""
    row_at: Ints
    """By weight, where the rows begin in `natural` and `coupled`."""
    natural: Ints
    """Which row has the first, second, ... amplitude of a segment."""
    coupled: Ints
    """The same, when the low qubits are coupled: in the order of t."""
    batches: Ints
    children: Ints
    weights: Ints


class Strips(NamedTuple):
    """WIDE columns, or what is left, of the coupled states of the qubits below: a block of rows each."""

    room: int
    """Elements of the rows of the largest block."""
    row_at: Ints
    """Of each block."""
    source: Ints
    """Where a row's columns begin in its segment, and (target) where they will when this stage is done."""
    target: Ints
    sector: Ints
    strip_at: Ints
    """By weight of the segment."""
    block: Ints
    column: Ints
    lanes: Ints
    sizes: Ints
    """Of segments by weight."""


@njit(cache=True, nogil=True, plain=plain.walk)
def _walk(rows: Floats, program: Program, block: int) -> None:
    for step in range(program.at[block], program.at[block + 1]):
        size, count = program.steps[step, 0], np.uint64(program.steps[step, 1])
        row, factor = np.uint64(program.steps[step, 2]), np.uint64(program.steps[step, 3])
        if size == 2:
            for each in range(count):
                at, f = row + np.uint64(2) * each, factor + np.uint64(2) * each
                x, y = np.uint64(program.rows[at]), np.uint64(program.rows[at + np.uint64(1)])
                gain, loss = program.factors[f], program.factors[f + np.uint64(1)]
                for part in (np.uint64(0), np.uint64(WIDE)):
                    lift_wide(rows, x + part, y + part, gain, loss)
        elif size == 4:
            for each in range(count):
                at, f = row + np.uint64(4) * each, factor + np.uint64(8) * each
                a, b = np.uint64(program.rows[at]), np.uint64(program.rows[at + np.uint64(1)])
                c, d = np.uint64(program.rows[at + np.uint64(2)]), np.uint64(program.rows[at + np.uint64(3)])
                for part in (np.uint64(0), np.uint64(WIDE)):
                    lift_four_wide(rows, a + part, b + part, c + part, d + part, program.factors, f)
        else:
            for each in range(count):
                begin, scale = np.uint64(program.rows[row + each]), program.factors[factor + each]
                for place in range(begin, begin + np.uint64(ROW)):
                    rows[place] *= scale


@njit(cache=True, nogil=True, plain=plain.carry)
def _carry(ket: Ket, rows: Floats, places: Ints, column: int, lanes: int, there: bool) -> None:  # noqa: FBT001 -- compiled
    re, im, wide, first = ket.re, ket.im, np.uint64(WIDE), np.uint64(column)
    for row in range(np.uint64(places.shape[0])):
        part, at = np.uint64(places[row]) + first, row * np.uint64(ROW)
        if lanes == WIDE:
            if there:
                copy_wide(re, part, rows, at)
                copy_wide(im, part, rows, at + wide)
            else:
                copy_wide(rows, at, re, part)
                copy_wide(rows, at + wide, im, part)
        elif there:
            for lane in range(wide):
                inside = lane < lanes
                rows[at + lane] = re[part + lane] if inside else 0.0
                rows[at + wide + lane] = im[part + lane] if inside else 0.0
        else:
            for lane in range(np.uint64(lanes)):
                re[part + lane], im[part + lane] = rows[at + lane], rows[at + wide + lane]


@njit(inline="always", plain=plain.rotate)
def _rotate(rows: Floats, sectors: Ints, cosines: Floats, sines: Floats) -> None:
    for row in range(np.uint64(sectors.shape[0])):
        sector = sectors[row]
        rotate_wide(rows, row * np.uint64(ROW), cosines[sector], sines[sector])


@njit(inline="always", plain=plain.weigh)
def _weigh(rows: Floats, bras: Floats, sectors: Ints, values: Floats, sums: Floats) -> None:
    wide = np.uint64(WIDE)
    for row in range(np.uint64(sectors.shape[0])):
        value, at = values[sectors[row]], row * np.uint64(ROW)
        for lane in range(wide):
            re, im = at + lane, at + wide + lane
            sums[lane] += value * fused(-bras[im], rows[re], bras[re] * rows[im])


@njit(cache=True, nogil=True)
def low_segments(ket: Ket, t: Low, program: Program, before: Ints, after: Ints, start: int, stop: int) -> None:
    """Couple the low qubits of the batches start..stop, or take them back: from one order of rows to another."""
    rows = np.zeros(t.room, ket.re.dtype)
    imaginary = rows[WIDE:]
    for batch in range(start, stop):
        first = t.batches[batch]
        lanes, weight = t.batches[batch + 1] - first, t.weights[first]
        begin, end = t.row_at[weight], t.row_at[weight + 1]
        lay(ket.re, 0, t.children, first, lanes, end - begin, rows, ROW, before[begin:end])
        lay(ket.im, 0, t.children, first, lanes, end - begin, imaginary, ROW, before[begin:end])
        _walk(rows, program, weight)
        put_back(ket.re, 0, t.children, first, lanes, end - begin, rows, ROW, after[begin:end])
        put_back(ket.im, 0, t.children, first, lanes, end - begin, imaginary, ROW, after[begin:end])


@njit(cache=True, nogil=True)
def segments(
    ket: Ket,
    t: Strips,
    program: Program,
    offsets: Ints,
    weights: Ints,
    before: Ints,
    after: Ints,
    start: int,
    stop: int,
) -> None:
    """Couple more qubits of the segments start..stop, or take them back: from one place of the rows to another."""
    rows = np.zeros(t.room, ket.re.dtype)
    room = t.sizes[weights[start:stop]].max()
    done = Ket(np.empty(room, ket.re.dtype), np.empty(room, ket.re.dtype))
    for segment in range(start, stop):
        weight, begin = weights[segment], offsets[segment]
        size = t.sizes[weight]
        own = Ket(ket.re[begin : begin + size], ket.im[begin : begin + size])
        for strip in range(t.strip_at[weight], t.strip_at[weight + 1]):
            block, column, lanes = t.block[strip], t.column[strip], t.lanes[strip]
            first, last = t.row_at[block], t.row_at[block + 1]
            _carry(own, rows, before[first:last], column, lanes, True)  # noqa: FBT003 -- compiled
            _walk(rows, program, block)
            _carry(done, rows, after[first:last], column, lanes, False)  # noqa: FBT003 -- compiled
        own.re[:], own.im[:] = done.re[:size], done.im[:size]


@njit(cache=True, nogil=True)
def turn_last(
    ket: Ket, t: Strips, forth: Program, back: Program, cosines: Floats, sines: Floats, start: int, stop: int
) -> None:
    """Couple the last qubits in the strips start..stop, turn each sector by cosine - i sine, take them back."""
    rows = np.zeros(t.room, ket.re.dtype)
    for strip in range(start, stop):
        block, column, lanes = t.block[strip], t.column[strip], t.lanes[strip]
        first, last = t.row_at[block], t.row_at[block + 1]
        _carry(ket, rows, t.source[first:last], column, lanes, True)  # noqa: FBT003 -- compiled
        _walk(rows, forth, block)
        _rotate(rows, t.sector[first:last], cosines, sines)
        _walk(rows, back, block)
        _carry(ket, rows, t.source[first:last], column, lanes, False)  # noqa: FBT003 -- compiled


@njit(cache=True, nogil=True)
def undo_last(
    ket: Ket,
    bra: Ket,
    t: Strips,
    forth: Program,
    back: Program,
    bra_forth: Program,
    bra_back: Program,
    values: Floats,
    cosines: Floats,
    sines: Floats,
    found: Floats,
    start: int,
    stop: int,
) -> None:
    """The same for ket and bra, turned back; found[s] is Im<bra|value|ket> of strip s."""
    rows, bras = np.zeros(t.room, ket.re.dtype), np.zeros(t.room, ket.re.dtype)
    for strip in range(start, stop):
        block, column, lanes = t.block[strip], t.column[strip], t.lanes[strip]
        first, last = t.row_at[block], t.row_at[block + 1]
        _carry(ket, rows, t.source[first:last], column, lanes, True)  # noqa: FBT003 -- compiled
        _carry(bra, bras, t.source[first:last], column, lanes, True)  # noqa: FBT003 -- compiled
        _walk(rows, forth, block)
        _walk(bras, bra_forth, block)
        sums = np.zeros(WIDE)
        _weigh(rows, bras, t.sector[first:last], values, sums)
        found[strip] = total_of(sums)
        _rotate(rows, t.sector[first:last], cosines, -sines)
        _rotate(bras, t.sector[first:last], cosines, -sines)
        _walk(rows, back, block)
        _walk(bras, bra_back, block)
        _carry(ket, rows, t.source[first:last], column, lanes, False)  # noqa: FBT003 -- compiled
        _carry(bra, bras, t.source[first:last], column, lanes, False)  # noqa: FBT003 -- compiled
