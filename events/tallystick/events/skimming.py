"""Where a stretch begins, and what was declared before it, for a reader that does not verify what comes before.

Only lengths, type ids and frames are looked at, of few groups where that is enough: another reader verifies the same
bytes, and where it ends, place and seam are compared.
"""

from collections.abc import Callable, Sequence
from struct import Struct
from struct import error as too_short

from tallystick.events import compiled
from tallystick.events.declarations import SOURCE_DECLARED, Declarations
from tallystick.events.errors import IntegrityError
from tallystick.events.record import RECORD, RECORD_BYTES
from tallystick.events.segment import FRAME, FRAME_MAGIC, SEGMENT, SegmentHeader, frames
from tallystick.events.stored import StoredSegment
from tallystick.events.window import WINDOW_BYTES, Window

_SKIM = Struct(">I42xH")  # length and type id of a record
_FRAME_BYTE = FRAME_MAGIC[0]
SKIMMED_SHARE = 4  # of a window: hardly anything is looked at, and less memory is faster memory
FIRST_BYTES = WINDOW_BYTES // SKIMMED_SHARE  # of a log, where nearly everything is declared
NEAR_BYTES = WINDOW_BYTES // 2  # before a stretch, in which a frame is looked for

Place = tuple[int, float]  # a segment, and a share of its bytes
Seam = tuple[int, bytes, int, int]  # seq, last leaf hash, book time, epoch: where one stretch hands over to the next
Start = tuple[int, int, Seam]  # a segment, the byte of a group in it (0: from its header), and the seam there
NOWHERE: Seam = -1, b"", 0, 0


class Before:
    """What comes before a stretch; `declared` is what was declared there, as far as it was looked at."""

    def __init__(
        self,
        segments: Sequence[StoredSegment],
        place: Place,
        genesis: Seam,
        bytes_of: Callable[[StoredSegment], bytes],
    ) -> None:
        """The stretch begins with the first group at or after `place`; `genesis` is the seam before all records."""
        self._segments, self._place, self._bytes_of = segments, place, bytes_of
        self._passed: Start = 0, 0, genesis
        self._caught_up = True
        self.declared = Declarations()

    def start(self) -> Start:
        """Where the stretch begins; what the log's first groups declare is taken in, for the rest call `catch_up`.

        Whatever looks wrong ends the looking: the stretch before reads the same bytes and will find it.
        """
        if self._place == (0, 0.0):
            return self._passed
        near = self._near()
        if near is None:
            return self._walk(self._place)
        self._walk((0, min(1.0, FIRST_BYTES / self._segments[0].stored_bytes)))
        self._caught_up = False
        return near

    def catch_up(self) -> None:
        """Take in all that was declared before the stretch."""
        if not self._caught_up:
            self._caught_up = True
            self._walk(self._place)

    def _near(self) -> Start | None:
        """The start by a frame shortly before it; None where there is none, or hardly anything comes before."""
        index, share = self._place
        with Window(self._segments[index], self._bytes_of) as window:
            stop = window.place(share)
            back = max(SEGMENT.size, stop - NEAR_BYTES)
            if index == 0 and back <= FIRST_BYTES:
                return None
            try:
                marker = SegmentHeader.parse(window.data).marker
            except IntegrityError:
                return None
            window.ahead(back)
            frame = next((at for at, _ in frames(window.data, back - window.base, marker)), stop)
            begin = window.base + frame + FRAME.size
            end, seam = skim(window, begin, stop, Declarations(), NOWHERE)
            if end == begin:
                return None
            return (index, end, seam) if end < window.size else (index + 1, 0, seam)

    def _walk(self, place: Place) -> Start:
        """Pass over everything until a group ends at or after `place`."""
        index, at, seam = self._passed
        while index <= place[0]:
            with Window(self._segments[index], self._bytes_of, SKIMMED_SHARE) as window:
                stop = window.place(place[1]) if index == place[0] else window.size
                at, seam = skim(window, at, stop, self.declared, seam)
                if at < window.size:
                    break
            index, at = index + 1, 0
        self._passed = index, at, seam
        return self._passed


def skim(window: Window, begin: int, stop: int, declared: Declarations, seam: Seam) -> tuple[int, Seam]:
    """Pass over a segment's whole groups from `begin` until one ends at or after `stop`; where, and the seam there."""
    at = begin or SEGMENT.size
    while at < stop:
        ahead = min(stop, window.ahead(at))
        base = window.base
        end, seam = _skim_groups(window.data, at - base, ahead - base, declared, seam)
        if base + end == at and not (window.renew(at) or window.widen(at)):
            break
        at = base + end
    return at if at > SEGMENT.size else begin, seam


def _skim_groups(data: bytes, at: int, stop: int, declared: Declarations, seam: Seam) -> tuple[int, Seam]:
    """The same within what is at hand; what a group declares is taken in when it has ended."""
    group, record = at, 0
    said: list[tuple[int, bytes]] = []
    peek, loops = _SKIM.unpack_from, compiled.walking()
    try:
        while at < stop:
            if loops is not None and at == group:
                at, last = loops.skip(data, at, stop, SOURCE_DECLARED)
                if at > group:
                    group, seam = at, _seam(data, at, last)
                    continue
            while data[at] != _FRAME_BYTE:
                length, type_id = peek(data, at)
                if type_id <= SOURCE_DECLARED:
                    said.append((type_id, data[at + RECORD_BYTES : at + 4 + length]))
                record = at
                at += 4 + length
            seam = _seam(data, at + FRAME.size, record)
            at = group = at + FRAME.size
            for type_id, body in said:
                declared.take(type_id, body, 0)
            said.clear()
    except (too_short, IndexError, IntegrityError):
        return group, seam
    return group, seam


def _seam(data: bytes, end: int, record: int) -> Seam:
    """The seam after a group whose frame ends at `end`, and whose last record begins at `record`."""
    _, _, first, count, head, _ = FRAME.unpack_from(data, end - FRAME.size)
    fields = RECORD.unpack_from(data, record)
    return first + count, head, fields[5], fields[3]
