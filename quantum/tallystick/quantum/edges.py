"""XY gates between any two qubits: index pairs, found once."""

from collections.abc import Sequence
from math import comb
from typing import NamedTuple

import numpy as np

from tallystick.quantum.arrays import Ints
from tallystick.quantum.combinations import far_pairs
from tallystick.quantum.compiling import njit
from tallystick.quantum.errors import SettingError
from tallystick.quantum.memory import require_memory
from tallystick.quantum.rotations import Ket, Turn, exchange_pairs, undo_pairs
from tallystick.quantum.subspace import Subspace


class PairTables(NamedTuple):
    """Gate g exchanges low[at[g] : at[g + 1]] with high[...]."""

    at: Ints
    low: Ints
    high: Ints


def pair_tables(space: Subspace, edges: Sequence[tuple[int, int]]) -> PairTables:
    """Index pairs of each edge's gate, in order.

    Raises `SettingError` for an edge that is none, `TooBigError` where the tables would not fit.
    """
    n, k = space.qubits, space.weight
    for edge in edges:
        if len(edge) != 2 or edge[0] == edge[1] or not all(0 <= each < n for each in edge):
            message = f"edge {tuple(edge)}: two different qubits below {n} are needed"
            raise SettingError(message)
    each = comb(n - 2, k - 1) if 0 < k < n else 0
    require_memory(16 * each * len(edges), f"index pairs of {len(edges)} gates")
    parts = [far_pairs(n, k, space.binomials, min(edge), max(edge)) for edge in edges] if each else []
    empty = np.zeros(0, dtype=np.int64)
    return PairTables(
        at=np.arange(len(edges) + 1, dtype=np.int64) * each,
        low=np.concatenate([low for low, _ in parts]) if parts else empty,
        high=np.concatenate([high for _, high in parts]) if parts else empty,
    )


@njit(cache=True, nogil=True)
def apply(ket: Ket, tables: PairTables, turn: Turn) -> None:
    """Every gate, in order."""
    for gate in range(tables.at.shape[0] - 1):
        exchange_pairs(ket, tables.low, tables.high, tables.at[gate], tables.at[gate + 1], turn)


@njit(cache=True, nogil=True)
def undo(ket: Ket, bra: Ket, tables: PairTables, turn: Turn) -> float:
    """Every gate taken back from ket and bra, last first; the sum of Im<bra|h|ket>."""
    total = 0.0
    for gate in range(tables.at.shape[0] - 2, -1, -1):
        total += undo_pairs(ket, bra, tables.low, tables.high, tables.at[gate], tables.at[gate + 1], turn)
    return total
