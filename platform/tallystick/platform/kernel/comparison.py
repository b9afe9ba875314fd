"""The sink of a replay: whatever the kernel sequences is compared, bit for bit, with the record that stands there."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from tallystick.events.canonical import encode
from tallystick.events.event import Event
from tallystick.events.record import Saying
from tallystick.platform.kernel.errors import DivergenceError
from tallystick.platform.kernel.recorded import BLOBS, ROOT, SEQ, SIZE, TIME, VERSION, Fields, Names, Record
from tallystick.platform.kernel.sequencer import NO_ROW, NO_SEQ

AHEAD = 128
"""Records that are read at a time: at most 17 MB, for a body of a block has 130 kB."""


@dataclass(frozen=True, slots=True)
class Divergence:
    """The first place where the code says something other than the log."""

    seq: int
    module: str
    what: str
    recorded_type: str
    recorded_body: bytes
    derived_type: str
    derived_body: bytes
    cause: int
    cause_row: int


class Comparison:
    """Reads a log forward; `append` is the comparison with its next record."""

    def __init__(self, records: Iterable[Record], names: Names) -> None:
        """`records` without those of the log itself (source 0), which `names` has taken in."""
        self._records: Iterator[Record] = iter(records)
        self._names = names
        self.ahead: deque[Record] = deque()
        """Records behind `next` that have been read already; to look at."""
        self._taken = self.ahead.popleft
        self._read_so_far = 0
        self.next: Record | None = self._read()
        """The record that the next `place` is compared with; None at the end of the log."""
        self._inputs = 0
        self.divergence: Divergence | None = None
        """What the last `DivergenceError` was about."""

    @property
    def compared(self) -> int:
        """How many records have been found equal."""
        return self._read_so_far - len(self.ahead) - (self.next is not None)

    @property
    def derived(self) -> int:
        """How many of them follow from others."""
        return self.compared - self._inputs

    @property
    def after(self) -> Record | None:
        """The record that follows `next`."""
        if not self.ahead:
            self._read_on(1)
        return self.ahead[0] if self.ahead else None

    def place(  # noqa: PLR0917 -- as in `Sink`
        self,
        saying: Saying,
        body: bytes,
        time: int,
        cause: int,
        cause_row: int,
        root: int,
        blobs: tuple[tuple[int, bytes], ...] = (),  # noqa: ARG002 -- a blob is covered by verify; a replay has none
    ) -> int:
        """Compare and go on; raises `DivergenceError` at the first difference."""
        type_id, version, source, flags = saying
        record = self.next
        if record is None:
            raise self._ended(type_id, body, source, cause, cause_row)
        recorded = record.fields
        seq = recorded[SEQ]
        if root == NO_SEQ:
            root = seq
            self._inputs += 1
        said = recorded[SIZE], flags, seq, time, cause, cause_row, root, source, type_id, version, recorded[BLOBS]
        if body != record.body or said != recorded:
            raise self._differs(record, said, body)
        try:
            self.next = self._taken()
        except IndexError:
            self.next = self._read()
        return seq

    def source_id(self, name: str, role: str) -> int:
        """The log's number for a source; one it never declared cannot match any record."""
        return self._names.source_id(name, role)

    def type_id(self, event_type: type[Event]) -> int:
        """The log's number for a type."""
        return self._names.type_id(event_type.FACT.name)

    def encoder(self, event_type: type[Event]) -> Callable[[Any], bytes]:
        """The body of an event; its values were looked at when the record was written. Raises `UnknownType`."""
        self._names.require_known(event_type)
        return encode

    def _read(self) -> Record | None:
        """The next record, and some behind it that are kept at hand."""
        self._read_on(AHEAD)
        return self.ahead.popleft() if self.ahead else None

    def _read_on(self, count: int) -> None:
        before = len(self.ahead)
        self.ahead.extend(islice(self._records, count))
        self._read_so_far += len(self.ahead) - before

    def extra(self, record: Record) -> DivergenceError:
        """The log holds a derived record that the code did not say."""
        source = self._names.source(record.source)
        what = f"the log has {source} saying {self._names.type_name(record.type_id)}; the code says nothing there"
        return self._diverge(record, source, what, "(nothing)", b"")

    def unsettled(self, record: Record) -> DivergenceError:
        """The log holds answers to a row, led by `record`, that nobody gives; the first of them names who did then."""
        first = self.after
        if first is None or not first.derived:
            return self.extra(record)
        source = self._names.source(first.source)
        what = f"the log has {source} answering row {record.cause_row} of block {record.cause} with "
        what += f"{self._names.type_name(first.type_id)}; the code says nothing there"
        return self._diverge(first.caused_by(record.cause, record.cause_row), source, what, "(nothing)", b"")

    def settled(self, who: str) -> DivergenceError:
        """The divergence just found is that the kernel settles a row for `who`, whom the log does not hear there."""
        found = self.divergence
        assert found is not None
        what = f"{who} answers row {found.cause_row} of block {found.cause}; the log has {found.recorded_type} next"
        self.divergence = replace(found, module=who, what=what)
        return DivergenceError(
            f"record {found.seq}: {what}", f"see what stands there: tallystick events show {found.seq}"
        )

    def early(self, block: Record, row: int, who: str, said: Event | None) -> DivergenceError:
        """Somebody acts before the last moment of a block, which the log goes on past."""
        name, body = (said.FACT.name, self._names.body(said)) if said is not None else ("(not asked)", b"")
        what = f"{who} acts on row {row} of the block" + (f" with {name}" if said is not None else "")
        what += "; the log goes on past it"
        return self._diverge(block.caused_by(block.seq, row), who, what, name, body)

    def _ended(self, type_id: int, body: bytes, source: int, cause: int, cause_row: int) -> DivergenceError:
        name, module = self._names.type_name(type_id), self._names.source(source)
        what = f"{module} says {name} where the log has ended"
        self.divergence = Divergence(-1, module, what, "(end)", b"", name, body, cause, cause_row)
        return DivergenceError(what, "a run that was cut off goes on from there: tallystick run")

    def _differs(self, record: Record, said: Fields, body: bytes) -> DivergenceError:
        self._inputs -= said[ROOT] == said[SEQ]  # not found equal
        time, cause, cause_row, _, source, type_id = said[TIME:VERSION]
        derived, module = self._names.type_name(type_id), self._names.source(source)
        if (type_id, source) != (record.type_id, record.source):
            answered = f" to row {cause_row} of record {cause}" if cause_row != NO_ROW else ""
            what = f"{module} says {derived}{answered} where the log has {self._names.source(record.source)} saying"
            what += f" {self._names.type_name(record.type_id)}"
            record = record.caused_by(cause, cause_row)
        elif body != record.body:
            what = f"{derived} by {module} has another content"
        else:
            what = f"{derived} by {module} has another place: time {time} against {record.time}, cause "
            what += f"{cause}/{cause_row} against {record.cause}/{record.cause_row}"
        return self._diverge(record, module, what, derived, body)

    def _diverge(self, record: Record, module: str, what: str, derived_type: str, body: bytes) -> DivergenceError:
        recorded = self._names.type_name(record.type_id)
        self.divergence = Divergence(
            record.seq, module, what, recorded, record.body, derived_type, body, record.cause, record.cause_row
        )
        return DivergenceError(f"record {record.seq}: {what}", f"see both bodies: tallystick events show {record.seq}")
