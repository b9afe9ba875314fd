"""A log of deals: our writer as the log benchmarks use it, on the real disk, one that never syncs, or a slower one."""

import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.deals import deal, denial
from tallystick.events.catalogue import Catalogue
from tallystick.events.event import Event, fact
from tallystick.events.files import Disk, DiskFile, OpenFile
from tallystick.events.record import DERIVED, NONE_ROW, NONE_SEQ, TRADING
from tallystick.events.signer import Ed25519Signer
from tallystick.events.types import EVENTS
from tallystick.events.types.trading import DealMade, OrderDenied
from tallystick.events.writer import LogWriter

ORIGIN = "tallystick.example/benchmark"
SIGNER = Ed25519Signer(ORIGIN, bytes(range(32)))
"""A key for benchmarks only; everybody knows it."""
START = 1_399_266_000_000_000_000


@fact("benchmark.deal_noted", said_by="terminal")
class DealNoted(DealMade):
    """The same fields, but no trading fact: the decision digest passes it over."""


class UnsyncedFile(DiskFile):
    """A file whose `sync` leaves the data with the system."""

    def sync(self) -> None:
        """Nothing."""


class Unsynced(Disk):
    """A disk that is never waited for."""

    def create(self, path: Path) -> OpenFile:
        """See `Files`."""
        return UnsyncedFile(path, "x+b")

    def extend(self, path: Path) -> OpenFile:
        """See `Files`."""
        return UnsyncedFile(path, "r+b")


class SlowFile(DiskFile):
    """A file whose sync takes at least `floor_s`, as on a disk that really flushes."""

    floor_s = 0.0025

    def sync(self) -> None:
        """Sync, then wait for the rest of the floor."""
        began = time.perf_counter()
        super().sync()
        wait_until(began + self.floor_s)


class Slow(Disk):
    """A disk of `SlowFile`s."""

    def create(self, path: Path) -> OpenFile:
        """See `Files`."""
        return SlowFile(path, "x+b")

    def extend(self, path: Path) -> OpenFile:
        """See `Files`."""
        return SlowFile(path, "r+b")


def wait_until(moment: float) -> None:
    """Sleep until a moment of `perf_counter`, to some tens of microseconds."""
    left = moment - time.perf_counter()
    if left > 0:
        time.sleep(left)


def deals(count: int, first: int = 0, event_type: type[DealMade] = DealMade) -> list[DealMade]:
    """`count` events from number `first` on, made beforehand."""
    return [event_type(**deal(number)) for number in range(first, first + count)]


class DealLog:
    """A new log that takes deals as cascades: an input and four events derived from it."""

    def __init__(self, folder: Path, disk: Disk | None = None, event_type: type[Event] = DealMade) -> None:
        fact = event_type.FACT
        self.catalogue = Catalogue((*EVENTS, DealNoted))
        self.writer = LogWriter(folder, ORIGIN, files=disk or Disk())
        self._type = self.writer.type_id(event_type)
        self._version = fact.version
        self._encode = self.catalogue.encoder(event_type)
        self._flags = TRADING if fact.trading else 0
        self._source = self.writer.source_id(fact.said_by[0], fact.said_by[0])
        self._time = START
        self.writer.commit()

    def append(self, events: Sequence[Event], cascade: int = 5) -> None:
        """Encode and append every event; nothing is durable before `commit`."""
        encode, place = self._encode, self.writer.place
        type_id, source, version, flags = self._type, self._source, self._version, self._flags
        first, next_one = (type_id, version, source, flags), (type_id, version, source, DERIVED | flags)
        for begin in range(0, len(events), cascade):
            self._time = now = self._time + 1_000_000
            root = place(first, encode(events[begin]), now, NONE_SEQ, NONE_ROW, NONE_SEQ)
            for event in events[begin + 1 : begin + cascade]:
                place(next_one, encode(event), now, root, NONE_ROW, root)

    def commit(self) -> None:
        """Make what was appended durable, as far as the disk is asked to."""
        self.writer.commit()

    def settle(self) -> None:
        """Bring the tree up to the last record, as a checkpoint would."""
        self.writer.root()


def denied(count: int, first: int = 0) -> list[OrderDenied]:
    """`count` denials from number `first` on, made beforehand."""
    return [OrderDenied(**denial(number)) for number in range(first, first + count)]


def build(folder: Path, count: int, event_type: type[Event] = DealMade) -> None:
    """Write a sealed log of `count` deals (or denials) in groups of 1,000, with a checkpoint at its head."""
    values = denial if event_type is OrderDenied else deal
    log = DealLog(folder, Unsynced(), event_type)
    for begin in range(0, count, 1_000):
        log.append([event_type(**values(number)) for number in range(begin, min(begin + 1_000, count))])
        log.commit()
    log.writer.checkpoint(SIGNER)
    log.writer.abandon()
