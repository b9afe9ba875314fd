"""Opening a log to write: what it amounts to, where its last segment goes on, and what recovery has to record."""

from dataclasses import dataclass
from pathlib import Path

from tallystick.events import checkpoint, headcache
from tallystick.events.errors import IntegrityError
from tallystick.events.event import Event
from tallystick.events.files import Files, write_failed
from tallystick.events.note import NoteError, parse_note
from tallystick.events.recovery import (
    CUT_FOLDER,
    Resumed,
    Tail,
    Take,
    covered_by_checkpoints,
    cut,
    read_last,
    require_origin,
)
from tallystick.events.segment import (
    RecordAt,
    SegmentHeader,
    content,
    groups,
    segment_files,
)
from tallystick.events.state import LogState
from tallystick.events.types.log import Checkpointed, TailCut


@dataclass(slots=True)
class Opened:
    """A log opened to write.

    `first`, `marker` and `size` describe the segment that goes on (an empty marker: none does); `deferred` are the
    log's own facts that lead the next group.
    """

    state: LogState
    first: int
    marker: bytes
    size: int
    deferred: tuple[Event, ...]
    torn_bytes: int


def open_log(folder: Path, origin: str, files: Files, durable_head: bytes = b"") -> Opened:
    """Read the log in `folder`, cut a torn tail off. Raises `IntegrityError`, `WriteFailed`, `LogError`.

    `durable_head`: leaf hash of a record up to which the caller has made the log durable itself.
    """
    covered = covered_by_checkpoints(folder)
    kept = headcache.kept(folder, origin)
    segments = [each for each in segment_files(folder) if kept is None or each[0] >= kept.first]
    opened = Opened(kept.state if kept else LogState(origin), 0, b"", 0, (), 0)
    state = opened.state
    cut_off: TailCut | None = None
    for first, path in segments:
        resumed = Resumed(kept.header, kept.offset) if kept and first == kept.first else None
        data = memoryview(headcache.rest(folder, kept) if kept and resumed else content(path))
        if path.suffix != ".seg" or first != segments[-1][0]:
            _read_closed(path, data, state, resumed)
            continue
        take = _taker(state, data)
        tail = read_last(data, state.seq, state.prev, origin=origin, covered=covered, take=take, resumed=resumed)
        cut_off = _cut(folder, path, tail, files, durable_head)
        if tail.header:
            opened.first, opened.marker, opened.size = tail.header.first, tail.header.marker, tail.valid
        opened.torn_bytes = len(tail.torn)
    if covered > state.seq:
        what = f"the log ends after {state.seq} records, but a checkpoint covers {covered}"
        raise IntegrityError(what, seq=state.seq, fix="verify the log and restore its segments from a copy")
    opened.deferred = (*_unrecorded_cuts(folder, state, cut_off), *_unrecorded_checkpoints(folder, state))
    return opened


def _cut(folder: Path, path: Path, tail: Tail, files: Files, durable_head: bytes) -> TailCut | None:
    """Cut a torn tail and room off; returns what is to be recorded of it."""
    if not tail.torn and not tail.room and tail.header is not None:
        if tail.prev != durable_head:
            _make_durable(path, files)
        return None
    try:
        digest = cut(folder, path, tail, files)
    except OSError as error:
        raise write_failed(f"cannot cut {path.name} to its last whole group", error) from error
    return TailCut(sha256=digest, bytes=len(tail.torn)) if tail.torn else None


def _make_durable(path: Path, files: Files) -> None:
    """Sync what is relied on from here: a process killed before its own sync leaves whole groups in memory only."""
    try:
        file = files.extend(path)
        try:
            file.sync()
        finally:
            file.close()
    except OSError as error:
        raise write_failed(f"cannot make {path.name} durable", error) from error


def _read_closed(path: Path, data: memoryview, state: LogState, resumed: Resumed | None) -> None:
    """Read a segment that another one follows, or its rest; every byte of it has to hold."""
    header = resumed.header if resumed else SegmentHeader.parse(data)
    require_origin(header, state.origin)
    if resumed is None and (header.first, header.prev) != (state.seq, state.prev):
        raise IntegrityError(f"{path.name} does not continue record {state.seq - 1}", seq=state.seq)
    take = _taker(state, data)
    for records, at in groups(data, header, (0, state.seq, state.prev) if resumed else None):
        take(records, at)


def _taker(state: LogState, data: memoryview) -> Take:
    def take(records: list[RecordAt], _at: int) -> None:
        for each in records:
            state.take(each.fields, each.leaf, data[each.body : each.end])

    return take


def _unrecorded_cuts(folder: Path, state: LogState, cut_off: TailCut | None) -> list[TailCut]:
    """Cuts to record: this one, and any whose record was lost because the process died again before its commit."""
    fresh = [cut_off] if cut_off else []
    known = state.cuts | {each.sha256 for each in fresh}
    older = [
        TailCut(sha256=path.name, bytes=path.stat().st_size)
        for path in sorted((folder / CUT_FOLDER).glob("?" * 64))
        if path.name not in known
    ]
    return [*older, *fresh]


def _unrecorded_checkpoints(folder: Path, state: LogState) -> list[Checkpointed]:
    """Checkpoints that no record names yet: the last one of each run, because nothing came after it."""
    found = []
    for path in checkpoint.files(folder):
        try:
            note = parse_note(checkpoint.read(path))
            own = next(line for line in note.lines if line.name == state.origin)
            said = Checkpointed(size=int(note.text.split("\n")[1]), note_hash=checkpoint.note_hash(note, own))
        except (NoteError, StopIteration, ValueError, IndexError):
            continue  # a broken checkpoint is for the verifier to judge
        if said.note_hash not in state.recorded:
            found.append(said)
    return sorted(found, key=lambda each: each.size)
