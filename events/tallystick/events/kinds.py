"""Kinds: what a field may hold, as one word that stands in the log, and the exact check of a value against it.

bool, int (int64), float (float64, finite, not -0.0), str (NFC), bytes, u256 (32 bytes, big-endian),
column:<dtype> (little-endian NumPy column), list:<kind>, map:<kind> (keys are str), optional:<kind>.
"""

import math
import re
import types
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from unicodedata import is_normalized

import msgspec

from tallystick.events.errors import UsageError
from tallystick.events.event import Event

MIN_INT = -(2**63)
MAX_INT = 2**63 - 1
WIDE_BYTES = 32
MAX_DEPTH = 4
COLUMN_BYTES = {"|i1": 1, "|u1": 1, "|b1": 1} | {
    f"<{letter}{size}": size for letter in "iuf" for size in (2, 4, 8) if letter != "f" or size != 2
}
FIELD_NAME = re.compile(r"[a-z_][a-z0-9_]*")

Complaint = str  # what is wrong with a value; empty when nothing is
Check = Callable[[Any], Complaint]


@dataclass(frozen=True, slots=True)
class FieldCard:
    """One field of an event type: its name, kind, unit ("" where it has none) and meaning."""

    name: str
    kind: str
    unit: str
    meaning: str


@cache  # every book declares its types
def cards_of(event_type: type[Event]) -> tuple[FieldCard, ...]:
    """The fields of an event type, in order. Raises `UsageError` for an annotation that has no kind."""
    hints = get_type_hints(event_type, include_extras=True)
    return tuple(_card(event_type, name, hints[name]) for name in event_type.__struct_fields__)


def cards_from(fields: tuple[dict[str, str], ...]) -> tuple[FieldCard, ...]:
    """The cards in a declaration. Raises `UsageError` when a kind, a name or a key is not one of the format's."""
    cards = []
    for each in fields:
        if set(each) != {"name", "kind", "unit", "meaning"}:
            message = f"a declared field has name, kind, unit and meaning, not {sorted(each)}"
            raise UsageError(message)
        card = FieldCard(**each)
        if not FIELD_NAME.fullmatch(card.name):
            message = f"{card.name!r} is no name for a field: use small letters, digits and _"
            raise UsageError(message)
        annotation_of(card.kind)
        cards.append(card)
    if len({card.name for card in cards}) != len(cards):
        message = "a type declares a field twice"
        raise UsageError(message)
    return tuple(cards)


def declared(cards: tuple[FieldCard, ...]) -> tuple[dict[str, str], ...]:
    """The cards as a declaration event holds them."""
    return tuple({"kind": c.kind, "meaning": c.meaning, "name": c.name, "unit": c.unit} for c in cards)


def annotation_of(kind: str) -> Any:
    """The type a value of this kind decodes to. Raises `UsageError` for a word that is no kind."""
    if kind.count(":") > MAX_DEPTH:
        message = f"kind {kind[:60]!r} is nested deeper than {MAX_DEPTH}"
        raise UsageError(message)
    head, _, rest = kind.partition(":")
    if not rest and kind in _PLAIN:
        return _PLAIN[kind]
    if head == "column" and rest in COLUMN_BYTES:
        return bytes
    if head in _NESTED and rest:
        return _NESTED[head](annotation_of(rest))
    message = f"{kind!r} is no kind; see the list in tallystick.events.kinds"
    raise UsageError(message)


@cache
def check_of(kind: str) -> Check:
    """The exact check of one value of this kind: returns what is wrong, or an empty string."""
    annotation_of(kind)
    head, _, rest = kind.partition(":")
    if head == "column":
        return lambda value: _column(value, COLUMN_BYTES[rest])
    if rest:
        inner = check_of(rest)
        nested = {"list": _list, "map": _map, "optional": _optional}[head]
        return lambda value: nested(value, inner)
    return _PLAIN_CHECKS[kind]


def _card(event_type: type[Event], name: str, annotation: Any) -> FieldCard:
    unit, meaning = "", ""
    for each in getattr(annotation, "__metadata__", ()):
        meaning = each.description or meaning
        unit = (each.extra or {}).get("unit", unit)
    try:
        return FieldCard(name, _kind_of(annotation), unit, meaning)
    except UsageError as error:
        message = f"{event_type.__name__}.{name}: {error.what}"
        raise UsageError(message, fix="use one of the kinds listed in tallystick.events.kinds") from None


def _kind_of(annotation: Any) -> str:
    origin = get_origin(annotation)
    if origin is Annotated:
        base, *metas = get_args(annotation)
        for meta in metas:
            extra = getattr(meta, "extra", None) or {}
            if base is bytes and "column" in extra:
                return f"column:{extra['column']}"
            if base is bytes and "wide" in extra:
                return "u256"
        return _kind_of(base)
    if origin is Literal:
        kinds = {type(choice).__name__ for choice in get_args(annotation)}
        if len(kinds) == 1:
            return kinds.pop()
    elif origin in (Union, types.UnionType):
        inner = [each for each in get_args(annotation) if each is not type(None)]
        if len(inner) == 1:
            return f"optional:{_kind_of(inner[0])}"
    elif origin is tuple and get_args(annotation)[1:] == (...,):
        return f"list:{_kind_of(get_args(annotation)[0])}"
    elif origin is dict and get_args(annotation)[0] is str:
        return f"map:{_kind_of(get_args(annotation)[1])}"
    elif annotation in (bool, int, float, str, bytes):
        return str(annotation.__name__)
    message = f"an event cannot hold {annotation!r}"
    raise UsageError(message)


def _exactly(kind: type) -> Check:
    return lambda value: "" if type(value) is kind else f"is a {type(value).__name__}, not a {kind.__name__}"


def _int(value: Any) -> Complaint:
    if type(value) is not int:
        return f"is a {type(value).__name__}, not an int"
    return "" if MIN_INT <= value <= MAX_INT else "does not fit 64 bits"


def _float(value: Any) -> Complaint:
    if type(value) is not float:
        return f"is a {type(value).__name__}, not a float"
    if not math.isfinite(value):
        return f"is {value}; numbers are finite"
    return "is -0.0; write 0.0" if not value and math.copysign(1.0, value) < 0 else ""


def _str(value: Any) -> Complaint:
    if type(value) is not str:
        return f"is a {type(value).__name__}, not a str"
    return "" if value.isascii() or is_normalized("NFC", value) else "is text that is not in NFC"


def _wide(value: Any) -> Complaint:
    if type(value) is not bytes:
        return f"is a {type(value).__name__}, not bytes"
    return "" if len(value) == WIDE_BYTES else f"has {len(value)} bytes, not {WIDE_BYTES}"


def _column(value: Any, size: int) -> Complaint:
    if type(value) is not bytes:
        return f"is a {type(value).__name__}, not bytes"
    return "" if len(value) % size == 0 else f"is {len(value)} bytes long, no multiple of {size}"


def _list(value: Any, inner: Check) -> Complaint:
    if type(value) is not tuple:
        return f"is a {type(value).__name__}, not a tuple"
    return next(filter(None, map(inner, value)), "")


def _map(value: Any, inner: Check) -> Complaint:
    if type(value) is not dict:
        return f"is a {type(value).__name__}, not a dict"
    return next(filter(None, map(_str, value)), "") or next(filter(None, map(inner, value.values())), "")


def _optional(value: Any, inner: Check) -> Complaint:
    return "" if value is None else inner(value)


_PLAIN_CHECKS: dict[str, Check] = {
    "bool": _exactly(bool),
    "int": _int,
    "float": _float,
    "str": _str,
    "bytes": _exactly(bytes),
    "u256": _wide,
}
_PLAIN: dict[str, Any] = {
    "bool": bool,
    "int": Annotated[int, msgspec.Meta(ge=MIN_INT, le=MAX_INT)],
    "float": float,
    "str": str,
    "bytes": bytes,
    "u256": Annotated[bytes, msgspec.Meta(min_length=WIDE_BYTES, max_length=WIDE_BYTES)],
}
_NESTED: dict[str, Callable[[Any], Any]] = {
    "list": lambda inner: tuple.__class_getitem__((inner, ...)),
    "map": lambda inner: dict.__class_getitem__((str, inner)),
    "optional": lambda inner: inner | None,
}
