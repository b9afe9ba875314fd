"""What a log has said about itself so far: its types and its sources, by number.

Writer, reader and verifier all read records through this; for an old log the log rules, never today's catalogue.
"""

from dataclasses import dataclass, field
from functools import cache, lru_cache

import msgspec

from tallystick.events.errors import IntegrityError, UsageError
from tallystick.events.event import Event
from tallystick.events.kinds import FieldCard, cards_from, cards_of, declared
from tallystick.events.types import LOG_EVENTS
from tallystick.events.types.log import SourceDeclared, TypeDeclared

FIRST_FREE_ID = 16  # the ids below belong to the log's own types
MAX_ID = 2**16 - 1
MAX_NAME_BYTES = 2**16 - 1  # the decision digest counts them in a u16
TYPE_DECLARED, SOURCE_DECLARED, EPOCH_OPENED, BODIES_PRUNED, TAIL_CUT, CHECKPOINTED, SUCCEEDED = range(1, 8)
LAST_OWN_TYPE = SUCCEEDED
LOG_SOURCE = 0

_decode_type = msgspec.msgpack.Decoder(TypeDeclared).decode
_decode_source = msgspec.msgpack.Decoder(SourceDeclared).decode


@dataclass(frozen=True, slots=True)
class DeclaredType:
    """One version of one type as the log declared it."""

    id: int
    version: int
    name: str
    trading: bool
    said_by: tuple[str, ...]
    cards: tuple[FieldCard, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Somebody who says events; number 0 is the log itself."""

    id: int
    name: str
    role: str


@dataclass(slots=True)
class Declarations:
    """Types by (id, version) and by (name, version); sources by id and by name."""

    types: dict[tuple[int, int], DeclaredType] = field(default_factory=dict)
    sources: dict[int, Source] = field(default_factory=dict)
    named: dict[tuple[str, int], DeclaredType] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)
    source_ids: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for each in log_types():
            self._keep(each)
        self._keep_source(Source(LOG_SOURCE, "log", "log"))

    def next_type(self, event_type: type[Event]) -> TypeDeclared:
        """The declaration of a type that this log has not declared yet: the name's own id, or the next free one."""
        fact = event_type.FACT
        number = self.ids.get(fact.name, max(FIRST_FREE_ID, 1 + max(self.ids.values())))
        cards = declared(cards_of(event_type))
        return TypeDeclared(
            id=number, version=fact.version, name=fact.name, trading=fact.trading, said_by=fact.said_by, fields=cards
        )

    def next_source(self, name: str, role: str) -> SourceDeclared:
        """The declaration of a source that this log has not declared yet."""
        return SourceDeclared(id=1 + max(self.sources), name=name, role=role)

    def take(self, type_id: int, body: bytes | memoryview, seq: int) -> None:
        """Take in the body of a declaration at `seq`. Raises `IntegrityError` when it breaks a rule of the format."""
        try:
            if type_id == TYPE_DECLARED:
                self._take_type(_declared_in(bytes(body)))
            elif type_id == SOURCE_DECLARED:
                self._take_source(_decode_source(body))
        except (UsageError, msgspec.DecodeError, UnicodeDecodeError) as error:
            raise IntegrityError(f"record {seq} is a declaration that cannot stand: {error}", seq=seq) from None

    def _take_type(self, new: DeclaredType) -> None:
        if not (FIRST_FREE_ID <= new.id <= MAX_ID and 0 < new.version <= MAX_ID):
            raise UsageError(f"id {new.id} version {new.version} is outside of what a log may declare")
        if len(new.name.encode()) > MAX_NAME_BYTES:
            raise UsageError(f"the name of type {new.id} has more than {MAX_NAME_BYTES} bytes")
        if (new.id, new.version) in self.types:
            raise UsageError(f"type {new.id} version {new.version} is declared a second time")
        if self.ids.get(new.name, new.id) != new.id or any(
            each.id == new.id and each.name != new.name for each in self.types.values()
        ):
            raise UsageError(f"type id {new.id} and the name {new.name!r} do not belong together")
        if new.name.startswith("log.") or list(new.said_by) != sorted(set(new.said_by)):
            raise UsageError(f"{new.name!r} belongs to the log itself, or its roles are not sorted")
        self._keep(new)

    def _take_source(self, event: SourceDeclared) -> None:
        if not LOG_SOURCE < event.id <= MAX_ID or event.id in self.sources or event.name in self.source_ids:
            raise UsageError(f"source {event.id} ({event.name!r}) is declared a second time, or its id is impossible")
        self._keep_source(Source(event.id, event.name, event.role))

    def _keep(self, each: DeclaredType) -> None:
        self.types[each.id, each.version] = each
        self.named[each.name, each.version] = each
        self.ids[each.name] = each.id

    def _keep_source(self, each: Source) -> None:
        self.sources[each.id] = each
        self.source_ids[each.name] = each.id


@lru_cache(maxsize=512)  # writer and readers of every book of a search take in the same declarations
def _declared_in(body: bytes) -> DeclaredType:
    event = _decode_type(body)
    return DeclaredType(event.id, event.version, event.name, event.trading, event.said_by, cards_from(event.fields))


@cache
def log_types() -> tuple[DeclaredType, ...]:
    """The log's own types, known to every reader without a declaration."""
    return tuple(
        DeclaredType(number, each.FACT.version, each.FACT.name, each.FACT.trading, each.FACT.said_by, cards_of(each))
        for number, each in enumerate(LOG_EVENTS, 1)
    )
