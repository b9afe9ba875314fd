"""Is a stored body the one canonical encoding of its declared fields? The verifier's judge, fast on the common case.

A strict decode by the log's own declaration, and its re-encoding being the same bytes, decide types, order, names,
shortest forms and the order of map keys. What an encoder would let through is looked for apart: NaN, infinity, -0.0,
text outside of NFC, columns of a wrong length.
"""

import re
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

import msgspec

from tallystick.events.kinds import COLUMN_BYTES, Check, FieldCard, annotation_of, check_of

_encode = msgspec.msgpack.Encoder(order="deterministic").encode

# The head of a float64 that is NaN, infinite or -0.0. Other bytes can look like it; then every field is looked at.
_SUSPECT = re.compile(rb"\xcb(?:[\x7f\xff][\xf0-\xff]|\x80\x00{7})").search


class BodyRule:
    """The canonical form of one version of one type."""

    __slots__ = ("_cards", "_checks", "_columns", "_decode", "_names", "_rows", "complaint")

    complaint: Callable[[bytes], str]
    """What is not canonical about a body; an empty string when nothing is."""

    def __init__(self, cards: Sequence[FieldCard]) -> None:
        self._cards = tuple(cards)
        self._names = names = [f"f{index}" for index in range(len(cards))]
        struct = msgspec.defstruct(
            "Body",
            [(name, annotation_of(card.kind)) for name, card in zip(names, cards, strict=True)],
            rename={name: card.name for name, card in zip(names, cards, strict=True)},
            forbid_unknown_fields=True,
            frozen=True,
            gc=False,
        )
        self._decode = msgspec.msgpack.Decoder(struct).decode
        fields = list(zip(names, self._cards, strict=True))
        self._checks = [(name, card.name, check_of(card.kind)) for name, card in fields]
        self._columns = [
            (name, card.name, COLUMN_BYTES[card.kind.removeprefix("column:")])
            for name, card in fields
            if card.kind.startswith("column:")
        ]
        self._rows = next((name for name, card in fields if (card.name, card.kind) == ("rows", "int")), None)
        self.complaint = self._judge()

    def values(self, body: bytes) -> dict[str, Any]:
        """Values by field name, of a body without complaint."""
        value = self._decode(body)
        return {card.name: getattr(value, name) for name, card in zip(self._names, self._cards, strict=True)}

    def _judge(self) -> Callable[[bytes], str]:
        """The judge of one body, with all it needs bound to it: it runs once for every record of a log."""
        kinds = [card.kind for card in self._cards]
        decode, encode, deep, join = self._decode, _encode, self._deep, "".join
        suspect = _SUSPECT if any("float" in kind for kind in kinds) else None
        texts = _getter([name for name, kind in zip(self._names, kinds, strict=True) if kind == "str"])
        nested = [check for check, kind in zip(self._checks, kinds, strict=True) if ":" in kind]

        def complaint(body: bytes) -> str:
            try:
                value = decode(body)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                return f"its body is no such event ({error})"
            if encode(value) != body:
                return "its body is not in canonical form"
            if (texts is not None and not join(texts(value)).isascii()) or (suspect is not None and suspect(body)):
                return deep(value, self._checks)
            return deep(value, nested) if nested else ""

        return complaint

    def _deep(self, value: Any, checks: Sequence[tuple[str, str, Check]]) -> str:
        """Look at fields one by one, then at the lengths of columns."""
        for name, said, check in checks:
            complaint = check(getattr(value, name))
            if complaint:
                return f"its {said} {complaint}"
        rows = None if self._rows is None else getattr(value, self._rows)
        for name, said, size in self._columns:
            length = len(getattr(value, name))
            if length % size or (rows is not None and length != rows * size):
                return f"its column {said} has {length} bytes, not {size} for each of its rows"
        return ""


def _getter(names: list[str]) -> Any:
    """Strings of those fields as a tuple, or None where there are none."""
    if len(names) == 1:
        one = attrgetter(names[0])
        return lambda value: (one(value),)
    return attrgetter(*names) if names else None
