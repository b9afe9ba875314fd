"""What a crash leaves behind: find the torn tail, keep its bytes in `cut/`, cut it off.

1. A frame counts only with its CRC and everything it closes.
2. What follows the last frame that counts, in the last and uncompressed segment, is torn,
3. unless a checkpoint covers it, or a later frame of the same segment follows it: then it is an integrity finding,
   because a group is written only after the one before it is durable.
4. Zeros with which that segment is a whole number of 64 KiB are no torn bytes but room for groups to come.
5. A last segment that is empty, all zeros or shorter than its header is torn whole.
6. The torn bytes go to `cut/` first, durably; then the file is cut, or removed when it was torn whole. A crash in
   between only repeats this.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tallystick.events import checkpoint
from tallystick.events.errors import IntegrityError
from tallystick.events.files import Files, write_whole
from tallystick.events.segment import (
    SEGMENT,
    BrokenGroup,
    RecordAt,
    SegmentHeader,
    later_frame,
    read_group,
    written,
)

CUT_FOLDER = "cut"

Take = Callable[[list[RecordAt], int], None]  # the records of a group and where it begins


@dataclass(frozen=True, slots=True)
class Tail:
    """How a segment ends: the valid bytes, the torn bytes after them, the room behind, and the chain at that point.

    `header` is None when the segment is torn whole.
    """

    header: SegmentHeader | None
    valid: int
    torn: bytes
    room: int
    seq: int
    prev: bytes


@dataclass(frozen=True, slots=True)
class Resumed:
    """Where in a segment reading goes on: its header, and the offset of the group that comes next."""

    header: SegmentHeader
    offset: int


def read_last(
    data: memoryview, seq: int, prev: bytes, *, origin: str, covered: int, take: Take, resumed: Resumed | None = None
) -> Tail:
    """Read the last, plain segment; hands each group that counts to `take`.

    `seq` and `prev` are where the records before ended, `covered` the largest size that a checkpoint covers. When
    `resumed`, `data` is only the rest of the segment.
    Raises `IntegrityError` when what follows the last frame that counts is not what a crash leaves.
    """
    if resumed is None and (len(data) < SEGMENT.size or (not any(data[: SEGMENT.size]) and not any(data))):
        _require_uncovered(seq, covered)
        return Tail(None, 0, bytes(data), 0, seq, prev)
    header = resumed.header if resumed else SegmentHeader.parse(data)
    require_origin(header, origin)
    if resumed is None and (header.first, header.prev) != (seq, prev):
        what = f"the last segment does not continue record {seq - 1}"
        raise IntegrityError(what, seq=seq, fix="restore it from a copy")
    at, before, torn = (0, resumed.offset, b"") if resumed else (SEGMENT.size, 0, b"")
    while at < len(data):
        try:
            records, end = read_group(data, at, header.marker, seq, prev)
        except BrokenGroup as error:
            _require_torn(data, at, header.marker, seq, error)
            torn = written(data, at, before)
            break
        take(records, at)
        at, seq, prev = end, seq + len(records), records[-1].leaf
    _require_uncovered(seq, covered)
    return Tail(header, before + at, torn, len(data) - at - len(torn), seq, prev)


def cut(folder: Path, path: Path, tail: Tail, files: Files) -> str:
    """Keep the torn bytes in `cut/`, cut them and the room off; returns their SHA-256 in hex. Raises `OSError`."""
    digest = sha256(tail.torn).hexdigest()
    if tail.torn:
        write_whole(files, folder / CUT_FOLDER / digest, tail.torn)
    if tail.header is None:
        files.remove(path)
        files.sync_folder(folder)
        return digest
    file = files.extend(path)
    try:
        file.truncate(tail.valid)
        file.sync()
    finally:
        file.close()
    return digest


def covered_by_checkpoints(folder: Path) -> int:
    """The largest size that a checkpoint file beside the log claims, whoever signed it; 0 when there is none.

    Raises `IntegrityError` for one that is not even a file, `OSError` where they cannot be listed.
    Recovery holds no key, so it believes every claim: it refuses to cut rather than cut what was vouched for.
    """
    sizes = [0]
    for path in checkpoint.files(folder):
        lines = checkpoint.read(path).split(b"\n", 2)
        if len(lines) == 3 and lines[1].isdigit() and len(lines[1]) < 20:
            sizes.append(int(lines[1]))
    return max(sizes)


def require_origin(header: SegmentHeader, origin: str) -> None:
    """Raise `IntegrityError` when a segment belongs to another log."""
    if header.origin_hash != sha256(origin.encode()).digest():
        raise IntegrityError(f"a segment belongs to another log than {origin!r}", fix="check the folder and the origin")


def _require_torn(data: memoryview, at: int, marker: bytes, seq: int, broken: BrokenGroup) -> None:
    later = later_frame(data, at, marker, seq)
    if later >= 0:
        raise IntegrityError(
            f"record {broken.seq} is damaged ({broken.what}), and the group of record {later} was committed after it",
            seq=broken.seq,
            fix="no crash leaves this: verify the log and restore the segment from a copy",
        ) from None


def _require_uncovered(seq: int, covered: int) -> None:
    if covered > seq:
        raise IntegrityError(
            f"the log ends after {seq} records, but a checkpoint covers {covered}",
            seq=seq,
            fix="no crash leaves this: verify the log and restore the segment from a copy",
        )
