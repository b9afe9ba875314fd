"""Symbols and Market Watch."""

from dataclasses import replace
from typing import Any

import pytest

from tallystick.platform.mt5.wire import NOTHING, Plain
from tests.unit.mt5.answering.market import EURUSD, GBPUSD, MONDAY, SECOND, USDJPY, Desk, server_s

NOT_FOUND = (-4, "Terminal: Not found")
CALL_FAILED = (-1, "Terminal: Call failed")


def names(desk: Desk, **arguments: Any) -> list[str]:
    """Symbols that `symbols_get` gives."""
    return [one["name"] for one in desk.structs("symbols_get", **arguments)]


def test_all_symbols_of_the_definition_are_there() -> None:
    """Those without rows too."""
    desk = Desk(others=[USDJPY])
    assert desk.value("symbols_total") == 3
    assert names(desk) == ["EURUSD", "GBPUSD", "USDJPY"]


@pytest.mark.parametrize(
    ("group", "chosen"),
    [("*USD", ["EURUSD", "GBPUSD"]), ("*USD*,!*EUR*", ["GBPUSD", "USDJPY"]), ("CHF*", []), ("USDJPY", ["USDJPY"])],
)
def test_a_group_chooses_symbols(group: str, chosen: list[str]) -> None:
    """No symbol at all is an empty tuple, and no error."""
    desk = Desk(others=[USDJPY])
    assert names(desk, group=group) == chosen
    assert desk.ask("symbols_get", group=group).error == (1, "Success")


def test_an_unknown_symbol_is_not_found() -> None:
    """symbol_info and symbol_info_tick give None."""
    for function in ("symbol_info", "symbol_info_tick"):
        answer = Desk().ask(function, symbol="EURXXX")
        assert (answer.error, answer.value) == (NOT_FOUND, NOTHING)


def test_an_unknown_symbol_cannot_be_selected() -> None:
    """False, and the code that real terminals were recorded with."""
    answer = Desk().ask("symbol_select", symbol="EURXXX", enable=True)
    assert (answer.error, answer.value) == (CALL_FAILED, Plain(value=False))


def test_a_symbol_out_of_market_watch_has_information_and_no_ticks() -> None:
    """symbol_info works for any symbol, symbol_info_tick for selected ones."""
    desk = Desk()
    assert desk.value("symbol_select", symbol="EURUSD", enable=False) is True
    info = desk.struct("symbol_info", symbol="EURUSD")
    assert (info["select"], info["visible"], info["bid"]) == (False, False, 1.1)
    assert desk.ask("symbol_info_tick", symbol="EURUSD").error == NOT_FOUND
    assert desk.value("symbol_select", symbol="EURUSD", enable=True) is True
    assert desk.struct("symbol_info_tick", symbol="EURUSD")["bid"] == 1.1
    assert desk.struct("symbol_info", symbol="EURUSD")["select"] is True


def test_a_symbol_with_a_position_stays_in_market_watch() -> None:
    """Also one with a subscription to its depth."""
    desk = Desk()
    desk.buy()
    desk.value("market_book_add", symbol="GBPUSD")
    for symbol in ("EURUSD", "GBPUSD"):
        answer = desk.ask("symbol_select", symbol=symbol, enable=False)
        assert (answer.error, answer.value) == (CALL_FAILED, Plain(value=False))


def test_a_tick_is_the_last_quote_on_the_servers_clock() -> None:
    """09:00 on the server is 07:00 UTC."""
    desk = Desk()
    desk.at = 61.5
    tick = desk.struct("symbol_info_tick", symbol="EURUSD")
    assert (tick["bid"], tick["ask"], tick["last"], tick["volume"]) == (1.0995, 1.0996, 0.0, 0)
    assert (tick["time"], tick["time_msc"], tick["flags"]) == (server_s(61), server_s(61) * 1_000, 6)


def test_a_quote_of_this_very_moment_is_known_and_a_later_one_is_not() -> None:
    """Nothing of the future shows."""
    desk = Desk()
    desk.at = 60.999
    assert desk.struct("symbol_info_tick", symbol="EURUSD")["bid"] == 1.1002
    desk.at = 61
    assert desk.struct("symbol_info_tick", symbol="EURUSD")["bid"] == 1.0995


def test_static_values_are_the_definitions() -> None:
    """MT5's numbers of our instrument's conditions."""
    info = Desk().struct("symbol_info", symbol="EURUSD")
    assert (info["digits"], info["point"], info["trade_contract_size"]) == (5, 1e-05, 100_000.0)
    assert (info["volume_min"], info["volume_max"], info["volume_step"]) == (0.01, 100.0, 0.01)
    assert (info["trade_stops_level"], info["filling_mode"], info["trade_exemode"]) == (10, 3, 2)
    assert (info["currency_base"], info["currency_profit"], info["name"]) == ("EUR", "USD", "EURUSD")


def test_live_values_are_those_of_the_servers_day() -> None:
    """High and low of bid and ask, spread in points, the day's open."""
    desk = Desk()
    desk.at = 125
    info = desk.struct("symbol_info", symbol="EURUSD")
    assert (info["bid"], info["ask"], info["spread"], info["time"]) == (1.101, 1.1011, 10, server_s(125))
    assert (info["bidhigh"], info["bidlow"], info["askhigh"], info["asklow"]) == (1.101, 1.0995, 1.1011, 1.0996)
    assert (info["session_open"], info["session_close"], info["price_change"]) == (1.1, 0.0, 0.0)


def test_a_new_day_begins_its_own_high_and_low_and_keeps_yesterdays_close() -> None:
    """200,000 seconds later it is Wednesday on the server."""
    desk = Desk()
    desk.at = 200_000
    info = desk.struct("symbol_info", symbol="EURUSD")
    assert (info["bidhigh"], info["bidlow"], info["session_open"], info["session_close"]) == (
        1.103,
        1.103,
        1.103,
        1.102,
    )
    assert info["price_change"] == pytest.approx((1.103 / 1.102 - 1) * 100)


def test_a_symbol_without_rows_has_no_prices() -> None:
    """Prices of the day of an export never show."""
    desk = Desk(others=[USDJPY])
    info = desk.struct("symbol_info", symbol="USDJPY")
    assert (info["bid"], info["ask"], info["time"], info["spread"]) == (0.0, 0.0, 0, 0)
    assert desk.ask("symbol_info_tick", symbol="USDJPY").error == CALL_FAILED


def test_a_tick_is_worth_the_same_where_nothing_is_converted() -> None:
    """100,000 units and a point of 0.00001: one dollar."""
    info = Desk().struct("symbol_info", symbol="EURUSD")
    assert (info["trade_tick_value"], info["trade_tick_value_profit"], info["trade_tick_value_loss"]) == (1.0,) * 3


def test_a_tick_of_another_currency_is_converted_at_the_side_that_is_paid() -> None:
    """100 yen: a profit buys dollars at the ask of USDJPY, a loss is bought at its bid."""
    desk = Desk([(0, "USDJPY", 139.4, 139.41), (9, "USDJPY", 139.5, 139.51)], [USDJPY])
    info = desk.struct("symbol_info", symbol="USDJPY")
    assert info["trade_tick_value"] == info["trade_tick_value_profit"] == pytest.approx(100 / 139.41, rel=1e-12)
    assert info["trade_tick_value_loss"] == pytest.approx(100 / 139.4, rel=1e-12)


def test_depth_is_one_level_on_each_side() -> None:
    """The offer first, at the ask; both with the volume that one quote fills."""
    liquid = replace(EURUSD, liquidity_volume=250_000_000)
    desk = Desk(instruments=[liquid, GBPUSD])
    assert desk.value("market_book_add", symbol="EURUSD") is True
    assert desk.structs("market_book_get", symbol="EURUSD") == [
        {"type": 1, "price": 1.1001, "volume": 2, "volume_dbl": 2.5},
        {"type": 2, "price": 1.1, "volume": 2, "volume_dbl": 2.5},
    ]


def test_depth_is_released_as_often_as_it_was_added() -> None:
    """Without a subscription there is nothing to get or to release."""
    desk = Desk()
    assert desk.ask("market_book_get", symbol="EURUSD").error == NOT_FOUND
    assert desk.ask("market_book_release", symbol="EURUSD").value == Plain(value=False)
    desk.value("market_book_add", symbol="EURUSD")
    desk.value("market_book_add", symbol="EURUSD")
    desk.value("market_book_release", symbol="EURUSD")
    assert desk.structs("market_book_get", symbol="EURUSD")
    desk.value("market_book_release", symbol="EURUSD")
    assert desk.ask("market_book_get", symbol="EURUSD").value == NOTHING


def test_a_symbol_without_depth_has_an_empty_book() -> None:
    """No error: nothing is on offer."""
    desk = Desk()
    desk.value("market_book_add", symbol="GBPUSD")
    assert desk.structs("market_book_get", symbol="GBPUSD") == []


def test_the_clock_of_the_script_is_what_it_says() -> None:
    """07:00 UTC on a Monday of winter."""
    assert MONDAY // SECOND % 86_400 == 7 * 3_600
    assert server_s(0) - MONDAY // SECOND == 7_200
