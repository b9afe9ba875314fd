"""What can be read: symbols and groups, quotes, bars of every timeframe, ticks, depth, filters, calculations."""

from typing import Any

import numpy as np
import pytest

from tests.contract.mt5 import instruments as on
from tests.contract.mt5.wheel import TYPES, WHEEL

TIMEFRAMES = [name for name in WHEEL["constants"] if name.startswith("TIMEFRAME_")]
sim_only = pytest.mark.sim_only
to_be_recorded = pytest.mark.to_be_recorded


def _every_struct(desk: Any) -> dict[str, Any]:
    """One struct of each kind, as the terminal gives them."""
    mt5 = desk.mt5
    desk.limit()
    sent, now = desk.buy(), desk.tick.time
    mt5.market_book_add(desk.symbol)
    depth = mt5.market_book_get(desk.symbol) or ()
    mt5.market_book_release(desk.symbol)
    return {
        "AccountInfo": mt5.account_info(),
        "TerminalInfo": mt5.terminal_info(),
        "SymbolInfo": mt5.symbol_info(desk.symbol),
        "Tick": desk.tick,
        "BookInfo": depth[0] if depth else None,
        "OrderSendResult": sent,
        "OrderCheckResult": mt5.order_check(desk.request()),
        "TradeRequest": sent.request,
        "TradePosition": mt5.positions_get(ticket=sent.order)[0],
        "TradeOrder": mt5.orders_get(symbol=desk.symbol)[0],
        "TradeDeal": mt5.history_deals_get(now - 60, now + 60)[-1],
    }


@pytest.mark.parametrize("name", TYPES)
def test_every_field_has_the_python_type_that_the_module_gives_it(trade: Any, name: str) -> None:
    one = _every_struct(trade(instruments=(on.THIN,)))[name]
    if one is None:
        pytest.skip("the broker shows no depth of this symbol")
    assert {field: type(value).__name__ for field, value in one._asdict().items()} == TYPES[name]


def test_an_order_of_history_has_the_same_types(trade: Any) -> None:
    desk = trade()
    (order,) = desk.mt5.history_orders_get(ticket=desk.buy().order)
    assert {field: type(value).__name__ for field, value in order._asdict().items()} == TYPES["TradeOrder"]


def test_version_is_three_parts(mt5: Any, say: Any) -> None:
    version = mt5.version()
    say("types", [type(part).__name__ for part in version])
    assert [type(part) for part in version] == [int, int, str]
    assert version[0] == 500


def test_a_symbol_is_there_in_full(mt5: Any, world: Any) -> None:
    info = mt5.symbol_info(world.symbol)
    assert (info.name, info.select, info.visible) == (world.symbol, True, True)
    assert info.point == pytest.approx(10**-info.digits)
    assert info.ask >= info.bid > 0.0
    assert info.spread == round((info.ask - info.bid) / info.point)
    assert info.volume_min <= info.volume_step * round(info.volume_max / info.volume_step)


def test_the_tick_is_that_of_the_symbol(mt5: Any, world: Any) -> None:
    tick = mt5.symbol_info_tick(world.symbol)
    assert tick.time == tick.time_msc // 1000
    assert tick.ask >= tick.bid > 0.0


def test_totals_are_the_lengths(mt5: Any) -> None:
    assert mt5.symbols_total() == len(mt5.symbols_get())
    assert mt5.positions_total() == len(mt5.positions_get())
    assert mt5.orders_total() == len(mt5.orders_get())
    assert mt5.history_deals_total(0, 2**31 - 1) == len(mt5.history_deals_get(0, 2**31 - 1))
    assert mt5.history_orders_total(0, 2**31 - 1) == len(mt5.history_orders_get(0, 2**31 - 1))


GROUPS = {
    "*": {"EURUSD", "INSTANT", "CLOSED", "CLOSEONLY"},
    "EURUSD": {"EURUSD"},
    "*EUR*": {"EURUSD"},
    "CLOSE*": {"CLOSED", "CLOSEONLY"},
    "*ONLY": {"CLOSEONLY"},
    "CLOSE*,INSTANT": {"CLOSED", "CLOSEONLY", "INSTANT"},
    "*,!*ONLY": {"EURUSD", "INSTANT", "CLOSED"},
    "*,!CLOSE*,!EUR*": {"INSTANT"},
    "eurusd": set(),
    "": set(),
}


@sim_only("the names of the symbols are given")
@pytest.mark.parametrize("group", GROUPS)
def test_groups(trade: Any, group: str) -> None:
    desk = trade(instruments=(on.EURUSD, on.INSTANT, on.CLOSED, on.CLOSE_ONLY))
    assert {one.name for one in desk.mt5.symbols_get(group)} == GROUPS[group]


PATTERNS: dict[str, bool] = {
    "{all}": True,
    "{first}*": True,
    "*{last}": True,
    "*{middle}*": True,
    "NOSUCH,{all}": True,
    "*,!{all}": False,
    "*,!*{last}": False,
    "{first}*,!NOSUCH": True,
    "!{all},*": True,
    "NOSUCH, {all}": True,
    "{lower}": False,
    "{middle}": False,
    "": False,
}


@to_be_recorded
@pytest.mark.parametrize("pattern", PATTERNS)
def test_whether_a_group_holds_a_symbol(mt5: Any, world: Any, say: Any, pattern: str) -> None:
    name = world.symbol
    group = pattern.format(all=name, first=name[:3], last=name[-3:], middle=name[1:4], lower=name.lower())
    found = name in [one.name for one in mt5.symbols_get(group) or ()]
    say("holds", found)
    assert found is PATTERNS[pattern]


@pytest.mark.parametrize("name", TIMEFRAMES)
def test_bars_of_every_timeframe_are_sound(mt5: Any, world: Any, name: str) -> None:
    bars = mt5.copy_rates_from_pos(world.symbol, getattr(mt5, name), 0, 50)
    assert 1 <= len(bars) <= 50
    assert (np.diff(bars["time"]) > 0).all()
    assert (bars["low"] <= np.minimum(bars["open"], bars["close"])).all()
    assert (bars["high"] >= np.maximum(bars["open"], bars["close"])).all()
    assert (bars["tick_volume"] > 0).all()
    assert bars["spread"].dtype == np.int32


def test_position_0_is_the_unfinished_bar_and_the_oldest_comes_first(trade: Any) -> None:
    desk = trade(seconds=900)
    desk.world.wait(0 if desk.world.real else 400)
    minute = desk.mt5.TIMEFRAME_M1
    three = desk.mt5.copy_rates_from_pos(desk.symbol, minute, 0, 3)
    assert 0 <= desk.tick.time - int(three["time"][-1]) < 60 + 5
    assert three["time"].tolist() == sorted(three["time"].tolist())
    before = desk.mt5.copy_rates_from_pos(desk.symbol, minute, 1, 2)
    assert before["time"].tolist() == three["time"][:2].tolist()


def test_bars_of_a_range_open_within_it(trade: Any) -> None:
    desk = trade(seconds=900)
    desk.world.wait(0 if desk.world.real else 600)
    minute = desk.mt5.TIMEFRAME_M1
    last = int(desk.mt5.copy_rates_from_pos(desk.symbol, minute, 1, 1)["time"][0])
    bars = desk.mt5.copy_rates_range(desk.symbol, minute, last - 240, last)
    assert bars["time"].min() >= last - 240
    assert bars["time"].max() == last


@sim_only("the market's path is given")
def test_bars_are_made_of_the_ticks_bid(trade: Any) -> None:
    desk = trade(path=((0, 1.1), (10, 1.102), (20, 1.099), (50, 1.101), (70, 1.2)), seconds=200)
    desk.world.wait(100)
    bar = desk.mt5.copy_rates_from_pos(desk.symbol, desk.mt5.TIMEFRAME_M1, 1, 1)[0]
    assert [float(bar[name]) for name in ("open", "high", "low", "close")] == [1.1, 1.102, 1.099, 1.101]
    assert (int(bar["tick_volume"]), int(bar["spread"]), int(bar["real_volume"])) == (60, 10, 0)


@to_be_recorded
def test_one_bar_more_than_the_terminal_keeps(mt5: Any, world: Any, say: Any) -> None:
    bars = mt5.copy_rates_from_pos(world.symbol, mt5.TIMEFRAME_M1, 0, mt5.terminal_info().maxbars + 1)
    say("given", ["an array" if bars is not None else None, mt5.last_error()])
    assert bars is not None


@sim_only("the number of bars a terminal keeps is given")
def test_more_bars_than_the_terminal_keeps_are_cut(trade: Any) -> None:
    from tallystick.platform.mt5.answering.about import TerminalSettings

    desk = trade(seconds=900, settings=TerminalSettings(maxbars=5))
    desk.world.wait(700)
    assert desk.mt5.terminal_info().maxbars == 5
    assert len(desk.mt5.copy_rates_from_pos(desk.symbol, desk.mt5.TIMEFRAME_M1, 0, 100)) == 5


@pytest.mark.parametrize(("flags", "bits"), [("COPY_TICKS_ALL", 0), ("COPY_TICKS_INFO", 6), ("COPY_TICKS_TRADE", 24)])
def test_ticks_by_flags(mt5: Any, world: Any, flags: str, bits: int) -> None:
    ticks = mt5.copy_ticks_from(world.symbol, world.now - 2 * 86_400, 100, getattr(mt5, flags))
    assert (np.diff(ticks["time_msc"]) >= 0).all()
    assert (ticks["time"] == ticks["time_msc"] // 1000).all()
    assert ((ticks["flags"] & bits) > 0).all() or not bits


@sim_only("the market's path is given")
def test_ticks_are_flagged_by_what_changed(trade: Any) -> None:
    desk = trade(path=((0, 1.1), (3, 1.101)))
    desk.world.wait(6)
    ticks = desk.mt5.copy_ticks_from(desk.symbol, 0, 10, desk.mt5.COPY_TICKS_ALL)
    both = desk.mt5.TICK_FLAG_BID | desk.mt5.TICK_FLAG_ASK
    assert int(ticks["flags"][0]) & both == both
    assert [float(bid) for bid in ticks["bid"][:5]] == [1.1, 1.1, 1.1, 1.101, 1.101]


def test_ticks_of_a_range_lie_in_it(mt5: Any, world: Any) -> None:
    last = mt5.symbol_info_tick(world.symbol).time
    ticks = mt5.copy_ticks_range(world.symbol, last - 60, last, mt5.COPY_TICKS_ALL)
    if len(ticks):
        assert ticks["time"].min() >= last - 60
        assert ticks["time"].max() <= last


def test_only_one_filter_counts_the_ticket_before_the_symbol_before_the_group(trade: Any) -> None:
    desk = trade()
    ticket = desk.buy().order
    get = desk.mt5.positions_get
    assert [one.ticket for one in get(ticket=ticket, symbol="NOSUCH", group="NOSUCH")] == [ticket]
    assert ticket in [one.ticket for one in get(symbol=desk.symbol, group="NOSUCH")]
    assert get(group="NOSUCH") == get(symbol="NOSUCH") == ()
    assert ticket in [one.ticket for one in get(group=f"{desk.symbol[:3]}*")]


def test_history_by_ticket_is_by_the_orders_ticket(trade: Any) -> None:
    desk = trade()
    opened = desk.buy()
    closed = desk.close(desk.positions()[0])
    deals = desk.mt5.history_deals_get(ticket=closed.order)
    assert [(one.ticket, one.order) for one in deals] == [(closed.deal, closed.order)]
    assert len(desk.mt5.history_deals_get(position=opened.order)) == 2


def test_history_between_dates_ignores_a_ticket(trade: Any) -> None:
    desk = trade()
    sent = desk.buy()
    now = desk.tick.time
    both = desk.mt5.history_deals_get(now - 60, now + 60, ticket=1, position=1)
    assert sent.deal in [one.ticket for one in both]


def test_history_of_a_group(trade: Any) -> None:
    desk = trade()
    sent, now = desk.buy(), desk.tick.time
    inside = desk.mt5.history_deals_get(now - 60, now + 60, group=f"*{desk.symbol}*")
    assert sent.deal in [one.ticket for one in inside]
    assert desk.mt5.history_deals_get(now - 60, now + 60, group="NOSUCH") == ()


def test_profit_and_margin_are_calculated_without_an_order(mt5: Any, world: Any) -> None:
    info = mt5.symbol_info(world.symbol)
    up = mt5.order_calc_profit(mt5.ORDER_TYPE_BUY, world.symbol, 1.0, info.ask, info.ask + 100 * info.point)
    down = mt5.order_calc_profit(mt5.ORDER_TYPE_SELL, world.symbol, 1.0, info.ask, info.ask + 100 * info.point)
    assert up > 0.0 > down
    one, two = (mt5.order_calc_margin(mt5.ORDER_TYPE_BUY, world.symbol, lots, info.ask) for lots in (1.0, 2.0))
    assert two == pytest.approx(2 * one, abs=0.02)


@to_be_recorded
@pytest.mark.parametrize("lots", [0.0, -1.0])
def test_calculations_of_no_volume_fail(mt5: Any, world: Any, say: Any, lots: float) -> None:
    given = mt5.order_calc_margin(mt5.ORDER_TYPE_BUY, world.symbol, lots, 1.1)
    say("given", [given, mt5.last_error()])
    assert (given, mt5.last_error()[0]) == (None, -2)


@sim_only("another symbol is taken out of Market Watch")
def test_an_unselected_symbol_is_known_but_has_no_tick(trade: Any) -> None:
    desk = trade(instruments=(on.EURUSD, on.INSTANT))
    assert desk.mt5.symbol_select("INSTANT", False) is True
    info = desk.mt5.symbol_info("INSTANT")
    assert (info.select, info.visible) == (False, False)
    assert desk.mt5.symbol_info_tick("INSTANT") is None
    assert desk.mt5.last_error()[0] in {-1, -4}
    assert desk.mt5.symbol_select("INSTANT") is True
    assert desk.mt5.symbol_info_tick("INSTANT").bid == 1.1


@to_be_recorded
def test_a_symbol_with_a_position_stays_in_market_watch(trade: Any, say: Any) -> None:
    desk = trade()
    desk.buy()
    given = desk.mt5.symbol_select(desk.symbol, False)
    say("given", [given, desk.mt5.last_error()])
    assert given is False


@sim_only("depth is given")
def test_depth_shows_both_sides_after_a_subscription(trade: Any) -> None:
    desk = trade(instruments=(on.THIN,))
    assert desk.mt5.market_book_get("THIN") is None
    assert desk.mt5.market_book_add("THIN") is True
    book = desk.mt5.market_book_get("THIN")
    assert [(one.type, one.price) for one in book] == [
        (desk.mt5.BOOK_TYPE_SELL, 1.1001),
        (desk.mt5.BOOK_TYPE_BUY, 1.1),
    ]
    assert [one.volume_dbl for one in book] == [0.5, 0.5]
    assert desk.mt5.market_book_release("THIN") is True
    assert desk.mt5.market_book_get("THIN") is None
