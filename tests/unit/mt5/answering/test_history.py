"""History of orders and deals."""

from typing import Any

import pytest

from tallystick.platform.mt5.server import AccountSettings
from tests.unit.mt5.answering.market import MONDAY, SECOND, Desk, request, server_s

SUCCESS = (1, "Success")


def traded() -> Desk:
    """A position opened and closed, a pending order removed, a sale of another symbol that stays open."""
    desk = Desk()
    desk.at = 0.5
    desk.buy(0.1, magic=7, comment="in")
    ticket = desk.send(action=5, type=2, type_filling=2, price=1.05, volume=0.3)["order"]
    desk.send(action=1, type=1, symbol="GBPUSD", volume=0.2)
    desk.send(action=8, order=ticket)
    desk.at = 60
    desk.send(action=1, type=1, position=1, volume=0.1, magic=8, comment="out")
    return desk


def days() -> dict[str, float]:
    """Dates around everything."""
    return {"date_from": server_s(-86_400), "date_to": server_s(86_400)}


def test_the_first_deal_is_the_balance() -> None:
    """It has no symbol, no order and the time at which the account was opened."""
    deal = traded().structs("history_deals_get", **days())[0]
    assert deal == {
        "ticket": 1, "order": 0, "time": server_s(0), "time_msc": server_s(0) * 1_000, "type": 2, "entry": 0,
        "magic": 0, "position_id": 0, "reason": 0, "volume": 0.0, "price": 0.0, "commission": 0.0, "swap": 0.0,
        "profit": 10_000.0, "fee": 0.0, "symbol": "", "comment": "", "external_id": "",
    }  # fmt: skip


def test_a_closing_deal_has_every_field_of_the_struct() -> None:
    """Bought at 1.1003, sold at 1.0995: eight dollars less."""
    desk = traded()
    deal = desk.structs("history_deals_get", position=1)[1]
    assert deal == {
        "ticket": 4, "order": 4, "time": server_s(61), "time_msc": server_s(61) * 1_000, "type": 1, "entry": 1,
        "magic": 7, "position_id": 1, "reason": 3, "volume": 0.1, "price": 1.0995, "commission": 0.0, "swap": 0.0,
        "profit": -8.0, "fee": 0.0, "symbol": "EURUSD", "comment": "out", "external_id": "",
    }  # fmt: skip
    total = sum(one["profit"] for one in desk.structs("history_deals_get", **days()))
    assert total == desk.struct("account_info")["balance"]


def test_a_filled_order_has_every_field_of_the_struct() -> None:
    """Set up when it was sent, done at the quote that filled it; nothing of its volume is left."""
    order = traded().structs("history_orders_get", ticket=1)[0]
    assert order == {
        "ticket": 1, "time_setup": server_s(0), "time_setup_msc": server_s(0) * 1_000 + 500,
        "time_done": server_s(1), "time_done_msc": server_s(1) * 1_000, "time_expiration": 0, "type": 0,
        "type_time": 0, "type_filling": 0, "state": 4, "magic": 7, "position_id": 1, "position_by_id": 0, "reason": 3,
        "volume_initial": 0.1, "volume_current": 0.0, "price_open": order["price_open"], "sl": 0.0, "tp": 0.0,
        "price_current": 1.1003, "price_stoplimit": 0.0, "symbol": "EURUSD", "comment": "in", "external_id": "",
    }  # fmt: skip


def test_a_removed_order_is_cancelled_and_keeps_its_volume() -> None:
    """State 2, no position."""
    (order,) = traded().structs("history_orders_get", ticket=2)
    assert (order["state"], order["volume_initial"], order["volume_current"]) == (2, 0.3, 0.3)
    assert (order["position_id"], order["price_open"], order["type"]) == (0, 1.05, 2)


def test_prices_of_a_finished_order_are_whole_points_as_those_of_its_position() -> None:
    """What lies between two points in a request is not kept."""
    desk = Desk()
    desk.buy(0.1, price=1.1002000000000003, sl=1.0900300000000001, tp=1.119933)
    pending = desk.send(action=5, type=2, type_filling=2, price=1.050069999, volume=0.3, sl=1.0400300000000002)
    desk.send(action=8, order=pending["order"])
    (position,) = desk.structs("positions_get")
    bought, removed = desk.structs("history_orders_get", **days())
    assert (position["sl"], position["tp"]) == (bought["sl"], bought["tp"]) == (1.09003, 1.11993)
    assert (removed["price_open"], removed["sl"], removed["tp"]) == (1.05007, 1.04003, 0.0)


@pytest.mark.parametrize(
    ("arguments", "deals", "orders"),
    [
        ({"ticket": 1}, [2], [1]),
        ({"ticket": 4}, [4], [4]),
        ({"ticket": 99}, [], []),
        ({"position": 1}, [2, 4], [1, 4]),
        ({"position": 3}, [3], [3]),
        ({"position": 99}, [], []),
        (days(), [1, 2, 3, 4], [1, 3, 2, 4]),
        ({"date_from": server_s(1), "date_to": server_s(60)}, [2, 3], [1, 3, 2]),
        ({"date_from": server_s(2), "date_to": server_s(61)}, [3, 4], [3, 2, 4]),
        ({"date_from": server_s(62), "date_to": server_s(99)}, [], []),
        ({**days(), "group": "*,!*GBP*"}, [1, 2, 4], [1, 2, 4]),
        ({**days(), "group": "*GBP*"}, [3], [3]),
    ],
)
def test_a_filter_chooses_history(arguments: dict[str, Any], deals: list[int], orders: list[int]) -> None:
    """A ticket is an order's, for deals too; dates are the server's, both included; a position goes by its number."""
    desk = traded()
    assert [one["ticket"] for one in desk.structs("history_deals_get", **arguments)] == deals
    assert [one["ticket"] for one in desk.structs("history_orders_get", **arguments)] == orders
    assert desk.ask("history_deals_get", **arguments).error == SUCCESS


def test_totals_count_what_the_dates_choose() -> None:
    """Two dates, nothing else."""
    desk = traded()
    assert desk.value("history_deals_total", **days()) == 4
    assert desk.value("history_orders_total", **days()) == 4
    assert desk.value("history_deals_total", date_from=server_s(2), date_to=server_s(61)) == 2


def test_history_grows_as_the_account_trades() -> None:
    """What was asked for once is not all there will ever be."""
    desk = traded()
    assert len(desk.structs("history_deals_get", **days())) == 4
    desk.buy()
    assert len(desk.structs("history_deals_get", **days())) == 5


def test_what_the_server_does_itself_has_an_order_and_a_reason() -> None:
    """A stop loss at 1.0998, reached by the quote of second 61 at 1.0995."""
    desk = Desk()
    desk.at = 0.5
    desk.buy(0.1, sl=1.0998)
    desk.at = 62
    deal = desk.structs("history_deals_get", position=1)[1]
    assert (deal["reason"], deal["entry"], deal["price"], deal["comment"]) == (4, 1, 1.0995, "[sl 1.09980]")
    (order,) = desk.structs("history_orders_get", ticket=deal["order"])
    assert (order["state"], order["reason"], order["type"], order["position_id"]) == (4, 4, 1, 1)


def test_a_refused_request_leaves_no_history() -> None:
    """Only what took a ticket is an order."""
    desk = Desk()
    desk.send(action=1, volume=0.001)
    assert desk.value("history_orders_total", **days()) == 0


def test_closing_by_shows_both_positions() -> None:
    """Two deals of one order; each position finds it."""
    desk = Desk()
    first, second = desk.buy(0.3)["order"], desk.send(action=1, type=1, volume=0.1)["order"]
    result = desk.send(action=10, position=first, position_by=second)
    assert result["retcode"] == 10009, result
    (order,) = desk.structs("history_orders_get", ticket=result["order"])
    assert (order["type"], order["position_id"], order["position_by_id"]) == (8, first, second)
    assert [one["entry"] for one in desk.structs("history_deals_get", ticket=result["order"])] == [3, 3]
    for position in (first, second):
        assert desk.structs("history_orders_get", position=position)[-1]["ticket"] == result["order"]


def test_a_netting_reversal_stays_one_position() -> None:
    """Entries in, inout and out under one number."""
    desk = Desk(account=AccountSettings(margin_mode="netting"))
    desk.buy(0.1)
    desk.send(action=1, type=1, volume=0.3)
    desk.send(action=1, type=0, volume=0.2)
    assert [one["entry"] for one in desk.structs("history_deals_get", position=1)] == [0, 2, 1]
    assert desk.value("positions_total") == 0


def test_dates_are_compared_on_the_servers_clock_across_its_change() -> None:
    """Quotes an hour apart around the change to summer time: 08:30 and 10:30 on the server."""
    change = 1_710_054_000 * SECOND  # 2024-03-10 07:00 UTC
    quotes = [((change - MONDAY) / SECOND + after, "EURUSD", 1.1, 1.1001) for after in (-1_800, 1_800, 9_000)]
    desk = Desk(quotes=quotes)
    for _ in range(2):
        desk.ask("order_send", request=request(action=1))
    times = [one["time"] % 86_400 / 3_600 for one in desk.structs("history_deals_get", date_from=0, date_to=2**31)]
    assert times == [8.5, 10.5, 12.5]
