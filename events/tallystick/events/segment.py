"""Segment files: a header, then groups of whole cascades, each closed by a commit frame.

A group is what one sync makes durable. A frame counts only with everything it closes: its CRC, each record, the chain.
Groups, segments, markers and compression are storage; they may differ between copies of a log and prove nothing.
"""

import lzma
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from struct import Struct
from typing import Any

from tallystick.events.errors import IntegrityError, LogError
from tallystick.events.record import BLOB, BLOBS_AT, FORMAT, HEADER, HEADER_BYTES, LENGTH, MAX_BODY_BYTES
from tallystick.events.regular import read_regular

MAGIC = b"TALLYSEG"
FRAME_MAGIC = b"\xffTALLYCM"
SEGMENT = Struct(">8sB32sQ32s16sI")
FRAME = Struct(">8s16sQI32sI")
CRC_BYTES = 4
_FRAME_HEAD = Struct(FRAME.format[:-1])  # what its CRC is over
MARKER_BYTES = 16
MAX_SEGMENT_BYTES = 2**30
MAX_GROUP_BYTES = 2**26
ROOM_UNIT_BYTES = 2**16
NAME = re.compile(r"(\d{20})\.seg(\.z|\.xz)?", re.ASCII)

Fields = tuple[Any, ...]  # a header's fields in the order of `record.Header`


class BrokenGroup(IntegrityError):
    """A group whose frame does not count: torn, or tampered with; the caller knows which."""


@dataclass(frozen=True, slots=True)
class SegmentHeader:
    """What a segment says of itself; `marker` is 16 random bytes by which its frames are found."""

    origin_hash: bytes
    first: int
    prev: bytes
    marker: bytes

    def pack(self) -> bytes:
        """The header's 101 bytes."""
        head = SEGMENT.pack(MAGIC, FORMAT, self.origin_hash, self.first, self.prev, self.marker, 0)[:-CRC_BYTES]
        return head + zlib.crc32(head).to_bytes(CRC_BYTES, "big")

    @classmethod
    def parse(cls, data: bytes | memoryview) -> "SegmentHeader":
        """Read a segment's header. Raises `IntegrityError`."""
        if len(data) < SEGMENT.size:
            raise IntegrityError(f"a segment of {len(data)} bytes is shorter than its header")
        magic, form, origin_hash, first, prev, marker, crc = SEGMENT.unpack_from(data)
        if magic != MAGIC or crc != zlib.crc32(bytes(data[: SEGMENT.size - CRC_BYTES])):
            raise IntegrityError("the header of a segment is damaged")
        if form != FORMAT:
            what = f"the header of a segment says format {form}; this version reads format {FORMAT}"
            raise IntegrityError(what, fix="read it with the Tallystick that wrote it, or a later one")
        return cls(origin_hash, first, prev, marker)


@dataclass(frozen=True, slots=True)
class RecordAt:
    """Where a record lies in its segment, its header's fields and its leaf hash; no body when `body` == `end`."""

    at: int
    body: int
    end: int
    fields: Fields
    leaf: bytes


def pack_frame(marker: bytes, first: int, count: int, last: bytes) -> bytes:
    """The commit frame of a group of `count` records from seq `first` on, the last with leaf hash `last`."""
    head = _FRAME_HEAD.pack(FRAME_MAGIC, marker, first, count, last)
    return head + zlib.crc32(head).to_bytes(CRC_BYTES, "big")


def read_frame(data: bytes | memoryview, at: int, marker: bytes) -> tuple[int, int, bytes] | None:
    """First seq, count and last leaf hash of the whole frame at `at`; None when there is none of this segment."""
    if len(data) - at < FRAME.size:
        return None
    magic, said_marker, first, count, last, crc = FRAME.unpack_from(data, at)
    right = magic == FRAME_MAGIC and said_marker == marker
    return (first, count, last) if right and crc == zlib.crc32(data[at : at + FRAME.size - CRC_BYTES]) else None


def read_group(data: memoryview, at: int, marker: bytes, seq: int, prev: bytes) -> tuple[list[RecordAt], int]:
    """Records of the group at `at` and where its frame ends; raises `BrokenGroup` unless the frame counts."""
    begin, first = at, seq
    records: list[RecordAt] = []
    while at < len(data) and data[at] != FRAME_MAGIC[0]:
        record = _read_record(data, at, seq, prev)
        records.append(record)
        at, seq, prev = record.end, seq + 1, record.leaf
        if at - begin > MAX_GROUP_BYTES:
            raise BrokenGroup(f"the group of record {first} is larger than 64 MiB", seq=first)
    frame = read_frame(data, at, marker)
    if frame is None:
        raise BrokenGroup("no whole commit frame closes the group", seq=first)
    if not records or frame != (first, len(records), prev):
        raise BrokenGroup("a commit frame does not fit the group it closes", seq=first)
    return records, at + FRAME.size


def written(data: bytes | memoryview, at: int, before: int = 0) -> bytes:
    """What stands behind byte `at` of an open segment, without the room for groups to come.

    `data` is the segment without its first `before` bytes. Room are zeros up to a length of whole `ROOM_UNIT_BYTES`.
    """
    rest = bytes(data[at:])
    return rest if (before + len(data)) % ROOM_UNIT_BYTES else rest.rstrip(b"\0")


def later_frame(data: memoryview, at: int, marker: bytes, seq: int) -> int:
    """First seq of a whole frame of this segment after `at` that names more than `seq`; -1 when there is none."""
    return next((first for _, first in frames(bytes(data[at:]), 0, marker) if first > seq), -1)


def frames(data: bytes, at: int, marker: bytes) -> Iterator[tuple[int, int]]:
    """Where each whole frame of this segment stands from `at` on, and its first seq; an image in a body is one too."""
    while (at := data.find(FRAME_MAGIC + marker, at)) >= 0:
        frame = read_frame(data, at, marker)
        if frame is not None:
            yield at, frame[0]
        at += 1


def _read_record(data: memoryview, at: int, seq: int, prev: bytes) -> RecordAt:
    if len(data) - at < LENGTH.size + HEADER_BYTES:
        raise BrokenGroup("a record is cut short", seq=seq)
    (length,) = LENGTH.unpack_from(data, at)
    body = at + LENGTH.size + HEADER_BYTES + BLOB.size * data[at + BLOBS_AT]
    end = at + LENGTH.size + length
    fields = HEADER.unpack_from(data, at + LENGTH.size)
    if not body <= end <= len(data) or end - body not in (0, fields[12]) or not 0 < fields[12] <= MAX_BODY_BYTES:
        raise BrokenGroup("a record has an impossible length", seq=seq)
    if fields[0] != FORMAT or fields[3] != seq or fields[11] != prev:
        raise BrokenGroup("the chain is broken: not the record that follows the one before", seq=seq)
    if end > body and sha256(data[body:end]).digest() != fields[13]:
        raise BrokenGroup("a body does not match the hash in its header", seq=seq)
    return RecordAt(at, body, end, fields, sha256(b"\0" + data[at + LENGTH.size : body]).digest())


def segment_name(first: int) -> str:
    """File name of the segment that begins with record `first`."""
    return f"{first:020d}.seg"


def segment_files(folder: Path) -> list[tuple[int, Path]]:
    """First seq and file of each segment in order; of a plain and a compressed copy, the plain one."""
    found: dict[int, Path] = {}
    for path in sorted(folder.iterdir(), reverse=True) if folder.is_dir() else ():
        match = NAME.fullmatch(path.name)
        if match:
            found[int(match[1])] = path  # the plain file's name sorts first, so it is met last
    return sorted(found.items())


def content(path: Path) -> bytes:
    """A segment's plain bytes, whatever it is compressed with. Raises `IntegrityError` or `LogError`."""
    try:
        raw = read_regular(path, MAX_SEGMENT_BYTES)
    except OSError as error:
        raise unreadable(path, error) from error
    return raw if path.suffix == ".seg" else decompress(raw, path)


def unreadable(path: Path, error: OSError) -> LogError:
    """What to say of a segment that the system does not give."""
    return LogError(f"cannot read {path}: {error.strerror}", fix="check that the disk is there and readable")


def decompress(raw: bytes, path: Path) -> bytes:
    """Plain bytes of a `.z` or `.xz` segment; nothing may stand behind the stream. Raises `IntegrityError`."""
    machine: Any = zlib.decompressobj() if path.suffix == ".z" else lzma.LZMADecompressor(lzma.FORMAT_XZ)
    try:
        plain: bytes = machine.decompress(raw, MAX_SEGMENT_BYTES + 1)
    except (zlib.error, lzma.LZMAError) as error:
        raise IntegrityError(f"{path.name} cannot be decompressed: {error}", fix="restore it from a copy") from None
    if not machine.eof or machine.unused_data or len(plain) > MAX_SEGMENT_BYTES:
        what = f"{path.name} is cut short, holds more than a segment may, or has something behind it"
        raise IntegrityError(what, fix="restore it from a copy")
    return plain


def groups(
    data: memoryview, header: SegmentHeader, start: tuple[int, int, bytes] | None = None
) -> Iterator[tuple[list[RecordAt], int]]:
    """Every group of a whole segment, each with where it begins. Raises `BrokenGroup` at the first that is not whole.

    `start`: offset of the group to begin with, its first seq and the leaf hash before it.
    """
    at, seq, prev = start or (SEGMENT.size, header.first, header.prev)
    while at < len(data):
        records, end = read_group(data, at, header.marker, seq, prev)
        yield records, at
        at, seq, prev = end, seq + len(records), records[-1].leaf
