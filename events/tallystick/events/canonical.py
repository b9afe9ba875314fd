"""Canonical bodies: one event has exactly one encoding, and `Shape` is the judge of it.

A body is the msgpack map of every declared field, in order, in shortest forms. `Shape.check` refuses values that an
encoder would let through; `Shape.read` refuses bytes from outside that a canonical encoder would not have written.
"""

import math
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

import msgspec
from msgspec.structs import astuple

from tallystick.events.errors import EventRefused
from tallystick.events.kinds import COLUMN_BYTES, MAX_INT, FieldCard, annotation_of, check_of
from tallystick.events.record import MAX_BODY_BYTES

Values = tuple[Any, ...]
Pick = Callable[[Values], Values]

encode: Callable[[Any], bytes] = msgspec.msgpack.Encoder(order="deterministic").encode

# -0.0 as msgpack writes it. Absent from a body, no float in it is -0.0: one search instead of a test for each field.
_NEGATIVE_ZERO = b"\xcb\x80\0\0\0\0\0\0\0"
_TYPES = {"bool": bool, "int": int, "float": float, "str": str, "bytes": bytes, "u256": bytes}


class Shape:
    """The fields of one version of one type, and what follows from them."""

    __slots__ = (
        "_columns",
        "_decode",
        "_deep",
        "_floats",
        "_ints",
        "_rows",
        "_simple",
        "_texts",
        "_types",
        "cards",
        "name",
    )

    def __init__(self, name: str, cards: Sequence[FieldCard]) -> None:
        """Take the type's name, for messages, and its cards (see `kinds.cards_of` and `kinds.cards_from`)."""
        self.name = name
        self.cards = tuple(cards)
        kinds = [card.kind for card in cards]
        simple = [index for index, kind in enumerate(kinds) if kind in _TYPES and kind != "u256"]
        self._simple = None if len(simple) == len(kinds) else _picker(simple)
        self._types = tuple(_TYPES[kinds[index]] for index in simple)
        self._ints = _picker_or_none(kinds, "int")
        self._floats = _picker_or_none(kinds, "float")
        self._texts = _picker_or_none(kinds, "str")
        self._deep = [(i, check_of(kind)) for i, kind in enumerate(kinds) if i not in simple]
        self._columns = [(i, COLUMN_BYTES[kind[7:]]) for i, kind in enumerate(kinds) if kind.startswith("column:")]
        self._rows = next((i for i, card in enumerate(cards) if (card.name, card.kind) == ("rows", "int")), None)
        struct = msgspec.defstruct(
            "Body",
            [(f"f{index}", annotation_of(kind)) for index, kind in enumerate(kinds)],
            rename={f"f{index}": card.name for index, card in enumerate(cards)},
            forbid_unknown_fields=True,
            frozen=True,
            gc=False,
        )
        self._decode = msgspec.msgpack.Decoder(struct).decode

    def check(self, values: Values, body: bytes) -> None:
        """Refuse values that may not stand in a log; `body` is their encoding. Raises `EventRefused`.

        The common case is decided over all fields at once; only what looks odd is looked at field by field.
        """
        simple = values if self._simple is None else self._simple(values)
        if (
            tuple(map(type, simple)) != self._types
            or (self._ints is not None and max(self._ints(values)) > MAX_INT)
            or (self._texts is not None and not "".join(self._texts(values)).isascii())
            or (self._floats is not None and not math.isfinite(sum(self._floats(values))))
            or (self._floats is not None and _NEGATIVE_ZERO in body)
            or len(body) > MAX_BODY_BYTES
        ):
            self._check_each(values, body)
        for index, check in self._deep:
            complaint = check(values[index])
            if complaint:
                self._refuse(index, complaint)
        if self._rows is not None:
            rows = values[self._rows]
            for index, size in self._columns:
                if len(values[index]) != rows * size:
                    self._refuse(index, f"has {len(values[index])} bytes, not {rows} rows of {size}")

    def read(self, body: bytes) -> Values:
        """Values of a canonical body, in order. Raises `EventRefused` for any other bytes."""
        try:
            decoded = self._decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise EventRefused(f"{self.name}: the body is no such event ({error})") from None
        values = astuple(decoded)
        if encode(decoded) != body:
            raise EventRefused(f"{self.name}: the body is not in canonical form")
        self.check(values, body)
        return values

    def mapping(self, body: bytes) -> dict[str, Any]:
        """Values by field name; see `read`."""
        return {card.name: value for card, value in zip(self.cards, self.read(body), strict=True)}

    def _check_each(self, values: Values, body: bytes) -> None:
        if len(body) > MAX_BODY_BYTES:
            message = f"{self.name}: the body has {len(body)} bytes, more than {MAX_BODY_BYTES}"
            raise EventRefused(message, fix="put the content into a blob and name that")
        for index, (card, value) in enumerate(zip(self.cards, values, strict=True)):
            complaint = check_of(card.kind)(value)
            if complaint:
                self._refuse(index, complaint)

    def _refuse(self, index: int, complaint: str) -> None:
        raise EventRefused(f"{self.name}.{self.cards[index].name} {complaint}")


def _picker(indexes: list[int]) -> Pick:
    if len(indexes) > 1:
        return itemgetter(*indexes)
    if indexes:
        only = indexes[0]
        return lambda values: (values[only],)
    return lambda values: ()  # noqa: ARG005


def _picker_or_none(kinds: list[str], wanted: str) -> Pick | None:
    indexes = [index for index, kind in enumerate(kinds) if kind == wanted]
    return _picker(indexes) if indexes else None
