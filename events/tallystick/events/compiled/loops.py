"""The writer's loops as the rest of the log calls them: bytes in, bytes out. Importing this loads the compiler."""

from collections.abc import Sequence

import numpy as np

from tallystick.events.compiled import sealing
from tallystick.events.compiled.calls import engine_of
from tallystick.events.compiled.kindtable import KindTable
from tallystick.events.compiled.openssl import Sha256
from tallystick.events.compiled.places import HASH, KIND_COLUMNS
from tallystick.events.kinds import FieldCard
from tallystick.events.record import Kind

Sealed = tuple[bytes, bytes, int]
"""Leaf hashes joined, the decision digest, and how many records count in it."""


class Loops:
    """The loops with what all of them need; one for a process."""

    def __init__(self, functions: Sha256) -> None:
        self._engine = engine_of(functions)

    def parents(self, row: bytes | bytearray) -> bytes:
        """The next level of a tree: hashes over each pair in `row`, hashes joined; an odd last one is left out."""
        above = bytearray(len(row) // (2 * HASH) * HASH)
        sealing.parents(bytes(row), above, self._engine)
        return bytes(above)

    def seal(self, group: bytearray, at: int, count: int, prev: bytes, digest: bytes, kinds: "SealedKinds") -> Sealed:
        """Give the last `count` records of a group, from `at` on, their body hashes and places in the chain."""
        trail = bytearray().join((prev, digest, bytes(HASH * count)))
        decided = sealing.seal(group, at, count, trail, kinds.rows, self._engine)
        left = bytes(trail)
        return left[sealing.LEAVES_AT :], left[HASH : sealing.LEAVES_AT], decided

    def kind_table(self) -> "SealedKinds":
        """A table of kinds, empty."""
        return SealedKinds()


class SealedKinds(KindTable):
    """A table of kinds as Numba takes it."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = np.empty((0, KIND_COLUMNS), np.int64)

    def add(self, kind: Kind, flags: int, prefix: bytes, cards: Sequence[FieldCard] = ()) -> None:
        """See `KindTable`."""
        super().add(kind, flags, prefix, cards)
        self.rows = np.array(self.words, np.int64).reshape(-1, KIND_COLUMNS)
