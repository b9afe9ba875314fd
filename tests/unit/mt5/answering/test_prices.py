"""Ticks and bars: `symbol_info_tick` is in test_symbols.py, here are the `copy_*` functions."""

from typing import Any

import numpy as np
import pytest

from tallystick.platform.mt5.answering.about import TerminalSettings
from tallystick.platform.mt5.wire import NOTHING
from tests.unit.mt5.answering.market import Desk, server_s

M1, M5, H1, D1 = 1, 5, 16385, 16408
ALL = -1
CALL_FAILED = (-1, "Terminal: Call failed")
INVALID = (-2, "Terminal: Invalid params")
SUCCESS = (1, "Success")


def late() -> Desk:
    """A terminal that has seen the first two minutes and five seconds."""
    desk = Desk()
    desk.at = 126
    return desk


def test_position_zero_is_the_bar_that_is_forming_and_the_oldest_comes_first() -> None:
    """Bars are of bids, and their times are the server's clock."""
    bars = late().table("copy_rates_from_pos", symbol="EURUSD", timeframe=M1, start_pos=0, count=10)
    assert bars["time"].tolist() == [server_s(0), server_s(60), server_s(120)]
    assert bars[0].tolist() == (server_s(0), 1.1, 1.1002, 1.1, 1.1002, 2, 10, 0)
    assert bars["close"].tolist() == [1.1002, 1.0995, 1.101]
    assert bars.itemsize == 60


@pytest.mark.parametrize(("start", "count", "closes"), [(0, 1, [1.101]), (1, 1, [1.0995]), (1, 9, [1.1002, 1.0995])])
def test_bars_are_counted_back_from_the_present_one(start: int, count: int, closes: list[float]) -> None:
    """Fewer than asked for where there are no more."""
    bars = late().table("copy_rates_from_pos", symbol="EURUSD", timeframe=M1, start_pos=start, count=count)
    assert bars["close"].tolist() == closes


@pytest.mark.parametrize(
    ("after", "count", "closes"),
    [(125, 2, [1.0995, 1.101]), (119, 2, [1.1002, 1.0995]), (60, 9, [1.1002, 1.0995]), (10**6, 1, [1.101])],
)
def test_bars_from_a_date_go_back_from_it(after: int, count: int, closes: list[float]) -> None:
    """Dates are the server's clock: the last bars that open at or before."""
    arguments = {"symbol": "EURUSD", "timeframe": M1, "date_from": server_s(after), "count": count}
    assert late().table("copy_rates_from", **arguments)["close"].tolist() == closes


@pytest.mark.parametrize(
    ("begin", "end", "opens"),
    [(0, 120, [0, 60, 120]), (1, 119, [60]), (60, 60, [60]), (61, 119, []), (-86_400, 0, [0])],
)
def test_a_range_holds_the_bars_that_open_in_it(begin: int, end: int, opens: list[int]) -> None:
    """Both ends included; none at all is an empty array, and no error."""
    arguments = {"symbol": "EURUSD", "timeframe": M1, "date_from": server_s(begin), "date_to": server_s(end)}
    assert late().table("copy_rates_range", **arguments)["time"].tolist() == [server_s(one) for one in opens]


def test_the_terminal_gives_no_more_bars_than_its_charts_hold() -> None:
    """`maxbars` bounds every answer, the newest bars being kept."""
    desk = Desk(settings=TerminalSettings(maxbars=2))
    desk.at = 126
    where: dict[str, Any] = {"symbol": "EURUSD", "timeframe": M1}
    newest = [1.0995, 1.101]
    assert desk.table("copy_rates_from_pos", **where, start_pos=0, count=9)["close"].tolist() == newest
    assert desk.table("copy_rates_from", **where, date_from=server_s(999), count=9)["close"].tolist() == newest
    everything = desk.table("copy_rates_range", **where, date_from=0.0, date_to=server_s(999))
    assert everything["close"].tolist() == newest
    assert desk.ask("copy_rates_from_pos", **where, start_pos=2, count=1).error == CALL_FAILED


@pytest.mark.parametrize(
    ("function", "arguments", "error"),
    [
        ("copy_rates_from_pos", {"symbol": "NONE", "timeframe": M1, "start_pos": 0, "count": 1}, CALL_FAILED),
        ("copy_rates_from_pos", {"symbol": "EURUSD", "timeframe": 7, "start_pos": 0, "count": 1}, INVALID),
        ("copy_rates_from_pos", {"symbol": "EURUSD", "timeframe": M1, "start_pos": 0, "count": 0}, INVALID),
        ("copy_rates_from_pos", {"symbol": "EURUSD", "timeframe": M1, "start_pos": -1, "count": 1}, INVALID),
        ("copy_rates_from_pos", {"symbol": "EURUSD", "timeframe": M1, "start_pos": 99, "count": 1}, CALL_FAILED),
        ("copy_rates_from", {"symbol": "NONE", "timeframe": M1, "date_from": 0.0, "count": 1}, CALL_FAILED),
        ("copy_rates_from", {"symbol": "EURUSD", "timeframe": M1, "date_from": 0.0, "count": 1}, CALL_FAILED),
        ("copy_rates_from", {"symbol": "EURUSD", "timeframe": M1, "date_from": 0.0, "count": -5}, INVALID),
        ("copy_rates_range", {"symbol": "EURUSD", "timeframe": M1, "date_from": 9.0, "date_to": 1.0}, INVALID),
        ("copy_rates_range", {"symbol": "NONE", "timeframe": M1, "date_from": 0.0, "date_to": 1.0}, CALL_FAILED),
        ("copy_ticks_from", {"symbol": "NONE", "date_from": 0.0, "count": 1, "flags": ALL}, CALL_FAILED),
        ("copy_ticks_from", {"symbol": "EURUSD", "date_from": 0.0, "count": 0, "flags": ALL}, INVALID),
        ("copy_ticks_from", {"symbol": "EURUSD", "date_from": 0.0, "count": 1, "flags": 64}, INVALID),
        ("copy_ticks_range", {"symbol": "EURUSD", "date_from": 9.0, "date_to": 1.0, "flags": ALL}, INVALID),
    ],
)
def test_what_cannot_be_given_is_none_and_an_error(
    function: str, arguments: dict[str, Any], error: tuple[int, str]
) -> None:
    """An unknown symbol and an empty past fail; a wrong argument is invalid."""
    answer = late().ask(function, **arguments)
    assert (answer.error, answer.value) == (error, NOTHING)


def test_ticks_from_a_date_go_on_from_it() -> None:
    """The oldest first, in milliseconds of the server's clock."""
    ticks = late().table("copy_ticks_from", symbol="EURUSD", date_from=server_s(1), count=2, flags=ALL)
    assert ticks["time_msc"].tolist() == [server_s(1) * 1_000, server_s(61) * 1_000]
    assert ticks[["bid", "ask", "last", "flags"]].tolist() == [(1.1002, 1.1003, 0.0, 6), (1.0995, 1.0996, 0.0, 6)]
    assert ticks.itemsize == 60


@pytest.mark.parametrize(("flags", "count"), [(ALL, 2), (1, 2), (2, 0), (3, 2)])
def test_ticks_of_a_range_are_those_that_are_new_in_what_was_asked_for(flags: int, count: int) -> None:
    """Quotes are information, no trades."""
    arguments = {"date_from": server_s(1), "date_to": server_s(61), "flags": flags}
    ticks = late().table("copy_ticks_range", symbol="EURUSD", **arguments)
    assert len(ticks) == count
    assert late().ask("copy_ticks_range", symbol="EURUSD", **arguments).error == SUCCESS


def test_ticks_and_bars_of_a_symbol_out_of_market_watch_are_there() -> None:
    """History needs no selection."""
    desk = late()
    desk.value("symbol_select", symbol="EURUSD", enable=False)
    assert len(desk.table("copy_ticks_from", symbol="EURUSD", date_from=0.0, count=9, flags=ALL)) == 4
    assert len(desk.table("copy_rates_from_pos", symbol="EURUSD", timeframe=H1, start_pos=0, count=9)) == 1


def test_nothing_later_than_the_call_is_ever_copied() -> None:
    """At every moment of the script, the newest tick is not after it."""
    desk = Desk()
    for at in np.linspace(0, 4_000, 60):
        desk.at = max(float(at), desk.at)
        ticks = desk.table("copy_ticks_from", symbol="EURUSD", date_from=0.0, count=99, flags=ALL)
        assert ticks["time_msc"][-1] <= desk.terminal.answers.clock.milliseconds(desk.terminal.clock())
        bars = desk.table("copy_rates_from_pos", symbol="EURUSD", timeframe=D1, start_pos=0, count=1)
        assert (bars["close"][0], bars["tick_volume"][0]) == (ticks["bid"][-1], len(ticks))
