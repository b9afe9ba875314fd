"""Orders that find less volume than they ask for: `docs/fills.md`, section 14. One lot is to be had at each quote."""

from typing import Any

import pytest

from tallystick.events.types.trading import DealMade, OrderAnswered, OrderEnded
from tests.unit.terminal.scenes import Scene, all_of, only
from tests.unit.terminal.server import (
    BUY,
    BUY_LIMIT,
    BUY_STOP,
    HOUR,
    LOT,
    MODIFY,
    MONDAY,
    REMOVE,
    SELL,
    bar,
    bars,
    order,
    server,
    settle,
    terms,
)

DONE, PARTIAL, PLACED, REJECT = 10009, 10010, 10008, 10006
FILL_OR_KILL, IMMEDIATE_OR_CANCEL, RETURN = 0, 1, 2


def thin(**settings: Any) -> Scene:
    """An exchange where one lot is to be had on each side of a quote."""
    return Scene(instruments=terms(execution="exchange", liquidity_volume=LOT), **settings)


def test_fill_or_kill_is_rejected_whole() -> None:
    scene = thin()
    answer = scene.fill(BUY, 1.01, filling=FILL_OR_KILL)
    assert (answer.retcode, answer.deal, answer.volume) == (REJECT, 0, 0)
    assert scene.fill(BUY, 1.0, filling=FILL_OR_KILL).retcode == DONE
    assert scene.lots() == {2: 1.0}


def test_immediate_or_cancel_takes_what_is_there() -> None:
    scene = thin()
    answer = scene.fill(BUY, 2.5, filling=IMMEDIATE_OR_CANCEL)
    assert (answer.retcode, answer.volume) == (PARTIAL, LOT)
    assert scene.lots() == {1: 1.0}
    assert not scene.quote(120_000)


def test_return_stands_with_its_rest_until_it_is_filled_into_one_position() -> None:
    scene = thin()
    first = scene.fill(BUY, 2.5, filling=RETURN)
    assert (first.retcode, first.volume, first.price) == (PARTIAL, LOT, 1.2001)
    rest = scene.terminal.state.pendings[1]
    assert (rest.sending.volume, rest.initial, rest.partial) == (3 * LOT // 2, 5 * LOT // 2, True)
    (second,) = scene.quote(120_030)
    assert isinstance(second, DealMade)
    assert (second.order, second.ticket, second.position, second.entry, second.price) == (0, 1, 1, "in", 1.2004)
    deal, ended = scene.quote(120_060)
    assert isinstance(deal, DealMade)
    assert deal.volume == LOT // 2
    assert ended == OrderEnded(order=0, ticket=1, state="filled", moment=scene.now)
    assert scene.lots() == {1: 2.5}
    position = scene.terminal.state.positions[1]
    assert position.price(5) == pytest.approx((1.2001 + 1.2004 + 1.2007 / 2) / 2.5)


def test_orders_of_one_quote_share_its_volume_each_side_by_itself() -> None:
    scene = thin()
    scene.send(BUY, 0.6, filling=IMMEDIATE_OR_CANCEL)
    scene.send(BUY, 0.6, filling=IMMEDIATE_OR_CANCEL)
    scene.send(BUY, 0.6, filling=IMMEDIATE_OR_CANCEL)
    scene.send(BUY, 0.6, filling=RETURN)
    scene.send(SELL, 0.7, filling=FILL_OR_KILL)
    answers = all_of(OrderAnswered, scene.quote(120_000))
    assert [answer.retcode for answer in answers] == [DONE, PARTIAL, REJECT, PLACED, DONE]
    assert [answer.volume / LOT for answer in answers] == [0.6, 0.4, 0, 0, 0.7]
    deal, ended = scene.quote(120_000)
    assert isinstance(deal, DealMade)
    assert (deal.position, deal.volume) == (4, 60 * LOT // 100)
    assert isinstance(ended, OrderEnded)


def test_a_rest_can_be_removed_but_not_changed() -> None:
    scene = thin()
    scene.fill(BUY, 2.5, filling=RETURN)
    assert scene.code(BUY, action=MODIFY, ticket=1, price=119_000) == 10035
    assert scene.code(BUY, action=REMOVE, ticket=1) == DONE
    assert not scene.quote(120_000)


def test_a_rest_of_a_closing_order_goes_on_closing() -> None:
    scene = thin()
    scene.fill(BUY, 1.5, filling=RETURN)
    scene.quote(120_000)
    assert scene.fill(SELL, 1.5, filling=RETURN, position=1).retcode == PARTIAL
    deal, ended = scene.quote(120_000)
    assert isinstance(deal, DealMade)
    assert (deal.entry, deal.position, deal.volume) == ("out", 1, LOT // 2)
    assert isinstance(ended, OrderEnded)
    assert scene.lots() == {}
    netting = thin(margin_mode="netting")
    for _ in range(2):
        netting.fill(BUY, 1.0)
    assert netting.fill(SELL, 1.5, filling=RETURN).retcode == PARTIAL
    assert only(DealMade, netting.quote(120_000)).entry == "out"
    assert netting.lots() == {1: 0.5}


def test_a_rest_whose_position_is_gone_is_rejected() -> None:
    scene = thin()
    scene.fill(BUY, 2.0, filling=RETURN, stop=119_500)
    told = scene.quote(119_400)
    assert [type(fact).__name__ for fact in told] == ["DealMade", "OrderEnded", "DealMade"]
    scene.fill(BUY, 3.0, filling=RETURN, stop=119_000)
    scene.terminal.state.positions.clear()
    assert only(OrderEnded, scene.quote(119_400)).state == "rejected"


def test_a_rest_without_money_is_rejected() -> None:
    scene = thin(balance=600_000)
    assert scene.fill(BUY, 2.5, filling=RETURN).retcode == PARTIAL
    assert only(OrderEnded, scene.quote(120_000)).state == "rejected"


# -- pending orders


@pytest.mark.parametrize(
    ("filling", "state", "lots"),
    [(FILL_OR_KILL, "rejected", {}), (IMMEDIATE_OR_CANCEL, "cancelled", {1: 1.0})],
)
def test_a_triggered_order_ends_as_its_filling_says(filling: int, state: str, lots: dict[int, float]) -> None:
    scene = thin()
    scene.send(BUY_LIMIT, 1.5, price=119_900, filling=filling)
    assert only(OrderEnded, scene.quote(119_800)).state == state
    assert scene.lots() == lots


def test_a_limit_order_s_rest_waits_for_its_price_again() -> None:
    scene = thin()
    scene.send(BUY_LIMIT, 1.5, price=119_900, filling=RETURN)
    assert only(DealMade, scene.quote(119_880)).price == 1.1989
    assert not scene.quote(119_950)
    deal, ended = scene.quote(119_890)
    assert isinstance(deal, DealMade)
    assert (deal.position, deal.volume, deal.price) == (1, LOT // 2, 1.199)
    assert isinstance(ended, OrderEnded)
    assert scene.lots() == {1: 1.5}


def test_a_stop_order_s_rest_is_a_market_order() -> None:
    scene = thin()
    scene.send(BUY_STOP, 1.5, price=120_100, filling=RETURN)
    scene.quote(120_095)
    deal = only(DealMade, scene.quote(119_000))
    assert (deal.price, deal.position) == (1.1901, 1)


def test_a_triggered_order_that_finds_nothing_left_ends_or_waits() -> None:
    scene = thin()
    scene.send(BUY_LIMIT, 1.0, price=119_900, filling=RETURN)
    scene.send(BUY_LIMIT, 1.0, price=119_900, filling=RETURN)
    scene.send(BUY_LIMIT, 1.0, price=119_900, filling=IMMEDIATE_OR_CANCEL)
    ended = all_of(OrderEnded, scene.quote(119_800))
    assert [(fact.ticket, fact.state) for fact in ended] == [(1, "filled"), (3, "cancelled")]
    assert only(OrderEnded, scene.quote(119_800)).ticket == 2


def test_each_step_of_a_bar_has_its_own_volume() -> None:
    terminal = server(instruments=terms(execution="exchange", liquidity_volume=LOT))
    terminal.settle(bars([bar(1, 120_000, 120_000, 120_000, 120_000)]))
    terminal.send(order(0, BUY, 3.5, filling=RETURN), MONDAY + HOUR)
    told = settle(terminal, bars([bar(2, 120_000, 120_300, 119_900, 120_250)]))
    deals = all_of(DealMade, told)
    assert [deal.volume / LOT for deal in deals] == [1, 1, 1, 0.5]
    assert [deal.price for deal in deals] == [1.2001, 1.1991, 1.2031, 1.2026]
    assert [deal.moment for deal in deals] == [MONDAY + HOUR + step * HOUR // 3 for step in range(4)]


def test_stops_and_stop_outs_are_filled_whole() -> None:
    scene = thin()
    scene.fill(BUY, 1.0, stop=119_500)
    scene.fill(BUY, 1.0, stop=119_500)
    assert len(all_of(DealMade, scene.quote(119_400))) == 2


def test_less_than_a_unit_counts_as_one() -> None:
    scene = Scene(instruments=terms(liquidity_volume=1, volume_min=LOT // 10, volume_step=LOT // 10))
    assert scene.fill(BUY, 0.3, filling=IMMEDIATE_OR_CANCEL).volume == LOT // 10
