"""The bus: committed envelopes, in order, to everybody who follows a book. Never the record, only its messenger.

Each follower has a name and a position, the seq it will hear next, which it moves by `done`. What was delivered and
not done is delivered again after a restart: at least once, in seq order, without gaps.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from tallystick.events.errors import UsageError
from tallystick.events.files import Disk, Files, write_whole
from tallystick.events.reader import Envelope, LogReader

Hear = Callable[[Envelope], None]


class Follower(Protocol):
    """Somebody who hears a book from a position on."""

    @property
    def position(self) -> int:
        """Seq of the first envelope that is not done."""
        ...

    def poll(self) -> Iterator[Envelope]:
        """Envelopes published and not yet delivered to this follower, in seq order; ends when there are no more."""
        ...

    def done(self, seq: int) -> None:
        """Everything up to and including `seq` needs no delivery any more; durable when it returns."""
        ...


class Bus(Protocol):
    """Delivers committed envelopes in order; embedded or Kafka, one contract."""

    def publish(self, committed: int) -> None:
        """Records below `committed` are durable and may be delivered. Call it after each commit."""
        ...

    def follow(self, name: str, first: int = 0) -> Follower:
        """The follower called `name`, at its own position, or at `first` when it is new."""
        ...


class EmbeddedBus:
    """The bus inside the process: followers read the log itself, their positions lie in its cache folder."""

    def __init__(self, reader: LogReader, *, files: Files | None = None) -> None:
        self._reader = reader
        self._files = files or Disk()
        self._committed = len(reader)

    def publish(self, committed: int) -> None:
        """See `Bus`. Raises `UsageError` when the log does not hold that much: a commit comes first."""
        if committed < self._committed:
            return
        self._reader.refresh()
        if len(self._reader) < committed:
            message = f"{committed} records are to be published, but only {len(self._reader)} are committed"
            raise UsageError(message, fix="commit first")
        self._committed = committed

    def follow(self, name: str, first: int = 0) -> "EmbeddedFollower":
        """See `Bus`."""
        if not name.replace("-", "").replace("_", "").isalnum():
            raise UsageError(f"{name!r} cannot name a follower", fix="use letters, digits, - and _")
        place = self._reader.folder / "cache" / "positions" / name
        position = first
        with suppress(OSError, ValueError):
            position = int(place.read_text(encoding="utf-8"))
        return EmbeddedFollower(self, place, position)

    def between(self, first: int) -> Iterator[Envelope]:
        """Published envelopes from `first` on."""
        return self._reader.envelopes(first, self._committed - 1)

    def keep(self, place: Path, position: int) -> None:
        """Keep a follower's position durably."""
        write_whole(self._files, place, str(position).encode())


class EmbeddedFollower:
    """A follower of the embedded bus."""

    def __init__(self, bus: EmbeddedBus, place: Path, position: int) -> None:
        self._bus = bus
        self._place = place
        self._position = self._next = position

    @property
    def position(self) -> int:
        """See `Follower`."""
        return self._position

    def poll(self) -> Iterator[Envelope]:
        """See `Follower`."""
        for envelope in self._bus.between(self._next):
            self._next = envelope.seq + 1
            yield envelope

    def done(self, seq: int) -> None:
        """See `Follower`. Raises `UsageError` for what was never delivered."""
        if seq >= self._next:
            raise UsageError(f"record {seq} was not delivered yet, so it cannot be done", fix="poll first")
        if seq >= self._position:
            self._bus.keep(self._place, seq + 1)
            self._position = seq + 1
