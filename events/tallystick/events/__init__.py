"""The contract: events, the log that holds them, and the proof that it is whole.

`Event` and `fact` declare a type, `Catalogue` encodes it, `LogWriter` and `LogReader` keep and read the log.
`docs/format.md` fixes every byte; `tallystick.events.verify` judges a log somebody else wrote.
"""

from tallystick.events.blobs import BlobStore
from tallystick.events.bus import Bus, EmbeddedBus
from tallystick.events.catalogue import Catalogue
from tallystick.events.errors import (
    EventRefused,
    IntegrityError,
    LogError,
    LogLocked,
    LogMissing,
    TallystickError,
    UsageError,
    WriteFailed,
)
from tallystick.events.event import Event, column, fact, field, wide
from tallystick.events.reader import Envelope, LogReader, Record
from tallystick.events.writer import LogWriter

__all__ = [
    "BlobStore",
    "Bus",
    "Catalogue",
    "EmbeddedBus",
    "Envelope",
    "Event",
    "EventRefused",
    "IntegrityError",
    "LogError",
    "LogLocked",
    "LogMissing",
    "LogReader",
    "LogWriter",
    "Record",
    "TallystickError",
    "UsageError",
    "WriteFailed",
    "column",
    "fact",
    "field",
    "wide",
]
