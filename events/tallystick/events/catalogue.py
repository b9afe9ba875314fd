"""The catalogue: which event types exist, their canonical bodies, who may say them, and how old versions become new.

`encode` is the hot path: one encoding and one look at the values. `decode` trusts a body that lies in a log; `read`
trusts nothing and is for bodies that come from outside the process.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, cast

import msgspec

from tallystick.events.canonical import Shape
from tallystick.events.errors import EventRefused, UnknownType, UsageError
from tallystick.events.event import Event
from tallystick.events.kinds import FieldCard, cards_of
from tallystick.events.types import EVENTS, LOG_EVENTS, UPCASTERS

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
"""Takes the fields of version v of a type and gives those of version v + 1."""


class Catalogue:
    """Event types by class and by name; the current version of each, and upcasters from the older ones."""

    def __init__(
        self, types: Iterable[type[Event]] = EVENTS, upcasters: Mapping[tuple[str, int], Upcaster] | None = None
    ) -> None:
        """The log's own types are always known.

        `upcasters` maps (type name, version) to the step from that version to the next; those of the built-in types
        are always known.

        Raises `UsageError` when two types share a name, a field has no kind, or a step between versions is missing.
        """
        self._upcasters = dict(UPCASTERS) | dict(upcasters or {})
        self._by_name: dict[str, type[Event]] = {}
        self._shapes: dict[type[Event], Shape] = {}
        self._decoders: dict[type[Event], Callable[[bytes], Event]] = {}
        self._encoders: dict[type[Event], Callable[[Event], bytes]] = {}
        for event_type in dict.fromkeys((*LOG_EVENTS, *types)):
            self._add(event_type)

    @property
    def types(self) -> tuple[type[Event], ...]:
        """Every type: the log's own, then the others in the order given."""
        return tuple(self._shapes)

    def encode(self, event: Event) -> bytes:
        """The canonical body of an event. Raises `EventRefused` naming the field that may not stand in a log."""
        return (self._encoders.get(type(event)) or self.encoder(type(event)))(event)

    def encoder(self, event_type: type[Event]) -> Callable[[Event], bytes]:
        """`encode` for one type, with what can be known beforehand done once. Raises `UnknownType`."""
        encode_one = self._encoders[event_type] = self.shape(event_type).encoder()
        return encode_one

    def read(self, event_type: type[Event], body: bytes) -> Event:
        """The event in a body from outside; every byte is checked. Raises `EventRefused`."""
        self.shape(event_type).read(body)
        try:
            return self._decoders[event_type](body)
        except msgspec.ValidationError as error:
            raise EventRefused(f"{event_type.FACT.name}: {error}") from None

    def decode(self, name: str, version: int, cards: tuple[FieldCard, ...], body: bytes) -> Event | dict[str, Any]:
        """The event in a body of a log that declared `cards` for this version of the type.

        Older versions are brought up to the current one. A type, or a newer version, that this catalogue does not
        know comes back as a mapping of its declared fields.
        """
        event_type = self._by_name.get(name)
        if event_type is None or version > event_type.FACT.version:
            return Shape(name, cards).mapping(body)
        try:
            if version == event_type.FACT.version:
                return self._decoders[event_type](body)
            values = Shape(name, cards).mapping(body)
            for step in range(version, event_type.FACT.version):
                values = self._upcasters[name, step](values)
            return msgspec.convert(values, event_type)
        except msgspec.ValidationError:
            # For an old log the log rules: a value outside of today's choices is shown as the log declared it.
            return Shape(name, cards).mapping(body)

    def decoder(self, name: str, version: int, cards: tuple[FieldCard, ...]) -> Callable[[bytes], Any]:
        """`decode` for one declared type, with what can be known beforehand done once."""
        event_type = self._by_name.get(name)
        if event_type is None or version != event_type.FACT.version:
            return lambda body: self.decode(name, version, cards, body)
        direct = self._decoders[event_type]

        def decode_current(body: bytes) -> Any:
            try:
                return direct(body)
            except msgspec.ValidationError:
                return self.decode(name, version, cards, body)

        return decode_current

    def shape(self, event_type: type[Event]) -> Shape:
        """Fields and checks of a type. Raises `UnknownType`."""
        try:
            return self._shapes[event_type]
        except KeyError:
            message = f"{event_type.__name__} is not in the catalogue"
            raise UnknownType(message, fix="pass Catalogue(types) the types of your modules too") from None

    def named(self, name: str) -> type[Event]:
        """The type of this name. Raises `UnknownType`."""
        try:
            return self._by_name[name]
        except KeyError:
            raise UnknownType(f"no event type is called {name!r}", fix="see tallystick.events.types") from None

    def may_say(self, role: str, event_type: type[Event]) -> bool:
        """True when somebody of this role may say this type."""
        return role in event_type.FACT.said_by

    def _add(self, event_type: type[Event]) -> None:
        fact = event_type.FACT
        if fact.name in self._by_name:
            message = f"two types are called {fact.name}: {self._by_name[fact.name].__name__} and {event_type.__name__}"
            raise UsageError(message, fix="rename one of them")
        for step in range(1, fact.version):
            if (fact.name, step) not in self._upcasters:
                message = (
                    f"{fact.name} is at version {fact.version}, but nothing leads from version {step} to {step + 1}"
                )
                raise UsageError(message, fix="give Catalogue an upcaster for that step")
        self._by_name[fact.name] = event_type
        self._shapes[event_type], self._decoders[event_type] = _read_and_written(event_type)


@cache
def _read_and_written(event_type: type[Event]) -> tuple[Shape, Callable[[bytes], Event]]:
    """Shape and decoder of a type, the same in every catalogue of a process."""
    decode = cast("Callable[[bytes], Event]", msgspec.msgpack.Decoder(event_type).decode)
    return Shape(event_type.FACT.name, cards_of(event_type)), decode
