"""The contract: events, the log that holds them, and the proof that it is whole.

`Event` and `fact` declare a type, `Catalogue` encodes it, `LogWriter` and `LogReader` keep and read the log.
`docs/format.md` fixes every byte; `tallystick.events.verify` judges a log somebody else wrote.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

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
_PLACES = {
    "BlobStore": "blobs",
    "Bus": "bus",
    "EmbeddedBus": "bus",
    "Catalogue": "catalogue",
    "EventRefused": "errors",
    "IntegrityError": "errors",
    "LogError": "errors",
    "LogLocked": "errors",
    "LogMissing": "errors",
    "TallystickError": "errors",
    "UsageError": "errors",
    "WriteFailed": "errors",
    "Event": "event",
    "column": "event",
    "fact": "event",
    "field": "event",
    "wide": "event",
    "Envelope": "reader",
    "LogReader": "reader",
    "Record": "reader",
    "LogWriter": "writer",
}


def __getattr__(name: str) -> Any:
    """A name of this package, whose module is loaded when it is first asked for: a bot's process needs few of them."""
    if name not in _PLACES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
