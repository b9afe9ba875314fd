"""Sequenced: an event gets its place in the log, its cause, and its effect on what modules see.

The sequencer is the only door to the log. It refuses an event from somebody whose role may not say it.
"""

from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

from tallystick.events.catalogue import Catalogue
from tallystick.events.event import Event
from tallystick.events.record import Saying
from tallystick.platform.kernel.errors import DivergenceError

NO_SEQ = 0xFFFF_FFFF_FFFF_FFFF
NO_ROW = 0xFFFF
DERIVED, TRADING = 1, 2
"""Header flag bits."""
_FAILURES = DivergenceError, OverflowError, ValueError, TypeError
"""What comes of another body than a sink holds, and of values that cannot be encoded."""


class Sink(Protocol):
    """Where sequenced records go: the log's writer, or in a replay the comparison with the log."""

    def place(  # noqa: PLR0917 -- a header's fields, by place: names cost a twentieth of a small cascade
        self,
        saying: Saying,
        body: bytes,
        time: int,
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


@runtime_checkable
class KnowsBodies(Sink, Protocol):
    """A sink that holds bodies which were looked at when they were written: `place` fails for any other."""

    def encoder(self, event_type: type[Event]) -> Callable[[Any], bytes]:
        """As `Catalogue.encoder`, but values are not looked at."""
        ...


Fold = Callable[[Any, int, int], None]
"""Takes an event in, with its book time and its seq."""
Card = tuple[Saying, Callable[[Any], bytes], tuple[Fold, ...]]
"""What the log's headers have of one type said by one source, its encoder and its folds."""


class Voice:
    """A source in its role; made by `Sequencer.voice`."""

    __slots__ = ("cards", "flags", "name", "role")

    def __init__(self, name: str, role: str, flags: int, card: Callable[["Voice", type[Event]], Card]) -> None:
        """`flags` stand at all it says; `card` makes the card of a type that this source says for the first time."""
        self.name = name
        self.role = role
        self.flags = flags
        self.cards = _Cards(self, card)
        """Cards of what it has said so far; looked up, of what it says."""


class _Cards(dict[type[Event], Card]):
    """The cards of one voice, made when they are looked up."""

    __slots__ = ("_card", "_voice")

    def __init__(self, voice: Voice, card: Callable[[Voice, type[Event]], Card]) -> None:
        super().__init__()
        self._voice = voice
        self._card = card

    def __missing__(self, event_type: type[Event]) -> Card:
        card = self[event_type] = self._card(self._voice, event_type)
        return card


class Sequencer:
    """Encodes, orders and folds events; holds book time."""

    def __init__(self, catalogue: Catalogue, sink: Sink, folds: Callable[[type[Event]], tuple[Fold, ...]]) -> None:
        """`folds` gives for a type what updates everything modules can see."""
        self._catalogue = catalogue
        self._folds = folds
        self._voices: list[Voice] = []
        self.time = 0
        self.use(sink)

    def use(self, sink: Sink) -> None:
        """Write to another sink from here on (recovery: from the comparison to the log itself)."""
        self._sink = sink
        self._place = sink.place
        self._encoder = sink.encoder if isinstance(sink, KnowsBodies) else self._catalogue.encoder
        for voice in self._voices:
            voice.cards.clear()

    def voice(self, name: str, role: str, flags: int = 0) -> Voice:
        """Somebody who is going to say events: inputs, or with the flag `DERIVED` what is for `derive`."""
        voice = Voice(name, role, flags, self._card)
        self._voices.append(voice)
        return voice

    def may_say(self, voice: Voice, event: Event) -> bool:
        """True when somebody of this role may say this type, which the log then knows."""
        self._sink.type_id(type(event))
        return voice.role in event.FACT.said_by

    def put(
        self,
        voice: Voice,
        event: Event,
        cause: int = NO_SEQ,
        cause_row: int = NO_ROW,
        blobs: tuple[tuple[int, bytes], ...] = (),
    ) -> int:
        """Sequence an input at the present book time; returns its seq, the root of its cascade."""
        saying, encode, folds = voice.cards[type(event)]
        time = self.time
        try:
            seq = self._place(saying, encode(event), time, cause, cause_row, NO_SEQ, blobs)
        except _FAILURES:
            self._catalogue.encode(event)  # what may not stand in a log is refused, whatever a log has in its place
            raise
        for fold in folds:
            fold(event, time, seq)
        return seq

    def derive(self, card: Card, event: Event, cause: int, root: int, cause_row: int = NO_ROW) -> int:
        """Sequence an event of the cascade of `root`, with the card of who says it; returns its seq."""
        saying, encode, folds = card
        time = self.time
        try:
            seq = self._place(saying, encode(event), time, cause, cause_row, root)
        except _FAILURES:
            self._catalogue.encode(event)  # as in `put`
            raise
        for fold in folds:
            fold(event, time, seq)
        return seq

    def _card(self, voice: Voice, event_type: type[Event]) -> Card:
        """A new card: the type is declared before the source, and both before the event is looked at."""
        fact = event_type.FACT
        type_id = self._sink.type_id(event_type)
        source = self._sink.source_id(voice.name, voice.role)
        flags = voice.flags | (TRADING if fact.trading else 0)
        return (type_id, fact.version, source, flags), self._encoder(event_type), self._folds(event_type)
