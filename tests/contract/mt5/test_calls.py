"""(b) How each function may be called: by position, by name, with how many arguments."""

from typing import Any

import pytest

from tests.contract.mt5.wheel import WHEEL

OF_STYLE = {
    style: [name for name, facts in WHEEL["functions"].items() if facts["flags"].startswith(style)]
    for style in ("METH_NOARGS", "METH_VARARGS (positional", "METH_VARARGS|METH_KEYWORDS")
}
TOO_MANY: dict[str, tuple[Any, str]] = {
    "symbol_info": (None, "Invalid arguments"),
    "symbol_info_tick": (None, "Invalid arguments"),
    "symbol_select": (False, "Invalid arguments"),
    "market_book_add": (None, "Invalid arguments"),
    "market_book_get": (None, "Invalid arguments"),
    "market_book_release": (None, "Invalid arguments"),
    "copy_rates_from": (None, "Invalid arguments"),
    "copy_rates_from_pos": (None, "Invalid arguments"),
    "copy_rates_range": (None, "Invalid arguments"),
    "copy_ticks_from": (None, "Invalid arguments"),
    "copy_ticks_range": (None, "Invalid arguments"),
    "history_orders_total": (None, "Invalid arguments"),
    "history_deals_total": (None, "Invalid arguments"),
    "history_orders_get": (None, "Invalid arguments"),
    "history_deals_get": (None, "Invalid arguments"),
    "order_calc_margin": (None, "Invalid arguments"),
    "order_calc_profit": (None, "Invalid arguments"),
    "order_check": (None, "Invalid number of arguments"),
    "order_send": (None, "Invalid number of arguments"),
    "positions_get": (None, "Unnamed arguments not allowed"),
    "orders_get": (None, "Unnamed arguments not allowed"),
    "symbols_get": (False, "Invalid number of arguments"),
    "login": (False, "Invalid number of arguments"),
    "initialize": (False, "Invalid number of arguments"),
}


@pytest.mark.parametrize("name", OF_STYLE["METH_NOARGS"])
def test_a_function_without_arguments_takes_none(mt5: Any, name: str) -> None:
    with pytest.raises(TypeError, match=r"takes no arguments \(1 given\)"):
        getattr(mt5, name)(1)
    with pytest.raises(TypeError, match="takes no keyword arguments"):
        getattr(mt5, name)(symbol="EURUSD")


@pytest.mark.parametrize("name", OF_STYLE["METH_VARARGS (positional"])
def test_a_function_by_position_takes_no_keyword(mt5: Any, name: str) -> None:
    with pytest.raises(TypeError, match="takes no keyword arguments"):
        getattr(mt5, name)(symbol="EURUSD")


@pytest.mark.parametrize("name", TOO_MANY)
def test_too_many_arguments_are_refused_in_words(mt5: Any, say: Any, name: str) -> None:
    given = getattr(mt5, name)(*("x",) * 7)
    say("given", [given, mt5.last_error()])
    assert (given, mt5.last_error()) == (TOO_MANY[name][0], (-2, TOO_MANY[name][1]))


@pytest.mark.parametrize("name", [name for name in TOO_MANY if name not in {"positions_get", "orders_get"}])
def test_no_argument_at_all(mt5: Any, say: Any, name: str) -> None:
    if name in {"symbols_get", "initialize"}:
        assert getattr(mt5, name)()
        return
    given = getattr(mt5, name)()
    say("given", [given, mt5.last_error()])
    words = 'Invalid "login" argument' if name == "login" else TOO_MANY[name][1]
    assert (given, mt5.last_error()) == (TOO_MANY[name][0], (-2, words))


@pytest.mark.parametrize("name", ["positions_get", "orders_get"])
def test_what_stands_wants_names(mt5: Any, world: Any, name: str) -> None:
    call = getattr(mt5, name)
    assert call(world.symbol) is None
    assert mt5.last_error() == (-2, "Unnamed arguments not allowed")
    for named in ({}, {"symbol": world.symbol}, {"group": "*"}, {"ticket": 1}, {"nothing": 1}):
        assert isinstance(call(**named), tuple)
        assert mt5.last_error() == (1, "Success")


@pytest.mark.parametrize("name", ["history_orders_get", "history_deals_get"])
@pytest.mark.parametrize("named", [{"date_from": 0, "date_to": 1}, {"group": "*"}, {"symbol": "EURUSD"}], ids="+".join)
def test_history_takes_its_dates_by_position_only(mt5: Any, say: Any, name: str, named: dict[str, Any]) -> None:
    given = getattr(mt5, name)(**named)
    say("given", [given, mt5.last_error()])
    assert (given, mt5.last_error()) == (None, (-2, "Invalid arguments"))


@pytest.mark.parametrize("name", ["history_orders_get", "history_deals_get"])
@pytest.mark.parametrize("key", ["ticket", "position"])
def test_history_of_one_number_wants_no_date(mt5: Any, name: str, key: str) -> None:
    call = getattr(mt5, name)
    assert call(**{key: 1}) == ()
    assert mt5.last_error() == (1, "Success")
    assert call(0, **{key: 1}) is None
    assert mt5.last_error() == (-2, "Unnamed arguments not allowed")


@pytest.mark.parametrize("name", ["order_check", "order_send"])
def test_a_request_is_one_dict_or_names_never_both(mt5: Any, name: str) -> None:
    call = getattr(mt5, name)
    assert call({"action": 99}, symbol="EURUSD") is None
    assert mt5.last_error() == (-2, "Unnamed arguments not allowed")
    for asked in (call({"action": 99}), call(action=99)):
        assert asked.retcode == mt5.TRADE_RETCODE_INVALID
        assert mt5.last_error() == (1, "Success")


def test_symbols_by_group_named_or_not(mt5: Any, world: Any) -> None:
    names = [one.name for one in mt5.symbols_get(f"*{world.symbol}*")]
    assert world.symbol in names
    assert [one.name for one in mt5.symbols_get(group=f"*{world.symbol}*")] == names


@pytest.mark.sim_only("a real terminal would log in to an account")
def test_login_takes_number_password_and_server_in_this_order(mt5: Any) -> None:
    assert mt5.login(5, "secret", "server") is True
    assert mt5.login(5, "secret", 7) is False
    assert mt5.last_error() == (-2, "Invalid 3rd unnamed argument")
    assert mt5.login(5, 7) is False
    assert mt5.last_error() == (-2, "Invalid 2nd unnamed argument")


def test_a_refused_initialize_gives_up_the_connection(mt5: Any) -> None:
    assert mt5.initialize(7) is False
    assert mt5.last_error() == (-2, "Invalid 1st unnamed argument")
    assert mt5.account_info() is None
    assert mt5.last_error()[0] == -10004
    assert mt5.initialize() is True
