"""Walking through combinations in colexicographic order, compiled: costs of all states, index pairs of far gates."""

import numpy as np

from tallystick.quantum import plain
from tallystick.quantum.arrays import Floats, Ints
from tallystick.quantum.compiling import njit


@njit(cache=True)
def unrank(index: int, weight: int, qubits: int, binomials: Ints, positions: Ints) -> None:
    """Write the positions of state `index`, ascending, into `positions`."""
    top = qubits - 1
    rest = index
    for place in range(weight, 0, -1):
        while binomials[top, place] > rest:
            top -= 1
        positions[place - 1] = top
        rest -= binomials[top, place]
        top -= 1


@njit(cache=True)
def step_on(positions: Ints, weight: int, qubits: int) -> int:
    """Go to the next state; returns the highest place that changed, or -1 after the last state."""
    for place in range(weight):
        limit = positions[place + 1] if place + 1 < weight else qubits
        if positions[place] + 1 < limit:
            positions[place] += 1
            for below in range(place):
                positions[below] = below
            return place
    return -1


@njit(cache=True, nogil=True, plain=plain.quadratic_costs)
def quadratic_costs(
    qubits: int, weight: int, binomials: Ints, linear: Floats, quadratic: Floats, out: Floats, start: int, stop: int
) -> None:
    """out[x] = x'Qx + l'x for states start..stop; `quadratic` symmetric. Sums run from the highest position down."""
    positions = np.empty(weight + 1, dtype=np.int64)
    partial = np.zeros(weight + 1)
    unrank(start, weight, qubits, binomials, positions)
    changed = weight - 1
    for index in range(start, stop):
        for place in range(changed, -1, -1):
            at = positions[place]
            cross = 0.0
            for above in range(place + 1, weight):
                cross += quadratic[at, positions[above]]
            partial[place] = partial[place + 1] + (linear[at] + quadratic[at, at] + 2.0 * cross)
        out[index] = partial[0]
        changed = step_on(positions, weight, qubits)


@njit(cache=True, nogil=True, plain=plain.sums_of_ones)
def sums_of_ones(qubits: int, weight: int, binomials: Ints, values: Floats, out: Floats) -> None:
    """out[x] = the sum of `values` over the ones of state x."""
    positions = np.empty(weight + 1, dtype=np.int64)
    partial = np.zeros(weight + 1)
    unrank(0, weight, qubits, binomials, positions)
    changed = weight - 1
    for index in range(out.shape[0]):
        for place in range(changed, -1, -1):
            partial[place] = partial[place + 1] + values[positions[place]]
        out[index] = partial[0]
        changed = step_on(positions, weight, qubits)


@njit(cache=True, plain=plain.far_pairs)
def far_pairs(qubits: int, weight: int, binomials: Ints, first: int, second: int) -> tuple[Ints, Ints]:
    """Indices of the states with qubit `first` set and `second` clear (first < second), and of their partners."""
    inner, ones = qubits - 2, weight - 1
    count = binomials[inner, ones]
    low = np.empty(count, dtype=np.int64)
    high = np.empty(count, dtype=np.int64)
    positions = np.empty(ones + 1, dtype=np.int64)
    for place in range(ones):
        positions[place] = place
    for index in range(count):
        with_first, with_second = 0, 0
        place_first, place_second = 1, 1
        for place in range(ones):
            at = positions[place]
            at += at >= first
            at += at >= second
            if at < first:
                place_first += 1
            if at < second:
                place_second += 1
            with_first += binomials[at, place + 1 + (at > first)]
            with_second += binomials[at, place + 1 + (at > second)]
        low[index] = with_first + binomials[first, place_first]
        high[index] = with_second + binomials[second, place_second]
        step_on(positions, ones, inner)
    return low, high
