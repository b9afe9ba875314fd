"""Opening a log to write: what it amounts to, where its last segment goes on, and what recovery has to record."""

from dataclasses import dataclass
from pathlib import Path

from tallystick.events import checkpoint
from tallystick.events.errors import IntegrityError
from tallystick.events.event import Event
from tallystick.events.files import Files, write_failed, write_whole
from tallystick.events.note import NoteError, parse_note
from tallystick.events.recovery import CUT_FOLDER, Take, covered_by_checkpoints, cut, read_last, require_origin
from tallystick.events.segment import (
    FRAME,
    RecordAt,
    SegmentHeader,
    content,
    groups,
    read_frame,
    segment_files,
)
from tallystick.events.state import LogState
from tallystick.events.types.log import Checkpointed, TailCut

CACHE = Path("cache") / "head.state"


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


def open_log(folder: Path, origin: str, files: Files) -> Opened:
    """Read the log in `folder`, cut a torn tail off. Raises `IntegrityError`, `WriteFailed`, `LogError`."""
    covered = covered_by_checkpoints(folder)
    segments = segment_files(folder)
    cached = _from_cache(folder, origin, segments)
    opened = cached or Opened(LogState(origin), 0, b"", 0, (), 0)
    state = opened.state
    left = [each for each in segments if each[0] >= opened.first]
    cuts: list[TailCut] = []
    for first, path in left:
        start = opened.size if cached and first == opened.first else 0
        data = memoryview(content(path))
        if path.suffix == ".seg" and first == segments[-1][0]:
            opened.torn_bytes = _read_last(folder, path, data, start, covered, opened, files, cuts)
        else:
            _read_closed(path, data, start, opened)
    if covered > state.seq:
        raise IntegrityError(
            f"the log ends after {state.seq} records, but a checkpoint covers {covered}", seq=state.seq
        )
    opened.deferred = (*_unrecorded_cuts(folder, state, cuts), *_unrecorded_checkpoints(folder, state))
    return opened


def keep_cache(folder: Path, state: LogState, first: int, size: int, files: Files) -> None:
    """Keep the state, so that opening the log again reads only what comes after."""
    place = first.to_bytes(8, "big") + size.to_bytes(8, "big")
    write_whole(files, folder / CACHE, place + state.freeze())


def _read_last(  # noqa: PLR0917
    folder: Path,
    path: Path,
    data: memoryview,
    start: int,
    covered: int,
    opened: Opened,
    files: Files,
    cuts: list[TailCut],
) -> int:
    state = opened.state
    tail = read_last(
        data, state.seq, state.prev, origin=state.origin, covered=covered, take=_taker(state, data), start=start
    )
    opened.first, opened.size = state.seq, tail.valid
    opened.marker = tail.header.marker if tail.header else b""
    if tail.header:
        opened.first = tail.header.first
    if tail.torn or tail.header is None:
        try:
            digest = cut(folder, path, tail, files)
        except OSError as error:
            raise write_failed(f"cannot cut the torn tail of {path.name} off", error) from error
        if tail.torn:
            cuts.append(TailCut(sha256=digest, bytes=len(tail.torn)))
    return len(tail.torn)


def _read_closed(path: Path, data: memoryview, start: int, opened: Opened) -> None:
    state = opened.state
    header = SegmentHeader.parse(data)
    require_origin(header, state.origin)
    if not start and (header.first, header.prev) != (state.seq, state.prev):
        raise IntegrityError(f"{path.name} does not continue record {state.seq - 1}", seq=state.seq)
    take = _taker(state, data)
    for records, at in groups(data, header, (start, state.seq, state.prev) if start else None):
        take(records, at)
    opened.first, opened.marker, opened.size = state.seq, b"", 0


def _taker(state: LogState, data: memoryview) -> Take:
    def take(records: list[RecordAt], _at: int) -> None:
        for each in records:
            state.take(each.fields, each.leaf, data[each.body : each.end])

    return take


def _from_cache(folder: Path, origin: str, segments: list[tuple[int, Path]]) -> Opened | None:
    """The cached state, if the frame before its place in the segment confirms it."""
    try:
        raw = (folder / CACHE).read_bytes()
    except OSError:
        return None
    first, size = int.from_bytes(raw[:8], "big"), int.from_bytes(raw[8:16], "big")
    state = LogState.thaw(raw[16:], origin)
    path = dict(segments).get(first)
    if state is None or path is None or path.suffix != ".seg":
        return None
    data = memoryview(content(path))
    if len(data) < size or size < FRAME.size:
        return None
    try:
        header = SegmentHeader.parse(data)
    except IntegrityError:
        return None
    frame = read_frame(data, size - FRAME.size, header.marker)
    if frame is None or frame[0] + frame[1] != state.seq or frame[2] != state.prev:
        return None
    return Opened(state, first, header.marker, size, (), 0)


def _unrecorded_cuts(folder: Path, state: LogState, fresh: list[TailCut]) -> list[TailCut]:
    """Cuts to record: this one, and any whose record was lost because the process died again before its commit."""
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
            note = parse_note(path.read_bytes())
            own = next(line for line in note.lines if line.name == state.origin)
            said = Checkpointed(size=int(note.text.split("\n")[1]), note_hash=checkpoint.note_hash(note, own))
        except (NoteError, StopIteration, ValueError, IndexError):
            continue  # a broken checkpoint is for the verifier to judge
        if said.note_hash not in state.recorded:
            found.append(said)
    return sorted(found, key=lambda each: each.size)
