"""The innermost loops in NumPy, for where nothing is compiled: by slices and index arrays, to the same 1e-12.

Each stands behind the loop of its name (`compiling.njit(plain=...)`); what calls it is the same code either way.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[Any]


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


def lay(part: Floats, base: int, children: Ints, first: int, lanes: int, size: int, rows: Floats) -> None:
    """Lay segments side by side: row x has element x of each."""
    rows[: size * lanes].reshape(size, lanes)[:] = part[_elements(base, children, first, lanes, size)]


def put_back(part: Floats, base: int, children: Ints, first: int, lanes: int, size: int, rows: Floats) -> None:
    """The way back of `lay`."""
    part[_elements(base, children, first, lanes, size)] = rows[: size * lanes].reshape(size, lanes)


def move(
    before: Floats, after: Floats, base: int, places: Ints, turns: Floats, which: int, scale: int, backwards: int
) -> None:
    """One move of the coupling of spins, of runs `scale` times as long, or its way back."""
    clear, one, up, down, run = places[which].tolist()
    x, y, u, v = (
        slice(base + each * scale, base + (each + run) * scale)
        for each in ((up, down, clear, one) if backwards else (clear, one, up, down))
    )
    if clear < 0 or one < 0:
        after[max(u, v, key=_start)] = before[max(x, y, key=_start)]
        return
    c, s = turns[which].tolist()
    p, q = before[x], before[y]
    after[u], after[v] = c * q + s * p, c * p - s * q


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


def _start(part: slice) -> int:
    return int(part.start)
