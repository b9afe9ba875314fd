"""The writer's state kept beside the log: opening it again reads only what came after. Any of it may be lost."""

from dataclasses import dataclass
from pathlib import Path

from tallystick.events.errors import IntegrityError
from tallystick.events.files import Files, write_whole
from tallystick.events.segment import FRAME, SEGMENT, SegmentHeader, read_frame, segment_name
from tallystick.events.state import LogState

CACHE = Path("cache") / "head.state"
_U64 = 8


@dataclass(frozen=True, slots=True)
class Kept:
    """A state, and the place in the segment that begins with record `first` up to which it reaches."""

    state: LogState
    first: int
    offset: int
    header: SegmentHeader


def keep(folder: Path, state: LogState, first: int, offset: int, files: Files) -> None:
    """Keep `state`, which reaches up to `offset` in the segment of record `first`. Raises `OSError`."""
    place = first.to_bytes(_U64, "big") + offset.to_bytes(_U64, "big")
    write_whole(files, folder / CACHE, place + state.freeze())


def kept(folder: Path, origin: str) -> Kept | None:
    """The kept state, when the commit frame before its place in a plain segment confirms it."""
    try:
        raw = (folder / CACHE).read_bytes()
        first, offset = int.from_bytes(raw[:_U64], "big"), int.from_bytes(raw[_U64 : 2 * _U64], "big")
        state = LogState.thaw(raw[2 * _U64 :], origin)
        if state is None or offset < SEGMENT.size + FRAME.size:
            return None
        with (folder / segment_name(first)).open("rb") as file:
            header = SegmentHeader.parse(file.read(SEGMENT.size))
            file.seek(offset - FRAME.size)
            frame = read_frame(file.read(FRAME.size), 0, header.marker)
    except (OSError, OverflowError, IntegrityError):
        return None
    if frame is None or (frame[0] + frame[1], frame[2]) != (state.seq, state.prev):
        return None
    return Kept(state, first, offset, header)


def rest(folder: Path, place: Kept) -> bytes:
    """The segment's bytes after the kept state. Raises `OSError`."""
    with (folder / segment_name(place.first)).open("rb") as file:
        file.seek(place.offset)
        return file.read()
