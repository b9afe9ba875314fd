"""The innermost loops in NumPy, for where nothing is compiled: by slices and index arrays, to the same 1e-12.

Each stands behind the loop of its name (`compiling.njit(plain=...)`); what calls it is the same code either way.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tallystick.quantum.arrays import Ints
from tallystick.quantum.width import ROW

Floats = NDArray[Any]
FACTORS = {1: 1, 2: 2, 4: 8}
LIFTS: dict[int, tuple[tuple[int, int], ...]] = {1: (), 2: ((0, 1),), 4: ((0, 1), (2, 3), (0, 2), (1, 3))}
"""Of `lifts.Step`, by its number of rows."""


def exchange_run(ket: Any, first: int, run: int, shift: int, turn: Any) -> None:
    """Gate on the amplitudes first..first+run and their partners `shift` further."""
    _turn(ket, slice(first, first + run), slice(first + shift, first + shift + run), *turn)


def exchange_pairs(ket: Any, low: Ints, high: Ints, start: int, stop: int, turn: Any) -> None:
    """Gate on pairs of indices."""
    _turn(ket, low[start:stop], high[start:stop], *turn)


def undo_run(ket: Any, bra: Any, first: int, run: int, shift: int, turn: Any, sums: Floats) -> None:
    """Add Im<bra|h|ket> of a gate on two runs to sums[0], and undo the gate on both."""
    sums[0] += _undo(ket, bra, slice(first, first + run), slice(first + shift, first + shift + run), turn)


def undo_pairs(ket: Any, bra: Any, low: Ints, high: Ints, start: int, stop: int, turn: Any) -> float:
    """Im<bra|h|ket> of a gate on pairs of indices, and the gate undone on both."""
    return _undo(ket, bra, low[start:stop], high[start:stop], turn)


def turn_phases(ket: Any, costs: Floats, start: int, stop: int, angle: float) -> None:
    """Multiply amplitudes start..stop by exp(-i angle cost)."""
    part = slice(start, stop)
    _rotate(ket, part, *_cosine_and_sine(angle * costs[part]))


def undo_phases(ket: Any, bra: Any, costs: Floats, start: int, stop: int, angle: float, sums: Floats) -> None:
    """Add Im<bra|C|ket> to sums[0], and take the phases back from both."""
    part = slice(start, stop)
    sums[0] += float(np.dot(costs[part], bra.re[part] * ket.im[part] - bra.im[part] * ket.re[part]))
    cosine, sine = _cosine_and_sine(angle * costs[part])
    _rotate(ket, part, cosine, -sine)
    _rotate(bra, part, cosine, -sine)


def total_of(sums: Floats) -> float:
    """The sum of an array."""
    return float(np.sum(sums))


def weighted_norm(ket: Any, weights: Floats) -> float:
    """Sum of weights times probabilities."""
    re, im = (each.astype(np.float64, copy=False) for each in ket)
    return float(np.dot(weights, re * re + im * im))


def inner_product(values: Floats, part: Floats) -> float:
    """Sum of the products of two real arrays."""
    return float(np.dot(values.astype(np.float64, copy=False), part.astype(np.float64, copy=False)))


def lay(
    part: Floats, base: int, children: Ints, first: int, lanes: int, size: int, rows: Floats, wide: int, order: Any
) -> None:
    """Lay segments side by side: row x has element x of each, and is row order[x] of those that are `wide` long."""
    rows[_laid(wide, order, lanes, size)] = part[_elements(base, children, first, lanes, size)]


def put_back(
    part: Floats, base: int, children: Ints, first: int, lanes: int, size: int, rows: Floats, wide: int, order: Any
) -> None:
    """The way back of `lay`."""
    part[_elements(base, children, first, lanes, size)] = rows[_laid(wide, order, lanes, size)]


def walk(rows: Floats, program: Any, which: int) -> None:
    """What a program does to rows, step by step."""
    table = rows.reshape(-1, ROW)
    for size, count, row, factor in program.steps[program.at[which] : program.at[which + 1]].tolist():
        at = program.rows[row : row + size * count].reshape(count, size).T // ROW
        factors = program.factors[factor : factor + FACTORS[size] * count].reshape(count, -1).T[:, :, None]
        if size == 1:
            table[at[0]] *= factors[0]
        for pair, (x, y) in enumerate(LIFTS[size]):
            table[at[x]] += factors[2 * pair] * table[at[y]]
            table[at[y]] -= factors[2 * pair + 1] * table[at[x]]


def carry(ket: Any, rows: Floats, places: Ints, column: int, lanes: int, there: bool) -> None:  # noqa: FBT001 -- a twin
    """Columns of a state into rows, those that are missing as 0, or back."""
    at = places[:, None] + (column + np.arange(lanes))
    table = rows[: len(places) * ROW].reshape(len(places), 2, ROW // 2)
    for part, state in enumerate(ket):
        if there:
            table[:, part, :lanes], table[:, part, lanes:] = state[at], 0.0
        else:
            state[at] = table[:, part, :lanes]


def rotate(rows: Floats, sectors: Ints, cosines: Floats, sines: Floats) -> None:
    """Each row times cosine - i sine of its sector."""
    table = rows[: len(sectors) * ROW].reshape(len(sectors), 2, ROW // 2)
    c, s = cosines[sectors, None], sines[sectors, None]
    a, b = table[:, 0].copy(), table[:, 1].copy()
    table[:, 0], table[:, 1] = s * b + c * a, c * b - s * a


def weigh(rows: Floats, bras: Floats, sectors: Ints, values: Floats, sums: Floats) -> None:
    """Add Im<bra|value|ket> to `sums`."""
    a, b = rows[: len(sectors) * ROW].reshape(len(sectors), 2, ROW // 2).swapaxes(0, 1)
    c, d = bras[: len(sectors) * ROW].reshape(len(sectors), 2, ROW // 2).swapaxes(0, 1)
    sums += values[sectors] @ (c * b - d * a)


def quadratic_costs(
    qubits: int, weight: int, binomials: Ints, linear: Floats, quadratic: Floats, out: Floats, start: int, stop: int
) -> None:
    """out[x] = x'Qx + l'x for states start..stop; `quadratic` symmetric. Sums run from the highest position down."""
    del binomials
    chosen = _positions(qubits, weight)[start:stop]
    total = np.zeros(len(chosen))
    for place in range(weight - 1, -1, -1):
        at = chosen[:, place]
        cross = sum((quadratic[at, chosen[:, above]] for above in range(place + 1, weight)), np.zeros(len(chosen)))
        total = total + (linear[at] + quadratic[at, at] + 2.0 * cross)
    out[start:stop] = total


def sums_of_ones(qubits: int, weight: int, binomials: Ints, values: Floats, out: Floats) -> None:
    """out[x] = the sum of `values` over the ones of state x."""
    del binomials
    out[:] = values[_positions(qubits, weight)].sum(axis=1)


def far_pairs(qubits: int, weight: int, binomials: Ints, first: int, second: int) -> tuple[Ints, Ints]:
    """Indices of the states with qubit `first` set and `second` clear (first < second), and of their partners."""
    inner = _positions(qubits - 2, weight - 1)
    inner = inner + (inner >= first)
    inner = inner + (inner >= second)
    return _ranked(inner, first, binomials), _ranked(inner, second, binomials)


def _ranked(inner: Ints, added: int, binomials: Ints) -> Ints:
    """Indices of the states with these ones and one more."""
    ones = np.sort(np.column_stack([inner, np.full(len(inner), added, dtype=np.int64)]), axis=1)
    found: Ints = binomials[ones, np.arange(1, ones.shape[1] + 1)].sum(axis=1)
    return found


def _positions(qubits: int, weight: int) -> Ints:
    """Positions of the ones of every state, ascending, in colexicographic order; shape (dimension, weight)."""
    rows = {(0, 0): np.zeros((1, 0), dtype=np.int64)}
    for n in range(1, qubits + 1):
        for k in range(max(0, weight - (qubits - n)), min(n, weight) + 1):
            without = rows.get((n - 1, k), np.zeros((0, k), dtype=np.int64))
            fewer = rows.get((n - 1, k - 1), np.zeros((0, max(k - 1, 0)), dtype=np.int64))
            added = np.full((len(fewer), 1), n - 1, dtype=np.int64)
            rows[n, k] = np.vstack([without, np.hstack([fewer, added])]) if k else without
        rows = {key: kept for key, kept in rows.items() if key[0] == n}
    return rows[qubits, weight]


def _elements(base: int, children: Ints, first: int, lanes: int, size: int) -> Ints:
    begins = base + children[first : first + lanes]
    found: Ints = begins[None, :] + np.arange(size)[:, None]
    return found


def _laid(wide: int, order: Any, lanes: int, size: int) -> Ints:
    which = np.arange(size) if order is None else order[:size]
    found: Ints = wide * which[:, None] + np.arange(lanes)[None, :]
    return found


def _cosine_and_sine(angles: Floats) -> tuple[Floats, Floats]:
    return np.cos(angles), np.sin(angles)


def _rotate(state: Any, part: slice, cosine: Floats, sine: Floats) -> None:
    a, b = state.re[part].copy(), state.im[part].copy()
    state.re[part], state.im[part] = cosine * a + sine * b, cosine * b - sine * a


def _turn(state: Any, x: Any, y: Any, c: float, s: float) -> None:
    a, b, p, q = state.re[x].copy(), state.im[x].copy(), state.re[y].copy(), state.im[y].copy()
    state.re[x], state.im[x] = c * a + s * q, c * b - s * p
    state.re[y], state.im[y] = c * p + s * b, c * q - s * a


def _undo(ket: Any, bra: Any, x: Any, y: Any, turn: Any) -> float:
    c, s = turn
    found = np.dot(bra.re[x], ket.im[y]) - np.dot(bra.im[x], ket.re[y])
    found += np.dot(bra.re[y], ket.im[x]) - np.dot(bra.im[y], ket.re[x])
    _turn(ket, x, y, c, -s)
    _turn(bra, x, y, c, -s)
    return float(found)
