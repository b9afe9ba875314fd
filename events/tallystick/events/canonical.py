"""Canonical bodies: one event has exactly one encoding, and `Shape` is the judge of it.

A body is the msgpack map of every declared field, in order, in shortest forms. `Shape.check` refuses values that an
encoder would let through; `Shape.read` refuses bytes from outside that a canonical encoder would not have written.
"""

from collections.abc import Callable, Sequence
from math import copysign
from typing import Any, cast

import msgspec
from msgspec.structs import astuple

from tallystick.events.errors import EventRefused
from tallystick.events.kinds import COLUMN_BYTES, MAX_INT, FieldCard, annotation_of, check_of
from tallystick.events.record import MAX_BODY_BYTES

Values = tuple[Any, ...]

encode: Callable[[Any], bytes] = msgspec.msgpack.Encoder(order="deterministic").encode

# The quick look at a value of a plain kind: true when it is surely right, or a number that is still to be looked at.
_LOOKS = {
    "bool": "type({0}) is bool",
    "int": "type({0}) is int",
    "float": "type({0}) is float",
    "str": "type({0}) is str and {0}.isascii()",
    "bytes": "type({0}) is bytes",
}
# Parameters that nobody gives: a function finds its own names faster than the builtins.
_TYPES = "type=type, bool=bool, int=int, float=float, str=str, bytes=bytes"


class Shape:
    """The fields of one version of one type, and what follows from them."""

    __slots__ = ("_columns", "_decode", "_deep", "_encoder", "_look", "_rows", "cards", "name")

    def __init__(self, name: str, cards: Sequence[FieldCard]) -> None:
        """Take the type's name, for messages, and its cards (see `kinds.cards_of` and `kinds.cards_from`)."""
        self.name = name
        self.cards = tuple(cards)
        kinds = [card.kind for card in cards]
        rows = next((i for i, card in enumerate(cards) if (card.name, card.kind) == ("rows", "int")), None)
        self._look: Callable[[Values, bytes], bool] | None = None  # written when it is first needed, like the encoder
        self._encoder: Callable[[Any], bytes] | None = None
        self._columns = [(i, COLUMN_BYTES[kind[7:]]) for i, kind in enumerate(kinds) if kind.startswith("column:")]
        self._rows = rows
        measured = {i for i, _ in self._columns} if self._rows is not None else set()
        self._deep = [(i, check_of(kind)) for i, kind in enumerate(kinds) if kind not in _LOOKS and i not in measured]
        struct = msgspec.defstruct(
            "Body",
            [(f"f{index}", annotation_of(kind)) for index, kind in enumerate(kinds)],
            rename={f"f{index}": card.name for index, card in enumerate(cards)},
            forbid_unknown_fields=True,
            frozen=True,
            gc=False,
        )
        self._decode = msgspec.msgpack.Decoder(struct).decode

    def encoder(self) -> Callable[[Any], bytes]:
        """A function that gives an event's canonical body; it raises `EventRefused` where none may stand in a log."""
        if self._encoder is None:
            self._encoder = self._written_encoder()
        return self._encoder

    def check(self, values: Values, body: bytes) -> None:
        """Refuse values that may not stand in a log; `body` is their encoding. Raises `EventRefused`."""
        if self._look is None:
            self._look = _written_look(tuple(card.kind for card in self.cards), self._rows)
        if not self._look(values, body) or len(body) > MAX_BODY_BYTES:
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

    def _written_encoder(self) -> Callable[[Any], bytes]:
        """The quick look stands within it, which saves a call for each event; fields of other kinds are asked each."""
        kinds = tuple(card.kind for card in self.cards)
        surely_right = _quick_look(kinds, self._rows)
        surely_right += "".join(f" and not check{index}(v{index})" for index, _ in self._deep)
        text = f"""def encode_one(event, {_TYPES}):
            try:
                body = encode(event)
            except (OverflowError, ValueError, TypeError) as error:
                refuse(error)
            {_unpacked(kinds)} = values = astuple(event)
            if not ({surely_right} and len(body) <= {MAX_BODY_BYTES}):
                check(values, body)
            return body"""
        names = {"encode": encode, "astuple": astuple, "check": self.check, "refuse": self._refuse_unencodable}
        names |= {f"check{index}": check for index, check in self._deep}
        return _written(text, "encode_one", names)

    def _refuse_unencodable(self, error: Exception) -> None:
        raise EventRefused(f"{self.name}: {error}", fix="see the kinds in tallystick.events.kinds") from None

    def _refuse(self, index: int, complaint: str) -> None:
        raise EventRefused(f"{self.name}.{self.cards[index].name} {complaint}")


def _written_look(kinds: tuple[str, ...], rows: int | None) -> Callable[[Values, bytes], bool]:
    """A function over all plain fields: true when they are surely right, false when each needs a closer look."""
    text = f"def look(values, body, {_TYPES}):\n {_unpacked(kinds)} = values\n return {_quick_look(kinds, rows)}"
    return _written(text, "look", {})


def _quick_look(kinds: tuple[str, ...], rows: int | None) -> str:
    """One expression over the plain ones of the values v0, v1, ...; `rows` is the field that counts columns' rows.

    It is written for the type, as dataclasses are, because looking field by field costs four times as much. Only
    positions and constants go into its text, never a name. An int above the largest that may stand in a log is written
    behind the byte 207, and -0.0 holds the byte 128: a `body` without such a byte needs no look at each number. What is
    too small the encoder refuses.
    """
    looks = [_LOOKS[kind].format(f"v{index}") for index, kind in enumerate(kinds) if kind in _LOOKS]
    ints, floats = ([f"v{index}" for index, kind in enumerate(kinds) if kind == each] for each in ("int", "float"))
    if ints:
        looks.append(f"(207 not in body or {' and '.join(f'{one} <= {MAX_INT}' for one in ints)})")
    if floats:
        looks.append(f"({' + '.join(floats)}) * 0.0 == 0.0")  # infinity times 0 is NaN, and so is what has NaN in it
        above = " and ".join(f"({one} or copysign(1.0, {one}) == 1.0)" for one in floats)
        looks.append(f"(128 not in body or {above})")
    if rows is not None:
        sizes = {index: COLUMN_BYTES[kind[7:]] for index, kind in enumerate(kinds) if kind.startswith("column:")}
        first = {size: index for index, size in reversed(sizes.items())}  # there a length is worked out, for the rest
        for index, size in sizes.items():
            length = f"(bytes{size} := {size} * v{rows})" if first[size] == index else f"bytes{size}"
            looks.append(f"type(v{index}) is bytes and len(v{index}) == {length}")
    return " and ".join(looks) or "True"


def _unpacked(kinds: tuple[str, ...]) -> str:
    """What values are unpacked into."""
    return "".join(f"v{index}, " for index in range(len(kinds))) or "()"


def _written(text: str, name: str, scope: dict[str, Any]) -> Callable[..., Any]:
    """The function called `name` that `text` defines."""
    scope["copysign"] = copysign
    exec(text, scope)  # noqa: S102 -- text made above from the kinds of fields alone
    return cast("Callable[..., Any]", scope[name])
