"""How a log speaks of itself: declarations and epochs, said by source 0, between cascades."""

from abc import ABC, abstractmethod
from collections.abc import Iterable

from tallystick.events.canonical import encode
from tallystick.events.declarations import LOG_SOURCE
from tallystick.events.errors import UsageError
from tallystick.events.event import Event
from tallystick.events.state import LogState
from tallystick.events.types.log import EpochOpened, Succeeded


class SelfDescription(ABC):
    """The part of a log's writer that appends the log's own facts."""

    _state: LogState
    _epoch: int

    @property
    @abstractmethod
    def time(self) -> int:
        """Book time of the last record; 0 before the first."""

    @property
    @abstractmethod
    def next_seq(self) -> int:
        """Seq that the next record gets."""

    @abstractmethod
    def append(self, type_id: int, version: int, body: bytes, *, time: int, source: int) -> int:
        """Give a body its place; returns its seq."""

    @abstractmethod
    def _before_append(self) -> None:
        """Append what has to come first."""

    def declare(self, types: Iterable[type[Event]], *, time: int | None = None) -> None:
        """Declare each type that this log has not; between cascades, at book time `time` (default: the last)."""
        for event_type in types:
            fact = event_type.FACT
            if (fact.name, fact.version) not in self._state.declarations.named:
                self.say(self._state.declarations.next_type(event_type), time=time)

    def declare_source(self, name: str, role: str, *, time: int | None = None) -> int:
        """Number of the source called `name`, declared when it is new. Raises `UsageError` if its role is another."""
        known = self._state.declarations
        if name not in known.source_ids:
            self.say(known.next_source(name, role), time=time)
        source = known.sources[known.source_ids[name]]
        if source.role != role:
            raise UsageError(f"{name!r} is a {source.role} in this log, not a {role}", fix="choose another name")
        return source.id

    def type_id(self, event_type: type[Event]) -> int:
        """Number of a type in this log, declared when it is new."""
        self.declare((event_type,))
        return self._state.declarations.ids[event_type.FACT.name]

    source_id = declare_source

    def say(self, event: Event, *, time: int | None = None) -> int:
        """Append an input of the log itself (source 0)."""
        fact = event.FACT
        body = encode(event)
        type_id = self._state.declarations.ids[fact.name]
        at = self.time if time is None else time
        seq = self.append(type_id, fact.version, body, time=at, source=LOG_SOURCE)
        self._state.take_own(type_id, seq, body)
        return seq

    def succeed(self, origin: str, size: int, root: bytes) -> int:
        """Name the log that this one goes on from. Raises `UsageError` unless this is the first record."""
        if self.next_seq:
            raise UsageError("a log names the one before it in its first record", fix="begin a new log")
        return self.say(Succeeded(origin=origin, size=size, root=root.hex()), time=0)

    def open_epoch(self, reason: str) -> int:
        """Begin the next epoch with its `log.epoch_opened`, which carries it already."""
        self._before_append()
        self._epoch += 1
        try:
            return self.say(EpochOpened(epoch=self._epoch, reason=reason))
        except BaseException:
            self._epoch -= 1
            raise
