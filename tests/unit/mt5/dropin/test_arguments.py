"""Arguments as the C module takes them, function by function: what passes, what is refused, with which text."""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import numpy as np
import pytest

import tallystick.platform.mt5.simulated as mt5
from tests.unit.mt5.dropin.answering import Scripted

DEAL: dict[str, Any] = {"action": 1, "symbol": "EURUSD", "volume": 0.1, "price": 1.1, "type": 0}
LONG_NAME, TOO_LONG = "n" * 29, "n" * 30
OK = (1, "Success")


class Seconds(float):
    """A float of somebody's own."""


class Pair(StrEnum):
    """Names of somebody's own."""

    EURUSD = "EURUSD"


def _refused(text: str) -> tuple[int, str]:
    return (-2, text)


@pytest.mark.parametrize("field", ["volume", "price", "stoplimit", "sl", "tp"])
@pytest.mark.parametrize("value", [1, True, np.float32(1.0), np.int64(1), Decimal(1), "1.0", None], ids=repr)
def test_prices_and_volumes_that_are_no_float_are_refused(far: Scripted, field: str, value: Any) -> None:
    calls = len(far.calls)
    assert mt5.order_send({**DEAL, field: value}) is None
    assert mt5.last_error() == _refused(f'Invalid "{field}" argument')
    assert len(far.calls) == calls


@pytest.mark.parametrize("value", [0.5, np.float64(0.5), Seconds(0.5)], ids=repr)
def test_floats_and_their_subclasses_pass(far: Scripted, value: float) -> None:
    mt5.order_send({**DEAL, "volume": value})
    assert mt5.last_error() == OK
    sent = far.last.arguments["request"]["volume"]
    assert (sent, type(sent)) == (0.5, float)


@pytest.mark.parametrize(
    "field",
    [
        "action", "magic", "order", "deviation", "type", "type_filling", "type_time", "expiration", "position",
        "position_by",
    ],
)  # fmt: skip
@pytest.mark.parametrize("value", [1.0, np.int64(1), "1", None, datetime(2024, 1, 1, tzinfo=UTC)], ids=repr)
def test_codes_and_tickets_that_are_no_int_are_refused(far: Scripted, field: str, value: Any) -> None:
    assert mt5.order_check({**DEAL, field: value}) is None
    assert mt5.last_error() == _refused(f'Invalid "{field}" argument')


def test_a_bool_passes_for_an_int(far: Scripted) -> None:
    mt5.order_send({**DEAL, "magic": True})
    assert far.last.arguments["request"]["magic"] == 1
    assert mt5.last_error() == OK


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("magic", -1), ("magic", 2**64), ("action", 2**32), ("type", -1), ("expiration", 2**63),
        ("position", 2**64), ("deviation", -1),
    ],
)  # fmt: skip
def test_an_int_out_of_cs_range_leaves_an_overflow_error_behind(far: Scripted, field: str, value: int) -> None:
    with pytest.raises(
        SystemError, match="<built-in function order_send> returned a result with an exception set"
    ) as e:
        mt5.order_send({**DEAL, field: value})
    assert isinstance(e.value.__cause__, OverflowError)
    assert mt5.last_error() == _refused(f'Invalid "{field}" argument')


@pytest.mark.parametrize("field", ["symbol", "comment"])
def test_text_in_a_request_has_29_characters_at_most(far: Scripted, field: str) -> None:
    mt5.order_send({**DEAL, field: LONG_NAME})
    assert (far.last.arguments["request"][field], mt5.last_error()) == (LONG_NAME, OK)
    assert mt5.order_send({**DEAL, field: TOO_LONG}) is None
    assert mt5.last_error() == _refused(f'Invalid "{field}" argument')


def test_characters_beyond_the_basic_plane_count_twice(far: Scripted) -> None:
    mt5.order_send({**DEAL, "comment": "é" * 29})
    assert mt5.last_error() == OK
    mt5.order_send({**DEAL, "comment": "\U0001f40e" * 14})
    assert mt5.last_error() == OK
    mt5.order_send({**DEAL, "comment": "\U0001f40e" * 15})
    assert mt5.last_error() == _refused('Invalid "comment" argument')


@pytest.mark.parametrize("value", [b"note", 7, None], ids=repr)
def test_a_comment_that_is_no_text_is_refused(far: Scripted, value: Any) -> None:
    assert mt5.order_send({**DEAL, "comment": value}) is None
    assert mt5.last_error() == _refused('Invalid "comment" argument')


def test_missing_keys_are_zero_and_unknown_ones_ignored(far: Scripted) -> None:
    mt5.order_send({"action": 1, "sll": 1, "Volume": None, 7: 8})
    request = far.last.arguments["request"]
    assert len(request) == 17
    assert {name: value for name, value in request.items() if value} == {"action": 1}
    assert (request["volume"], request["comment"], mt5.last_error()) == (0.0, "", OK)


@pytest.mark.parametrize("value", [np.str_("EURUSD"), Pair.EURUSD], ids=repr)
def test_a_subclass_of_str_passes_as_its_text_alone(far: Scripted, value: str) -> None:
    mt5.order_send({**DEAL, "symbol": value})
    assert mt5.last_error() == OK
    assert type(far.last.arguments["request"]["symbol"]) is str
    mt5.symbol_info_tick(value)
    assert far.last.arguments == {"symbol": "EURUSD"}
    assert type(far.last.arguments["symbol"]) is str


def test_fields_are_looked_at_in_the_order_of_the_struct(far: Scripted) -> None:
    mt5.order_send({"position": 1.0, "comment": 1, "sl": 1, "volume": 1, "magic": 1.0})
    assert mt5.last_error() == _refused('Invalid "magic" argument')


def test_a_request_may_come_by_keywords_but_not_both_ways(far: Scripted) -> None:
    mt5.order_check(**DEAL)
    assert far.last.arguments["request"]["symbol"] == "EURUSD"
    assert mt5.order_check(DEAL, symbol="GBPUSD") is None
    assert mt5.last_error() == _refused("Unnamed arguments not allowed")


@pytest.mark.parametrize("unnamed", [(), (DEAL, DEAL)], ids=["none", "two"])
def test_a_request_is_one_argument(far: Scripted, unnamed: tuple[Any, ...]) -> None:
    assert mt5.order_send(*unnamed) is None
    assert mt5.last_error() == _refused("Invalid number of arguments")


@pytest.mark.parametrize(
    "value", [mt5.TradeRequest((0,) * 17), [("action", 1)], "buy", None], ids=lambda v: type(v).__name__
)
def test_a_request_that_is_no_dict_is_refused(far: Scripted, value: Any) -> None:
    assert mt5.order_send(value) is None
    assert mt5.last_error() == _refused("Invalid arguments")


@pytest.mark.parametrize("name", ["symbol_info", "symbol_info_tick", "market_book_get", "market_book_add"])
@pytest.mark.parametrize("unnamed", [(), (TOO_LONG,), (None,), (b"EURUSD",), ("EURUSD", True)], ids=repr)
def test_functions_of_a_symbol_want_one_name(far: Scripted, name: str, unnamed: tuple[Any, ...]) -> None:
    assert getattr(mt5, name)(*unnamed) is None
    assert mt5.last_error() == _refused("Invalid arguments")


@pytest.mark.parametrize(
    ("enable", "passed"), [((), True), ((True,), True), ((0,), False), (("",), False), (("no",), True), (([],), False)]
)
def test_select_takes_anything_true_or_false(far: Scripted, enable: tuple[Any, ...], passed: bool) -> None:
    assert mt5.symbol_select("EURUSD", *enable) is True
    assert far.last.arguments == {"symbol": "EURUSD", "enable": passed}


@pytest.mark.parametrize("unnamed", [(), (7,), ("EURUSD", True, True)], ids=repr)
def test_select_gives_false_for_arguments_it_refuses(far: Scripted, unnamed: tuple[Any, ...]) -> None:
    assert mt5.symbol_select(*unnamed) is False
    assert mt5.last_error() == _refused("Invalid arguments")


COPYING = {
    "copy_rates_from": ("EURUSD", 1, 0, 10),
    "copy_rates_from_pos": ("EURUSD", 1, 0, 10),
    "copy_rates_range": ("EURUSD", 1, 0, 10),
    "copy_ticks_from": ("EURUSD", 0, 10, -1),
    "copy_ticks_range": ("EURUSD", 0, 10, -1),
}


@pytest.mark.parametrize("name", COPYING)
def test_copying_wants_exactly_four_arguments_and_a_name_that_fits(far: Scripted, name: str) -> None:
    good = COPYING[name]
    for bad in (good[:3], (*good, 1), (TOO_LONG, *good[1:]), (None, *good[1:])):
        assert getattr(mt5, name)(*bad) is None
        assert mt5.last_error() == _refused("Invalid arguments")


@pytest.mark.parametrize(
    ("name", "bad", "left"),
    [
        ("copy_rates_from_pos", ("EURUSD", 1, 0, 10.0), TypeError),
        ("copy_rates_from_pos", ("EURUSD", "M1", 0, 10), TypeError),
        ("copy_rates_from_pos", ("EURUSD", 1, 0, 2**31), OverflowError),
        ("copy_rates_from", ("EURUSD", 1, 0, None), TypeError),
        ("copy_rates_from", ("EURUSD", 1, 2**31, 10), OverflowError),
        ("copy_rates_range", ("EURUSD", 1.0, 0, 10), TypeError),
        ("copy_ticks_from", ("EURUSD", 0, 10, 6.0), TypeError),
        ("copy_ticks_range", ("EURUSD", 0, 2**31, -1), OverflowError),
        ("history_deals_get", (0, 2**31), OverflowError),
        ("order_calc_margin", ("buy", "EURUSD", 1.0, 1.1), TypeError),
        ("order_calc_profit", (0, "EURUSD", "1.0", 1.1, 1.2), TypeError),
    ],
)
def test_what_c_cannot_parse_is_a_system_error_with_its_cause(
    far: Scripted, name: str, bad: tuple[Any, ...], left: type[Exception]
) -> None:
    with pytest.raises(SystemError, match=f"<built-in function {name}> returned a result with an exception set") as e:
        getattr(mt5, name)(*bad)
    assert isinstance(e.value.__cause__, left)
    assert mt5.last_error() == _refused("Invalid arguments")


def test_counts_may_be_numpy_integers_and_calculations_take_any_real_number(far: Scripted) -> None:
    mt5.copy_rates_from_pos("EURUSD", np.int32(1), np.int64(0), True)
    assert far.last.arguments == {"symbol": "EURUSD", "timeframe": 1, "start_pos": 0, "count": 1}
    mt5.order_calc_profit(0, "EURUSD", 1, np.float32(1.5), Decimal("1.25"))
    assert far.last.arguments == {
        "action": 0, "symbol": "EURUSD", "volume": 1.0, "price_open": 1.5, "price_close": 1.25
    }  # fmt: skip
    mt5.order_calc_margin(-1, "EURUSD", 1.0, 1.1)
    assert far.last.arguments["action"] == 2**32 - 1


@pytest.mark.parametrize("bad", [(0, "EURUSD", 1.0), (0, TOO_LONG, 1.0, 1.1), (0, None, 1.0, 1.1)], ids=repr)
def test_calculations_want_all_their_arguments(far: Scripted, bad: tuple[Any, ...]) -> None:
    assert mt5.order_calc_margin(*bad) is None
    assert mt5.last_error() == _refused("Invalid arguments")


def test_what_was_taken_before_lets_nothing_else_pass(far: Scripted) -> None:
    """A polled call's arguments are remembered: what is equal to them and of another kind is looked at all the same."""
    for _ in range(2):
        mt5.copy_rates_from_pos("EURUSD", 1, 0, 10)
        assert mt5.last_error() == OK
        with pytest.raises(SystemError):
            mt5.copy_rates_from_pos("EURUSD", 1, 0, 10.0)
        assert mt5.copy_rates_from_pos(Decimal(1), 1, 0, 10) is None
        assert mt5.last_error() == _refused("Invalid arguments")
        mt5.copy_rates_from_pos("EURUSD", True, 0, np.int64(10))
        assert far.last.arguments == {"symbol": "EURUSD", "timeframe": 1, "start_pos": 0, "count": 10}
        assert [type(value) for value in far.last.arguments.values()] == [str, int, int, int]
    for count in range(1, 600):
        mt5.copy_rates_from_pos("EURUSD", 1, 0, count)
        assert far.last.arguments["count"] == count
