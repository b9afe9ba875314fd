"""Stop-limit orders: a trigger that leaves a limit order under the same ticket (`docs/fills.md`, sections 4 and 6)."""

import pytest

from tallystick.events.types.trading import DealMade, OrderEnded, OrderTriggered
from tests.unit.terminal.scenes import Scene, all_of, only
from tests.unit.terminal.server import (
    BUY_LIMIT,
    BUY_STOP_LIMIT,
    HOUR,
    MODIFY,
    MONDAY,
    REMOVE,
    SELL_LIMIT,
    SELL_STOP_LIMIT,
    bar,
    bars,
    order,
    server,
    settle,
    terms,
)

PLACED, DONE, INVALID_PRICE, INVALID_STOPS, NO_CHANGES = 10008, 10009, 10015, 10016, 10025


@pytest.mark.parametrize(
    ("kind", "price", "limit", "away", "back", "became", "filled"),
    [
        (BUY_STOP_LIMIT, 120_200, 120_100, 120_195, 120_080, BUY_LIMIT, 1.2009),
        (SELL_STOP_LIMIT, 119_800, 119_900, 119_790, 119_950, SELL_LIMIT, 1.1995),
    ],
)
def test_the_trigger_leaves_a_limit_order_that_is_filled_at_its_price_or_better(
    kind: int, price: int, limit: int, away: int, back: int, became: int, filled: float
) -> None:
    scene = Scene()
    assert scene.code(kind, price=price, limit=limit) == PLACED
    (told,) = scene.quote(away)
    assert told == OrderTriggered(order=0, ticket=1, price=limit / 100_000, moment=scene.now)
    pending = scene.terminal.state.pendings[1]
    assert (pending.kind, pending.price, pending.stop_limit) == (became, limit, 0)
    assert not scene.quote(away)
    facts = scene.quote(back)
    assert only(DealMade, facts).price == filled
    assert only(OrderEnded, facts).state == "filled"


def test_one_bar_may_trigger_it_and_come_back_to_the_limit() -> None:
    terminal = server()
    terminal.settle(bars([bar(1, 120_000, 120_000, 120_000, 120_000)]))
    terminal.send(order(0, BUY_STOP_LIMIT, price=120_200, limit=120_100), MONDAY + HOUR)
    told = settle(terminal, bars([bar(2, 120_000, 120_300, 119_900, 119_950)]))
    assert [type(fact).__name__ for fact in told] == ["OrderTriggered", "DealMade", "OrderEnded"]
    assert only(OrderTriggered, told).moment == MONDAY + HOUR + HOUR // 3
    assert (only(DealMade, told).price, only(DealMade, told).moment) == (1.201, MONDAY + HOUR + 2 * HOUR // 3)


def test_a_bar_that_ends_beyond_the_trigger_leaves_the_limit_order_waiting() -> None:
    terminal = server()
    terminal.settle(bars([bar(1, 120_000, 120_000, 120_000, 120_000)]))
    terminal.send(order(0, BUY_STOP_LIMIT, price=120_200, limit=120_100), MONDAY + HOUR)
    told = settle(terminal, bars([bar(2, 120_000, 120_300, 119_900, 120_250)]))
    assert [type(fact).__name__ for fact in told] == ["OrderTriggered"]


@pytest.mark.parametrize(
    ("kind", "price", "limit", "code"),
    [
        (BUY_STOP_LIMIT, 120_019, 119_900, INVALID_PRICE),
        (BUY_STOP_LIMIT, 120_020, 120_010, PLACED),
        (BUY_STOP_LIMIT, 120_200, 120_191, INVALID_PRICE),
        (BUY_STOP_LIMIT, 120_200, 120_300, INVALID_PRICE),
        (BUY_STOP_LIMIT, 120_200, 0, INVALID_PRICE),
        (SELL_STOP_LIMIT, 119_991, 120_100, INVALID_PRICE),
        (SELL_STOP_LIMIT, 119_990, 120_000, PLACED),
        (SELL_STOP_LIMIT, 119_800, 119_809, INVALID_PRICE),
        (SELL_STOP_LIMIT, 119_800, 119_700, INVALID_PRICE),
    ],
)
def test_trigger_and_limit_stand_on_their_sides_by_the_level(kind: int, price: int, limit: int, code: int) -> None:
    assert Scene().code(kind, price=price, limit=limit) == code


def test_its_stops_are_measured_from_the_limit_price() -> None:
    scene = Scene()
    assert scene.code(BUY_STOP_LIMIT, price=120_500, limit=120_200, stop=120_195) == INVALID_STOPS
    assert scene.code(BUY_STOP_LIMIT, price=120_500, limit=120_200, stop=120_190, take=120_210) == PLACED


def test_both_prices_can_be_changed_until_it_is_triggered() -> None:
    scene = Scene()
    scene.send(BUY_STOP_LIMIT, price=120_200, limit=120_100)
    change = {"action": MODIFY, "ticket": 1}
    assert scene.code(BUY_STOP_LIMIT, **change, price=120_200, limit=120_100) == NO_CHANGES
    assert scene.code(BUY_STOP_LIMIT, **change, price=120_200, limit=120_050) == DONE
    assert scene.terminal.state.pendings[1].stop_limit == 120_050
    assert all_of(OrderTriggered, scene.quote(120_195))
    assert scene.code(BUY_STOP_LIMIT, **change, price=120_000) == DONE
    assert scene.terminal.state.pendings[1].price == 120_000
    assert scene.code(BUY_LIMIT, action=REMOVE, ticket=1) == DONE


def test_a_triggered_order_keeps_its_ticket_number_and_end() -> None:
    scene = Scene(instruments=terms(gtc_mode="daily"))
    scene.send(BUY_STOP_LIMIT, price=120_200, limit=120_100)
    scene.quote(120_195)
    ended = only(OrderEnded, scene.quote(120_195, after=24 * 3_600))
    assert (ended.ticket, ended.order, ended.state) == (1, 0, "expired")
