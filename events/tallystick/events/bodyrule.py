"""Is a stored body the one canonical encoding of its declared fields? The verifier's judge, fast on the common case.

A strict decode by the log's own declaration, and its re-encoding being the same bytes, decide types, order, names,
shortest forms and the order of map keys. What an encoder would let through is looked for apart: NaN, infinity, -0.0,
text outside of NFC, columns of a wrong length.
"""

import re
from collections.abc import Sequence
from operator import attrgetter
from typing import Any

import msgspec

from tallystick.events.kinds import COLUMN_BYTES, FieldCard, annotation_of, check_of

_encode = msgspec.msgpack.Encoder(order="deterministic").encode

# The head of a float64 that is NaN, infinite or -0.0. Other bytes can look like it; then every field is looked at.
_SUSPECT = re.compile(rb"\xcb(?:[\x7f\xff][\xf0-\xff]|\x80\x00{7})").search


class BodyRule:
    """The canonical form of one version of one type."""

    __slots__ = ("_cards", "_columns", "_decode", "_floats", "_nested", "_rows", "_texts")

    def __init__(self, cards: Sequence[FieldCard]) -> None:
        self._cards = tuple(cards)
        kinds = [card.kind for card in cards]
        names = [f"f{index}" for index in range(len(kinds))]
        struct = msgspec.defstruct(
            "Body",
            [(name, annotation_of(kind)) for name, kind in zip(names, kinds, strict=True)],
            rename={name: card.name for name, card in zip(names, cards, strict=True)},
            forbid_unknown_fields=True,
            frozen=True,
            gc=False,
        )
        self._decode = msgspec.msgpack.Decoder(struct).decode
        self._floats = any("float" in kind for kind in kinds)
        self._texts = _getter([name for name, kind in zip(names, kinds, strict=True) if kind == "str"])
        self._nested = [(n, check_of(k)) for n, k in zip(names, kinds, strict=True) if ":" in k and "column" not in k]
        self._columns = [(n, COLUMN_BYTES[k[7:]]) for n, k in zip(names, kinds, strict=True) if k.startswith("column:")]
        self._rows = next((n for n, c in zip(names, cards, strict=True) if (c.name, c.kind) == ("rows", "int")), None)

    def complaint(self, body: bytes) -> str:
        """What is not canonical about the body; empty when nothing is."""
        try:
            value = self._decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return f"its body is no such event ({error})"
        if _encode(value) != body:
            return "its body is not in canonical form"
        if self._texts is not None and not "".join(self._texts(value)).isascii():
            return self._each(value)
        if self._floats and _SUSPECT(body):
            return self._each(value)
        for name, check in self._nested:
            if check(getattr(value, name)):
                return self._each(value)
        return self._column_complaint(value) if self._columns else ""

    def values(self, body: bytes) -> dict[str, Any]:
        """Values by field name, of a body without complaint."""
        value = self._decode(body)
        return {card.name: getattr(value, f"f{index}") for index, card in enumerate(self._cards)}

    def _each(self, value: Any) -> str:
        for index, card in enumerate(self._cards):
            complaint = check_of(card.kind)(getattr(value, f"f{index}"))
            if complaint:
                return f"its {card.name} {complaint}"
        return self._column_complaint(value)

    def _column_complaint(self, value: Any) -> str:
        rows = None if self._rows is None else getattr(value, self._rows)
        for name, size in self._columns:
            length = len(getattr(value, name))
            if length % size or (rows is not None and length != rows * size):
                return (
                    f"its column {self._cards[int(name[1:])].name} has {length} bytes, not {size} for each of its rows"
                )
        return ""


def _getter(names: list[str]) -> Any:
    """Strings of those fields as a tuple, or None where there are none."""
    if len(names) == 1:
        one = attrgetter(names[0])
        return lambda value: (one(value),)
    return attrgetter(*names) if names else None
