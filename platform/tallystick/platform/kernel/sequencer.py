"""Sequenced: an event gets its place in the log, its cause, and its effect on what modules see.

The sequencer is the only door to the log. It refuses an event from somebody whose role may not say it.
"""

from collections.abc import Callable
from typing import Protocol

from tallystick.events.catalogue import Catalogue
from tallystick.events.event import Event

NO_SEQ = 0xFFFF_FFFF_FFFF_FFFF
NO_ROW = 0xFFFF
DERIVED, TRADING = 1, 2
"""Header flag bits."""


class Sink(Protocol):
    """Where sequenced records go: the log's writer, or in a replay the comparison with the log."""

    def append(
        self,
        type_id: int,
        version: int,
        body: bytes,
        *,
        time: int,
        source: int,
        flags: int,
        cause: int,
        cause_row: int,
        root: int,
        blobs: tuple[tuple[int, bytes], ...] = (),
    ) -> int:
        """Give the record its place and return its seq."""
        ...

    def source_id(self, name: str, role: str) -> int:
        """Number of a source in this log, declared when it is new."""
        ...

    def type_id(self, event_type: type[Event]) -> int:
        """Number of a type in this log, declared when it is new."""
        ...


class Sequencer:
    """Encodes, orders and folds events; holds book time."""

    def __init__(self, catalogue: Catalogue, sink: Sink, fold: Callable[[Event, int, int], None]) -> None:
        """`fold(event, time, seq)` updates everything modules can see."""
        self._catalogue = catalogue
        self._encode = catalogue.encode
        self._sink = sink
        self._fold = fold
        self._cards: dict[type[Event], tuple[int, int, int, frozenset[str]]] = {}
        self._sources: dict[str, int] = {}
        self.time = 0
        self.sequenced = 0

    def use(self, sink: Sink) -> None:
        """Write to another sink from here on (recovery: from the comparison to the log itself)."""
        self._sink = sink
        self._cards.clear()
        self._sources.clear()

    def may_say(self, role: str, event: Event) -> bool:
        """True when somebody of this role may say this type."""
        card = self._cards.get(type(event)) or self._card(type(event))
        return role in card[3]

    def put(
        self,
        event: Event,
        source: str,
        role: str,
        *,
        derived: bool,
        cause: int = NO_SEQ,
        cause_row: int = NO_ROW,
        root: int = NO_SEQ,
        blobs: tuple[tuple[int, bytes], ...] = (),
    ) -> int:
        """Sequence one event at the present book time; returns its seq. An input's root is its own seq."""
        event_type = type(event)
        card = self._cards.get(event_type) or self._card(event_type)
        source_id = self._sources.get(source)
        if source_id is None:
            source_id = self._sources[source] = self._sink.source_id(source, role)
        seq = self._sink.append(
            card[0],
            card[1],
            self._encode(event),
            time=self.time,
            source=source_id,
            flags=card[2] | DERIVED if derived else card[2],
            cause=cause,
            cause_row=cause_row,
            root=root,
            blobs=blobs,
        )
        self.sequenced += 1
        self._fold(event, self.time, seq)
        return seq

    def _card(self, event_type: type[Event]) -> tuple[int, int, int, frozenset[str]]:
        fact = event_type.FACT
        card = (
            self._sink.type_id(event_type),
            fact.version,
            TRADING if fact.trading else 0,
            frozenset(fact.said_by),
        )
        self._cards[event_type] = card
        return card
