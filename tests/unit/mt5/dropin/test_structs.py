"""Struct sequences and arrays: what can be done with the original's can be done with these, and no more."""

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import tallystick.platform.mt5.simulated as mt5
from tallystick.platform.mt5.dropin.fields import DOCS, FIELDS
from tallystick.platform.mt5.dropin.structs import DTYPES, TYPES, array_of, genuine, imitated, struct_of
from tests.unit.mt5.dropin.answering import TICK

REQUEST = (1, 7, 0, "EURUSD", 0.1, 1.1, 0.0, 0.0, 0.0, 10, 0, 1, 0, 0, "note", 0, 0)
SENT = (10009, 11, 12, 0.1, 1.1, 1.1, 1.10002, "done", 3, 0, REQUEST)

both = pytest.mark.parametrize("make", [genuine, imitated], ids=["genuine", "imitated"])


def test_names_order_and_docstrings_are_the_wheels(wheel: Any) -> None:
    assert {name: list(fields) for name, fields in FIELDS.items()} == {
        name: struct["fields"] for name, struct in wheel["structs"].items()
    }
    for name, struct in wheel["structs"].items():
        kind = TYPES[name]
        assert (kind.__doc__, kind.n_fields) == (struct["doc"], struct["n_in_sequence"])
        assert (kind.n_sequence_fields, kind.n_unnamed_fields) == (struct["n_in_sequence"], 0)


@both
def test_a_struct_is_a_tuple_with_names_and_no_namedtuple(make: Any) -> None:
    tick: Any = make("Tick", DOCS["Tick"], FIELDS["Tick"])(TICK)
    assert tick == TICK
    assert hash(tick) == hash(TICK)
    assert (tick.bid, tick[1], tick[-1]) == (1.1, 1.1, 0.0)
    assert issubclass(type(tick), tuple)
    assert not hasattr(tick, "_fields")
    assert not hasattr(tick, "_replace")
    assert repr(tick).startswith("Tick(time=1700000000, bid=1.1, ")
    with pytest.raises((AttributeError, TypeError)):
        tick.bid = 2.0


@both
def test_a_struct_needs_all_its_values(make: Any) -> None:
    with pytest.raises(TypeError, match=r"8-sequence \(2-sequence given\)"):
        make("Tick", DOCS["Tick"], FIELDS["Tick"])((1, 2.0))


@both
def test_a_struct_can_be_copied_but_not_pickled(make: Any) -> None:
    tick = make("Tick", DOCS["Tick"], FIELDS["Tick"])(TICK)
    assert copy.copy(tick) == tick
    assert type(copy.deepcopy(tick)) is type(tick)
    with pytest.raises(pickle.PicklingError, match=r"Tick on builtins|builtins\.Tick"):
        pickle.dumps(tick)


def test_the_modules_own_structs_can_not_be_pickled_though_the_module_names_their_types() -> None:
    assert mt5.Tick is TYPES["Tick"]
    with pytest.raises(pickle.PicklingError):
        pickle.dumps(mt5.Tick(TICK))


def test_asdict_gives_values_by_name_and_leaves_a_request_inside_as_it_is() -> None:
    sent = struct_of("OrderSendResult", SENT)
    as_dict = sent._asdict()
    assert list(as_dict) == list(FIELDS["OrderSendResult"])
    assert as_dict["request"] is sent.request
    assert sent.request._asdict()["comment"] == "note"
    assert sent == (*SENT[:-1], REQUEST)


def test_array_types_are_packed_in_60_bytes_as_the_wheels(wheel: Any) -> None:
    for name, facts in wheel["dtypes"].items():
        dtype = DTYPES[name]
        assert dtype.itemsize == facts["itemsize"] == 60
        assert dtype.fields is not None
        assert [[field, dtype.fields[field][0].str, dtype.fields[field][1]] for field in dtype.names or ()] == facts[
            "fields"
        ]


def test_an_array_owns_its_memory_and_is_not_to_be_written_to() -> None:
    rows = np.zeros(3, DTYPES["rates"])
    rows["close"] = (1.0, 1.5, 2.0)
    array = array_of("rates", rows.tobytes())
    assert array["close"].tolist() == [1.0, 1.5, 2.0]
    assert (array.flags.owndata, array.flags.writeable) == (True, False)
    with pytest.raises(ValueError, match="read-only"):
        array["close"][0] = 0.0


def test_one_row_is_true_and_an_empty_array_is_empty() -> None:
    row = np.ones(1, DTYPES["ticks"])
    assert bool(array_of("ticks", row.tobytes()))
    assert len(array_of("ticks", b"")) == 0
