"""One golden body for each type and version: what is in a log today must be readable for ever.

Line 1 is the body in hex, line 2 its fields as `name=kind`. A new type or version gets
its file from `TALLYSTICK_WRITE_GOLDEN=1`; a file that exists is never written again.
Raise the version of a type whose fields change, and keep the old file: upcasters read it.
"""

import os
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from tallystick.events import Catalogue, Event
from tallystick.events.kinds import COLUMN_BYTES, FieldCard, cards_of
from tallystick.events.types import EVENTS

FOLDER = Path(__file__).parent / "events"


def sample(kind: str, number: int, rows: int) -> Any:
    """A value of this kind that depends on nothing but the place of its field."""
    head, _, rest = kind.partition(":")
    if head == "column":
        return bytes(index % 251 for index in range(rows * COLUMN_BYTES[rest]))
    if head == "list":
        return tuple(sample(rest, number + index, rows) for index in range(2))
    if head == "map":
        return {name: sample(rest, number + index, rows) for index, name in enumerate(("alpha", "beta"))}
    if head == "optional":
        return sample(rest, number, rows)
    return {
        "bool": number % 2 == 0,
        "int": [0, -1, 127, -33, 40_000, -(2**31), 2**40, -(2**63), 2**63 - 1][number % 9],
        "float": [0.0, 1.5, -2.25, 1e300, 5e-324][number % 5],
        "str": ["", "EURUSD", "Währung", "x" * 40][number % 4],
        "bytes": bytes(range(number)),
        "u256": (2**200 + number).to_bytes(32, "big"),
    }[kind]


def sample_event(event_type: type[Event]) -> Event:
    """An event of this type, the same every time."""
    hints = get_type_hints(event_type)
    values = {}
    for number, card in enumerate(cards_of(event_type)):
        choices = getattr(hints[card.name], "__args__", None) if card.kind == "str" else None
        values[card.name] = choices[number % len(choices)] if choices else sample(card.kind, number, 3)
        if card.name == "rows" and any(each.kind.startswith("column") for each in cards_of(event_type)):
            values[card.name] = 3
    return event_type(**values)


def golden(event_type: type[Event]) -> Path:
    """The file of a type and version."""
    return FOLDER / f"{event_type.FACT.name}.{event_type.FACT.version}.hex"


def fields_of(event_type: type[Event]) -> str:
    """Names and kinds, as the second line of a golden file holds them."""
    return " ".join(f"{card.name}={card.kind}" for card in cards_of(event_type))


def read_golden(path: Path) -> tuple[bytes, str]:
    """Body and fields in a golden file."""
    body, fields = path.read_text(encoding="utf-8").splitlines()
    return bytes.fromhex(body), fields


@pytest.mark.parametrize("event_type", EVENTS, ids=lambda each: each.FACT.name)
def test_a_type_still_has_the_body_it_always_had(event_type: type[Event]) -> None:
    catalogue, path, event = Catalogue(), golden(event_type), sample_event(event_type)
    body = catalogue.encode(event)
    if os.environ.get("TALLYSTICK_WRITE_GOLDEN") == "1" and not path.exists():
        path.write_text(f"{body.hex()}\n{fields_of(event_type)}\n", encoding="utf-8", newline="\n")
    kept, fields = read_golden(path)
    assert (body, fields_of(event_type)) == (kept, fields)
    assert catalogue.read(event_type, kept) == event


def test_every_golden_file_is_of_a_type_in_the_catalogue_and_no_newer_than_it() -> None:
    versions = {each.FACT.name: each.FACT.version for each in EVENTS}
    for path in FOLDER.glob("*.hex"):
        name, _, version = path.stem.rpartition(".")
        assert 1 <= int(version) <= versions[name]


def test_golden_bodies_of_every_version_are_brought_up_to_today() -> None:
    catalogue = Catalogue()
    for path in FOLDER.glob("*.hex"):
        name, _, version = path.stem.rpartition(".")
        body, fields = read_golden(path)
        cards = tuple(FieldCard(name, kind, "", "") for name, kind in (each.split("=", 1) for each in fields.split()))
        assert isinstance(catalogue.decode(name, int(version), cards, body), catalogue.named(name))
