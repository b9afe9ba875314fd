"""Records as a replay reads them, and the log's own names for their types and sources."""

from collections.abc import Callable, Iterator
from struct import Struct
from typing import Any

import msgspec

from tallystick.events.catalogue import Catalogue
from tallystick.events.declarations import LOG_SOURCE, Declarations, Source
from tallystick.events.errors import UnknownType
from tallystick.events.event import Event
from tallystick.events.reader import END, LogReader
from tallystick.events.record import BLOB, DERIVED, LENGTH, RECORD_BYTES

UNDECLARED = 2**16 - 1
"""A number no record carries: what the code says but the log never declared differs from every record."""
UNDECLARED_SOURCE = Source(UNDECLARED, "an undeclared source", "")


_COMPARED = Struct(">IxB4xQqQHQHHH68xB")
"""Of `record.RECORD`, `Fields`; no format, epoch, hash or size."""
SIZE, FLAGS, SEQ, TIME, CAUSE, CAUSE_ROW, ROOT, SOURCE, TYPE, VERSION, BLOBS = range(11)
"""Where in `Fields` they stand."""
_LENGTH_BYTES, _BLOB_BYTES = LENGTH.size, BLOB.size

Fields = tuple[int, int, int, int, int, int, int, int, int, int, int]
"""What a header says, in its order; all but length, seq and number of blobs is decided by the code."""


class Record(msgspec.Struct, frozen=True, gc=False):
    """One record of a log: what a replay compares of its header, and its body."""

    fields: Fields
    body: bytes

    @property
    def seq(self) -> int:
        """Its number in the log."""
        return self.fields[SEQ]

    @property
    def flags(self) -> int:
        """Whether it is derived, and trading: `record.DERIVED`, `record.TRADING`."""
        return self.fields[FLAGS]

    @property
    def time(self) -> int:
        """Book time, ns UTC."""
        return self.fields[TIME]

    @property
    def cause(self) -> int:
        """Seq of the record that it answers."""
        return self.fields[CAUSE]

    @property
    def cause_row(self) -> int:
        """Row of the cause that it answers."""
        return self.fields[CAUSE_ROW]

    @property
    def root(self) -> int:
        """Seq of the input whose cascade it stands in; an input's own."""
        return self.fields[ROOT]

    @property
    def source(self) -> int:
        """The log's number for who said it."""
        return self.fields[SOURCE]

    @property
    def type_id(self) -> int:
        """The log's number for its type."""
        return self.fields[TYPE]

    @property
    def version(self) -> int:
        """Version of the type."""
        return self.fields[VERSION]

    @property
    def derived(self) -> bool:
        """True when it follows from other records."""
        return bool(self.fields[FLAGS] & DERIVED)

    def caused_by(self, cause: int, row: int) -> "Record":
        """The same record as an answer to another row."""
        fields: Any = (*self.fields[:CAUSE], cause, row, *self.fields[ROOT:])
        return Record(fields, self.body)


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

    def speaker(self, number: int) -> Source:
        """Who a source is."""
        return self._declared.sources.get(number, UNDECLARED_SOURCE)

    def source(self, number: int) -> str:
        """Name of a source."""
        return self.speaker(number).name

    def role(self, number: int) -> str:
        """Role of a source."""
        return self.speaker(number).role

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

    def require_known(self, event_type: type[Event]) -> None:
        """Raise `UnknownType` unless today's catalogue has the type."""
        self._catalogue.shape(event_type)

    def decode(self, record: Record) -> Event:
        """The event in a record. Raises `UnknownType` for one that today's catalogue cannot read."""
        kind = record.fields[TYPE], record.fields[VERSION]
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
            if fields[SOURCE] != LOG_SOURCE:
                body_at = at + RECORD_BYTES + _BLOB_BYTES * fields[BLOBS]
                yield Record(fields, whole[body_at : at + _LENGTH_BYTES + fields[SIZE]])
