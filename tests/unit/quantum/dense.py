"""Circuits by dense matrices: slow, small, and written without the engine."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tallystick.quantum.subspace import Subspace

Complex = NDArray[np.complex128]
Edges = Sequence[tuple[int, int]]


def generator(space: Subspace, edges: Edges) -> NDArray[np.float64]:
    """The sum of (XX + YY)/2 over edges, on the states of the space."""
    states = [frozenset(space.positions(index)) for index in range(space.dimension)]
    place = {state: index for index, state in enumerate(states)}
    matrix = np.zeros((space.dimension, space.dimension))
    for a, b in edges:
        for state in states:
            if (a in state) != (b in state):
                matrix[place[state], place[state ^ {a, b}]] += 1.0
    return matrix


def evolved(
    start: NDArray[np.float64],
    costs: NDArray[np.float64],
    parts: Sequence[NDArray[np.float64]],
    gammas: Sequence[float],
    betas: Sequence[float],
) -> Complex:
    """Layer by layer: phases, then exp(-i beta part) for each part."""
    state: Complex = start.astype(np.complex128)
    for gamma, beta in zip(gammas, betas, strict=True):
        state = np.exp(-0.5j * gamma * costs) * state
        for part in parts:
            values, vectors = np.linalg.eigh(part)
            state = vectors @ (np.exp(-1j * beta * values) * (vectors.T @ state))
    return state


def ring(n: int) -> list[tuple[int, int]]:
    """Edges of the ring in the order of its gates."""
    return [(i, i + 1) for first in (0, 1) for i in range(first, n - 1, 2)] + ([(0, n - 1)] if n > 2 else [])


def complete(n: int) -> list[tuple[int, int]]:
    """Every pair, in lexicographic order."""
    return [(i, j) for i in range(n) for j in range(i + 1, n)]
