"""(c) Arguments of the wrong kind: which text, and where a Python error is left behind."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

FLOATS = ("volume", "price", "stoplimit", "sl", "tp")
INTS = ("action", "magic", "order", "deviation", "type", "type_filling", "type_time", "expiration", "position",
        "position_by")  # fmt: skip
NO_FLOATS = {"int": 1, "bool": True, "float32": np.float32(1), "int64": np.int64(1), "Decimal": Decimal(1),
             "str": "1.0", "None": None}  # fmt: skip
NO_INTS = {"float": 1.0, "int64": np.int64(1), "str": "1", "None": None, "datetime": datetime(2024, 1, 1, tzinfo=UTC)}
HARMLESS = {"action": 99}
"""A request that no server carries out."""


@pytest.mark.parametrize("field", FLOATS)
@pytest.mark.parametrize("kind", NO_FLOATS)
def test_what_is_no_float_is_refused_where_a_float_belongs(mt5: Any, say: Any, field: str, kind: str) -> None:
    assert mt5.order_check({**HARMLESS, field: NO_FLOATS[kind]}) is None
    say("error", mt5.last_error())
    assert mt5.last_error() == (-2, f'Invalid "{field}" argument')


@pytest.mark.parametrize("field", INTS)
@pytest.mark.parametrize("kind", NO_INTS)
def test_what_is_no_int_is_refused_where_an_int_belongs(mt5: Any, say: Any, field: str, kind: str) -> None:
    assert mt5.order_check({**HARMLESS, field: NO_INTS[kind]}) is None
    say("error", mt5.last_error())
    assert mt5.last_error() == (-2, f'Invalid "{field}" argument')


@pytest.mark.parametrize("value", [np.float64(0.5), type("Own", (float,), {})(0.5)], ids=["float64", "subclass"])
def test_subclasses_of_float_pass(mt5: Any, value: float) -> None:
    assert mt5.order_check({**HARMLESS, "volume": value}).request.volume == 0.5


def test_a_bool_passes_for_an_int(mt5: Any) -> None:
    assert mt5.order_check({**HARMLESS, "magic": True}).request.magic == 1


@pytest.mark.parametrize("field", ["symbol", "comment"])
@pytest.mark.parametrize(
    ("text", "passes"),
    [("n" * 29, True), ("n" * 30, False), ("é" * 29, True), ("\U0001f40e" * 14, True), ("\U0001f40e" * 15, False)],
    ids=["29", "30", "29 accents", "14 pairs", "15 pairs"],
)
def test_names_and_comments_have_29_places(mt5: Any, say: Any, field: str, text: str, passes: bool) -> None:
    mt5.order_check({**HARMLESS, field: text})
    say("error", mt5.last_error())
    assert mt5.last_error() == ((1, "Success") if passes else (-2, f'Invalid "{field}" argument'))


@pytest.mark.parametrize("value", [b"x", 7, None], ids=["bytes", "int", "None"])
@pytest.mark.parametrize("field", ["symbol", "comment"])
def test_names_and_comments_are_text(mt5: Any, field: str, value: Any) -> None:
    assert mt5.order_check({**HARMLESS, field: value}) is None
    assert mt5.last_error() == (-2, f'Invalid "{field}" argument')


@pytest.mark.to_be_recorded
@pytest.mark.parametrize(
    ("given", "arrives"),
    [("a\ud800b", "a\ufffdb"), ("\udc00", "\ufffd"), ("\ud83d\udc0e", "\U0001f40e"), ("é\udfff", "é\ufffd")],
    ids=["high", "low", "both", "at the end"],
)
def test_half_a_surrogate_pair_raises_nothing_and_is_replaced(mt5: Any, say: Any, given: str, arrives: str) -> None:
    checked = mt5.order_check({**HARMLESS, "comment": given})
    say("comment", ascii(checked.request.comment))
    assert mt5.last_error() == (1, "Success")
    assert checked.request.comment == arrives


@pytest.mark.parametrize("value", [None, "buy", [("action", 1)], 7], ids=["None", "str", "list", "int"])
def test_a_request_that_is_no_dict(mt5: Any, say: Any, value: Any) -> None:
    assert mt5.order_send(value) is None
    say("error", mt5.last_error())
    assert mt5.last_error() == (-2, "Invalid arguments")


def test_a_struct_is_no_request(mt5: Any) -> None:
    asked = mt5.order_check(HARMLESS).request
    assert mt5.order_check(asked) is None
    assert mt5.last_error() == (-2, "Invalid arguments")


def test_missing_fields_are_empty_and_unknown_ones_ignored(mt5: Any) -> None:
    asked = mt5.order_check({**HARMLESS, "Volume": "much", "stoploss": 1}).request
    assert asked == (99, 0, 0, "", 0.0, 0.0, 0.0, 0.0, 0.0, 0, 0, 0, 0, 0, "", 0, 0)


def test_fields_are_looked_at_in_the_order_of_the_struct(mt5: Any, say: Any) -> None:
    mt5.order_check({"position_by": "x", "tp": 1, "price": 1, "order": 1.0})
    say("error", mt5.last_error())
    assert mt5.last_error() == (-2, 'Invalid "order" argument')


Call = Callable[[Any, str], Any]
LEFT_BEHIND: dict[str, tuple[Call, type[Exception], str]] = {
    "count is a float": (lambda mt5, s: mt5.copy_rates_from_pos(s, 1, 0, 10.0), TypeError, "Invalid arguments"),
    "timeframe is a str": (lambda mt5, s: mt5.copy_rates_from_pos(s, "M1", 0, 10), TypeError, "Invalid arguments"),
    "count is too large": (lambda mt5, s: mt5.copy_rates_from_pos(s, 1, 0, 2**31), OverflowError, "Invalid arguments"),
    "flags are a float": (lambda mt5, s: mt5.copy_ticks_from(s, 0, 10, 1.0), TypeError, "Invalid arguments"),
    "action is a str": (lambda mt5, s: mt5.order_calc_margin("buy", s, 1.0, 1.1), TypeError, "Invalid arguments"),
    "volume is a str": (lambda mt5, s: mt5.order_calc_profit(0, s, "1", 1.1, 1.2), TypeError, "Invalid arguments"),
    "magic is negative": (
        lambda mt5, s: mt5.order_check({**HARMLESS, "magic": -1}),
        OverflowError,
        'Invalid "magic" argument',
    ),
    "type is too large": (
        lambda mt5, s: mt5.order_check({**HARMLESS, "type": 2**32}),
        OverflowError,
        'Invalid "type" argument',
    ),
    "ticket is negative": (lambda mt5, s: mt5.positions_get(ticket=-1), OverflowError, 'Invalid "ticket" argument'),
}


@pytest.mark.to_be_recorded
@pytest.mark.parametrize("case", LEFT_BEHIND)
def test_an_error_left_behind_makes_a_system_error(mt5: Any, world: Any, say: Any, case: str) -> None:
    call, cause, words = LEFT_BEHIND[case]
    with pytest.raises(SystemError, match="returned a result with an exception set") as left:
        call(mt5, world.symbol)
    say("left", [type(left.value.__cause__).__name__, mt5.last_error()])
    assert isinstance(left.value.__cause__, cause)
    assert mt5.last_error() == (-2, words)


def test_counts_may_be_numpy_integers(mt5: Any, world: Any) -> None:
    assert len(mt5.copy_rates_from_pos(world.symbol, np.int32(mt5.TIMEFRAME_M1), np.int64(0), np.uint8(1))) == 1


def test_calculations_take_ints_and_numpy_numbers(mt5: Any, world: Any) -> None:
    ask = mt5.symbol_info_tick(world.symbol).ask
    in_full = mt5.order_calc_margin(mt5.ORDER_TYPE_BUY, world.symbol, 1.0, ask)
    assert in_full > 0.0
    assert mt5.order_calc_margin(True * 0, world.symbol, 1, np.float64(ask)) == in_full


@pytest.mark.parametrize(
    "wrong", ["2024-01-01", None, date(2024, 1, 1), np.int64(1)], ids=lambda one: type(one).__name__
)
def test_a_date_that_is_none_is_refused(mt5: Any, world: Any, say: Any, wrong: Any) -> None:
    assert mt5.copy_rates_from(world.symbol, mt5.TIMEFRAME_H1, wrong, 1) is None
    say("error", mt5.last_error())
    assert mt5.last_error() == (-2, "Invalid arguments")


@pytest.mark.parametrize("enable", ["yes", 1, [0], object()], ids=["str", "int", "list", "object"])
def test_select_takes_anything_that_is_true(mt5: Any, world: Any, enable: Any) -> None:
    assert mt5.symbol_select(world.symbol, enable) is True


@pytest.mark.parametrize(("length", "error"), [(1997, (1, "Success")), (1998, (-2, 'Invalid "group" argument'))])
def test_a_group_has_1997_places(mt5: Any, length: int, error: tuple[int, str]) -> None:
    mt5.positions_get(group="g" * length)
    assert mt5.last_error() == error
