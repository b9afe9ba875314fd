"""(f) `last_error`: its table, and when it is reset."""

from typing import Any

import pytest

from tests.contract.mt5.wheel import WHEEL

BEFORE: dict[str, tuple[tuple[Any, ...], Any]] = {
    "version": ((), (0, 0, "")),
    "terminal_info": ((), None),
    "account_info": ((), None),
    "symbols_total": ((), None),
    "symbols_get": ((), None),
    "symbol_info": (("EURUSD",), None),
    "symbol_info_tick": (("EURUSD",), None),
    "symbol_select": (("EURUSD",), False),
    "market_book_get": (("EURUSD",), None),
    "copy_rates_from": (("EURUSD", 1, 0, 1), None),
    "copy_rates_from_pos": (("EURUSD", 1, 0, 1), None),
    "copy_rates_range": (("EURUSD", 1, 0, 1), None),
    "copy_ticks_from": (("EURUSD", 0, 1, -1), None),
    "copy_ticks_range": (("EURUSD", 0, 1, -1), None),
    "positions_total": ((), None),
    "positions_get": ((), None),
    "orders_total": ((), None),
    "orders_get": ((), None),
    "history_orders_total": ((0, 1), None),
    "history_orders_get": ((0, 1), None),
    "history_deals_total": ((0, 1), None),
    "history_deals_get": ((0, 1), None),
    "order_calc_margin": ((0, "EURUSD", 1.0, 1.1), None),
    "order_calc_profit": ((0, "EURUSD", 1.0, 1.1, 1.2), None),
    "order_check": (({},), None),
    "order_send": (({},), None),
    "login": ((1,), False),
}
WANT_A_VERSION = ("symbols_total", "symbols_get")
"""Without a connection the terminal's version is 0, and these want a later one."""


@pytest.mark.parametrize("name", BEFORE)
def test_without_a_connection_every_call_says_so(mt5: Any, say: Any, name: str) -> None:
    mt5.shutdown()
    arguments, given = BEFORE[name]
    assert getattr(mt5, name)(*arguments) == given
    say("error", mt5.last_error())
    code = -5 if name in WANT_A_VERSION else -10004
    assert mt5.last_error() == (code, WHEEL["error_texts"]["last_error"][str(code)])


@pytest.mark.to_be_recorded
@pytest.mark.parametrize("name", ["market_book_add", "market_book_release"])
def test_subscriptions_fail_without_a_reason(mt5: Any, say: Any, name: str) -> None:
    mt5.shutdown()
    assert getattr(mt5, name)("EURUSD") is False
    say("error", mt5.last_error())
    assert mt5.last_error() == (1, "Success")


def test_shutdown_gives_true_twice(mt5: Any, say: Any) -> None:
    say("given", [mt5.shutdown(), mt5.shutdown(), mt5.last_error()])
    assert mt5.shutdown() is True


def test_the_next_call_resets_the_error_and_asking_does_not(mt5: Any, world: Any) -> None:
    assert mt5.symbol_info("no such symbol") is None
    assert mt5.last_error() == mt5.last_error() != (1, "Success")
    mt5.symbol_info(world.symbol)
    assert mt5.last_error() == (1, "Success")


UNKNOWN: dict[str, tuple[tuple[Any, ...], Any, int]] = {
    "symbol_info": (("NOSUCH",), None, -4),
    "symbol_info_tick": (("NOSUCH",), None, -4),
    "symbol_select": (("NOSUCH",), False, -1),
    "market_book_get": (("NOSUCH",), None, -4),
    "copy_rates_from_pos": (("NOSUCH", 1, 0, 1), None, -1),
    "copy_ticks_from": (("NOSUCH", 0, 1, -1), None, -1),
    "order_calc_margin": ((0, "NOSUCH", 1.0, 1.1), None, -4),
    "order_calc_profit": ((0, "NOSUCH", 1.0, 1.1, 1.2), None, -4),
}


@pytest.mark.to_be_recorded
@pytest.mark.parametrize("name", UNKNOWN)
def test_an_unknown_symbol(mt5: Any, say: Any, name: str) -> None:
    arguments, given, code = UNKNOWN[name]
    assert getattr(mt5, name)(*arguments) is given
    say("error", mt5.last_error())
    assert mt5.last_error() == (code, WHEEL["error_texts"]["last_error"][str(code)])


WRONG: dict[str, tuple[Any, ...]] = {
    "copy_rates_from_pos/timeframe": (7_777, 0, 1),
    "copy_rates_from_pos/count": (1, 0, 0),
    "copy_rates_from_pos/negative count": (1, 0, -5),
    "copy_rates_from_pos/negative start": (1, -1, 5),
    "copy_rates_range/backwards": (1, 1_700_000_000, 1_600_000_000),
    "copy_ticks_from/flags": (0, 5, 77),
    "copy_ticks_range/backwards": (1_700_000_000, 1_600_000_000, -1),
}


@pytest.mark.to_be_recorded
@pytest.mark.parametrize("case", WRONG)
def test_arguments_that_the_terminal_refuses(mt5: Any, world: Any, say: Any, case: str) -> None:
    assert getattr(mt5, case.partition("/")[0])(world.symbol, *WRONG[case]) is None
    say("error", mt5.last_error())
    assert mt5.last_error() == (-2, "Terminal: Invalid params")


def _of_request(field: str) -> Any:
    return lambda mt5: mt5.order_check({field: object()})


PROVOKED: dict[str, Any] = {
    "Invalid arguments": lambda mt5: mt5.order_check([]),
    "Invalid number of arguments": lambda mt5: mt5.order_check(),
    "Unnamed arguments not allowed": lambda mt5: mt5.positions_get("EURUSD"),
    "Invalid 1st unnamed argument": lambda mt5: mt5.symbols_get(1),
    "Invalid 2nd unnamed argument": lambda mt5: mt5.login(1, 2),
    "Invalid 3rd unnamed argument": lambda mt5: mt5.login(1, "2", 3),
    'Invalid "group" argument': lambda mt5: mt5.orders_get(group=1),
    'Invalid "login" argument': lambda mt5: mt5.login(login="1"),
    'Invalid "password" argument': lambda mt5: mt5.login(1, password=2),
    'Invalid "server" argument': lambda mt5: mt5.login(1, server=2),
    'Invalid "timeout" argument': lambda mt5: mt5.login(1, timeout="2"),
    'Invalid "ticket" argument': lambda mt5: mt5.positions_get(ticket="1"),
    'Invalid "path" argument': lambda mt5: mt5.initialize(path=1),
    **{f'Invalid "{field}" argument': _of_request(field) for field in WHEEL["structs"]["TradeRequest"]["fields"]},
}
UNREACHED = {"Invalid object type", "Invalid tuple size"}
"""Of `_asdict` for what is no struct of the module: Python's own types refuse that first."""


@pytest.mark.parametrize("words", PROVOKED)
def test_every_text_of_the_modules_table_is_said(mt5: Any, say: Any, words: str) -> None:
    given = PROVOKED[words](mt5)
    say("given", given)
    assert (bool(given), mt5.last_error()) == (False, (-2, words))


def test_no_text_of_the_table_is_left_out() -> None:
    assert set(PROVOKED) | UNREACHED == set(WHEEL["error_texts"]["argument_texts_with_code_-2"])


@pytest.mark.sim_only("a real terminal's option cannot be changed by program")
def test_order_send_without_the_python_api_is_refused_by_the_module(trade: Any) -> None:
    from tallystick.platform.mt5.answering.about import TerminalSettings

    desk = trade(settings=TerminalSettings(tradeapi_disabled=True))
    assert desk.buy() is None
    assert desk.mt5.last_error() == (-8, WHEEL["error_texts"]["last_error"]["-8"])


def test_an_unknown_ticket_is_no_error(mt5: Any) -> None:
    for call in (mt5.positions_get, mt5.orders_get, mt5.history_orders_get, mt5.history_deals_get):
        assert call(ticket=999_999_999_999) == ()
        assert mt5.last_error() == (1, "Success")
