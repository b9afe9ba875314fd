"""`order_send` and `order_check`: what a bot is told."""

from dataclasses import replace
from typing import Any

import pytest

from tallystick.platform.mt5.answering.about import TerminalSettings
from tallystick.platform.mt5.server import AccountSettings
from tallystick.platform.mt5.server.faults import Fault
from tallystick.platform.mt5.wire import NOTHING, Record
from tests.unit.mt5.answering.market import EURUSD, MONDAY, SECOND, USDJPY, Desk, request

DONE = 10009


def test_a_market_order_is_executed_at_the_next_quote_and_the_clock_goes_there() -> None:
    """Sent half a second before it, filled at its ask; bid and ask are those of the execution."""
    desk = Desk()
    desk.at = 0.5
    result = desk.send(action=1, type=0, volume=0.1, comment="mine", magic=99)
    values = {name: result[name] for name in ("retcode", "deal", "order", "volume", "price", "bid", "ask", "comment")}
    assert values == {
        "retcode": DONE, "deal": 2, "order": 1, "volume": 0.1, "price": 1.1003, "bid": 1.1002, "ask": 1.1003,
        "comment": "Request executed",
    }  # fmt: skip
    assert (result["request_id"], result["retcode_external"]) == (1, 0)
    assert desk.terminal.clock() == MONDAY + SECOND


def test_the_request_comes_back_as_it_was_sent() -> None:
    """All 17 fields in the order of TradeRequest."""
    asked = request(action=1, magic=99, deviation=20, comment="mine", price=1.5)
    result = Desk().struct("order_send", request=asked)
    assert result["request"] == tuple(asked.values())


def test_latency_lets_an_earlier_quote_go_by() -> None:
    """0.6 seconds after 0.5 is later than the quote of second 1."""
    desk = Desk(latency_ns=600_000_000)
    desk.at = 0.5
    assert desk.send(action=1, type=0)["price"] == 1.0996


def test_a_placed_order_has_its_volume_and_no_price() -> None:
    """As real terminals were recorded; it costs the time of its way."""
    desk = Desk(latency_ns=30_000_000)
    result = desk.send(action=5, type=2, type_filling=2, price=1.09, volume=0.2)
    assert (result["retcode"], result["order"], result["deal"]) == (DONE, 1, 0)
    assert (result["volume"], result["price"], result["bid"], result["ask"]) == (0.2, 0.0, 1.1, 1.1001)
    assert desk.terminal.clock() == MONDAY + 1_000_000 + 30_000_000


def test_changed_stops_have_neither_order_nor_prices() -> None:
    """SLTP, as recorded: DONE and zeros."""
    desk = Desk()
    desk.buy()
    result = desk.send(action=6, position=1, sl=1.05, tp=1.2)
    assert (result["retcode"], result["order"], result["deal"], result["volume"], result["bid"]) == (
        DONE,
        0,
        0,
        0.0,
        0.0,
    )
    (position,) = desk.structs("positions_get")
    assert (position["sl"], position["tp"]) == (1.05, 1.2)


def test_an_order_is_changed_and_removed_under_its_ticket() -> None:
    """MODIFY and REMOVE name it."""
    desk = Desk()
    ticket = desk.send(action=5, type=2, type_filling=2, price=1.09)["order"]
    changed = desk.send(action=7, order=ticket, price=1.08, sl=1.07)
    assert (changed["retcode"], changed["order"]) == (DONE, ticket)
    (order,) = desk.structs("orders_get")
    assert (order["price_open"], order["sl"]) == (1.08, 1.07)
    removed = desk.send(action=8, order=ticket)
    assert (removed["retcode"], removed["order"]) == (DONE, ticket)
    assert desk.value("orders_total") == 0


def test_a_position_is_closed_by_its_ticket() -> None:
    """The opposite type, the same volume."""
    desk = Desk()
    ticket = desk.buy()["order"]
    closed = desk.send(action=1, type=1, position=ticket, volume=0.1)
    assert closed["retcode"] == DONE
    assert desk.value("positions_total") == 0


@pytest.mark.parametrize(
    ("fields", "retcode", "comment"),
    [
        ({"action": 99}, 10013, "Invalid request"),
        ({"action": 1, "symbol": "NONE"}, 10013, "Invalid request"),
        ({"action": 1, "volume": 0.001}, 10014, "Invalid volume"),
        ({"action": 1, "volume": float("nan")}, 10014, "Invalid volume"),
        ({"action": 1, "volume": 1e300}, 10014, "Invalid volume"),
        ({"action": 5, "type": 2, "type_filling": 2, "price": 1.2}, 10015, "Invalid price"),
        ({"action": 5, "type": 2, "type_filling": 2, "price": float("inf")}, 10015, "Invalid price"),
        ({"action": 1, "sl": 1.2}, 10016, "Invalid stops"),
        ({"action": 1, "sl": float("nan")}, 10016, "Invalid stops"),
        ({"action": 1, "type_filling": 2}, 10030, "Unsupported filling mode"),
        ({"action": 1, "volume": 100.0}, 10019, "No money"),
    ],
)
def test_a_refusal_has_its_code_and_zeros(fields: dict[str, Any], retcode: int, comment: str) -> None:
    """The bot gets its request back and no price of anything."""
    result = Desk().send(**fields)
    assert (result["retcode"], result["comment"]) == (retcode, comment)
    assert [result[name] for name in ("deal", "order", "volume", "price", "bid", "ask")] == [0, 0, 0.0, 0.0, 0.0, 0.0]


def test_a_requote_tells_the_new_prices() -> None:
    """Instant execution, the price asked for further away than the deviation."""
    desk = Desk(
        instruments=[replace(EURUSD, execution="instant")],
        quotes=[(0, "EURUSD", 1.1, 1.1001), (1, "EURUSD", 1.2, 1.2001)],
    )
    result = desk.send(action=1, type=0, price=1.1001, deviation=10)
    assert (result["retcode"], result["comment"]) == (10004, "Requote")
    assert (result["bid"], result["ask"], result["order"]) == (1.2, 1.2001, 0)


def test_a_symbol_out_of_market_watch_cannot_be_traded() -> None:
    """There are no prices for it in this terminal."""
    desk = Desk()
    desk.value("symbol_select", symbol="EURUSD", enable=False)
    assert desk.send(action=1)["retcode"] == 10021
    assert desk.struct("order_check", request=request(action=1))["retcode"] == 10021


def test_a_known_symbol_without_rows_has_no_prices_to_trade_at() -> None:
    """Not an invalid request: the terminal knows the symbol."""
    desk = Desk(others=[USDJPY])
    assert desk.send(action=1, symbol="USDJPY")["retcode"] == 10021


def test_a_terminal_without_permission_refuses_by_itself() -> None:
    """Its own switch: 10027, and the server hears nothing, so there is no request number."""
    desk = Desk(settings=TerminalSettings(trade_allowed=False))
    result = desk.send(action=1)
    assert (result["retcode"], result["comment"], result["request_id"]) == (10027, "AutoTrading disabled by client", 0)


def test_a_terminal_whose_python_is_switched_off_gives_nothing() -> None:
    """None and -8."""
    answer = Desk(settings=TerminalSettings(tradeapi_disabled=True)).ask("order_send", request=request(action=1))
    assert answer.value == NOTHING
    assert answer.error == (-8, "Auto-Trading using Python API disabled in Terminal")


def test_a_fault_passes_through_once() -> None:
    """What no state of the server brings about."""
    desk = Desk(faults=[Fault(retcode=10031)])
    assert desk.send(action=1)["retcode"] == 10031
    assert desk.send(action=1)["retcode"] == DONE


def test_requests_are_numbered_as_they_reach_the_server() -> None:
    """Refused ones too."""
    desk = Desk()
    assert [desk.send(action=action)["request_id"] for action in (1, 99, 1)] == [1, 2, 3]


def test_risk_denies_with_its_rule_as_comment() -> None:
    """10006, cut to what a comment holds."""
    reply = Desk().terminal.answers.denied(request(action=1), "max_order_volume: 1.00 lots above the limit of 0.50")
    assert isinstance(reply.value, Record)
    assert reply.value.values[0] == 10006
    assert reply.value.values[7] == "max_order_volume: 1.00 lots a"


def test_without_a_further_quote_the_data_are_over() -> None:
    """The order stays on its way for ever; the bot is told that there is no more."""
    desk = Desk(quotes=[(0, "EURUSD", 1.1, 1.1001)], instruments=[EURUSD])
    assert desk.ask("order_send", request=request(action=1)).ended


def test_a_good_request_passes_the_check_with_the_account_as_it_would_be() -> None:
    """Retcode 0 and "Done"; margin 110,010 x 0.1 / 30."""
    check = Desk().struct("order_check", request=request(action=1))
    assert (check["retcode"], check["comment"]) == (0, "Done")
    assert (check["balance"], check["margin"]) == (10_000.0, 366.7)
    assert check["margin_free"] == pytest.approx(check["equity"] - 366.7)
    assert check["margin_level"] == pytest.approx(check["equity"] / 366.7 * 100)
    assert check["request"] == tuple(request(action=1).values())


def test_the_checks_profit_is_what_floats() -> None:
    """Credit is in the equity and is no profit."""
    check = Desk(account=AccountSettings(credit=50_000)).struct("order_check", request=request(action=1))
    assert (check["balance"], check["equity"], check["profit"]) == (10_000.0, 10_500.0, 0.0)


def test_the_check_finds_a_position_whose_symbol_is_left_out() -> None:
    """As the server does: SLTP needs no symbol."""
    desk = Desk()
    position = desk.buy()["order"]
    assert desk.struct("order_check", request=request(action=6, symbol="", position=position, sl=1.05))["retcode"] == 0
    assert desk.struct("order_check", request=request(action=6, symbol="", position=9, sl=1.05))["retcode"] == 10036


@pytest.mark.parametrize(
    ("fields", "retcode"),
    [({"volume": 0.001}, 10014), ({"volume": 100.0}, 10019), ({"action": 99}, 10013), ({"type_filling": 2}, 10030)],
)
def test_the_check_refuses_what_the_server_would(fields: dict[str, Any], retcode: int) -> None:
    """And changes nothing."""
    desk = Desk()
    assert desk.struct("order_check", request=request(**{"action": 1, **fields}))["retcode"] == retcode
    assert desk.value("positions_total") == 0
    assert desk.send(action=1)["request_id"] == 1


@pytest.mark.parametrize(("action", "volume", "margin"), [(0, 1.0, 3_667.0), (1, 0.5, 1_833.5), (2, 0.01, 36.67)])
def test_margin_is_calculated_by_the_servers_rule(action: int, volume: float, margin: float) -> None:
    """110,010 dollars a lot over a leverage of 30."""
    arguments = {"action": action, "symbol": "EURUSD", "volume": volume, "price": 1.1001}
    assert Desk().value("order_calc_margin", **arguments) == margin


@pytest.mark.parametrize(("action", "profit"), [(0, 150.0), (1, -150.0)])
def test_profit_is_calculated_as_a_deal_would_book_it(action: int, profit: float) -> None:
    """150 points of one lot."""
    arguments = {"action": action, "symbol": "EURUSD", "volume": 1.0, "price_open": 1.1, "price_close": 1.1015}
    assert Desk().value("order_calc_profit", **arguments) == profit


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"action": 9}, -2), ({"volume": 0.0}, -2), ({"price": float("nan")}, -2), ({"symbol": "NONE"}, -4)],
)
def test_what_cannot_be_calculated_is_none_and_an_error(changes: dict[str, Any], error: int) -> None:
    """Wrong arguments, an unknown symbol."""
    arguments = {"action": 0, "symbol": "EURUSD", "volume": 1.0, "price": 1.1, **changes}
    answer = Desk().ask("order_calc_margin", **arguments)
    assert (answer.value, answer.error[0]) == (NOTHING, error)
