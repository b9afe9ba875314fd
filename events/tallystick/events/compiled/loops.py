"""The compiled loops as the rest of the log calls them: bytes in, bytes out. Importing this loads the compiler."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tallystick.events.compiled import grouping, sealing
from tallystick.events.compiled.calls import Words, engine_of
from tallystick.events.compiled.judging import program_of
from tallystick.events.compiled.openssl import Sha256
from tallystick.events.kinds import FieldCard
from tallystick.events.record import Kind

HASH_BYTES = sealing.HASH
ROWS = 4096
"""Records that a walk takes at once, unless a group holds more."""
_LISTED_BYTES = sealing.LENGTH_BYTES + sealing.TIME_BYTES + sealing.HASH  # of a decision, beside its prefix

Octets = NDArray[np.uint8]
Sealed = tuple[bytes, bytes, int]
"""Leaf hashes joined, the decision digest, and how many records count in it."""


class Loops:
    """The loops with what all of them need; one for a process."""

    def __init__(self, functions: Sha256) -> None:
        self._functions = functions
        self._engine = engine_of(functions)
        self._table = grouping.crc_table()

    def parents(self, row: bytes | bytearray) -> bytes:
        """The next level of a tree: hashes over each pair in `row`, hashes joined; an odd last one is left out."""
        above = bytearray(len(row) // (2 * HASH_BYTES) * HASH_BYTES)
        sealing.parents(bytes(row), above, self._engine)
        return bytes(above)

    def decide(self, digest: bytes, said: bytes | bytearray) -> tuple[bytes, int]:
        """The decision digest after what was said, each led by its length in four bytes; and how many there were."""
        chain = bytearray(HASH_BYTES) + digest
        count = sealing.decide_all(chain, bytes(said), self._engine)
        return bytes(chain[HASH_BYTES:]), count

    def seal(self, group: bytearray, at: int, count: int, prev: bytes, digest: bytes, kinds: "KindTable") -> Sealed:
        """Give the last `count` records of a group, from `at` on, their body hashes and places in the chain."""
        trail = bytearray().join((prev, digest, bytes(HASH_BYTES * count)))
        decided = sealing.seal(group, at, count, trail, kinds.rows, self._engine)
        left = bytes(trail)
        return left[sealing.LEAVES_AT :], left[HASH_BYTES : sealing.LEAVES_AT], decided

    def kind_table(self) -> "KindTable":
        """A table of kinds, empty."""
        return KindTable()

    def skip(self, data: bytes, at: int, stop: int, declaring: int) -> tuple[int, int]:
        """Pass over groups as `grouping.skip_groups`; where the next begins, and the last record passed (-1: none)."""
        last = np.full(1, -1, np.int64)
        end = grouping.skip_groups(data, at, stop, declaring, last)
        return int(end), int(last[0])

    def walk(self, *, listing: bool) -> "Walk":
        """A walk over the groups of a log; `listing`: decisions are listed, not taken into the digest."""
        return Walk(engine_of(self._functions), self._table, listing=listing)


class KindTable:
    """The kinds of record that are known: who said what, and what of it goes into the decision digest."""

    def __init__(self) -> None:
        self._known: set[Kind] = set()
        self._kept: list[Octets] = []  # what the addresses in the rows are of
        self.rows = np.empty((0, sealing.KIND_COLUMNS), np.int64)
        self.longest = 0

    def add(self, kind: Kind, flags: int, prefix: bytes, cards: Sequence[FieldCard] = ()) -> None:
        """Add a kind: its trading flag, what the decision digest puts before the book time, and its body's fields."""
        if kind in self._known:
            return
        type_id, version, source = kind
        kept = np.frombuffer(prefix + program_of(cards), np.uint8)
        at = kept.ctypes.data
        program, end = at + len(prefix), at + len(kept)
        row = source << 32 | type_id << 16 | version, flags, at, len(prefix), program, end
        self.rows = np.vstack([self.rows, np.array([row], np.int64)])
        self._kept.append(kept)
        self.longest = max(self.longest, len(prefix))
        self._known.add(kind)


class Walk:
    """Takes groups and shows what they held; after `go` `leaves` and `unsure` are of that go."""

    def __init__(self, engine: Words, table: Words, *, listing: bool) -> None:
        self._engine, self._table = engine, table
        self.kinds = KindTable()
        self._chain = bytearray(4 * HASH_BYTES)
        self._numbers = np.zeros(grouping.NUMBERS, np.int64)
        self._numbers[grouping.LISTING] = listing
        self._rows = np.empty((ROWS, 4), np.int64)
        self._leaves = bytearray(HASH_BYTES * ROWS)
        self._said = bytearray()

    def go(
        self, data: bytes, at: int, stop: int, marker: bytes, start: tuple[int, int, int], head: bytes, digest: bytes
    ) -> int:
        """Take ordinary groups from `at` on that begin before `stop`; where the next one begins.

        `start` is seq, book time and epoch before them, `head` the last leaf hash, `digest` the decision digest.
        """
        numbers = self._numbers
        while True:
            numbers[:3] = start
            self._chain[: 2 * HASH_BYTES] = head + digest
            self._make_room()
            end = grouping.take_groups(
                data, at, stop, marker, self._chain, numbers, self.kinds.rows,
                self._table, self._rows, self._leaves, self._said, self._engine,
            )  # fmt: skip
            if end > at or not numbers[grouping.FULL]:
                return int(end)
            self._rows = np.empty((2 * len(self._rows), 4), np.int64)

    @property
    def count(self) -> int:
        """How many records were taken."""
        return int(self._numbers[grouping.COUNT])

    @property
    def unknown(self) -> int:
        """Where a record of a kind that is not known kept the next group from being taken; -1: nowhere."""
        return int(self._numbers[grouping.UNKNOWN])

    @property
    def stands(self) -> tuple[int, int, int]:
        """Seq, book time and root after what was taken."""
        numbers = self._numbers
        return int(numbers[grouping.SEQ]), int(numbers[grouping.TIME]), int(numbers[grouping.ROOT])

    @property
    def head(self) -> bytes:
        """The last leaf hash."""
        return bytes(self._chain[:HASH_BYTES])

    @property
    def digest(self) -> bytes:
        """The decision digest, where decisions are not listed."""
        return bytes(self._chain[HASH_BYTES : 2 * HASH_BYTES])

    @property
    def decisions(self) -> int:
        """How many of the records count in the decision digest."""
        return int(self._numbers[grouping.DECISIONS])

    @property
    def said(self) -> bytes:
        """What the decision digest is to take in, where it is listed."""
        return bytes(self._said[: self._numbers[grouping.SAID]])

    @property
    def leaves(self) -> bytes:
        """Leaf hashes, joined."""
        return bytes(self._leaves[: HASH_BYTES * self.count])

    @property
    def unsure(self) -> list[list[int]]:
        """For each body left to judge: where it begins and ends, the row of its kind, and where its group begins."""
        rows: list[list[int]] = self._rows[: self._numbers[grouping.UNSURE]].tolist()
        return rows

    def _make_room(self) -> None:
        """Room for as many leaves and decisions as there is for records."""
        rows = len(self._rows)
        if len(self._leaves) < HASH_BYTES * rows:
            self._leaves = bytearray(HASH_BYTES * rows)
        room = rows * (_LISTED_BYTES + self.kinds.longest) if self._numbers[grouping.LISTING] else 0
        if len(self._said) < room:
            self._said = bytearray(room)
