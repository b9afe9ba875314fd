"""Connection, terminal and account, as the terminal answers about them."""

from typing import Any

import pytest

from tallystick.platform.mt5.answering.about import TerminalSettings
from tallystick.platform.mt5.server import AccountSettings
from tallystick.platform.mt5.wire import NOTHING, Plain
from tests.unit.mt5.answering.market import Desk

NO_CONNECTION = (-10004, "No IPC connection")


@pytest.mark.parametrize(
    "function", ["version", "terminal_info", "account_info", "symbols_total", "positions_total", "orders_get"]
)
def test_before_initialize_there_is_no_connection(function: str) -> None:
    """Every function says so, and gives nothing."""
    answer = Desk(connected=False).ask(function)
    assert (answer.error, answer.value) == (NO_CONNECTION, NOTHING)


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("login", {"login": 1}),
        ("symbol_select", {"symbol": "EURUSD", "enable": True}),
        ("market_book_add", {"symbol": "EURUSD"}),
        ("market_book_release", {"symbol": "EURUSD"}),
    ],
)
def test_functions_that_answer_true_answer_false_without_a_connection(
    function: str, arguments: dict[str, object]
) -> None:
    """They have no None."""
    answer = Desk(connected=False).ask(function, **arguments)
    assert (answer.error, answer.value) == (NO_CONNECTION, Plain(value=False))


def test_shutdown_ends_the_connection_and_initialize_brings_it_back() -> None:
    """What was chosen in Market Watch stays."""
    desk = Desk()
    assert desk.value("symbol_select", symbol="GBPUSD", enable=False) is True
    assert desk.value("shutdown") is True
    assert desk.ask("symbols_total").error == NO_CONNECTION
    assert desk.value("initialize") is True
    assert desk.ask("symbol_info_tick", symbol="GBPUSD").value == NOTHING


def test_the_version_names_the_build_that_the_terminal_names() -> None:
    """(500, build, date), as recorded of real terminals."""
    desk = Desk()
    product, build, date = desk.value("version")
    assert product == 500
    assert desk.struct("terminal_info")["build"] == build
    assert isinstance(date, str)


def test_a_terminal_says_what_it_was_told_to_be() -> None:
    """TerminalInfo is a stated part of the simulation."""
    told = TerminalSettings(maxbars=1_000, trade_allowed=False, company="A broker")
    info = Desk(settings=told).struct("terminal_info")
    assert (info["maxbars"], info["trade_allowed"], info["company"]) == (1_000, False, "A broker")
    assert (info["connected"], info["tradeapi_disabled"]) == (True, False)


def test_an_account_without_positions_is_worth_its_balance() -> None:
    """The margin level of nothing is 0."""
    info = Desk().struct("account_info")
    assert (info["balance"], info["equity"], info["profit"], info["margin"]) == (10_000.0, 10_000.0, 0.0, 0.0)
    assert (info["margin_free"], info["margin_level"], info["margin_mode"]) == (10_000.0, 0.0, 2)
    assert (info["leverage"], info["currency"], info["currency_digits"]) == (30, "USD", 2)
    assert (info["margin_so_call"], info["margin_so_so"]) == (100.0, 50.0)


def test_an_open_position_shows_in_the_account() -> None:
    """One lot bought at 1.1003 and worth 1.0995 at the bid: 80 dollars less; margin 100,000 x 1.1003 / 30."""
    desk = Desk()
    desk.buy(1.0)
    desk.at = 61
    info = desk.struct("account_info")
    assert (info["balance"], info["profit"], info["equity"]) == (10_000.0, -80.0, 9_920.0)
    assert info["margin"] == 3_667.67
    assert info["margin_free"] == pytest.approx(9_920.0 - 3_667.67)
    assert info["margin_level"] == pytest.approx(9_920.0 / 3_667.67 * 100.0)


def test_credit_counts_in_the_equity_and_not_in_the_balance() -> None:
    """Equity = balance + credit + profit."""
    info = Desk(account=AccountSettings(credit=50_000)).struct("account_info")
    assert (info["balance"], info["credit"], info["equity"], info["profit"]) == (10_000.0, 500.0, 10_500.0, 0.0)


@pytest.mark.parametrize(
    ("stated", "served", "shown"), [(1, "netting", 1), (0, "netting", 0), (2, "netting", 0), (0, "hedging", 2)]
)
def test_the_margin_mode_is_the_definitions_where_the_server_agrees(stated: int, served: Any, shown: int) -> None:
    """An exchange account nets too; what the server was told to do instead shows."""
    desk = Desk(account=AccountSettings(margin_mode=served), stated={"margin_mode": stated})
    assert desk.struct("account_info")["margin_mode"] == shown


def test_any_login_is_taken_where_the_definition_names_none_and_then_shows() -> None:
    """A bot that compares the account's number with its own goes on."""
    desk = Desk()
    assert desk.struct("account_info")["login"] == 0
    assert desk.value("login", login=123, password="", server="Broker-Demo") is True
    info = desk.struct("account_info")
    assert (info["login"], info["server"]) == (123, "Broker-Demo")


def test_initialize_with_a_login_logs_in() -> None:
    """The number shows at once."""
    desk = Desk(connected=False)
    assert desk.value("initialize", login=55, password="x", server="S") is True
    assert desk.struct("account_info")["login"] == 55


def test_another_accounts_number_is_refused() -> None:
    """A definition with a number has that account only; a failed initialize leaves no connection."""
    desk = Desk(connected=False, stated={"login": 77})
    answer = desk.ask("initialize", login=78)
    assert (answer.error, answer.value) == ((-6, "Terminal: Authorization failed"), Plain(value=False))
    assert desk.ask("version").error == NO_CONNECTION
    assert desk.value("initialize", login=77) is True
    assert desk.ask("login", login=78).value == Plain(value=False)
    assert desk.struct("account_info")["login"] == 77
