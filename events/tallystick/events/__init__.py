"""The contract: events, the log that holds them, and the proof that it is whole.

`Event` and `fact` declare a type, `Catalogue` encodes it, `LogWriter` and `LogReader` keep and read the log.
`docs/format.md` fixes every byte; `tallystick.events.verify` judges a log somebody else wrote.
"""

from typing import TYPE_CHECKING

from tallystick.events.door import door

if TYPE_CHECKING:
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
PLACES = {
    "BlobStore": ".blobs",
    "Bus": ".bus",
    "EmbeddedBus": ".bus",
    "Catalogue": ".catalogue",
    "EventRefused": ".errors",
    "IntegrityError": ".errors",
    "LogError": ".errors",
    "LogLocked": ".errors",
    "LogMissing": ".errors",
    "TallystickError": ".errors",
    "UsageError": ".errors",
    "WriteFailed": ".errors",
    "Event": ".event",
    "column": ".event",
    "fact": ".event",
    "field": ".event",
    "wide": ".event",
    "Envelope": ".reader",
    "LogReader": ".reader",
    "Record": ".reader",
    "LogWriter": ".writer",
}

if not TYPE_CHECKING:  # a misspelt name is a type error
    __getattr__, __dir__ = door(__name__, PLACES)
