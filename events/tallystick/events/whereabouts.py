"""Where a log's writer stands: what has been appended, what of it is durable, and the hashes over both.

Records are sealed when a hash over them is asked for; until then each waits as header and body (see `sealing`).
"""

from tallystick.events.digest import DecisionDigest
from tallystick.events.errors import WriterPoisoned
from tallystick.events.event import Event
from tallystick.events.merkle import HASH_BYTES
from tallystick.events.sealing import Sealer
from tallystick.events.segment import MAX_GROUP_BYTES
from tallystick.events.state import LogState

FULL_GROUP_BYTES = MAX_GROUP_BYTES - 2**15


class Whereabouts:
    """The part of a log's writer that one may ask at any time; nothing here changes the log."""

    _state: LogState
    _seq: int
    _first: int
    _prev: bytes
    _head: bytes
    _time: int | None
    _epoch: int
    _digest: DecisionDigest
    _group: bytearray  # what is sealed
    _waiting: list[bytes]  # what is not: header and body in turn
    _room: int  # bytes that the group may still take
    _whole: bool  # false while a group is sealed or written, and for ever where a signal broke that off
    _sealer: Sealer
    _sealed: int
    _deferred: list[Event]
    _trouble: OSError | None

    @property
    def next_seq(self) -> int:
        """Seq that the next record gets."""
        return self._seq + len(self._deferred)

    @property
    def committed(self) -> int:
        """How many records are durable."""
        return self._first

    @property
    def head(self) -> bytes:
        """Leaf hash of the last record appended. Raises `WriterPoisoned` when an append was broken off."""
        self._seal()
        return self._prev

    @property
    def committed_head(self) -> bytes:
        """Leaf hash of the last durable record; together with `committed`, the head."""
        return self._head

    @property
    def time(self) -> int:
        """Book time of the last record; 0 before the first."""
        return self._time or 0

    @property
    def epoch(self) -> int:
        """The present epoch."""
        return self._epoch

    @property
    def decision_digest(self) -> bytes:
        """Decision digest over every record appended. Raises `WriterPoisoned` as `head`."""
        self._seal()
        return self._digest.value

    @property
    def decisions(self) -> int:
        """How many trading records were appended. Raises `WriterPoisoned` as `head`."""
        self._seal()
        return self._digest.count

    @property
    def pending_bytes(self) -> int:
        """Bytes that wait for `commit`; a group holds at most 64 MiB."""
        return FULL_GROUP_BYTES - self._room

    def root(self) -> bytes:
        """RFC 6962 root over every record appended. Raises `WriterPoisoned` as `head`."""
        self._seal()
        self._state.settle()
        return self._state.tree.root()

    def _seal(self) -> None:
        """Bring the hashes up to the last record appended."""
        count = self._seq - self._sealed
        if not count:
            return
        self._require_sound()
        self._whole = False
        digest, at = self._digest, len(self._group)
        group = self._group = bytearray().join([self._group, *self._waiting])
        leaves, digest.value, decisions = self._sealer.seal(group, at, count, self._prev, digest.value)
        digest.count += decisions
        self._prev = leaves[-HASH_BYTES:]
        self._state.fresh += leaves
        self._sealed, self._waiting = self._seq, []
        self._whole = True  # last: where a signal breaks in before, nothing is committed any more

    def _require_sound(self) -> None:
        fix = "end the process, mend the cause, start again: the log recovers by itself"
        if self._trouble is not None:
            raise WriterPoisoned(f"this writer stopped after a failed write ({self._trouble})", fix=fix)
        if not self._whole or len(self._waiting) != 2 * (self._seq - self._sealed):
            raise WriterPoisoned("an append was broken off half-way", fix=fix)
