"""A segment opened to read: its committed end, and a sparse index of where records and declarations lie.

Only whole groups are shown: what has no valid commit frame yet is not there. Hashes are the verifier's business.
What may still be cut off, torn bytes or room, is read and never mapped: whoever touches a map that has lost its file is
killed.
"""

import mmap
import os
import stat
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from pathlib import Path
from struct import Struct
from struct import error as too_short
from typing import IO, Any

import msgspec

from tallystick.events.declarations import SOURCE_DECLARED
from tallystick.events.errors import IntegrityError
from tallystick.events.record import BLOB, HEADER_BYTES, LENGTH, MAX_BLOBS, MAX_BODY_BYTES, NONE_SEQ, RECORD
from tallystick.events.regular import FIX
from tallystick.events.segment import FRAME, MAX_GROUP_BYTES, SEGMENT, SegmentHeader, content, read_frame, unreadable

STRIDE = 512
READ_BYTES = 2**22  # at a time; memory that is used again needs no clearing by the system
MAX_READ_BYTES = MAX_GROUP_BYTES + FRAME.size  # at least one whole group
MAX_RECORD = HEADER_BYTES + BLOB.size * MAX_BLOBS + MAX_BODY_BYTES

_INDEXED = Struct(">I6xQ28xH71x")
"""Of `record.RECORD`: length, seq and type id; all of the header must be there."""
_LENGTH_BYTES = LENGTH.size

Raw = tuple[int, tuple[Any, ...]]
"""Where a record begins, and its length followed by its header's fields in the order of `record.Header`."""


class Index(msgspec.Struct):
    """Where things lie in a segment up to `end`: every 512th record, the types from it on, and every declaration."""

    end: int
    records: int
    offsets: list[int]
    types: list[set[int]]
    declarations: list[int]
    marker: bytes


class SegmentView:
    """One segment: `first` seq, `records` committed so far, and iteration from any of them."""

    def __init__(self, first: int, path: Path) -> None:
        self.first = first
        self.path = path
        self.data: memoryview = memoryview(b"")
        self._marker = b""
        self._index = Index(SEGMENT.size, 0, [], [], [], b"")

    @property
    def records(self) -> int:
        """How many committed records have been seen."""
        return self._index.records

    @property
    def declarations(self) -> list[int]:
        """Where declarations begin."""
        return self._index.declarations

    def refresh(self) -> bool:
        """Look for groups committed since the last look; true when there are any."""
        seen = self._index.records
        if self.path.suffix == ".seg":
            with _reading(self.path) as file:
                self._read_on(file)
        else:
            self._unpack()
            self._take_groups(self.data, 0)
        return self._index.records > seen

    def iterate(self, first: int, last: int, layout: Struct = RECORD) -> Iterator[Raw]:
        """Records `first` to `last` (seqs, last included, as far as committed), the fast way: no body is touched.

        `layout` reads the length and what else is wanted of a header.
        """
        data, unpack, frame, most = self.data, layout.unpack_from, FRAME.size, MAX_RECORD
        index = self._index
        skip = min(first - self.first, index.records)
        at = index.offsets[skip // STRIDE] if skip // STRIDE < len(index.offsets) else SEGMENT.size
        left = min(last + 1 - self.first, index.records) - skip
        skip -= skip // STRIDE * STRIDE if index.offsets else 0
        for _ in range(skip):
            if data[at] == 0xFF:
                at += frame
            at += _LENGTH_BYTES + LENGTH.unpack_from(data, at)[0]
        for _ in range(left):
            fields = unpack(data, at)
            if fields[0] > most:  # a frame begins with 0xFF, and a record follows it
                at += frame
                fields = unpack(data, at)
            yield at, fields
            at += _LENGTH_BYTES + fields[0]

    def holding(self, types: AbstractSet[int]) -> list[int]:
        """First seqs of the `STRIDE` records long stretches that hold a record of one of these types."""
        held = enumerate(self._index.types)
        return [self.first + number * STRIDE for number, each in held if not each.isdisjoint(types)]

    def index(self) -> bytes:
        """The index for a cache file."""
        return msgspec.msgpack.encode(self._index)

    def use_index(self, raw: bytes) -> None:
        """Take a cached index; ignored when it is not of these very bytes."""
        try:
            index = msgspec.msgpack.decode(raw, type=Index)
        except msgspec.DecodeError:
            return
        if self.path.suffix != ".seg":
            self._unpack()
            if (index.marker, index.end) == (self._marker, len(self.data)):
                self._index = index
            return
        with _reading(self.path) as file:
            self._know_marker(file.read(SEGMENT.size))
            if (index.marker, index.end) == (self._marker, file.seek(0, os.SEEK_END)):
                self._index = index
                self._map(file)

    def _unpack(self) -> None:
        if not self.data:
            self.data = memoryview(content(self.path))
            self._know_marker(self.data)

    def _read_on(self, file: IO[bytes]) -> None:
        """Take what has been committed to a plain segment since into the index."""
        if not self._marker:
            self._know_marker(file.read(SEGMENT.size))
        index, most = self._index, READ_BYTES
        while self._marker:
            known = index.end
            file.seek(known)
            data = file.read(most)
            self._take_groups(data, known)
            if index.end == known:
                if len(data) < most or most == MAX_READ_BYTES:
                    break
                most = MAX_READ_BYTES
        if index.records:
            self._map(file)

    def _map(self, file: IO[bytes]) -> None:
        if self._index.end > len(self.data):
            self.data = memoryview(mmap.mmap(file.fileno(), self._index.end, access=mmap.ACCESS_READ))

    def _know_marker(self, data: bytes | memoryview) -> None:
        """Take the marker from the segment's header, if that is there by now."""
        if len(data) >= SEGMENT.size and any(data[: SEGMENT.size]):
            self._marker = self._index.marker = SegmentHeader.parse(data).marker

    def _take_groups(self, data: bytes | memoryview, begin: int) -> None:
        """Take whole groups in `data`, the segment from byte `begin` on, into the index."""
        while self._take_group(data, begin):
            pass

    def _take_group(self, data: bytes | memoryview, begin: int) -> bool:
        """Take the group at the end of what is known into the index, if its frame is there."""
        index, first = self._index, self.first + self._index.records
        at, next_stride = index.end - begin, self.first + STRIDE * len(index.offsets)
        offsets: list[int] = []
        declarations: list[int] = []
        held: dict[int, int] = {}  # by type, for an entry is set faster than a set is added to
        types, unpack, most = [held], _INDEXED.unpack_from, MAX_RECORD
        seq = first
        try:
            for seq in range(first, NONE_SEQ):
                length, own_seq, type_id = unpack(data, at)
                if length > most or own_seq != seq:  # a frame begins with 0xFF, which makes a large number
                    break
                if seq == next_stride:
                    offsets.append(begin + at)
                    held = {}
                    types.append(held)
                    next_stride += STRIDE
                if type_id <= SOURCE_DECLARED:
                    declarations.append(begin + at)
                held[type_id] = seq
                at += _LENGTH_BYTES + length
        except too_short:
            pass  # a frame may be all that is left
        frame = read_frame(data, at, self._marker)
        if frame is None or frame[:2] != (first, seq - first):
            return False
        index.end, index.records = begin + at + FRAME.size, seq - self.first
        index.offsets += offsets
        index.declarations += declarations
        if index.types:
            index.types[-1].update(types[0])
        index.types += map(set, types[1:])
        return True


@contextmanager
def _reading(path: Path) -> Iterator[IO[bytes]]:
    """A plain segment to read. Raises `IntegrityError` for what is no regular file, or `LogError`."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise IntegrityError(f"{path.name} is not a regular file", fix=FIX)
        with path.open("rb", buffering=0) as file:
            yield file
    except OSError as error:
        raise unreadable(path, error) from error
