"""Flat on Friday: one timer while something may be open, pending orders cancelled, every chosen target at 0."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from tallystick.events.types.running import TimerFired, TimerRequested
from tallystick.events.types.trading import IntentRaised, OrderApproved, TargetSet
from tallystick.market.spans import DAY_NS, HOUR_NS
from tallystick.platform.portfolio.friday import FlatOnFriday, next_close
from tallystick.platform.risk.filters import Friday
from tests.unit.portfolio.told import DEAL
from tests.unit.risk.desk import BUY, CLOSE, MONDAY_NOON, FakeContext, in_flight, like

SECOND = 1_000_000_000
FRIDAY_CLOSE = 4 * DAY_NS + 20 * HOUR_NS + 45 * 60 * SECOND


def utc(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp()) * SECOND  # type: ignore[arg-type, misc]  # year to second


def approved(module: FlatOnFriday, request: Any = BUY, time: int = MONDAY_NOON) -> list[Any]:
    context = FakeContext(time=time, orders={request.order: in_flight(request)})
    return list(module.react(OrderApproved(order=request.order, rule="", limit=0, value=0), context))


def fired(module: FlatOnFriday, context: FakeContext, name: str = "flat_on_friday") -> list[Any]:
    return list(module.react(TimerFired(module=name, timer="close", due=context.time), context))


@pytest.mark.parametrize(
    ("rule", "now", "close"),
    [
        ("utc", utc(2014, 1, 6, 12), utc(2014, 1, 10, 20, 45)),
        ("utc", utc(2014, 1, 10, 20, 44), utc(2014, 1, 10, 20, 45)),
        ("utc", utc(2014, 1, 10, 20, 45), utc(2014, 1, 17, 20, 45)),
        ("new_york+7", utc(2014, 1, 6, 12), utc(2014, 1, 10, 18, 45)),
        ("new_york+7", utc(2014, 7, 7, 12), utc(2014, 7, 11, 17, 45)),
        ("new_york+7", utc(2014, 3, 8, 12), utc(2014, 3, 14, 17, 45)),  # summer time begins in between
        ("new_york+7", utc(2014, 11, 1, 12), utc(2014, 11, 7, 18, 45)),  # and ends
        ("fixed:-05:00", utc(2014, 1, 6, 12), utc(2014, 1, 11, 1, 45)),
    ],
)
def test_the_next_close_is_the_clocks_own_through_every_change_of_it(rule: str, now: int, close: int) -> None:
    assert next_close(now, FRIDAY_CLOSE, rule) == close


def test_the_first_order_that_may_open_asks_for_the_timer_and_others_do_not() -> None:
    module = FlatOnFriday(Friday(), "utc")
    assert approved(module, CLOSE) == []
    due = next_close(MONDAY_NOON, FRIDAY_CLOSE, "utc")
    assert approved(module) == [TimerRequested(module="flat_on_friday", timer="close", due=due)]
    assert approved(module, like(BUY, order=8)) == []


def test_at_the_close_pending_orders_are_cancelled_and_targets_set_to_nothing() -> None:
    module = FlatOnFriday(Friday(), "utc")
    approved(module)
    approved(module, like(BUY, order=8, symbol="XAUUSD", strategy="z"))
    waiting = in_flight(like(BUY, order=9, purpose="pending", kind="limit"), stage="placed", ticket=91)
    context = FakeContext(time=MONDAY_NOON, orders={9: waiting})
    assert fired(module, context, "orders") == []
    cancel, *targets = fired(module, context)
    assert isinstance(cancel, IntentRaised)
    assert (cancel.action, cancel.ticket) == ("cancel", 91)
    assert all(isinstance(one, TargetSet) and one.volume == 0 for one in targets)
    assert [(one.strategy, one.symbol) for one in targets] == [("ema", "EURUSD"), ("z", "XAUUSD")]


def test_strategies_that_were_not_chosen_keep_what_they_hold() -> None:
    module = FlatOnFriday(Friday(strategies=("z",)), "utc")
    approved(module)
    approved(module, like(BUY, order=8, strategy="z"))
    context = FakeContext(orders={9: in_flight(like(BUY, purpose="pending"), stage="placed", ticket=91)})
    assert [one.strategy for one in fired(module, context)] == ["z"]


def test_what_is_filled_after_the_close_is_closed_as_well() -> None:
    module = FlatOnFriday(Friday(), "utc")
    approved(module)
    late = FakeContext(time=next_close(MONDAY_NOON, FRIDAY_CLOSE, "utc"))
    assert [one.volume for one in module.react(DEAL, late) if isinstance(one, TargetSet)] == [0]
    assert module.react(DEAL, replace(late, time=late.time - 1)) == ()
    assert module.react(msgspec.structs.replace(DEAL, entry="out"), late) == ()


def test_it_goes_through_a_snapshot_and_asks_for_the_next_friday_after_one() -> None:
    module = FlatOnFriday(Friday(), "utc")
    approved(module)
    again = FlatOnFriday(Friday(), "utc")
    again.thaw(msgspec.msgpack.decode(msgspec.msgpack.encode(module.freeze())))
    assert again.freeze() == module.freeze()
    assert approved(again, like(BUY, order=8)) == []
    close = next_close(MONDAY_NOON, FRIDAY_CLOSE, "utc")
    assert len(fired(again, FakeContext(time=close))) == 1
    (timer,) = approved(again, like(BUY, order=9), close + 3 * DAY_NS)
    assert timer.due == close + 7 * DAY_NS
