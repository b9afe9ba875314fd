"""The one writer of a log: append, commit, checkpoint.

Records wait in memory until `commit` writes them as one group and makes it durable; nothing is written before, so a
group is never on the disk before the one before it is safe. After a failed write or sync the writer is poisoned.
Their hashes are computed together, by the commit or when somebody asks for one (see `sealing`).
"""

from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Self

from tallystick.events import checkpoint, headcache, retention
from tallystick.events.admission import admit, misplaced, too_big
from tallystick.events.appending import SegmentAppender
from tallystick.events.errors import EventRefused, UsageError, WriteFailed
from tallystick.events.event import Event
from tallystick.events.files import Disk, Files, write_failed
from tallystick.events.lock import WriterLock
from tallystick.events.opening import open_log
from tallystick.events.record import (
    BLOB,
    DERIVED,
    FORMAT,
    HEADER_BYTES,
    LENGTH,
    MAX_BODY_BYTES,
    NONE_ROW,
    NONE_SEQ,
    UNSEALED,
    WHO_AND_WHAT,
    Blob,
    Kind,
    Saying,
)
from tallystick.events.sealing import Admitted, Sealer
from tallystick.events.segment import MAX_SEGMENT_BYTES
from tallystick.events.selfdescription import SelfDescription
from tallystick.events.signer import Signer
from tallystick.events.state import FRESH_BYTES
from tallystick.events.types.log import BodiesPruned, Checkpointed
from tallystick.events.whereabouts import FULL_GROUP_BYTES, Whereabouts

_pack = UNSEALED.pack
_LENGTH_BYTES = LENGTH.size
_NO_ROOT = -1
RECORDS_BETWEEN_CACHES = 1_000_000
Stamp = tuple[int, int, bytes]
"""What all records of one kind and one origin share: derived or not, format and flags, source and type as they lie."""


class LogWriter(Whereabouts, SelfDescription):
    """Appends to the log called `origin` in `folder`; makes the log when there is none. Use as a context manager.

    Raises `LogLocked`, `IntegrityError` when the log cannot be what a crash left, `WriteFailed`.
    """

    def __init__(
        self,
        folder: Path,
        origin: str,
        *,
        segment_bytes: int = MAX_SEGMENT_BYTES,
        files: Files | None = None,
        compiling: bool = True,
        durable_head: bytes = b"",
    ) -> None:
        """`segment_bytes`: a segment that has grown to this size is closed; at most 1 GiB.

        `compiling`: after many records hashing may go over to compiled loops. Without it no commit ever waits for a
        compiler, which the first one on a machine does for seconds.

        `durable_head`: the `committed_head` of this process's last writer of the log: where nobody has written since,
        opening need not sync again.
        """
        if not 0 < segment_bytes <= MAX_SEGMENT_BYTES:
            raise UsageError(f"segments of {segment_bytes} bytes: choose 1 to {MAX_SEGMENT_BYTES}")
        self.folder = folder
        self.origin = origin
        self._files: Files = files or Disk()
        self._trouble: OSError | None = None
        try:
            self._files.make_folder(folder)
        except OSError as error:
            raise write_failed(f"cannot make the folder {folder}", error) from error
        self._lock = WriterLock(folder)
        try:
            opened = open_log(folder, origin, self._files, durable_head)
        except BaseException:
            self._lock.release()
            raise
        self._appender = SegmentAppender(folder, origin, self._files, segment_bytes)
        self._appender.go_on(opened.first, opened.marker, opened.size)
        self.torn_bytes = opened.torn_bytes
        """How many torn bytes opening the log cut off."""
        state = self._state = opened.state
        self._seq = self._first = state.seq
        self._prev = self._head = state.prev
        self._time = state.time
        self._epoch = state.epoch
        self._digest = state.digest
        self._root = _NO_ROOT
        self._group = bytearray()
        self._waiting: list[bytes] = []
        self._room = FULL_GROUP_BYTES
        self._whole = True
        self._deferred: list[Event] = list(opened.deferred)
        self._stamps: dict[Saying, Stamp] = {}  # empty while something has to come first
        self._admitted: dict[Kind, Admitted] = {}
        self._sealer = Sealer(self._admitted, compiling=compiling)
        self._sealed = self._seq
        self._cached = self._first

    def append(  # noqa: PLR0917 -- a header's fields
        self,
        type_id: int,
        version: int,
        body: bytes,
        time: int,
        source: int,
        flags: int = 0,
        cause: int = NONE_SEQ,
        cause_row: int = NONE_ROW,
        root: int = NONE_SEQ,
        blobs: tuple[Blob, ...] = (),
    ) -> int:
        """Give a body its place; returns its seq. Nothing is on the disk before `commit`.

        `flags` are `record.DERIVED` and `record.TRADING`; a derived record names its cascade's root, an input none.
        `body` is canonical: what comes from outside the process has been through `Catalogue.read`.
        Raises `EventRefused` or `UnknownType` when the format forbids the record, `WriterPoisoned`.
        """
        return self.place((type_id, version, source, flags), body, time, cause, cause_row, root, blobs)

    def place(  # noqa: PLR0917 -- as in the kernel's `Sink`
        self,
        saying: Saying,
        body: bytes,
        time: int,
        cause: int,
        cause_row: int,
        root: int,
        blobs: tuple[Blob, ...] = (),
    ) -> int:
        """`append` for whoever says one kind of record many times, with type, version, source and flags in one."""
        derived, form, who = self._stamps.get(saying) or self._stamp(saying)
        seq = self._seq
        if derived:
            if root != self._root or time != self._time or not root <= cause < seq:
                raise misplaced(seq, root, self._root, cause)
        else:
            last = self._time
            if last is not None and time < last:
                raise EventRefused(f"book time would fall from {last} to {time}", fix="clamp it, and record that")
            if (cause >= seq and cause != NONE_SEQ) or root not in (NONE_SEQ, seq):
                raise misplaced(seq, root, seq, cause)
            if cause_row != NONE_ROW and cause == NONE_SEQ:
                raise EventRefused(f"record {seq} has a cause row without a cause")
            root = seq
        size = len(body)
        length = HEADER_BYTES + size
        if blobs:
            length += BLOB.size * len(blobs)
        room = self._room - _LENGTH_BYTES - length
        if not body or size > MAX_BODY_BYTES or room < 0:
            raise too_big(size, self.pending_bytes)
        header = _pack(length, form, self._epoch, seq, time, cause, cause_row, root, who, size)
        if blobs:
            header = header[:-1] + bytes((len(blobs),)) + b"".join([BLOB.pack(*each) for each in blobs])
        waiting = self._waiting
        waiting.append(header)  # what a signal breaks off from here on does not fit the seq
        waiting.append(body)
        self._time = time
        self._root = root
        self._room = room
        self._seq = seq + 1
        return seq

    def commit(self) -> int:
        """Write what waits as one group and make it durable; returns how many records are durable.

        Call it between cascades: the next record is an input. Raises `WriteFailed` (the writer is poisoned then).
        """
        if self._seq == self._first and not self._waiting:
            return self._first
        if self._sealed == self._seq:
            self._require_sound()
        else:
            self._seal()
        count = self._seq - self._first
        self._whole = False
        try:
            self._appender.write(self._group, self._first, count, self._head, self._prev)
        except OSError as error:
            raise self._poisoned(f"cannot write records {self._first} to {self._seq - 1}", error) from error
        self._group = bytearray()
        self._room = FULL_GROUP_BYTES
        self._root = _NO_ROOT
        self._first = self._seq
        self._head = self._prev
        self._whole = True
        if len(self._state.fresh) >= FRESH_BYTES:
            self._state.settle()
        if self._first - self._cached >= RECORDS_BETWEEN_CACHES:
            self._keep_cache()
        return self._first

    def checkpoint(self, signer: Signer) -> bytes:
        """Commit, then sign origin, size and root; returns the note. `log.checkpointed` leads the next group."""
        self.commit()
        self._require_sound()
        size = self._first
        try:
            note = checkpoint.write(self.folder, self.origin, size, self.root(), signer, self._files)
        except OSError as error:
            raise self._poisoned(f"cannot write the checkpoint over {size} records", error) from error
        said = Checkpointed(size=size, note_hash=sha256(note).hexdigest())
        if said.note_hash not in self._state.recorded and said not in self._deferred:
            self._deferred.append(said)
            self._stamps.clear()
        return note

    def prune(self, first: int, last: int, *, reason: str, person: str, signer: Signer) -> int:
        """Prune the bodies of records `first` to `last`, as `retention` numbers it; returns how many were removed.

        The log's own records keep theirs. Raises `UsageError`, `WriteFailed`.
        """
        retention.require_range(first, last, self._first)
        self.say(BodiesPruned(first=first, last=last, reason=reason, person=person))
        self.checkpoint(signer)
        self._end_segment()
        removed = retention.apply_prunings(self.folder, self._files)
        self._appender.measure()
        return removed

    def close(self) -> None:
        """Commit what waits and give the log back; harmless when done twice."""
        try:
            if self._trouble is None and self._lock.held:
                self.commit()
                self._keep_cache()
                self._end_segment()
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Give the log back without writing anything more, as a crash would."""
        self._appender.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self.abandon()

    def _before_append(self) -> None:
        self._require_sound()
        deferred, self._deferred = self._deferred, []
        for event in deferred:
            self.say(event)

    def _stamp(self, saying: Saying) -> Stamp:
        """Look at who says what and with which flags, when it is said first; append what has to come before."""
        type_id, version, source, flags = saying
        if self._deferred or self._trouble is not None:
            self._before_append()
        admitted = self._admitted[type_id, version, source] = admit(self._state, type_id, version, source)
        derived = flags & DERIVED
        if flags != derived | admitted[0]:
            raise EventRefused(f"record {self._seq}: flags {flags}, where the type has {admitted[0]}")
        stamp = derived, FORMAT << 8 | flags, WHO_AND_WHAT.pack(source, type_id, version)
        self._stamps[saying] = stamp
        return stamp

    def _poisoned(self, what: str, error: OSError) -> WriteFailed:
        self._trouble = error
        self._stamps.clear()
        return write_failed(what, error)

    def _end_segment(self) -> None:
        try:
            self._appender.end()
        except OSError as error:
            raise self._poisoned("cannot cut the room off the last segment", error) from error

    def _keep_cache(self) -> None:
        state = self._state
        state.seq, state.prev, state.time, state.epoch = self._first, self._head, self._time, self._epoch
        with suppress(OSError):  # only a cache: the next opening reads more
            headcache.keep(self.folder, state, self._appender.first, self._appender.size, self._files)
        self._cached = self._first
