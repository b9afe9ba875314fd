"""Records as a replay reads them, and the log's own names for their types and sources."""

from collections.abc import Callable, Iterator
from struct import Struct
from typing import Any

import msgspec

from tallystick.events.catalogue import Catalogue
from tallystick.events.declarations import LOG_SOURCE, Declarations
from tallystick.events.errors import UnknownType
from tallystick.events.event import Event
from tallystick.events.reader import END, LogReader
from tallystick.events.record import BLOB, DERIVED, LENGTH, RECORD_BYTES

UNDECLARED = 2**16 - 1
"""A number no record carries: what the code says but the log never declared differs from every record."""


_COMPARED = Struct(">IxB4xQqQHQHHH68xB")
"""Of `record.RECORD`: length, flags, seq, what is `Said`, and the number of blobs; no format, epoch, hash or size."""
TYPE = 5
"""Where in `Said` the type stands."""
_SAID = slice(3, 10)
_SOURCE = 7


Said = tuple[int, int, int, int, int, int, int]
"""Book time, cause, cause row, root, source, type and version: side by side in a header, decided by the code."""


class Record(msgspec.Struct, frozen=True, gc=False):
    """One record of a log: what a replay compares of its header, and its body."""

    seq: int
    flags: int
    said: Said
    body: bytes

    @property
    def time(self) -> int:
        """Book time, ns UTC."""
        return self.said[0]

    @property
    def cause(self) -> int:
        """Seq of the record that it answers."""
        return self.said[1]

    @property
    def cause_row(self) -> int:
        """Row of the cause that it answers."""
        return self.said[2]

    @property
    def root(self) -> int:
        """Seq of the input whose cascade it stands in; an input's own."""
        return self.said[3]

    @property
    def source(self) -> int:
        """The log's number for who said it."""
        return self.said[4]

    @property
    def type_id(self) -> int:
        """The log's number for its type."""
        return self.said[TYPE]

    @property
    def version(self) -> int:
        """Version of the type."""
        return self.said[6]

    @property
    def derived(self) -> bool:
        """True when it follows from other records."""
        return bool(self.flags & DERIVED)

    def caused_by(self, cause: int, row: int) -> "Record":
        """The same record as an answer to another row."""
        return msgspec.structs.replace(self, said=(self.said[0], cause, row, *self.said[3:]))


class Names:
    """What the log declared, and today's classes for it."""

    def __init__(self, declarations: Declarations, catalogue: Catalogue) -> None:
        """`declarations` of the whole log."""
        self._declared = declarations
        self._catalogue = catalogue
        self._types: dict[int, type[Event] | None] = {}
        self._type_names: dict[int, str] = {}
        self._decoders: dict[tuple[int, int], Callable[[bytes], Any]] = {}

    def event_type(self, type_id: int) -> type[Event] | None:
        """Our class for a type of the log; None for one we do not know."""
        try:
            return self._types[type_id]
        except KeyError:
            pass
        try:
            known = self._catalogue.named(self.type_name(type_id))
        except UnknownType:
            known = None
        self._types[type_id] = known
        return known

    def type_name(self, type_id: int) -> str:
        """The log's name for a type."""
        name = self._type_names.get(type_id)
        if name is None:
            known = (each.name for key, each in self._declared.types.items() if key[0] == type_id)
            name = self._type_names[type_id] = next(known, "an undeclared type")
        return name

    def source(self, number: int) -> str:
        """Name of a source."""
        source = self._declared.sources.get(number)
        return source.name if source is not None else "an undeclared source"

    def role(self, number: int) -> str:
        """Role of a source."""
        source = self._declared.sources.get(number)
        return source.role if source is not None else ""

    def source_id(self, name: str, role: str) -> int:
        """The log's number for a source of this name and role."""
        number = self._declared.source_ids.get(name, UNDECLARED)
        return number if self.role(number) == role else UNDECLARED

    def type_id(self, name: str) -> int:
        """The log's number for a type."""
        return self._declared.ids.get(name, UNDECLARED)

    def body(self, event: Event) -> bytes:
        """The body that an event would be recorded with."""
        return self._catalogue.encode(event)

    def encoder(self, event_type: type[Event]) -> Callable[[Any], bytes]:
        """`body` for one type."""
        return self._catalogue.encoder(event_type)

    def decode(self, record: Record) -> Event:
        """The event in a record. Raises `UnknownType` for one that today's catalogue cannot read."""
        kind = record.type_id, record.version
        decoder = self._decoders.get(kind)
        if decoder is None:
            decoder = self._catalogue.decoder(
                self.type_name(record.type_id), record.version, self._declared.types[kind].cards
            )
            self._decoders[kind] = decoder
        event = decoder(record.body)
        if not isinstance(event, Event):
            name = self.type_name(record.type_id)
            message = f"record {record.seq}: {name} version {record.version} is not known to this catalogue"
            raise UnknownType(message, fix="replay it with the version of Tallystick named in its run.started")
        return event


def records_of(reader: LogReader, first: int, last: int = END) -> Iterator[Record]:
    """Records `first` to `last` of a log, but those of the log itself; a pruned body is empty and differs from any."""
    for data, places in reader.stretches(first, last, _COMPARED):
        # Of the map or the bytes themselves a slice is bytes at once.
        whole: Any = data.obj
        for at, fields in places:
            if fields[_SOURCE] != LOG_SOURCE:
                body = whole[at + RECORD_BYTES + BLOB.size * fields[-1] : at + LENGTH.size + fields[0]]
                yield Record(fields[2], fields[1], fields[_SAID], body)
