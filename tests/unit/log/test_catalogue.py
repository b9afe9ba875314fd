"""Kinds, canonical bodies, versions."""

import enum
import math
import sys
from typing import Annotated, Any, Literal

import msgspec
import pytest

from tallystick.events import Catalogue, Event, EventRefused, UsageError, column, fact, field, wide
from tallystick.events.canonical import Shape, encode
from tallystick.events.errors import UnknownType
from tallystick.events.kinds import MAX_INT, MIN_INT, FieldCard, cards_from, cards_of, declared


@fact("test.everything", said_by=("kernel", "feed"), version=1)
class Everything(Event):
    """One field of each kind."""

    yes: Annotated[bool, field("a truth")]
    number: Annotated[int, field("a number", "lots")]
    real: Annotated[float, field("a real number")]
    text: Annotated[str, field("words")]
    choice: Literal["buy", "sell"]
    raw: Annotated[bytes, field("bytes")]
    amount: Annotated[bytes, wide("an amount", "wei")]
    rows: Annotated[int, field("rows")]
    prices: Annotated[bytes, column("<f8", "prices")]
    series: Annotated[bytes, column("<u2", "series")]
    names: Annotated[tuple[str, ...], field("names")]
    values: Annotated[dict[str, float], field("named values")]
    perhaps: Annotated[int | None, field("perhaps a number")]
    deep: Annotated[tuple[dict[str, int], ...], field("maps")]


def everything(**changes: Any) -> Everything:
    """A right one, but for the changes."""
    facts: dict[str, Any] = {
        "yes": True,
        "number": -5,
        "real": 1.5,
        "text": "words",
        "choice": "buy",
        "raw": b"\0",
        "amount": bytes(32),
        "rows": 2,
        "prices": bytes(16),
        "series": bytes(4),
        "names": ("a", "b"),
        "values": {"b": 1.0, "a": 2.0},
        "perhaps": None,
        "deep": ({"x": 1},),
    }
    return Everything(**(facts | changes))


@pytest.fixture
def catalogue() -> Catalogue:
    return Catalogue((Everything,))


def test_the_kinds_of_a_type_follow_from_its_annotations() -> None:
    kinds = [card.kind for card in cards_of(Everything)]
    plain = ["bool", "int", "float", "str", "str", "bytes", "u256", "int", "column:<f8", "column:<u2"]
    assert kinds == [*plain, "list:str", "map:float", "optional:int", "list:map:int"]
    assert cards_of(Everything)[1] == FieldCard("number", "int", "lots", "a number")


def test_a_declaration_gives_the_cards_back() -> None:
    assert cards_from(declared(cards_of(Everything))) == cards_of(Everything)


def test_what_is_encoded_comes_back_and_maps_are_sorted(catalogue: Catalogue) -> None:
    event = everything(perhaps=MIN_INT, number=MAX_INT)
    body = catalogue.encode(event)
    assert catalogue.read(Everything, body) == event
    assert catalogue.decode("test.everything", 1, cards_of(Everything), body) == event
    assert list(msgspec.msgpack.decode(body)["values"]) == ["a", "b"]
    assert list(msgspec.msgpack.decode(body)) == list(Everything.__struct_fields__)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("yes", 1, "is a int, not a bool"),
        ("number", True, "is a bool, not an int"),
        ("number", 1.0, "is a float, not an int"),
        ("number", MAX_INT + 1, "does not fit 64 bits"),
        ("number", MIN_INT - 1, "serialize ints"),
        ("real", 1, "is a int, not a float"),
        ("real", math.nan, "numbers are finite"),
        ("real", -math.inf, "numbers are finite"),
        ("real", -0.0, "write 0.0"),
        ("text", b"x", "is a bytes, not a str"),
        ("text", "e\u0301", "not in NFC"),
        ("text", "\ud800", "surrogates"),
        ("raw", bytearray(b"x"), "is a bytearray, not a bytes"),
        ("amount", bytes(31), "has 31 bytes, not 32"),
        ("prices", bytes(15), "no multiple of 8"),
        ("prices", bytes(24), "has 24 bytes, not 2 rows of 8"),
        ("rows", 3, "not 3 rows"),
        ("names", ["a"], "is a list, not a tuple"),
        ("names", ("a", 1), "is a int, not a str"),
        ("values", {"a": 1}, "is a int, not a float"),
        ("values", {"e\u0301": 1.0}, "not in NFC"),
        ("values", {"a": -0.0}, "write 0.0"),
        ("perhaps", 1.5, "is a float, not an int"),
        ("deep", ({"x": 1.0},), "is a float, not an int"),
        ("raw", bytes(600_000), "put the content into a blob"),
    ],
)
def test_values_that_may_not_stand_in_a_log_are_refused_by_name(
    catalogue: Catalogue, name: str, value: object, says: str
) -> None:
    with pytest.raises(EventRefused, match=says) as refused:
        catalogue.encode(everything(**{name: value}))
    assert "test.everything" in str(refused.value)


@fact("test.plain", said_by="kernel")
class Plain(Event):
    """Fields that are judged at one look; the one that counts rows comes after a column."""

    yes: Annotated[bool, field("a truth")]
    number: Annotated[int, field("a number")]
    real: Annotated[float, field("a real number")]
    text: Annotated[str, field("words")]
    raw: Annotated[bytes, field("bytes")]
    prices: Annotated[bytes, column("<f8", "prices")]
    rows: Annotated[int, field("rows")]


PLAIN: dict[str, Any] = {"yes": True, "number": 7, "real": 0.5, "text": "a", "raw": b"", "prices": bytes(8), "rows": 1}


class Word(enum.StrEnum):
    """Text that the encoder takes, though its type is another."""

    BUY = "buy"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("yes", 1, "is a int, not a bool"),
        ("yes", None, "is a NoneType, not a bool"),
        ("number", True, "is a bool, not an int"),
        ("number", 7.0, "is a float, not an int"),
        ("number", MAX_INT + 1, "does not fit 64 bits"),
        ("number", MIN_INT - 1, "serialize ints"),
        ("real", 1, "is a int, not a float"),
        ("real", math.nan, "numbers are finite"),
        ("real", math.inf, "numbers are finite"),
        ("real", -math.inf, "numbers are finite"),
        ("real", -0.0, "write 0.0"),
        ("text", b"x", "is a bytes, not a str"),
        ("text", Word.BUY, "is a Word, not a str"),
        ("text", "e\u0301", "not in NFC"),
        ("raw", "x", "is a str, not a bytes"),
        ("raw", bytes(600_000), "put the content into a blob"),
        ("prices", bytes(16), "has 16 bytes, not 1 rows of 8"),
        ("prices", "12345678", "is a str, not bytes"),
        ("rows", None, "is a NoneType, not an int"),
    ],
)
def test_one_look_refuses_what_a_closer_one_does(name: str, value: object, says: str) -> None:
    catalogue = Catalogue((Plain,))
    with pytest.raises(EventRefused, match=says) as refused:
        catalogue.encode(Plain(**(PLAIN | {name: value})))
    assert "test.plain" in str(refused.value)


@pytest.mark.parametrize("real", [0.0, sys.float_info.max, -sys.float_info.max, 5e-324, -5e-324])
@pytest.mark.parametrize("number", [MIN_INT, 0, MAX_INT])
def test_what_one_look_lets_through_comes_back(real: float, number: int) -> None:
    catalogue, event = Catalogue((Plain,)), Plain(**(PLAIN | {"real": real, "number": number, "text": "é"}))
    assert catalogue.read(Plain, catalogue.encode(event)) == event


def test_text_in_nfc_of_any_script_is_welcome(catalogue: Catalogue) -> None:
    event = everything(text="Währung 通貨 валюта", names=("é",))
    assert catalogue.read(Everything, catalogue.encode(event)) == event


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("an int in a float field", {"real": 1}),
        ("a float32", None),
        ("a field too many", {"more": 1}),
        ("a field too few", {"deep": ...}),
        ("another order", {"yes": ..., "yes ": True}),
        ("not a map", None),
        ("bytes behind it", None),
        ("nothing", None),
        ("a long form", None),
        ("a map in another order", None),
        ("a key twice", None),
        ("not in NFC", {"text": "e\u0301"}),
        ("nan", {"real": math.nan}),
        ("negative zero", {"real": -0.0}),
        ("a nested negative zero", {"values": {"a": -0.0}}),
        ("an integer beyond 64 bits", {"number": 2**63}),
        ("text for bytes", {"raw": "x"}),
        ("a choice that is none", {"choice": "hold"}),
    ],
)
def test_bytes_that_a_canonical_encoder_would_not_write_are_refused(catalogue: Catalogue, name: str, raw: Any) -> None:
    body = catalogue.encode(everything())
    values = {key: getattr(everything(), key) for key in Everything.__struct_fields__}
    plain = msgspec.msgpack.Encoder()
    damaged = {
        "a float32": body.replace(b"\xcb\x3f\xf8" + bytes(6), b"\xca\x3f\xc0\0\0", 1),
        "not a map": b"\x90",
        "bytes behind it": body + b"\0",
        "nothing": b"",
        "a long form": body.replace(b"\xa6number\xfb", b"\xa6number\xd0\xfb"),
        "a map in another order": plain.encode(values),
        "a key twice": body.replace(b"\xa1b\xcb", b"\xa1a\xcb"),
    }.get(name)
    if damaged is None:
        values |= raw
        damaged = encode({key.strip(): value for key, value in values.items() if value is not ...})
        if name != "another order":
            damaged = plain.encode({key: dict(sorted(v.items())) if isinstance(v, dict) else v
                                    for key, v in values.items() if v is not ...})  # fmt: skip
    assert damaged != body
    with pytest.raises(EventRefused):
        catalogue.read(Everything, damaged)


def test_single_byte_changes_are_refused_or_mean_something_else(catalogue: Catalogue) -> None:
    body = catalogue.encode(everything())
    shape = Shape("test.everything", cards_of(Everything))
    accepted = 0
    for at in range(len(body)):
        for bit in range(8):
            damaged = bytearray(body)
            damaged[at] ^= 1 << bit
            try:
                values = shape.read(bytes(damaged))
            except EventRefused:
                continue
            accepted += 1
            assert values != shape.read(body)
    assert 0 < accepted < len(body) * 8


def test_a_body_reads_by_its_declared_fields_alone(catalogue: Catalogue) -> None:
    shape = Shape("a name of another catalogue", cards_from(declared(cards_of(Everything))))
    body = catalogue.encode(everything())
    assert shape.mapping(body) == {key: getattr(everything(), key) for key in Everything.__struct_fields__}
    assert Catalogue(()).decode("test.everything", 1, shape.cards, body) == shape.mapping(body)


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "x", "kind": "number", "unit": "", "meaning": ""},
        {"name": "x", "kind": "list:", "unit": "", "meaning": ""},
        {"name": "x", "kind": "column:<f2", "unit": "", "meaning": ""},
        {"name": "x", "kind": "list:list:list:list:list:int", "unit": "", "meaning": ""},
        {"name": "X", "kind": "int", "unit": "", "meaning": ""},
        {"name": "x", "kind": "int"},
    ],
)
def test_a_declaration_with_a_kind_or_name_that_is_none_is_refused(fields: Any) -> None:
    with pytest.raises(UsageError):
        cards_from((fields,))


def test_a_field_without_a_kind_is_refused_by_name() -> None:
    @fact("test.strange", said_by="kernel")
    class Strange(Event):
        """Holds what no event may."""

        when: complex

    with pytest.raises(UsageError, match=r"Strange\.when: an event cannot hold"):
        Catalogue((Strange,))


def test_types_that_nobody_declared_are_refused(catalogue: Catalogue) -> None:
    with pytest.raises(UnknownType, match=r"is called 'test\.nothing'"):
        catalogue.named("test.nothing")
    with pytest.raises(UnknownType, match="pass Catalogue"):
        Catalogue(()).encode(everything())
    assert catalogue.named("test.everything") is Everything
    assert catalogue.may_say("feed", Everything)
    assert not catalogue.may_say("risk", Everything)


def test_old_versions_become_new_ones_step_by_step() -> None:
    @fact("test.grown", said_by="kernel")
    class First(Event):
        """Version 1."""

        price: Annotated[float, field("a price")]

    @fact("test.grown", said_by="kernel", version=3)
    class Third(Event):
        """Version 3: cents, and where."""

        cents: Annotated[int, field("a price", "cents")]
        venue: Annotated[str, field("where")]

    steps = {
        ("test.grown", 1): lambda old: {"price": old["price"], "venue": "unknown"},
        ("test.grown", 2): lambda old: {"cents": round(old["price"] * 100), "venue": old["venue"]},
    }
    body = Catalogue((First,)).encode(First(price=1.25))
    new = Catalogue((Third,), steps)
    assert new.decode("test.grown", 1, cards_of(First), body) == Third(cents=125, venue="unknown")
    with pytest.raises(UsageError, match="nothing leads from version 2 to 3"):
        Catalogue((Third,), {("test.grown", 1): steps["test.grown", 1]})
    later = Catalogue((First,)).decode("test.grown", 3, cards_of(Third), new.encode(Third(cents=1, venue="x")))
    assert later == {"cents": 1, "venue": "x"}
    with pytest.raises(UsageError, match=r"two types are called test\.grown"):
        Catalogue((First, Third), steps)
