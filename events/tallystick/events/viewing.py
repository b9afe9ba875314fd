"""A segment opened to read: its committed end, and a sparse index of where records and declarations lie.

Only whole groups are shown: what has no valid commit frame yet is not there. Hashes are the verifier's business.
What may still be cut off, torn bytes or room, is read and never mapped: whoever touches a map that has lost its file is
killed.
"""

import mmap
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from struct import Struct
from struct import error as too_short
from typing import IO, Any

import msgspec

from tallystick.events.declarations import SOURCE_DECLARED
from tallystick.events.errors import IntegrityError
from tallystick.events.record import BLOB, HEADER_BYTES, LENGTH, MAX_BLOBS, MAX_BODY_BYTES, RECORD
from tallystick.events.regular import FIX
from tallystick.events.segment import FRAME, MAX_GROUP_BYTES, SEGMENT, SegmentHeader, content, read_frame, unreadable

STRIDE = 512
READ_BYTES = MAX_GROUP_BYTES + FRAME.size  # at least one whole group
MAX_RECORD = HEADER_BYTES + BLOB.size * MAX_BLOBS + MAX_BODY_BYTES

_INDEXED = Struct(">I6xQ28xH71x")
"""Of `record.RECORD`: length, seq and type id; all of the header must be there."""
_LENGTH_BYTES = LENGTH.size

Raw = tuple[int, tuple[Any, ...]]
"""Where a record begins, and its length followed by its header's fields in the order of `record.Header`."""


class Index(msgspec.Struct):
    """Where things lie in a segment up to `end`: every 512th record, and every declaration."""

    end: int
    records: int
    offsets: list[int]
    declarations: list[int]
    marker: bytes


class SegmentView:
    """One segment: `first` seq, `records` committed so far, and iteration from any of them."""

    def __init__(self, first: int, path: Path) -> None:
        self.first = first
        self.path = path
        self.data: memoryview = memoryview(b"")
        self._marker = b""
        self._index = Index(SEGMENT.size, 0, [], [], b"")

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
        known = -1
        while self._marker and known < self._index.end:
            known = self._index.end
            file.seek(known)
            self._take_groups(file.read(READ_BYTES), known)
        if self._index.records:
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
        index = self._index
        at, seq = index.end - begin, index.records
        offsets: list[int] = []
        declarations: list[int] = []
        unpack, first = _INDEXED.unpack_from, self.first
        try:
            while data[at] != 0xFF:
                length, own_seq, type_id = unpack(data, at)
                if not HEADER_BYTES <= length <= MAX_RECORD or own_seq != first + seq:
                    return False
                if seq % STRIDE == 0:
                    offsets.append(begin + at)
                if type_id <= SOURCE_DECLARED:
                    declarations.append(begin + at)
                seq += 1
                at += _LENGTH_BYTES + length
        except (IndexError, too_short):
            return False
        frame = read_frame(data, at, self._marker)
        if frame is None or frame[:2] != (first + index.records, seq - index.records):
            return False
        index.end, index.records = begin + at + FRAME.size, seq
        index.offsets += offsets
        index.declarations += declarations
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
