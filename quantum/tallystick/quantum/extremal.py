"""The top state of XY gates on any edges, by Lanczos iterations in the subspace, with the residual that is left.

B, the sum of (XX + YY)/2 over the edges, moves a one along an edge: entries 0 and 1 between states. Where the edges
connect all qubits its largest eigenvalue is simple and the state's amplitudes are all above 0 (Perron and Frobenius).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tallystick.quantum.arrays import Floats
from tallystick.quantum.edges import PairTables, pair_tables
from tallystick.quantum.errors import SettingError
from tallystick.quantum.memory import require_memory
from tallystick.quantum.subspace import Subspace

TOLERANCE = 1e-12
STEPS = 24
"""Vectors between restarts: few enough for memory, enough to converge in a handful of restarts."""
RESTARTS = 500


@dataclass(frozen=True, eq=False, slots=True)
class TopState:
    """Amplitudes (dimension,) of norm 1, the eigenvalue, and |Bv - value v| / value, which bounds the value's error."""

    amplitudes: Floats
    value: float
    residual: float


def top_state(space: Subspace, edges: Sequence[tuple[int, int]], tolerance: float = TOLERANCE) -> TopState:
    """The state of the largest eigenvalue; the same bits every time, for it starts from the Dicke state.

    Raises `SettingError` for edges that do not connect all qubits, or a tolerance that double precision cannot reach;
    `TooBigError` where the vectors would not fit.
    """
    if not tolerance >= 1e-14:
        message = f"tolerance {tolerance}: double precision reaches about 1e-14; give 1e-14 or more"
        raise SettingError(message)
    require_memory(8 * (STEPS + 4) * space.dimension, f"{STEPS} vectors of {space.dimension:,} amplitudes")
    tables = pair_tables(space, edges)
    _require_connected(space.qubits, edges)
    current = np.full(space.dimension, space.dimension**-0.5)
    if space.dimension == 1:
        return TopState(current, 0.0, 0.0)
    for _ in range(RESTARTS):
        moved = _moved(tables, current)
        value = float(current @ moved)
        residual = float(np.linalg.norm(moved - value * current)) / value
        if residual <= tolerance:
            return TopState(current, value, residual)
        current = _ritz(tables, current)
    message = f"a residual of {residual:.1e} is left after {RESTARTS} restarts; give a tolerance above that"
    raise SettingError(message)


def _moved(tables: PairTables, state: Floats) -> Floats:
    """B times the state; a gate's indices are all different, so plain indexing adds each of them."""
    found = np.zeros_like(state)
    for first, last in zip(tables.at[:-1].tolist(), tables.at[1:].tolist(), strict=True):
        low, high = tables.low[first:last], tables.high[first:last]
        found[low] += state[high]
        found[high] += state[low]
    return found


def _ritz(tables: PairTables, start: Floats) -> Floats:
    """The best approximation among `STEPS` Krylov vectors of `start`, of norm 1 and positive sum."""
    basis = [start]
    diagonal: list[float] = []
    beside: list[float] = []
    for _ in range(min(STEPS, len(start))):
        image = _moved(tables, basis[-1])
        diagonal.append(float(image @ basis[-1]))
        for _ in range(2):  # once more: one pass leaves what rounding brought in
            for each in basis:
                image -= float(image @ each) * each
        norm = float(np.linalg.norm(image))
        if norm <= 1e-13 * abs(diagonal[0]):
            break
        beside.append(norm)
        basis.append(image / norm)
    size = len(diagonal)
    small = np.diag(diagonal) + np.diag(beside[: size - 1], 1) + np.diag(beside[: size - 1], -1)
    weights = np.linalg.eigh(small)[1][:, -1]
    found = np.zeros_like(start)
    for weight, each in zip(weights.tolist(), basis, strict=False):
        found += weight * each
    return found / (float(np.linalg.norm(found)) * (1.0 if found.sum() > 0.0 else -1.0))


def _require_connected(qubits: int, edges: Sequence[tuple[int, int]]) -> None:
    reached, fresh = {0}, [0]
    while fresh:
        here = fresh.pop()
        near = {b if a == here else a for a, b in edges if here in {a, b}} - reached
        reached |= near
        fresh.extend(near)
    if len(reached) < qubits:
        missing = next(each for each in range(qubits) if each not in reached)
        message = f"the edges do not connect qubit {missing} with qubit 0, so there is no one top state; add an edge"
        raise SettingError(message)
