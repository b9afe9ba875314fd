"""The rules of `docs/fills.md`, one small market each: points and money worked out by hand."""

from typing import Any, TypeVar

import pytest

from tallystick.events.event import Event
from tallystick.events.types.account import AccountStoppedOut, PositionProtected, SwapCharged
from tallystick.events.types.trading import DealMade, OrderAnswered, OrderEnded
from tallystick.platform.mt5.server import SimulatedTerminal
from tests.unit.terminal.server import (
    BUY,
    BUY_LIMIT,
    BUY_STOP,
    HOUR,
    LOT,
    MODIFY,
    MONDAY,
    PROTECT,
    QUOTES,
    REMOVE,
    SECOND,
    SELL,
    SELL_LIMIT,
    SELL_STOP,
    bar,
    bars,
    order,
    quotes,
    retcode,
    server,
    settle,
)

DONE, PLACED = 10009, 10008
FLAT = bar(1, 120_000, 120_000, 120_000, 120_000)
"""The first hour: bid 1.20000, ask 1.20010."""
Fact = TypeVar("Fact", bound=Event)


def only(kind: type[Fact], facts: list[Event]) -> Fact:
    """The one fact of a kind."""
    (found,) = [fact for fact in facts if isinstance(fact, kind)]
    return found


def started(**settings: Any) -> SimulatedTerminal:
    """A terminal that has seen the flat hour."""
    terminal = server(**settings)
    terminal.settle(bars([FLAT]))
    return terminal


def holding(kind: int = BUY, lots: float = 1.0, **changes: Any) -> SimulatedTerminal:
    """A terminal that bought at 1.20010 or sold at 1.20000 in the second hour."""
    settings = {name: changes.pop(name) for name in ("margin_mode", "balance", "server_time") if name in changes}
    terminal = started(**settings)
    assert not terminal.send(order(0, kind, lots, **changes), MONDAY + HOUR)
    assert retcode(settle(terminal, bars([bar(2, 120_000, 120_000, 120_000, 120_000)]))) == DONE
    return terminal


# -- market orders and latency


def test_a_market_order_buys_at_the_next_open_s_ask() -> None:
    terminal = started()
    assert not terminal.send(order(0), MONDAY + HOUR)
    deal = only(DealMade, settle(terminal, bars([bar(2, 120_050, 120_090, 120_010, 120_070)])))
    assert (deal.price, deal.moment, deal.entry, deal.type) == (1.2006, MONDAY + HOUR, "in", "buy")
    assert (deal.commission, deal.balance) == (-350, 99_999_650)


@pytest.mark.parametrize(("kind", "price"), [(BUY, 1.20016), (SELL, 1.20005)])
def test_latency_into_a_bar_fills_between_two_steps_rounded_against_the_trader(kind: int, price: float) -> None:
    terminal = started(latency_ns=HOUR // 6)
    terminal.send(order(0, kind), MONDAY + HOUR)
    told = settle(terminal, bars([bar(2, 120_050, 120_090, 119_961, 120_070)]))
    deal = only(DealMade, told)
    assert (deal.price, deal.moment) == (price, MONDAY + HOUR + HOUR // 6)
    assert (only(OrderAnswered, told).bid, only(OrderAnswered, told).ask) == (1.20005, 1.20016)


def test_an_order_due_at_the_close_is_filled_at_the_close() -> None:
    terminal = started(latency_ns=HOUR)
    terminal.send(order(0), MONDAY + HOUR)
    deal = only(DealMade, settle(terminal, bars([bar(2, 120_050, 120_090, 120_010, 120_070)])))
    assert (deal.price, deal.moment) == (1.2008, MONDAY + 2 * HOUR)


def test_of_quotes_the_first_at_or_after_the_due_time_fills() -> None:
    terminal = server(QUOTES, latency_ns=SECOND)
    terminal.settle(quotes([(0, 0, 120_000, 120_010)]))
    terminal.send(order(0), MONDAY)
    early = quotes([(0, SECOND - 1, 120_000, 120_010)])
    assert terminal.scan(early) == -1
    assert not settle(terminal, early)
    deal = only(DealMade, settle(terminal, quotes([(0, SECOND, 120_020, 120_031)])))
    assert (deal.price, deal.moment) == (1.20031, MONDAY + SECOND)


def test_an_order_whose_symbol_has_no_more_rows_stays_in_flight() -> None:
    terminal = started()
    terminal.send(order(0), MONDAY + HOUR)
    assert not settle(terminal, bars([(1, 2, (130_000,) * 4, (130_010,) * 4)]))
    assert len(terminal.state.in_flight) == 1


# -- gaps, paths, stops


@pytest.mark.parametrize(
    ("stops", "bar_points", "reason", "price"),
    [
        ({"stop": 119_900}, (119_950, 119_990, 119_850, 119_960), "sl", 1.199),
        ({"stop": 119_900}, (119_700, 119_990, 119_600, 119_960), "sl", 1.197),
        ({"take": 120_200}, (120_100, 120_300, 120_050, 120_150), "tp", 1.202),
        ({"take": 120_200}, (120_250, 120_300, 120_050, 120_150), "tp", 1.2025),
        ({"stop": 119_900, "take": 120_200}, (120_000, 120_300, 119_800, 120_100), "sl", 1.199),
        ({"stop": 119_900, "take": 120_200}, (120_000, 120_300, 119_800, 119_990), "sl", 1.199),
        ({"stop": 119_900, "take": 120_200}, (120_250, 120_300, 119_800, 119_990), "tp", 1.2025),
    ],
    ids=["sl-inside", "sl-gap", "tp-inside", "tp-gap", "both-rising", "both-falling", "both-gap-decides"],
)
def test_a_long_position_s_stops(
    stops: dict[str, int], bar_points: tuple[int, int, int, int], reason: str, price: float
) -> None:
    terminal = holding(**stops)
    deal = only(DealMade, settle(terminal, bars([bar(3, *bar_points)])))
    assert (deal.reason, deal.price, deal.entry, deal.order) == (reason, price, "out", -1)
    assert deal.profit == round((price - 1.2001) * 1e7)
    assert deal.comment == f"[{reason} {stops['stop' if reason == 'sl' else 'take'] / 100_000:.5f}]"


def test_a_short_position_s_stop_is_reached_by_the_ask() -> None:
    terminal = holding(SELL, stop=120_100)
    assert not settle(terminal, bars([bar(3, 120_000, 120_089, 120_000, 120_000)]))
    assert only(DealMade, settle(terminal, bars([bar(4, 120_000, 120_090, 120_000, 120_000)]))).price == 1.201


def test_a_position_opened_in_a_bar_may_be_stopped_in_the_same_bar() -> None:
    terminal = started()
    terminal.send(order(0, stop=119_950), MONDAY + HOUR)
    told = settle(terminal, bars([bar(2, 120_000, 120_020, 119_900, 120_010)]))
    opened, closed = [fact for fact in told if isinstance(fact, DealMade)]
    assert (opened.moment, closed.moment) == (MONDAY + HOUR, MONDAY + HOUR + HOUR // 3)
    assert (opened.price, closed.price, closed.reason) == (1.2001, 1.1995, "sl")


# -- pending orders


@pytest.mark.parametrize(
    ("kind", "price", "bar_points", "filled"),
    [
        (BUY_LIMIT, 119_900, (119_950, 119_990, 119_850, 119_960), 1.199),
        (BUY_LIMIT, 119_900, (119_700, 119_990, 119_600, 119_960), 1.1971),
        (SELL_LIMIT, 120_200, (120_250, 120_300, 120_050, 120_150), 1.2025),
        (BUY_STOP, 120_200, (120_100, 120_300, 120_050, 120_150), 1.202),
        (BUY_STOP, 120_200, (120_250, 120_300, 120_050, 120_150), 1.2026),
        (SELL_STOP, 119_900, (119_700, 119_990, 119_600, 119_960), 1.197),
    ],
)
def test_a_pending_order_fills_at_its_price_or_at_the_gap_s(
    kind: int, price: int, bar_points: tuple[int, int, int, int], filled: float
) -> None:
    terminal = started()
    assert retcode(terminal.send(order(0, kind, price=price), MONDAY + HOUR)) == PLACED
    told = settle(terminal, bars([bar(2, *bar_points)]))
    assert only(DealMade, told).price == filled
    assert only(OrderEnded, told).state == "filled"


def test_a_stop_that_comes_alive_beyond_its_price_gets_the_market_s() -> None:
    terminal = started(latency_ns=HOUR // 2)
    terminal.send(order(0, BUY_STOP, price=120_100), MONDAY + HOUR)
    told = settle(terminal, bars([bar(2, 120_200, 120_400, 120_150, 120_300)]))
    deal = only(DealMade, told)
    assert deal.moment == MONDAY + HOUR + 2 * HOUR // 3
    assert deal.price == 1.2041


def test_a_pending_order_expires_before_the_bar_that_closes_after() -> None:
    terminal = started()
    terminal.send(order(0, BUY_LIMIT, price=119_900, expires=MONDAY + 2 * HOUR - 1), MONDAY + HOUR)
    told = settle(terminal, bars([bar(2, 119_700, 119_700, 119_700, 119_700)]))
    ended = only(OrderEnded, told)
    assert (ended.state, ended.moment) == ("expired", MONDAY + 2 * HOUR - 1)
    assert not [fact for fact in told if isinstance(fact, DealMade)]


def test_a_pending_order_without_money_is_rejected_when_it_is_triggered() -> None:
    terminal = started(balance=100_000)
    assert retcode(terminal.send(order(0, BUY_LIMIT, price=119_900), MONDAY + HOUR)) == PLACED
    told = settle(terminal, bars([bar(2, 119_700, 119_700, 119_700, 119_700)]))
    assert only(OrderEnded, told).state == "rejected"
    assert len(told) == 1


def test_a_pending_order_can_be_changed_and_removed() -> None:
    terminal = started()
    terminal.send(order(0, BUY_LIMIT, price=119_900), MONDAY + HOUR)
    changed = terminal.send(order(1, BUY_LIMIT, action=MODIFY, ticket=1, price=119_800), MONDAY + HOUR)
    assert retcode(changed) == DONE
    assert terminal.state.pendings[1].price == 119_800
    removed = list(terminal.send(order(2, BUY_LIMIT, action=REMOVE, ticket=1), MONDAY + HOUR))
    assert (only(OrderEnded, removed).state, only(OrderEnded, removed).order, retcode(removed)) == (
        "cancelled",
        0,
        DONE,
    )


# -- hedging and netting


def test_a_hedging_account_holds_both_sides_and_closes_by_ticket_in_parts() -> None:
    terminal = holding()
    terminal.send(order(1, SELL), MONDAY + 2 * HOUR)
    settle(terminal, bars([bar(3, 120_000, 120_000, 120_000, 120_000)]))
    assert [position.direction for position in terminal.state.positions.values()] == [1, -1]
    terminal.send(order(2, SELL, 0.4, position=1), MONDAY + 3 * HOUR)
    deal = only(DealMade, settle(terminal, bars([bar(4, 120_100, 120_100, 120_100, 120_100)])))
    assert (deal.entry, deal.position, deal.profit) == ("out", 1, 3_600)
    assert terminal.state.positions[1].volume == 60 * LOT // 100


def test_a_netting_account_adds_at_the_mean_and_turns_over() -> None:
    terminal = holding(margin_mode="netting")
    terminal.send(order(1, BUY, 2.0), MONDAY + 2 * HOUR)
    settle(terminal, bars([bar(3, 120_030, 120_030, 120_030, 120_030)]))
    (position,) = terminal.state.positions.values()
    assert (position.volume, position.price(5)) == (3 * LOT, 1.2003)
    terminal.send(order(2, SELL, 5.0, stop=121_000), MONDAY + 3 * HOUR)
    deal = only(DealMade, settle(terminal, bars([bar(4, 120_130, 120_130, 120_130, 120_130)])))
    assert (deal.entry, deal.profit, deal.position) == ("inout", 30_000, 1)
    (position,) = terminal.state.positions.values()
    assert (position.direction, position.volume, position.price(5), position.stop) == (-1, 2 * LOT, 1.2013, 121_000)


def test_an_order_that_only_reduces_leaves_the_stops_alone() -> None:
    """Else a stop on the wrong side would be paid out at a price the market never had."""
    terminal = holding(margin_mode="netting", stop=119_000)
    terminal.send(order(1, SELL, 0.5, stop=125_000), MONDAY + 2 * HOUR)
    told = settle(terminal, bars([bar(3, 120_000, 120_000, 120_000, 120_000)]))
    assert only(DealMade, told).profit == -500
    assert terminal.state.positions[1].stop == 119_000
    assert not [fact for fact in told if isinstance(fact, PositionProtected)]


# -- money: swap, margin, stop-out


def test_a_night_is_charged_at_server_midnight_and_paid_at_the_close() -> None:
    terminal = holding(server_time="fixed:+22:00")  # the server's midnight is 02:00 UTC
    told = settle(terminal, bars([bar(3, 120_010, 120_010, 120_010, 120_010)]))
    night = only(SwapCharged, told)
    assert (night.amount, night.nights, night.moment) == (-650, 1, MONDAY + 2 * HOUR)
    terminal.send(order(1, SELL, position=1), MONDAY + 3 * HOUR)
    deal = only(DealMade, settle(terminal, bars([bar(4, 120_010, 120_010, 120_010, 120_010)])))
    assert (deal.swap, deal.profit, deal.balance) == (-650, 0, 100_000_000 - 650 - 700)


def test_wednesday_s_rollover_charges_three_nights_and_the_weekend_s_none() -> None:
    terminal = holding()
    week = [bar(24 * day + 12, 120_000, 120_000, 120_000, 120_000) for day in range(9)]
    nights = [fact.nights for fact in settle(terminal, bars(week[1:])) if isinstance(fact, SwapCharged)]
    assert nights == [1, 1, 3, 1, 1, 1]


def test_an_order_beyond_the_money_is_refused_when_it_would_be_executed() -> None:
    terminal = started(balance=100_000)
    assert not terminal.send(order(0), MONDAY + HOUR)
    told = settle(terminal, bars([bar(2, 120_000, 120_000, 120_000, 120_000)]))
    assert retcode(told) == 10019
    assert not terminal.state.positions


def test_the_worst_loser_goes_when_the_margin_level_breaks() -> None:
    terminal = holding(balance=500_000)
    terminal.send(order(1, SELL, 0.01), MONDAY + 2 * HOUR)
    settle(terminal, bars([bar(3, 120_000, 120_000, 120_000, 120_000)]))
    told = settle(terminal, bars([bar(4, 120_000, 120_000, 116_900, 117_000)]))
    stopped, deal = only(AccountStoppedOut, told), only(DealMade, told)
    assert (stopped.position, deal.position, deal.reason, deal.comment) == (1, 1, "so", "[so]")
    assert deal.price == 1.169
    assert deal.profit == -311_000
    assert [*terminal.state.positions] == [2]
    assert deal.balance == terminal.balance == 500_000 - 350 - 4 - 311_000 - 350


# -- refusals


@pytest.mark.parametrize(
    ("code", "kind", "lots", "changes"),
    [
        (10013, BUY, 1.0, {"action": 99}),
        (10013, BUY, 1.0, {"action": 5}),
        (10013, BUY, 1.0, {"symbol": "NOBODY"}),
        (10021, BUY, 1.0, {"symbol": "XAUUSD"}),
        (10014, BUY, 0.015, {}),
        (10014, BUY, 0.0, {}),
        (10014, BUY, 101.0, {}),
        (10030, BUY, 1.0, {"filling": 2}),
        (10036, SELL, 1.0, {"position": 77}),
        (10013, BUY, 1.0, {"position": 1}),
        (10038, SELL, 1.01, {"position": 1}),
        (10036, BUY, 1.0, {"action": PROTECT, "position": 77}),
        (10035, BUY_LIMIT, 1.0, {"action": REMOVE, "ticket": 77}),
        (10015, BUY_LIMIT, 1.0, {"price": 120_001}),
        (10015, SELL_STOP, 1.0, {"price": 119_991}),
        (10022, BUY_LIMIT, 1.0, {"price": 119_000, "expires": MONDAY + 2 * HOUR}),
        (10016, BUY_LIMIT, 1.0, {"price": 119_000, "stop": 118_991}),
        (10016, BUY, 1.0, {"action": PROTECT, "position": 1, "stop": 120_001}),
        (10025, BUY, 1.0, {"action": PROTECT, "position": 1}),
    ],
)
def test_a_broken_rule_is_answered_at_once_and_changes_nothing(
    code: int, kind: int, lots: float, changes: dict[str, Any]
) -> None:
    terminal = holding()
    before = terminal.freeze()["state"]
    (answer,) = terminal.send(order(9, kind, lots, **changes), MONDAY + 2 * HOUR)
    assert isinstance(answer, OrderAnswered)
    assert (answer.retcode, answer.deal, answer.moment) == (code, 0, MONDAY + 2 * HOUR)
    assert terminal.freeze()["state"] == before


def test_volume_is_looked_at_before_filling_and_filling_before_the_position() -> None:
    terminal = holding()
    everything_wrong = order(1, SELL, 0.015, filling=9, position=77)
    assert retcode(terminal.send(everything_wrong, MONDAY + 2 * HOUR)) == 10014
    assert retcode(terminal.send(order(2, SELL, filling=9, position=77), MONDAY + 2 * HOUR)) == 10030
