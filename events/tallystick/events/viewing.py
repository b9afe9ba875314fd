"""A segment opened to read: its committed end, and a sparse index of where records and declarations lie.

Only whole groups are shown: what has no valid commit frame yet is not there. Hashes are the verifier's business.
"""

import mmap
import stat
from collections.abc import Iterator
from pathlib import Path
from struct import Struct
from struct import error as too_short
from typing import Any

import msgspec

from tallystick.events.declarations import SOURCE_DECLARED
from tallystick.events.errors import IntegrityError, LogError
from tallystick.events.record import BLOB, HEADER_BYTES, LENGTH, MAX_BLOBS, MAX_BODY_BYTES, RECORD
from tallystick.events.regular import FIX
from tallystick.events.segment import FRAME, SEGMENT, SegmentHeader, content, read_frame

STRIDE = 512
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
        self._open()
        index = self._index
        seen = index.records
        while self._marker and self._take_group():
            pass
        return index.records > seen

    def iterate(self, first: int, last: int, layout: Struct = RECORD) -> Iterator[Raw]:
        """Records `first` to `last` (seqs, last included, as far as committed), the fast way: no body is touched.

        `layout` reads the length and what else is wanted of a header.
        """
        self._open()
        data, unpack, frame, length_bytes = self.data, layout.unpack_from, FRAME.size, LENGTH.size
        index = self._index
        skip = min(first - self.first, index.records)
        at = index.offsets[skip // STRIDE] if skip // STRIDE < len(index.offsets) else SEGMENT.size
        left = min(last + 1 - self.first, index.records) - skip
        skip -= skip // STRIDE * STRIDE if index.offsets else 0
        while left > 0:
            if data[at] == 0xFF:
                at += frame
                continue
            fields = unpack(data, at)
            if skip:
                skip -= 1
            else:
                left -= 1
                yield at, fields
            at += length_bytes + fields[0]

    def index(self) -> bytes:
        """The index for a cache file."""
        return msgspec.msgpack.encode(self._index)

    def use_index(self, raw: bytes) -> None:
        """Take a cached index; ignored when it is not of these very bytes."""
        self._open()
        try:
            index = msgspec.msgpack.decode(raw, type=Index)
        except msgspec.DecodeError:
            return
        if index.marker == self._marker and index.end == len(self.data):
            self._index = index

    def _open(self) -> None:
        if self.path.suffix != ".seg":
            if not self.data:
                self.data = memoryview(content(self.path))
        else:
            try:
                there = self.path.stat()
                if not stat.S_ISREG(there.st_mode):
                    raise IntegrityError(f"{self.path.name} is not a regular file", fix=FIX)
                if there.st_size > len(self.data):
                    with self.path.open("rb") as file:
                        self.data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
            except OSError as error:
                message = f"cannot read {self.path}: {error.strerror}"
                raise LogError(message, fix="check that the disk is there and readable") from error
        if not self._marker and len(self.data) >= SEGMENT.size:
            try:
                self._marker = self._index.marker = SegmentHeader.parse(self.data).marker
            except IntegrityError:
                if any(self.data[: SEGMENT.size]):
                    raise

    def _take_group(self) -> bool:
        """Take the group at the end of what is known into the index, if its frame is there."""
        index, data = self._index, self.data
        at, seq, size = index.end, index.records, len(data)
        offsets: list[int] = []
        declarations: list[int] = []
        unpack, first = _INDEXED.unpack_from, self.first
        try:
            while data[at] != 0xFF:
                length, own_seq, type_id = unpack(data, at)
                if not HEADER_BYTES <= length <= MAX_RECORD or own_seq != first + seq:
                    return False
                if seq % STRIDE == 0:
                    offsets.append(at)
                if type_id <= SOURCE_DECLARED:
                    declarations.append(at)
                seq += 1
                at += _LENGTH_BYTES + length
        except (IndexError, too_short):
            return False
        frame = read_frame(data, at, self._marker)
        if frame is None or frame[:2] != (self.first + index.records, seq - index.records) or at + FRAME.size > size:
            return False
        index.end, index.records = at + FRAME.size, seq
        index.offsets += offsets
        index.declarations += declarations
        return True
