"""Canonical bodies: one event has exactly one encoding, and `Shape` is the judge of it.

A body is the msgpack map of every declared field, in order, in shortest forms. `Shape.check` refuses values that an
encoder would let through; `Shape.read` refuses bytes from outside that a canonical encoder would not have written.
"""

import sys
from collections.abc import Callable, Sequence
from functools import cache
from math import copysign
from typing import Any, cast

import msgspec
from msgspec.structs import astuple

from tallystick.events.errors import EventRefused
from tallystick.events.kinds import COLUMN_BYTES, MAX_INT, FieldCard, annotation_of, check_of
from tallystick.events.record import MAX_BODY_BYTES

Values = tuple[Any, ...]

encode: Callable[[Any], bytes] = msgspec.msgpack.Encoder(order="deterministic").encode

_QUICK = ("bool", "int", "float", "str", "bytes")
MAX_FLOAT = sys.float_info.max


class Shape:
    """The fields of one version of one type, and what follows from them."""

    __slots__ = ("_columns", "_decode", "_deep", "_looks_right", "_rows", "cards", "name", "quick_look")

    def __init__(self, name: str, cards: Sequence[FieldCard]) -> None:
        """Take the type's name, for messages, and its cards (see `kinds.cards_of` and `kinds.cards_from`)."""
        self.name = name
        self.cards = tuple(cards)
        kinds = [card.kind for card in cards]
        rows = next((i for i, card in enumerate(cards) if (card.name, card.kind) == ("rows", "int")), None)
        self._looks_right = _quick_look(tuple(kinds), rows)
        plain = all(kind in _QUICK or (kind.startswith("column:") and rows is not None) for kind in kinds)
        self.quick_look = self._looks_right if plain else _never
        """True for values that need no further check; see `check`, which gives the reason when they do."""
        self._columns = [(i, COLUMN_BYTES[kind[7:]]) for i, kind in enumerate(kinds) if kind.startswith("column:")]
        self._rows = rows
        measured = {i for i, _ in self._columns} if self._rows is not None else set()
        self._deep = [(i, check_of(kind)) for i, kind in enumerate(kinds) if kind not in _QUICK and i not in measured]
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
        """Refuse values that may not stand in a log; `body` is their encoding. Raises `EventRefused`."""
        if not self._looks_right(values) or len(body) > MAX_BODY_BYTES:
            self._check_each(values, body)
        for index, check in self._deep:
            complaint = check(values[index])
            if complaint:
                self._refuse(index, complaint)
        if self._rows is not None:
            rows = values[self._rows]
            for index, size in self._columns:
                value = values[index]
                if type(value) is not bytes or len(value) != rows * size:
                    complaint = check_of(self.cards[index].kind)(value)
                    self._refuse(index, complaint or f"has {len(value)} bytes, not {rows} rows of {size}")

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


def _never(_values: Values) -> bool:
    """The quick look over fields that are not all plain."""
    return False


@cache  # every catalogue has the same types
def _quick_look(kinds: tuple[str, ...], rows: int | None) -> Callable[[Values], bool]:
    """One expression over all plain fields: true when they are surely right, false when each needs a closer look.

    `rows` is the field that counts the rows of the columns, where there is one.

    The function is written for the type, as dataclasses are, because looking field by field costs four times as much.
    Only positions and constants go into its text, never a name.
    """
    names = [f"v{index}" for index in range(len(kinds))]
    plain = [(name, kind) for name, kind in zip(names, kinds, strict=True) if kind in _QUICK]
    looks = [f"type({name}) is {kind}" for name, kind in plain]
    looks += [f"{name} <= {MAX_INT}" for name, kind in plain if kind == "int"]  # the encoder refuses what is too small
    looks += [f"-{MAX_FLOAT!r} <= {name} <= {MAX_FLOAT!r}" for name, kind in plain if kind == "float"]
    looks += [f"({name} or copysign(1.0, {name}) == 1.0)" for name, kind in plain if kind == "float"]
    if rows is not None:
        columns = [
            (name, COLUMN_BYTES[kind[7:]]) for name, kind in zip(names, kinds, strict=True) if kind[:7] == "column:"
        ]
        looks += [f"type({name}) is bytes and len({name}) == {size} * v{rows}" for name, size in columns]
    texts = "".join(f"{{{name}}}" for name, kind in plain if kind == "str")
    if texts:
        looks.append(f'f"{texts}".isascii()')
    scope: dict[str, Any] = {"copysign": copysign}
    unpacked = "".join(f"{name}, " for name in names)
    exec(f"def look(values):\n {unpacked or '()'} = values\n return {' and '.join(looks) or True}", scope)  # noqa: S102
    return cast("Callable[[Values], bool]", scope["look"])
