"""Read a stretch of a log's segments, group by group, up to its end, a fault or the torn tail.

Several stretches can be read side by side: each but the first is told by `skimming` where the chain stands and what
was declared before it; the one before verifies those same bytes, and places and seams are compared.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from tallystick.events.errors import IntegrityError
from tallystick.events.fastgroup import FastGroups
from tallystick.events.record import HEADER_BYTES, LENGTH, RECORD, genesis
from tallystick.events.rules import BEFORE_ALL, NO_ROOT, Found, Rules
from tallystick.events.segment import (
    FRAME_MAGIC,
    MAX_SEGMENT_BYTES,
    SEGMENT,
    BrokenGroup,
    RecordAt,
    SegmentHeader,
    later_frame,
    read_group,
    written,
)
from tallystick.events.skimming import Before, Place, Seam
from tallystick.events.stored import StoredSegment, plain_bytes
from tallystick.events.treepiece import TreePiece
from tallystick.events.window import Window

PROGRESS_BYTES = 4 * 2**20
_FRAME_BYTE = FRAME_MAGIC[0]


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one process reads: from the first group at or after `start` to the first at or after `stop` (None: the end).

    `covered` is the largest size that a checkpoint signed, `wanted` are all such sizes, ascending.
    """

    origin: str
    segments: tuple[StoredSegment, ...]
    covered: int
    wanted: tuple[int, ...]
    start: Place = (0, 0.0)
    stop: Place | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """The record at which reading stopped, and why."""

    seq: int
    what: str
    type_name: str = ""
    time: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a stretch held, the seams at both ends, the torn bytes after it and the fault that ended it.

    `begins` and `ends`: segment and byte of the groups at which it and the next stretch begin; byte 0 for the first.
    """

    found: Found
    begun: Seam
    ended: Seam
    begins: tuple[int, int] = (0, 0)
    ends: tuple[int, int] = (0, 0)
    torn: int = 0
    fault: Fault | None = None


class _Ended(Exception):
    """The stretch ends here: at its stop, byte `at` of the segment, or in the torn tail."""

    def __init__(self, at: int = 0) -> None:
        self.at = at if at > SEGMENT.size else 0


class StretchReader:
    """Reads one `Stretch`; see `read`."""

    def __init__(
        self,
        stretch: Stretch,
        progress: Callable[[int], None] | None = None,
        bytes_of: Callable[[StoredSegment], bytes] = plain_bytes,
    ) -> None:
        """`progress` is told how many bytes more are done; `bytes_of` gives a segment that is not one plain file."""
        self._stretch = stretch
        self._progress = progress or (lambda _: None)
        self._bytes_of = bytes_of
        self._torn = 0

    def read(self) -> Outcome:
        """Read the stretch; a fault or torn tail is part of the outcome. Raises `LogError`."""
        stretch = self._stretch
        genesis_seam: Seam = (0, genesis(stretch.origin), BEFORE_ALL, 0)
        before = Before(stretch.segments, stretch.start, genesis_seam, self._bytes_of)
        index, at, seam = before.start()
        begins, fault = (index, at), None
        found = Found(TreePiece(seam[0], stretch.wanted), *seam)
        found.waiting = [] if seam[0] else None
        self._rules = Rules(found, before.declared, before.catch_up)
        self._fast = FastGroups(self._rules)
        try:
            while index < len(stretch.segments):
                self._read_segment(index, at)
                index, at = index + 1, 0
            if stretch.stop is None:
                self._require_uncovered()
        except _Ended as end:
            at = end.at
        except IntegrityError as error:
            fault = self._fault(error)
        found.piece.close()
        ended = found.seq, found.head, found.time, found.epoch
        return Outcome(found, seam, ended, begins, (index, at), self._torn, fault)

    def take_waiting(self) -> list[bytes]:
        """What this stretch has said since it was last asked and the decision digest has yet to take in, in pieces."""
        found = self._rules.found
        said = [each for each in found.waiting or () if each]
        if said:
            found.waiting = []
        return said

    def _read_segment(self, index: int, at: int) -> None:
        """Read one segment from byte `at` (0: from its header)."""
        stored = self._stretch.segments[index]
        may_be_torn = index == len(self._stretch.segments) - 1 and stored.is_plain
        stop = self._stretch.stop
        if stop is not None and index > stop[0]:
            raise _Ended
        with Window(stored, self._bytes_of) as window:
            self._require(
                at > 0 or stored.first == self._rules.found.seq, f"segment {stored.name} stands where it should come"
            )
            if may_be_torn and (window.size < SEGMENT.size or not (any(window.data) or any(window.whole()))):
                self._require_uncovered()
                self._torn = window.size
                raise _Ended
            marker = self._marker(stored, window.data)
            end = window.place(stop[1]) if stop is not None and index == stop[0] else MAX_SEGMENT_BYTES
            self._read_groups(window, at or SEGMENT.size, end, marker, may_be_torn=may_be_torn)

    def _read_groups(self, window: Window, at: int, stop: int, marker: bytes, *, may_be_torn: bool) -> None:
        found, reported = self._rules.found, at
        while at < window.size:
            if at >= stop:
                raise _Ended(at)
            ahead = min(stop, window.ahead(at))
            data, base = window.data, window.base
            end = self._fast.take(data, at - base, ahead - base, marker)
            if not end:
                if window.renew(at):
                    continue
                try:
                    records, end = read_group(memoryview(data), at - base, marker, found.seq, found.head)
                except BrokenGroup as error:
                    if window.widen(at):
                        continue
                    torn = written(data, at - base, base) if may_be_torn else data
                    if not torn:
                        break  # room for groups to come
                    if may_be_torn and self._is_torn(data, at - base, marker):
                        self._torn = len(torn)
                        raise _Ended from None
                    raise self._name(data, at - base, error) from None
                self._take_plainly(data, records)
            at = base + end
            if at - reported > PROGRESS_BYTES:
                self._progress(at - reported)
                reported = at
        self._progress(at - reported)

    def _take_plainly(self, data: bytes, records: list[RecordAt]) -> None:
        """Hold the records of a whole group to every rule, one after the other."""
        rules = self._rules
        rules.found.root = NO_ROOT
        for record in records:
            try:
                rules.take(data, record)
            except IntegrityError as error:
                raise _At(error.what, record.fields[3], record.fields) from None
            rules.found.piece.add(record.leaf)

    def _is_torn(self, data: bytes, at: int, marker: bytes) -> bool:
        """May a crash have left what follows byte `at`: nothing covers it, no later group stands behind it."""
        seq = self._rules.found.seq
        return self._stretch.covered <= seq and later_frame(memoryview(data), at, marker, seq) < 0

    def _marker(self, stored: StoredSegment, data: bytes) -> bytes:
        """Check a segment's header against the chain."""
        header = SegmentHeader.parse(data)
        found, origin = self._rules.found, self._stretch.origin
        ours = header.origin_hash == sha256(origin.encode()).digest()
        self._require(ours, f"segment {stored.name} is of another log than {origin}, or the key is another log's")
        self._require(header.first == stored.first, f"segment {stored.name} says it begins with record {header.first}")
        fits = found.seq != header.first or found.head == header.prev
        self._require(fits, f"segment {stored.name} does not continue the one before")
        return header.marker

    def _require_uncovered(self) -> None:
        seq, covered = self._rules.found.seq, self._stretch.covered
        self._require(
            covered <= seq, f"the log ends at {seq}, but a checkpoint signed {covered}: {covered - seq} are missing"
        )

    def _require(self, holds: bool, what: str) -> None:  # noqa: FBT001 -- reads as the sentence it is
        if not holds:
            raise IntegrityError(what, seq=self._rules.found.seq)

    def _fault(self, error: IntegrityError) -> Fault:
        seq = error.seq if error.seq >= 0 else self._rules.found.seq
        if not isinstance(error, _At):
            return Fault(seq, error.what)
        declared = self._rules.declared.types.get((error.fields[9], error.fields[10]))
        return Fault(seq, error.what, declared.name if declared else "", error.fields[4])

    def _name(self, data: bytes, at: int, error: BrokenGroup) -> IntegrityError:
        """The broken record with its header, where that can still be read."""
        for _ in range(error.seq - self._rules.found.seq):
            at += LENGTH.size + int.from_bytes(data[at : at + LENGTH.size], "big")
        if len(data) - at < LENGTH.size + HEADER_BYTES or data[at] == _FRAME_BYTE:
            return error
        fields = RECORD.unpack_from(data, at)[1:]
        return _At(error.what, error.seq, fields) if fields[3] == error.seq else error


class _At(IntegrityError):
    """A fault in a record whose header is known."""

    def __init__(self, what: str, seq: int, fields: tuple[int, ...]) -> None:
        super().__init__(what, seq=seq)
        self.fields = fields
