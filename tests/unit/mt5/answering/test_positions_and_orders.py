"""What stands on the account, and which of it a filter chooses."""

from typing import Any

import pytest

from tallystick.platform.mt5.server import AccountSettings
from tests.unit.mt5.answering.market import Desk, server_s

SUCCESS = (1, "Success")


def held() -> Desk:
    """Two positions and two pending orders, made by two calls of each kind."""
    desk = Desk()
    desk.at = 0.5
    desk.buy(0.1, sl=1.09, tp=1.12, magic=7, comment="first")
    desk.at = 1.5
    sold = desk.send(action=1, type=1, symbol="GBPUSD", volume=0.2)
    assert sold["retcode"] == 10009, sold
    desk.send(action=5, type=2, type_filling=2, price=1.05, volume=0.3, magic=8, comment="limit")
    desk.send(action=5, type=5, type_filling=2, symbol="GBPUSD", price=1.2, type_time=2, expiration=server_s(9_000))
    return desk


def test_a_position_has_every_field_of_the_struct() -> None:
    """It was opened by the quote of second 1, at the ask, and is valued at the bid."""
    (position,) = held().structs("positions_get", symbol="EURUSD")
    opened = server_s(1)
    assert position == {
        "ticket": 1, "time": opened, "time_msc": opened * 1_000, "time_update": opened,
        "time_update_msc": opened * 1_000, "type": 0, "magic": 7, "identifier": 1, "reason": 3, "volume": 0.1,
        "price_open": 1.1003, "sl": 1.09, "tp": 1.12, "price_current": 1.1002, "swap": 0.0, "profit": -1.0,
        "symbol": "EURUSD", "comment": "first", "external_id": "",
    }  # fmt: skip


def test_a_sold_position_is_valued_at_the_ask() -> None:
    """Sold at 1.2710, bought back at 1.2712: 0.2 lots and 20 points are four dollars."""
    (position,) = held().structs("positions_get", symbol="GBPUSD")
    assert (position["type"], position["price_open"], position["price_current"]) == (1, 1.271, 1.2712)
    assert position["profit"] == -4.0


def test_a_pending_order_has_every_field_of_the_struct() -> None:
    """An order without an expiry has 0 there, one that is not done has no time of it."""
    (order,) = held().structs("orders_get", symbol="EURUSD")
    set_up = order["time_setup"]
    assert server_s(1) <= set_up <= server_s(3)
    assert order == {
        "ticket": 3, "time_setup": set_up, "time_setup_msc": order["time_setup_msc"], "time_done": 0,
        "time_done_msc": 0, "time_expiration": 0, "type": 2, "type_time": 0, "type_filling": 2, "state": 1, "magic": 8,
        "position_id": 0, "position_by_id": 0, "reason": 3, "volume_initial": 0.3, "volume_current": 0.3,
        "price_open": 1.05, "sl": 0.0, "tp": 0.0, "price_current": 1.1003, "price_stoplimit": 0.0, "symbol": "EURUSD",
        "comment": "limit", "external_id": "",
    }  # fmt: skip
    assert order["time_setup_msc"] // 1_000 == set_up


def test_an_expiry_is_shown_on_the_servers_clock() -> None:
    """As it was asked for."""
    (order,) = held().structs("orders_get", symbol="GBPUSD")
    assert (order["time_expiration"], order["type_time"]) == (server_s(9_000), 2)


@pytest.mark.parametrize(
    ("arguments", "tickets"),
    [
        ({}, [1, 2]),
        ({"symbol": "GBPUSD"}, [2]),
        ({"symbol": "USDJPY"}, []),
        ({"ticket": 1}, [1]),
        ({"ticket": 77}, []),
        ({"ticket": 0}, []),
        ({"group": "*USD"}, [1, 2]),
        ({"group": "*,!*GBP*"}, [1]),
        ({"ticket": 2, "symbol": "EURUSD"}, [2]),
        ({"ticket": 1, "group": "GBP*"}, [1]),
        ({"symbol": "EURUSD", "group": "GBP*"}, [1]),
    ],
)
def test_a_filter_chooses_positions(arguments: dict[str, Any], tickets: list[int]) -> None:
    """The ticket counts before the symbol, the symbol before the group; nothing found is no error."""
    desk = held()
    assert [one["ticket"] for one in desk.structs("positions_get", **arguments)] == tickets
    assert desk.ask("positions_get", **arguments).error == SUCCESS


@pytest.mark.parametrize(
    ("arguments", "tickets"),
    [({}, [3, 4]), ({"symbol": "GBPUSD"}, [4]), ({"ticket": 3}, [3]), ({"ticket": 1}, []), ({"group": "EUR*"}, [3])],
)
def test_a_filter_chooses_orders(arguments: dict[str, Any], tickets: list[int]) -> None:
    """The same for pending orders."""
    assert [one["ticket"] for one in held().structs("orders_get", **arguments)] == tickets


def test_totals_count_what_stands() -> None:
    """Positions and pending orders."""
    desk = held()
    assert (desk.value("positions_total"), desk.value("orders_total")) == (2, 2)
    assert (Desk().value("positions_total"), Desk().value("orders_total")) == (0, 0)


def test_a_netting_account_shows_one_position_a_symbol() -> None:
    """0.1 at 1.1003 and 0.3 at 1.0996: 0.4 at their mean, updated later than opened."""
    desk = Desk(account=AccountSettings(margin_mode="netting"))
    desk.at = 0.5
    desk.buy(0.1)
    desk.at = 60
    desk.buy(0.3)
    (position,) = desk.structs("positions_get")
    assert position["volume"] == 0.4
    assert position["price_open"] == pytest.approx((1.1003 + 3 * 1.0996) / 4, abs=1e-12)
    assert (position["time"], position["time_update"]) == (server_s(1), server_s(61))


def test_a_reversal_changes_the_ticket_and_keeps_the_identifier() -> None:
    """Filters go by the ticket that is shown."""
    desk = Desk(account=AccountSettings(margin_mode="netting"))
    desk.buy(0.1)
    desk.at = 60
    result = desk.send(action=1, type=1, volume=0.3)
    (position,) = desk.structs("positions_get", ticket=result["order"])
    assert (position["ticket"], position["identifier"], position["type"]) == (result["order"], 1, 1)
    assert position["volume"] == pytest.approx(0.2)
    assert desk.structs("positions_get", ticket=1) == []
