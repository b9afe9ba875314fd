"""What the server remembers of orders that are over and of deals: `docs/fills.md`, section 20."""

from random import Random
from typing import Any

import msgspec
import pytest

from tallystick.events.types.trading import DealMade
from tallystick.platform.mt5.numbers import CLOSE_BY_TYPE
from tests.unit.terminal.rough_market import rough_order, rough_server
from tests.unit.terminal.scenes import Scene
from tests.unit.terminal.server import (
    BUY,
    BUY_LIMIT,
    BUY_STOP_LIMIT,
    CLOSE_BY,
    HOUR,
    LOT,
    MODIFY,
    MONDAY,
    QUOTES,
    REMOVE,
    SECOND,
    SELL,
    moments,
    pass_deadlines,
    random_quotes,
    terms,
)

OPENED = MONDAY - HOUR


def remembering(**settings: Any) -> Scene:
    """A scene whose server keeps its history."""
    return Scene(keep_history=True, opened=OPENED, **settings)


def states(scene: Scene) -> list[tuple[int, str]]:
    """Ticket and state of each order that is over, in order of their end."""
    return [(one.ticket, one.state) for one in scene.terminal.history.orders]


def test_the_first_deal_is_the_balance_at_the_opening_of_the_account() -> None:
    (deal,) = remembering().terminal.history.deals
    assert (deal.ticket, deal.order, deal.type, deal.profit, deal.time) == (1, 0, "balance", 100_000_000, OPENED)


def test_without_being_asked_nothing_is_kept() -> None:
    scene = Scene()
    scene.fill(BUY)
    assert (scene.terminal.history.orders, scene.terminal.history.deals) == ([], [])


def test_a_market_order_is_in_the_history_once_it_is_filled() -> None:
    scene = remembering()
    scene.send(BUY, 0.5, comment="mine", magic=7, stop=119_000)
    assert states(scene) == []
    setup = scene.now
    scene.quote(120_040, after=3)
    (record,) = scene.terminal.history.orders
    assert (record.ticket, record.order, record.type, record.state, record.reason) == (1, 0, 0, "filled", "expert")
    assert (record.time_setup, record.time_done) == (setup, scene.now)
    assert (record.volume_initial, record.volume_current, record.position) == (LOT // 2, 0, 1)
    assert (record.magic, record.comment, record.stop_loss) == (7, "mine", 1.19)
    deal = scene.terminal.history.deals[-1]
    assert (deal.ticket, deal.order, deal.position, deal.entry, deal.price, deal.time) == (
        2,
        1,
        1,
        "in",
        1.2005,
        scene.now,
    )


def test_a_refused_request_leaves_no_order_but_one_that_is_refused_at_execution_does() -> None:
    scene = remembering(balance=1_000)
    assert scene.code(BUY, 0.0) == 10014
    assert scene.fill(BUY).retcode == 10019
    assert states(scene) == [(1, "rejected")]


def test_orders_end_removed_lapsed_and_filled() -> None:
    scene = remembering()
    scene.send(BUY_LIMIT, price=119_000)
    scene.send(BUY_LIMIT, price=118_000, expires=MONDAY + 60 * SECOND)
    scene.send(BUY_LIMIT, price=119_500, stop=119_000)
    scene.send(BUY_LIMIT, action=REMOVE, ticket=1)
    scene.quote(120_000, after=100)
    scene.quote(119_450)
    assert states(scene) == [(1, "cancelled"), (2, "expired"), (3, "filled")]
    removed, lapsed, filled = scene.terminal.history.orders
    assert (removed.time_done, lapsed.time_done) == (MONDAY + SECOND, MONDAY + 60 * SECOND)
    assert (lapsed.expires, lapsed.time_type) == (MONDAY + 60 * SECOND, 2)
    assert (removed.volume_current, removed.position, filled.position) == (LOT, 0, 3)
    assert (filled.price, filled.price_current) == (1.195, 1.1946)


def test_a_changed_order_is_remembered_as_it_was_last() -> None:
    scene = remembering()
    scene.send(BUY_LIMIT, price=119_000)
    scene.send(BUY_LIMIT, action=MODIFY, ticket=1, price=119_500, stop=119_000, take=121_000, time_type=1)
    scene.send(BUY_LIMIT, action=REMOVE, ticket=1)
    (record,) = scene.terminal.history.orders
    assert (record.price, record.stop_loss, record.take_profit) == (1.195, 1.19, 1.21)
    assert (record.time_type, record.expires) == (1, MONDAY + 24 * HOUR)


def test_a_stop_limit_order_is_remembered_as_the_limit_order_it_became() -> None:
    scene = remembering()
    scene.send(BUY_STOP_LIMIT, price=120_200, limit=120_100)
    scene.quote(120_195)
    scene.quote(120_000)
    (record,) = scene.terminal.history.orders
    assert (record.type, record.price, record.stop_limit, record.state) == (BUY_LIMIT, 1.201, 0.0, "filled")


def test_the_server_s_own_orders_are_there_with_their_reason() -> None:
    scene = remembering()
    scene.fill(BUY, stop=119_500)
    scene.quote(119_400)
    own = scene.terminal.history.orders[-1]
    assert (own.ticket, own.order, own.type, own.reason, own.comment) == (2, -1, SELL, "sl", "[sl 1.19500]")
    assert (own.position, own.time_setup, own.time_done, own.volume_initial) == (1, scene.now, scene.now, LOT)
    assert scene.terminal.history.deals[-1].reason == "sl"


def test_a_close_by_is_one_order_of_two_deals() -> None:
    scene = remembering()
    scene.fill(BUY)
    scene.fill(SELL, 0.4)
    scene.send(BUY, action=CLOSE_BY, position=1, opposite=2, symbol="", volume=0)
    record = scene.terminal.history.orders[-1]
    assert (record.type, record.state, record.position, record.opposite) == (8, "filled", 1, 2)
    assert (record.volume_initial, record.volume_current, record.symbol) == (40 * LOT // 100, 0, "EURUSD")
    assert [deal.entry for deal in scene.terminal.history.deals[-2:]] == ["out_by", "out_by"]
    assert {deal.order for deal in scene.terminal.history.deals[-2:]} == {3}


def test_a_rest_stands_as_partial_until_it_is_filled() -> None:
    scene = remembering(instruments=terms(execution="exchange", liquidity_volume=LOT))
    scene.fill(BUY, 1.5, filling=2)
    standing = scene.terminal.history.standing[1]
    assert (standing.state, standing.volume_current, states(scene)) == ("partial", LOT // 2, [])
    scene.quote(120_000)
    assert (states(scene), standing.volume_current) == ([(1, "filled")], 0)
    scene.fill(BUY, 1.5, filling=1)
    last = scene.terminal.history.orders[-1]
    assert (last.state, last.volume_initial, last.volume_current) == ("cancelled", 3 * LOT // 2, LOT // 2)


def test_it_goes_on_after_a_thaw() -> None:
    scene = remembering()
    scene.fill(BUY)
    scene.send(BUY_LIMIT, price=119_000)
    frozen = msgspec.msgpack.decode(msgspec.msgpack.encode(scene.terminal.freeze()), strict=False)
    other = remembering()
    other.terminal.thaw(frozen)
    assert other.terminal.history == scene.terminal.history
    other.second, other.numbers = scene.second, scene.numbers
    other.quote(118_900)
    assert states(other) == [(1, "filled"), (2, "filled")]


@pytest.mark.parametrize("seed", range(12))
def test_orders_and_deals_agree_in_any_market(seed: int) -> None:
    """Each deal is there once, each order once, and what is filled of an order is what its deals say."""
    random = Random(seed)
    rows = random_quotes(random, 250)
    mode = random.choice(("hedging", "netting"))
    terminal = rough_server(random, QUOTES, margin_mode=mode, balance=3_000_000, leverage=500, latency_ns=SECOND)
    told = list(terminal.opening())
    for number, (start, stop) in enumerate(moments(rows)):
        told += pass_deadlines(terminal, rows, start)
        told += [fact for _, fact in terminal.settle(rows.part(start, stop))]
        time = int(rows.time[start])
        told += terminal.send(rough_order(random, number, terminal, time), time)
    history = terminal.history
    assert [deal.ticket for deal in history.deals] == [fact.deal for fact in told if isinstance(fact, DealMade)]
    records = [*history.orders, *history.standing.values()]
    assert sorted(one.ticket for one in records) == list(range(1, terminal.state.next_ticket))
    assert {*history.standing} == {*terminal.state.pendings, *terminal.state.in_flight}
    for record in records:
        volumes = [deal.volume for deal in history.deals if deal.order == record.ticket]
        filled = volumes[0] if record.type == CLOSE_BY_TYPE else sum(volumes)
        assert record.volume_initial - record.volume_current == filled, record
        assert (record.time_done > 0) == (record.ticket not in history.standing)
