"""Where a log's writer stands: what has been appended, what of it is durable, and the hashes over both."""

from tallystick.events.digest import DecisionDigest
from tallystick.events.event import Event
from tallystick.events.state import LogState


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
    _group: bytearray
    _deferred: list[Event]

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
        """Leaf hash of the last record appended."""
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
        """Decision digest over every record appended."""
        return self._digest.value

    @property
    def decisions(self) -> int:
        """How many trading records were appended."""
        return self._digest.count

    @property
    def pending_bytes(self) -> int:
        """Bytes that wait for `commit`; a group holds at most 64 MiB."""
        return len(self._group)

    def root(self) -> bytes:
        """RFC 6962 root over every record appended."""
        self._state.settle()
        return self._state.tree.root()
