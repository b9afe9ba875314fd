"""Targets against what is held: what is asked for, when it rests, when it is done."""

import os
import random
from typing import Any

import pytest

from tallystick.events.types.trading import IntentRaised, TargetSet
from tallystick.market.instrument import LOT
from tests.unit.orders.broker import MARKET_CLOSED, NO_MONEY, POSITION_CLOSED, REQUOTE, STEP, Broker

SEEDS = range(3_000 if os.environ.get("TALLYSTICK_FULL") else 150)


def legs(asked: Any) -> list[tuple[str, str, int, int]]:
    return [(one.purpose, one.side, one.volume // STEP, one.position) for one in asked]


def test_a_target_opens_the_difference_with_stops_in_points_from_the_price_that_opens() -> None:
    (buy,) = Broker().target(10, stop_points=300)
    assert (buy.order, buy.account, buy.side, buy.kind, buy.volume) == (100, "demo", "buy", "market", LOT // 10)
    assert (buy.price, buy.stop_loss, buy.take_profit, buy.reduces) == (1.3001, 1.2971, 1.3061, False)
    (sell,) = Broker().target(-10, stop_points=300)
    assert (sell.price, sell.stop_loss, sell.take_profit) == (1.3, 1.303, 1.294)
    (bare,) = Broker().target(10)
    assert (bare.stop_loss, bare.take_profit) == (0.0, 0.0)


@pytest.mark.parametrize("deals_first", [True, False])
def test_a_reversal_closes_by_ticket_and_opens_in_one_go(deals_first: bool) -> None:
    broker = Broker(deals_first=deals_first)
    broker.target(10)
    broker.fill_all()
    assert legs(broker.target(-5)) == [("close", "sell", 10, 1001), ("open", "sell", 5, 0)]
    broker.fill_all()
    assert broker.held() == [-5]


def test_a_smaller_target_closes_what_is_beyond_it_and_a_larger_one_opens_the_rest() -> None:
    broker = Broker()
    for steps in (4, 10):
        broker.target(steps)
        broker.fill_all()
    assert broker.held() == [4, 6]
    broker.target(7)
    broker.fill_all()
    assert broker.held() == [4, 3]
    broker.target(0)
    broker.fill_all()
    assert broker.held() == []


def test_while_an_order_is_in_flight_nothing_is_asked_for_twice_and_its_end_is_compared_with_the_newest_target() -> (
    None
):
    broker = Broker()
    assert legs(broker.target(10)) == [("open", "buy", 10, 0)]
    assert broker.target(20) == []
    assert broker.target(-3) == []
    broker.fill()
    assert legs(broker.asked[1:]) == [("close", "sell", 10, 1001), ("open", "sell", 3, 0)]
    broker.fill_all()
    assert broker.held() == [-3]


def test_strategies_hold_their_own_positions_on_a_hedging_account() -> None:
    broker = Broker()
    broker.target(10)
    broker.target(-4, strategy="z")
    broker.fill_all()
    assert (broker.held("ema"), broker.held("z")) == ([10], [-4])
    broker.target(0)
    broker.fill_all()
    assert (broker.held("ema"), broker.held("z")) == ([], [-4])


def test_on_a_netting_account_strategies_share_one_position() -> None:
    broker = Broker("netting")
    broker.target(10)
    broker.fill_all()
    (sell,) = broker.target(-4, strategy="z")
    assert (sell.purpose, sell.reduces, sell.volume) == ("close", True, 4 * STEP)
    broker.fill_all()
    assert broker.held() == [6]
    (more,) = broker.target(-9, strategy="z")
    assert (more.purpose, more.volume) == ("close", 5 * STEP)
    broker.fill_all()
    (turn,) = broker.target(-2)
    assert (turn.purpose, turn.reduces, turn.volume) == ("open", False, 12 * STEP)
    broker.fill_all()
    assert broker.held() == [-11]


@pytest.mark.parametrize("reason", ["sl", "tp", "so", "client"])
def test_after_a_stop_the_target_is_done_until_it_is_set_again(reason: str) -> None:
    broker = Broker()
    broker.target(10, stop_points=300)
    broker.fill_all()
    broker.stop_out_of(1001, reason)
    assert broker.waiting == []
    assert legs(broker.target(10)) == [("open", "buy", 10, 0)]


def test_a_stop_on_the_old_side_does_not_end_the_new_target() -> None:
    broker = Broker()
    broker.target(10)
    broker.fill_all()
    broker.target(-5)
    broker.stop_out_of(1001)
    broker.fill_all()
    assert broker.held() == [-5]


@pytest.mark.parametrize("refuse", [lambda b: b.deny(), lambda b: b.reject(NO_MONEY), lambda b: b.deny("halt")])
def test_a_refused_order_is_not_repeated_until_the_target_is_set_anew(refuse: Any) -> None:
    broker = Broker()
    broker.target(10)
    refuse(broker)
    assert (broker.waiting, broker.timers) == ([], {})
    assert legs(broker.target(10)) == [("open", "buy", 10, 0)]


def test_a_refused_open_does_not_keep_a_close_from_going_on() -> None:
    broker = Broker()
    broker.target(10)
    broker.fill_all()
    broker.target(-5)
    broker.waiting.reverse()
    broker.deny()
    broker.fill(part=4 * STEP)
    assert legs(broker.waiting) == [("close", "sell", 6, 1001)]
    broker.fill_all()
    assert broker.held() == []


@pytest.mark.parametrize("refuse", [lambda b: b.reject(REQUOTE), lambda b: b.deny("stale_quote")])
def test_what_time_alone_can_lift_is_tried_again_by_a_timer_and_not_for_ever(refuse: Any) -> None:
    broker = Broker()
    broker.target(10)
    for attempt in range(3):
        refuse(broker)
        assert broker.waiting == [], attempt
        assert list(broker.timers) == ["ema/EURUSD"]
        broker.fire()
        assert legs(broker.waiting) == [("open", "buy", 10, 0)]
    refuse(broker)
    assert (broker.waiting, broker.timers) == ([], {})


def test_a_close_in_known_closed_hours_is_tried_again_when_they_end_however_often() -> None:
    hours = 7 * 3_600 * 10**9
    broker = Broker(opening=lambda symbol, time: time + hours if symbol == "EURUSD" else time)
    broker.target(10)
    broker.fill_all()
    broker.target(0)
    for _ in range(9):
        broker.reject(MARKET_CLOSED)
        assert broker.waiting == []
        assert broker.timers == {"ema/EURUSD": broker.now + hours}
        broker.fire()
        assert legs(broker.waiting) == [("close", "sell", 10, 1001)]
    broker.fill_all()
    assert broker.held() == []
    broker.target(10)
    for _ in range(4):
        broker.reject(MARKET_CLOSED)
        broker.fire()
    assert broker.waiting == [], "what opens is not kept for another day's price"


def test_a_position_that_was_gone_already_is_compared_again_at_once_but_not_for_ever() -> None:
    broker = Broker()
    broker.target(10)
    broker.fill_all()
    broker.target(0)
    for _ in range(3):
        broker.reject(POSITION_CLOSED)
        assert legs(broker.waiting) == [("close", "sell", 10, 1001)]
    broker.reject(POSITION_CLOSED)
    assert broker.waiting == []


def test_a_partial_fill_asks_for_the_rest() -> None:
    broker = Broker()
    broker.target(10)
    broker.fill(part=4 * STEP)
    assert legs(broker.waiting) == [("open", "buy", 6, 0)]
    broker.fill_all()
    assert broker.held() == [4, 6]


def test_volumes_are_rounded_down_to_the_step_and_less_than_the_smallest_is_left() -> None:
    broker = Broker()
    broker.target(10)
    broker.fill_all()
    assert legs(broker.target(11)) == [("open", "buy", 1, 0)]
    broker.fill_all()
    target = TargetSet(strategy="ema", symbol="EURUSD", volume=11 * STEP + STEP // 2, stop_points=0, take_points=0)
    assert not broker.hear(target)


def intent(**changes: Any) -> IntentRaised:
    fields: dict[str, Any] = {
        "strategy": "ema",
        "symbol": "EURUSD",
        "action": "open",
        "side": "buy",
        "kind": "market",
        "volume": 5 * STEP,
        "price": 0.0,
        "stop_loss": 1.29,
        "take_profit": 0.0,
        "ticket": 0,
        "expires": 0,
    }
    return IntentRaised(**fields | changes)


def test_an_intent_becomes_exactly_one_order() -> None:
    broker = Broker()
    broker.hear(intent())
    broker.hear(intent(action="pending", kind="limit", price=1.29, expires=77))
    opened, pending = broker.asked
    assert (opened.purpose, opened.price, opened.volume, opened.stop_loss) == ("open", 1.3001, 5 * STEP, 1.29)
    assert (pending.purpose, pending.kind, pending.price, pending.expires) == ("pending", "limit", 1.29, 77)
    assert (opened.reduces, pending.reduces) == (False, False)
    assert (opened.order, pending.order) == (100, 101)


def test_an_intent_closes_protects_and_cancels_by_ticket() -> None:
    broker = Broker()
    broker.hear(intent())
    broker.fill()
    asked = len(broker.asked)
    broker.hear(intent(action="close", ticket=1001, volume=0))
    broker.hear(intent(action="protect", ticket=1001, volume=0, stop_loss=1.295))
    broker.hear(intent(action="protect", ticket=1001, volume=0, stop_loss=1.28))
    broker.hear(intent(action="cancel", ticket=4711, volume=0))
    close, tighten, loosen, cancel = broker.asked[asked:]
    assert (close.side, close.volume, close.position, close.price, close.reduces) == ("sell", 5 * STEP, 1001, 1.3, True)
    assert (tighten.position, tighten.reduces, loosen.reduces) == (1001, True, False)
    assert (cancel.ticket, cancel.position, cancel.reduces) == (4711, 0, True)


@pytest.mark.parametrize("margin_mode", ["hedging", "netting"])
@pytest.mark.parametrize("seed", SEEDS)
def test_orders_come_to_rest_at_the_target_whatever_happens_on_the_way(seed: int, margin_mode: str) -> None:
    print(f"seed {seed}")
    chance = random.Random(seed)
    broker = Broker(margin_mode, deals_first=chance.random() < 0.5)
    broker.snapshots = seed % 5 == 0
    names = ["ema", "z"] if chance.random() < 0.5 else ["ema"]
    targets: dict[str, int] = {}
    for _ in range(40):
        name = chance.choice(names)
        action = chance.randrange(10)
        if action < 4:
            targets[name] = chance.randrange(-6, 7)
            broker.target(targets[name], name)
        elif action < 8 and broker.waiting:
            chance.shuffle(broker.waiting)
            broker.fill()
        elif action == 8 and broker.waiting:
            chance.choice([lambda: broker.reject(REQUOTE), broker.deny])()
        slots = [(o.strategy, o.symbol, o.purpose, o.position) for o in broker.waiting]
        assert len(slots) == len(set(slots)), "two orders for one purpose"
    broker.fill_all()
    for name in names:
        targets[name] = chance.randrange(-6, 7)
        broker.target(targets[name], name)
        broker.fill_all()
    numbers = [one.order for one in broker.asked]
    assert numbers == list(range(100, 100 + len(numbers)))
    if margin_mode == "netting":
        assert sum(broker.held()) == sum(targets.values())
    else:
        assert [sum(broker.held(name)) for name in names] == [targets[name] for name in names]
        for name in names:
            assert len({volume > 0 for volume in broker.held(name)}) <= 1, "both sides held"
