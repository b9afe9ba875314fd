"""The sink of a replay: whatever the kernel sequences is compared, bit for bit, with the record that stands there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from msgspec import structs

from tallystick.events.event import Event
from tallystick.platform.kernel.errors import DivergenceError
from tallystick.platform.kernel.recorded import Names, Record
from tallystick.platform.kernel.sequencer import NO_ROW, NO_SEQ

Said = tuple[int, int, int, int, int, int, int]
"""Type, version, time, source, flags, cause, cause row: the header's fields that the code decides."""


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
        self._next: Record | None = next(self._records, None)
        self._after: Record | None = next(self._records, None)
        self.compared = 0
        self.divergence: Divergence | None = None

    @property
    def next(self) -> Record | None:
        """The record that the next `append` is compared with; None at the end of the log."""
        return self._next

    @property
    def after(self) -> Record | None:
        """The record that follows `next`."""
        return self._after

    def append(  # noqa: PLR0917 -- as in `Sink`
        self,
        type_id: int,
        version: int,
        body: bytes,
        time: int,
        source: int,
        flags: int,
        cause: int,
        cause_row: int,
        root: int,
        blobs: tuple[tuple[int, bytes], ...] = (),  # noqa: ARG002 -- a blob is covered by verify; a replay has none
    ) -> int:
        """Compare and go on; raises `DivergenceError` at the first difference."""
        record = self._next
        if record is None:
            raise self._ended(type_id, body, source, cause, cause_row)
        if (
            body != record.body
            or cause != record.cause
            or root not in (record.root, NO_SEQ)
            or time != record.time
            or type_id != record.type_id
            or source != record.source
            or flags != record.flags
            or version != record.version
            or cause_row != record.cause_row
        ):
            raise self._differs(record, (type_id, version, time, source, flags, cause, cause_row), body)
        self.compared += 1
        self._next, self._after = self._after, next(self._records, None)
        return record.seq

    def source_id(self, name: str, role: str) -> int:
        """The log's number for a source; one it never declared cannot match any record."""
        return self._names.source_id(name, role)

    def type_id(self, event_type: type[Event]) -> int:
        """The log's number for a type."""
        return self._names.type_id(event_type.FACT.name)

    def extra(self, record: Record) -> DivergenceError:
        """The log holds a derived record that the code did not say."""
        source = self._names.source(record.source)
        what = f"the log has {source} saying {self._names.type_name(record.type_id)}; the code says nothing there"
        return self._diverge(record, source, what, "(nothing)", b"")

    def unsettled(self, record: Record) -> DivergenceError:
        """The log holds answers to a row, led by `record`, that nobody gives; the first of them names who did then."""
        first = self._after
        if first is None or not first.derived:
            return self.extra(record)
        source = self._names.source(first.source)
        what = f"the log has {source} answering row {record.cause_row} of block {record.cause} with "
        what += f"{self._names.type_name(first.type_id)}; the code says nothing there"
        first = structs.replace(first, cause=record.cause, cause_row=record.cause_row)
        return self._diverge(first, source, what, "(nothing)", b"")

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
        block = structs.replace(block, cause=block.seq, cause_row=row)
        return self._diverge(block, who, what, name, body)

    def _ended(self, type_id: int, body: bytes, source: int, cause: int, cause_row: int) -> DivergenceError:
        name, module = self._names.type_name(type_id), self._names.source(source)
        what = f"{module} says {name} where the log has ended"
        self.divergence = Divergence(-1, module, what, "(end)", b"", name, body, cause, cause_row)
        return DivergenceError(what, "a run that was cut off goes on from there: tallystick run")

    def _differs(self, record: Record, said: Said, body: bytes) -> DivergenceError:
        type_id, _, time, source, _, cause, cause_row = said
        derived, module = self._names.type_name(type_id), self._names.source(source)
        if (type_id, source) != (record.type_id, record.source):
            answered = f" to row {cause_row} of record {cause}" if cause_row != NO_ROW else ""
            what = f"{module} says {derived}{answered} where the log has {self._names.source(record.source)} saying"
            what += f" {self._names.type_name(record.type_id)}"
            record = structs.replace(record, cause=cause, cause_row=cause_row)
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
