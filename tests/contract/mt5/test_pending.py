"""(e) Pending orders: placed, changed, removed, touched, triggered, expired."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.mt5.desk import Desk

Trade = Callable[..., Desk]
sim_only = pytest.mark.sim_only
to_be_recorded = pytest.mark.to_be_recorded
GIVEN = "the market's path is given"


def test_a_pending_order_stands_is_changed_and_removed(trade: Trade, say: Any) -> None:
    desk = trade()
    placed = desk.limit(away=-500, sl=desk.price(-1000, "ask"), comment="wait")
    (order,) = desk.orders()
    say("order", [order.state, order.type, order.type_time, order.reason])
    assert (order.ticket, order.state, order.comment) == (placed.order, desk.mt5.ORDER_STATE_PLACED, "wait")
    assert (order.volume_initial, order.volume_current, order.position_id) == (desk.lot, desk.lot, 0)
    changed = desk.modify(order, price=desk.price(-600, "ask"))
    assert (changed.retcode, changed.order) == (desk.mt5.TRADE_RETCODE_DONE, order.ticket)
    assert desk.orders()[0].price_open == desk.price(-600, "ask")
    assert desk.remove(order.ticket).retcode == desk.mt5.TRADE_RETCODE_DONE
    assert desk.orders() == ()
    (gone,) = desk.mt5.history_orders_get(ticket=order.ticket)
    say("gone", [gone.state, gone.volume_current])
    assert gone.state == desk.mt5.ORDER_STATE_CANCELED


@pytest.mark.parametrize(
    ("kind", "side", "away", "limit"),
    [
        ("BUY_LIMIT", "ask", -300, 0),
        ("SELL_LIMIT", "bid", 300, 0),
        ("BUY_STOP", "ask", 300, 0),
        ("SELL_STOP", "bid", -300, 0),
        ("BUY_STOP_LIMIT", "ask", 300, 100),
        ("SELL_STOP_LIMIT", "bid", -300, -100),
    ],
)
def test_every_kind_of_pending_order_is_placed(
    trade: Trade, say: Any, kind: str, side: str, away: int, limit: int
) -> None:
    desk = trade()
    more = {"stoplimit": desk.price(limit, side)} if limit else {}
    placed = desk.pending(kind, desk.price(away, side), **more)
    say("answer", [placed.retcode, placed.deal, placed.comment])
    (order,) = desk.orders()
    assert (placed.retcode, order.type) == (desk.mt5.TRADE_RETCODE_DONE, getattr(desk.mt5, f"ORDER_TYPE_{kind}"))
    assert order.price_stoplimit == more.get("stoplimit", 0.0)


TOUCHED: dict[str, tuple[str, str, int, tuple[tuple[float, float], ...], float]] = {
    "BUY_LIMIT": ("BUY_LIMIT", "ask", -300, ((0, 1.1), (5, 1.096)), 1.0961),
    "SELL_LIMIT": ("SELL_LIMIT", "bid", 300, ((0, 1.1), (5, 1.104)), 1.104),
    "BUY_STOP": ("BUY_STOP", "ask", 300, ((0, 1.1), (5, 1.104)), 1.1041),
    "SELL_STOP": ("SELL_STOP", "bid", -300, ((0, 1.1), (5, 1.096)), 1.096),
}


@sim_only(GIVEN)
@pytest.mark.parametrize("name", TOUCHED)
def test_a_pending_order_that_is_touched_fills_at_the_market(trade: Trade, name: str) -> None:
    kind, side, away, path, price = TOUCHED[name]
    desk = trade(path=path)
    placed = desk.pending(kind, desk.price(away, side), comment="wait")
    desk.world.wait(10)
    (position,) = desk.positions()
    assert desk.orders() == ()
    assert (position.ticket, position.price_open, position.comment) == (placed.order, price, "wait")
    (order,) = desk.mt5.history_orders_get(ticket=placed.order)
    assert (order.state, order.type) == (desk.mt5.ORDER_STATE_FILLED, getattr(desk.mt5, f"ORDER_TYPE_{kind}"))


@sim_only(GIVEN)
def test_a_stop_limit_order_first_becomes_a_limit_order(trade: Trade) -> None:
    desk = trade(path=((0, 1.1), (5, 1.104), (20, 1.1)))
    placed = desk.pending("BUY_STOP_LIMIT", 1.103, stoplimit=1.102)
    desk.world.wait(8)
    (order,) = desk.orders()
    assert (order.ticket, order.type, order.price_open) == (placed.order, desk.mt5.ORDER_TYPE_BUY_LIMIT, 1.102)
    desk.world.wait(20)
    assert [one.price_open for one in desk.positions()] == [1.1001]


@sim_only(GIVEN)
def test_an_order_that_specifies_its_end_expires_there(trade: Trade) -> None:
    desk = trade()
    ends = desk.tick.time + 30
    placed = desk.limit(type_time=desk.mt5.ORDER_TIME_SPECIFIED, expiration=ends)
    assert desk.orders()[0].time_expiration == ends
    desk.world.wait(40)
    assert desk.orders() == ()
    (lapsed,) = desk.mt5.history_orders_get(ticket=placed.order)
    assert (lapsed.state, lapsed.time_done) == (desk.mt5.ORDER_STATE_EXPIRED, ends)


@to_be_recorded
def test_a_price_between_two_points_is_taken_at_the_nearest(trade: Trade, say: Any) -> None:
    desk = trade()
    price = desk.price(-500, "ask") + 0.3 * desk.point
    answer = desk.pending("BUY_LIMIT", price)
    say("answer", answer.retcode)
    assert answer.retcode == desk.mt5.TRADE_RETCODE_DONE
    assert desk.orders()[0].price_open == desk.price(-500, "ask")
