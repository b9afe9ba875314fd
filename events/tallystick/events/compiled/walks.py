"""The verifier's loops as the rest of the log calls them: bytes in, bytes out. Nothing here loads a compiler."""

from ctypes import Array, addressof, c_char, c_char_p, c_int64, c_void_p, cast
from functools import cache

from tallystick.events.compiled.keeping import Entries
from tallystick.events.compiled.kindtable import KindTable
from tallystick.events.compiled.openssl import ENGINE_WORDS, Sha256
from tallystick.events.compiled.places import (
    COUNT,
    CRC_VALUES,
    DECISIONS,
    FULL,
    GOOD_AT,
    HASH,
    LENGTH_BYTES,
    LISTING,
    NUMBERS,
    ROOT,
    ROW_COLUMNS,
    SAID,
    SEQ,
    TIME,
    TIME_BYTES,
    UNKNOWN,
    UNSURE,
)

ROWS = 4096
"""Records that a walk takes at once, unless a group holds more."""
_LISTED_BYTES = LENGTH_BYTES + TIME_BYTES + HASH  # of a decision, beside its prefix
_CRC_POLYNOMIAL = 0xEDB88320  # zlib's, bits reversed


class Walking:
    """The loops with what all of them need; one for a process, whose threads may call it side by side."""

    def __init__(self, functions: Sha256, entries: Entries) -> None:
        self._functions, self._entries = functions, entries
        self._table = _crc_table()

    def parents(self, row: bytes | bytearray) -> bytes:
        """The next level of a tree: hashes over each pair in `row`, hashes joined; an odd last one is left out."""
        above, engine = bytearray(len(row) // (2 * HASH) * HASH), self._engine()
        self._entries.parents(_address(row), len(row), _address(above), addressof(engine))
        return bytes(above)

    def decide(self, digest: bytes, said: bytes | bytearray) -> tuple[bytes, int]:
        """The decision digest after what was said, each led by its length in four bytes; and how many there were."""
        chain, engine = bytearray(HASH) + digest, self._engine()
        count = self._entries.decide_all(_address(chain), _address(said), len(said), addressof(engine))
        return bytes(chain[HASH:]), count

    def skip(self, data: bytes, at: int, stop: int, declaring: int) -> tuple[int, int]:
        """Pass over groups as `grouping.skip_groups`; where the next begins, and the last record passed (-1: none)."""
        last = c_int64(-1)
        end = self._entries.skip_groups(_address(data), len(data), at, stop, declaring, addressof(last))
        return end, last.value

    def walk(self, *, listing: bool) -> "Walk":
        """A walk over the groups of a log; `listing`: decisions are listed, not taken into the digest."""
        return Walk(self._entries, self._engine(), self._table, listing=listing)

    def _engine(self) -> Array[c_int64]:
        """An engine of the caller's own: two threads may be within the loops at one time."""
        return (c_int64 * ENGINE_WORDS)(*self._functions.engine())


class Walk:
    """Takes groups and shows what they held; after `go` `leaves` and `unsure` are of that go."""

    def __init__(self, entries: Entries, engine: Array[c_int64], table: Array[c_int64], *, listing: bool) -> None:
        self._take_groups, self._engine, self._table = entries.take_groups, engine, table
        self.kinds = KindTable()
        self._chain = bytearray(2 * GOOD_AT)
        self._numbers = (c_int64 * (2 * NUMBERS))()
        self._numbers[LISTING] = listing
        self._room = ROWS
        self._rows: Array[c_int64] = (c_int64 * 0)()
        self._leaves, self._said = bytearray(), bytearray()

    def go(
        self, data: bytes, at: int, stop: int, marker: bytes, start: tuple[int, int, int], head: bytes, digest: bytes
    ) -> int:
        """Take ordinary groups from `at` on that begin before `stop`; where the next one begins.

        `start` is seq, book time and epoch before them, `head` the last leaf hash, `digest` the decision digest.
        """
        numbers, chain = self._numbers, self._chain
        while True:
            numbers[:3] = list(start)
            chain[:GOOD_AT] = head + digest
            self._make_room()
            end = self._take_groups(
                _address(data), len(data), at, stop, _address(marker), _address(chain), addressof(numbers),
                self.kinds.words.buffer_info()[0], len(self.kinds), addressof(self._table), addressof(self._rows),
                self._room, _address(self._leaves), _address(self._said), addressof(self._engine),
            )  # fmt: skip
            if end > at or not numbers[FULL]:
                return end
            self._room *= 2

    @property
    def count(self) -> int:
        """How many records were taken."""
        return self._numbers[COUNT]

    @property
    def unknown(self) -> int:
        """Where a record of a kind that is not known kept the next group from being taken; -1: nowhere."""
        return self._numbers[UNKNOWN]

    @property
    def stands(self) -> tuple[int, int, int]:
        """Seq, book time and root after what was taken."""
        return self._numbers[SEQ], self._numbers[TIME], self._numbers[ROOT]

    @property
    def head(self) -> bytes:
        """The last leaf hash."""
        return bytes(self._chain[:HASH])

    @property
    def digest(self) -> bytes:
        """The decision digest, where decisions are not listed."""
        return bytes(self._chain[HASH:GOOD_AT])

    @property
    def decisions(self) -> int:
        """How many of the records count in the decision digest."""
        return self._numbers[DECISIONS]

    @property
    def said(self) -> bytes:
        """What the decision digest is to take in, where it is listed."""
        return bytes(memoryview(self._said)[: self._numbers[SAID]])

    @property
    def leaves(self) -> bytes:
        """Leaf hashes, joined."""
        return bytes(memoryview(self._leaves)[: HASH * self.count])

    @property
    def unsure(self) -> list[list[int]]:
        """For each body left to judge: where it begins and ends, the row of its kind, and where its group begins."""
        columns = self._rows[: ROW_COLUMNS * self._numbers[UNSURE]]
        return [columns[row : row + ROW_COLUMNS] for row in range(0, len(columns), ROW_COLUMNS)]

    def _make_room(self) -> None:
        """Room for as many leaves, decisions and bodies to judge as there is for records."""
        if len(self._leaves) < HASH * self._room:
            self._leaves = bytearray(HASH * self._room)
            self._rows = (c_int64 * (ROW_COLUMNS * self._room))()
        room = self._room * (_LISTED_BYTES + self.kinds.longest) if self._numbers[LISTING] else 0
        if len(self._said) < room:
            self._said = bytearray(room)


def _address(data: bytes | bytearray) -> int:
    """Where the first byte lies; the caller keeps it there."""
    if isinstance(data, bytes):
        return cast(c_char_p(data), c_void_p).value or 0
    return addressof((c_char * len(data)).from_buffer(data))


@cache
def _crc_table() -> Array[c_int64]:
    return (c_int64 * CRC_VALUES)(*map(_crc_of, range(CRC_VALUES)))


def _crc_of(value: int) -> int:
    """What zlib's CRC-32 makes of one byte."""
    for _ in range(8):
        value = value >> 1 ^ (_CRC_POLYNOMIAL if value & 1 else 0)
    return value
