"""Ways to damage a copy of a log, each with what a verifier should say: to show that it does, and to test that it does.

`audit tamper-test` copies a log, applies each to a fresh copy and shows the verdict. Every way aims at something that a
checkpoint covers; one that finds nothing to aim at (no blob, no recorded checkpoint) raises `NotApplicable`.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

from tallystick.events import checkpoint
from tallystick.events.declarations import CHECKPOINTED
from tallystick.events.errors import UsageError
from tallystick.events.record import HEADER, HEADER_BYTES
from tallystick.events.segment import FRAME, SEGMENT, BrokenGroup, RecordAt, SegmentHeader, groups, pack_frame
from tallystick.events.stored import plain_bytes, stored_segments

_TIME, _PREVIOUS = 4, 11  # places in a header's fields


class NotApplicable(UsageError):
    """This log holds nothing that this way could damage."""


@dataclass(frozen=True, slots=True)
class Tampering:
    """One way: its name, what is done, what the verifier should say and return, and the deed, which tells of itself."""

    name: str
    what: str
    expected: str
    damage: Callable[[Path], str]
    exit_code: int = 3


@dataclass(frozen=True, slots=True)
class _Target:
    """A plain segment with its groups, as far as checkpoints cover them; records carry their places in `data`."""

    path: Path
    data: bytearray
    groups: list[list[RecordAt]]

    @property
    def records(self) -> list[RecordAt]:
        return [record for group in self.groups for record in group]


def flip_body(folder: Path) -> str:
    """Flip one bit in the middle of a covered body."""
    target = _target(folder)
    record = _middle([each for each in target.records if each.end > each.body])
    return _flip(target, (record.body + record.end) // 2, f"body of record {record.fields[3]}")


def flip_header(folder: Path) -> str:
    """Flip one bit of a covered record's book time."""
    target = _target(folder)
    record = _middle(target.records)
    return _flip(target, record.at + 25, f"book time of record {record.fields[3]}")


def flip_frame(folder: Path) -> str:
    """Flip one bit of a commit frame."""
    target = _target(folder)
    group = target.groups[len(target.groups) // 2]
    return _flip(target, group[-1].end + FRAME.size - 1, f"commit frame after record {group[-1].fields[3]}")


def flip_checkpoint(folder: Path) -> str:
    """Flip one bit in the signature of the last checkpoint."""
    path = _checkpoints(folder)[-1][1]
    raw = bytearray(path.read_bytes())
    raw[-20] ^= 1
    path.write_bytes(raw)
    return f"flipped a bit in the signature of {path.name}"


def flip_blob(folder: Path) -> str:
    """Flip one bit of a blob."""
    paths = [path for path in sorted((folder / "blobs").glob("??/*")) if path.stat().st_size]
    if not paths:
        raise NotApplicable("the log has no blobs")
    raw = bytearray(paths[0].read_bytes())
    raw[len(raw) // 2] ^= 1
    paths[0].write_bytes(raw)
    return f"flipped a bit in blob {paths[0].name}"


def delete_record(folder: Path) -> str:
    """Take a covered record out of its segment."""
    target = _target(folder)
    record = _middle(target.records)
    del target.data[record.at : record.end]
    target.path.write_bytes(target.data)
    return f"took record {record.fields[3]} out of {target.path.name}"


def delete_segment(folder: Path) -> str:
    """Delete the first segment."""
    stored = stored_segments(folder)[0]
    for path in stored.paths:
        path.unlink()
    return f"deleted segment {stored.name}"


def delete_checkpoint(folder: Path) -> str:
    """Delete a checkpoint that the log has recorded."""
    written = {sha256(path.read_bytes()).hexdigest().encode(): path for path in checkpoint.files(folder)}
    for stored in stored_segments(folder):
        data = plain_bytes(stored)
        for records in _whole_groups(data):
            for record in records:
                body = data[record.body : record.end]
                named = [
                    path for digest, path in written.items() if record.fields[9] == CHECKPOINTED and digest in body
                ]
                if named:
                    named[0].unlink()
                    return f"deleted {named[0].name}, which record {record.fields[3]} names"
    raise NotApplicable("no record of the log names a checkpoint that is there")


def swap_records(folder: Path) -> str:
    """Let two neighbouring covered records change places."""
    target = _target(folder)
    pairs = [(a, b) for group in target.groups for a, b in pairwise(group)]
    if not pairs:
        raise NotApplicable("no group of the log holds two records")
    first, second = pairs[len(pairs) // 2]
    target.data[first.at : second.end] = target.data[second.at : second.end] + target.data[first.at : first.end]
    target.path.write_bytes(target.data)
    return f"swapped records {first.fields[3]} and {second.fields[3]}"


def cut_tail(folder: Path) -> str:
    """Cut whole groups off the end, so that the log ends before its last checkpoint; what is left looks orderly."""
    target = _target(folder)
    first = target.groups[-1][0]
    target.path.write_bytes(target.data[: first.at])
    for stored in stored_segments(folder):
        if stored.first > first.fields[3]:
            for path in stored.paths:
                path.unlink()
    return f"cut the log off before record {first.fields[3]}"


def rewrite_tail(folder: Path) -> str:
    """Change the book time of the last covered cascades and chain everything after them anew, with right hashes."""
    target = _target(folder)
    begin = target.groups[-1][0]
    head, made, at = begin.fields[_PREVIOUS], bytearray(), begin.at
    data = bytes(target.data)
    marker = SegmentHeader.parse(data).marker
    for records in _whole_groups(data):
        if records[0].at < begin.at:
            continue
        for record in records:
            fields = list(record.fields)
            fields[_TIME] += 1
            fields[_PREVIOUS] = head
            packed = HEADER.pack(*fields) + data[record.at + 4 + HEADER_BYTES : record.body]
            head = sha256(b"\0" + packed).digest()
            made += data[record.at : record.at + 4] + packed + data[record.body : record.end]
        made += pack_frame(marker, records[0].fields[3], len(records), head)
    target.path.write_bytes(data[:at] + made)
    return f"rewrote record {begin.fields[3]} and chained all after it anew"


def _target(folder: Path) -> _Target:
    """The last plain segment that holds a covered group."""
    covered = _checkpoints(folder)[-1][0]
    for stored in reversed([each for each in stored_segments(folder) if each.is_plain]):
        data = plain_bytes(stored)
        if len(data) <= SEGMENT.size:
            continue
        found = [records for records in _whole_groups(data) if records[-1].fields[3] < covered]
        if found:
            return _Target(stored.paths[0], bytearray(data), found)
    raise NotApplicable("no checkpoint covers a plain segment of the log")


def _whole_groups(data: bytes) -> Iterator[list[RecordAt]]:
    """The groups of a segment up to the first that is not whole: a run that is at work, or was killed, may end so."""
    with suppress(BrokenGroup):
        for records, _ in groups(memoryview(data), SegmentHeader.parse(data)):
            yield records


def _checkpoints(folder: Path) -> list[tuple[int, Path]]:
    """Size and file of each checkpoint, by size."""
    found = sorted((int(path.read_bytes().split(b"\n")[1]), path) for path in checkpoint.files(folder))
    if not found:
        raise NotApplicable("the log has no checkpoint", fix="sign one first")
    return found


def _middle(records: list[RecordAt]) -> RecordAt:
    return records[len(records) // 2]


def _flip(target: _Target, at: int, where: str) -> str:
    target.data[at] ^= 1
    target.path.write_bytes(target.data)
    return f"flipped a bit in the {where}"


TAMPERINGS = (
    Tampering("flip-body", "one bit of a body", "that record was altered", flip_body),
    Tampering("flip-header", "one bit of a book time", "the chain is broken behind that record", flip_header),
    Tampering("flip-frame", "one bit of a commit frame", "that group has no whole frame", flip_frame),
    Tampering("flip-checkpoint", "one bit of a signature", "that checkpoint is not valid", flip_checkpoint),
    Tampering("flip-blob", "one bit of a blob", "that blob was altered", flip_blob),
    Tampering("delete-record", "one record taken out", "the chain is broken there", delete_record),
    Tampering("delete-segment", "the first segment deleted", "the log does not begin at record 0", delete_segment),
    Tampering(
        "delete-checkpoint", "a recorded checkpoint deleted", "a recorded checkpoint is missing", delete_checkpoint
    ),
    Tampering("swap-records", "two records swapped", "the chain is broken there", swap_records),
    Tampering("cut-tail", "the log cut before its last checkpoint", "records are missing at the end", cut_tail),
    Tampering("rewrite-tail", "the tail rewritten and re-chained", "a checkpoint signed another root", rewrite_tail),
)
