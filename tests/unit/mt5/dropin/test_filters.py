"""Filters of what stands and of history: which one counts, what is refused, with which text."""

from datetime import date
from typing import Any

import numpy as np
import pytest

import tallystick.platform.mt5.simulated as mt5
from tests.unit.mt5.dropin.answering import Scripted

TOO_LONG = "n" * 30


def _refused(text: str) -> tuple[int, str]:
    return (-2, text)


@pytest.mark.parametrize("name", ["positions_get", "orders_get"])
def test_what_stands_is_filtered_by_ticket_before_symbol_before_group(far: Scripted, name: str) -> None:
    call = getattr(mt5, name)
    call(group="*EUR*", symbol="EURUSD", ticket=7)
    assert far.last.arguments == {"ticket": 7}
    call(group="*EUR*", symbol="EURUSD")
    assert far.last.arguments == {"symbol": "EURUSD"}
    call(group="*EUR*")
    assert far.last.arguments == {"group": "*EUR*"}
    call(symbols="EURUSD")
    assert far.last.arguments == {}


@pytest.mark.parametrize("name", ["positions_get", "orders_get"])
@pytest.mark.parametrize(
    ("unnamed", "named", "text"),
    [
        (("EURUSD",), {}, "Unnamed arguments not allowed"),
        ((), {"ticket": None}, 'Invalid "ticket" argument'),
        ((), {"ticket": np.int64(7)}, 'Invalid "ticket" argument'),
        ((), {"symbol": None}, 'Invalid "symbol" argument'),
        ((), {"symbol": TOO_LONG}, 'Invalid "symbol" argument'),
        ((), {"group": 7}, 'Invalid "group" argument'),
        ((), {"group": "g" * 1998}, 'Invalid "group" argument'),
    ],
)
def test_what_stands_refuses(
    far: Scripted, name: str, unnamed: tuple[Any, ...], named: dict[str, Any], text: str
) -> None:
    assert getattr(mt5, name)(*unnamed, **named) is None
    assert mt5.last_error() == _refused(text)


@pytest.mark.parametrize("name", ["history_orders_get", "history_deals_get"])
def test_history_is_asked_between_two_dates_or_by_one_number(far: Scripted, name: str) -> None:
    call = getattr(mt5, name)
    call(0, 1_700_000_000.9, group="*USD*", ticket=5)
    assert far.last.arguments == {"date_from": 0.0, "date_to": 1_700_000_000.0, "group": "*USD*"}
    call(position=3, ticket=5)
    assert far.last.arguments == {"ticket": 5}
    call(position=3)
    assert far.last.arguments == {"position": 3}


@pytest.mark.parametrize("name", ["history_orders_get", "history_deals_get"])
@pytest.mark.parametrize(
    ("unnamed", "named", "text"),
    [
        ((), {}, "Invalid arguments"),
        ((0,), {}, "Invalid arguments"),
        ((), {"date_from": 0, "date_to": 1}, "Invalid arguments"),
        (("2024-01-01", 1), {}, "Invalid arguments"),
        ((date(2024, 1, 1), 1), {}, "Invalid arguments"),
        ((np.int64(0), 1), {}, "Invalid arguments"),
        ((0, 1), {"group": None}, 'Invalid "group" argument'),
        ((0,), {"ticket": 5}, "Unnamed arguments not allowed"),
        ((0, 1, 2), {"position": 5}, "Unnamed arguments not allowed"),
        ((), {"ticket": 5.0}, 'Invalid "ticket" argument'),
        ((), {"position": "5"}, 'Invalid "position" argument'),
    ],
)
def test_history_refuses(far: Scripted, name: str, unnamed: tuple[Any, ...], named: dict[str, Any], text: str) -> None:
    assert getattr(mt5, name)(*unnamed, **named) is None
    assert mt5.last_error() == _refused(text)


@pytest.mark.parametrize("name", ["history_orders_total", "history_deals_total"])
@pytest.mark.parametrize("unnamed", [(), (0,), (0, 1, 2), (0, None)], ids=repr)
def test_totals_of_history_want_two_dates(far: Scripted, name: str, unnamed: tuple[Any, ...]) -> None:
    assert getattr(mt5, name)(*unnamed) is None
    assert mt5.last_error() == _refused("Invalid arguments")


@pytest.mark.parametrize(
    ("unnamed", "named", "text"),
    [
        (("a", "b"), {}, "Invalid number of arguments"),
        ((7,), {}, "Invalid 1st unnamed argument"),
        (("g" * 1998,), {}, "Invalid 1st unnamed argument"),
        ((), {"group": 7}, 'Invalid "group" argument'),
    ],
)
def test_symbols_get_refuses_with_false(
    far: Scripted, unnamed: tuple[Any, ...], named: dict[str, Any], text: str
) -> None:
    assert mt5.symbols_get(*unnamed, **named) is False
    assert mt5.last_error() == _refused(text)


def test_symbols_get_takes_its_group_named_or_not(far: Scripted) -> None:
    mt5.symbols_get("*EUR*")
    assert far.last.arguments == {"group": "*EUR*"}
    mt5.symbols_get("*EUR*", group="*USD*", other=1)
    assert far.last.arguments == {"group": "*USD*"}
