"""(e) Life cycles on a netting account: one position a symbol, adding, reducing, turning over."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.mt5.desk import Desk

Trade = Callable[..., Desk]
NETTING = {"margin_mode": "netting"}
sim_only = pytest.mark.sim_only
to_be_recorded = pytest.mark.to_be_recorded


@pytest.fixture
def desk(trade: Trade) -> Desk:
    return trade(account=NETTING)


def test_the_account_says_that_it_nets(desk: Desk, say: Any) -> None:
    say("margin_mode", desk.mt5.account_info().margin_mode)
    assert desk.mt5.account_info().margin_mode == desk.mt5.ACCOUNT_MARGIN_MODE_RETAIL_NETTING


def test_a_second_deal_adds_to_the_one_position(desk: Desk) -> None:
    first, second = desk.buy(), desk.buy(2 * desk.lot)
    (position,) = desk.positions()
    assert (position.ticket, position.identifier) == (first.order, first.order)
    assert position.volume == pytest.approx(3 * desk.lot)
    assert position.price_open == pytest.approx((first.price + 2 * second.price) / 3)
    assert [deal.entry for deal in desk.deals(first.order)] == [desk.mt5.DEAL_ENTRY_IN] * 2


@sim_only("the market's path is given")
def test_the_open_price_is_the_average_of_the_volumes(trade: Trade) -> None:
    desk = trade(account=NETTING, path=((0, 1.1), (10, 1.106)))
    desk.buy(0.1)
    desk.world.wait(12)
    desk.buy(0.2)
    assert desk.positions()[0].price_open == pytest.approx((1.1001 + 2 * 1.1061) / 3)


def test_an_opposite_deal_reduces(desk: Desk) -> None:
    opened = desk.buy(3 * desk.lot)
    desk.sell()
    (position,) = desk.positions()
    assert position.volume == pytest.approx(2 * desk.lot)
    assert position.price_open == opened.price
    assert desk.deals(opened.order)[-1].entry == desk.mt5.DEAL_ENTRY_OUT


def test_an_opposite_deal_of_the_same_volume_closes(desk: Desk) -> None:
    opened = desk.buy()
    desk.sell()
    assert desk.positions() == ()
    assert [deal.entry for deal in desk.deals(opened.order)] == [desk.mt5.DEAL_ENTRY_IN, desk.mt5.DEAL_ENTRY_OUT]


@to_be_recorded
def test_a_larger_opposite_deal_turns_the_position_over(desk: Desk, say: Any) -> None:
    opened = desk.buy()
    turned = desk.sell(3 * desk.lot)
    (position,) = desk.positions()
    say("position", [position.type, position.ticket == turned.order, position.identifier == opened.order])
    assert position.type == desk.mt5.POSITION_TYPE_SELL
    assert position.volume == pytest.approx(2 * desk.lot)
    assert (position.ticket, position.identifier) == (turned.order, opened.order)
    assert position.price_open == turned.price
    over = desk.deals(opened.order)[-1]
    say("deal", [over.entry, round(over.volume / desk.lot)])
    assert (over.entry, over.position_id) == (desk.mt5.DEAL_ENTRY_INOUT, opened.order)
    assert over.volume == pytest.approx(3 * desk.lot)


@to_be_recorded
def test_close_by_is_for_hedging_accounts(desk: Desk, say: Any) -> None:
    opened = desk.buy()
    answer = desk.close_by(opened.order, opened.order)
    say("answer", answer.retcode)
    assert answer.retcode == desk.mt5.TRADE_RETCODE_INVALID


def test_closing_by_ticket_works_too(desk: Desk) -> None:
    desk.buy()
    assert desk.close(desk.positions()[0]).retcode == desk.mt5.TRADE_RETCODE_DONE
    assert desk.positions() == ()


@to_be_recorded
def test_stops_of_an_adding_deal_replace_the_positions(desk: Desk, say: Any) -> None:
    desk.buy(sl=desk.price(-1000))
    desk.buy(sl=desk.price(-900), tp=desk.price(1000))
    (position,) = desk.positions()
    say("replaced", [position.sl == desk.price(-900), position.tp == desk.price(1000)])
    assert (position.sl, position.tp) == (desk.price(-900), desk.price(1000))


@to_be_recorded
def test_an_adding_deal_without_stops_leaves_the_positions(desk: Desk, say: Any) -> None:
    desk.buy(sl=desk.price(-1000))
    desk.buy()
    (position,) = desk.positions()
    say("kept", position.sl == desk.price(-1000))
    assert position.sl == desk.price(-1000)


def test_stops_are_set_by_symbol_alone(desk: Desk, say: Any) -> None:
    desk.buy()
    sl = desk.price(-1000)
    answer = desk.mt5.order_send({"action": desk.mt5.TRADE_ACTION_SLTP, "symbol": desk.symbol, "sl": sl, "tp": 0.0})
    say("answer", answer.retcode)
    assert (answer.retcode, desk.positions()[0].sl) == (desk.mt5.TRADE_RETCODE_DONE, sl)


@sim_only("the market's path is given")
def test_a_pending_order_nets_as_a_deal_does(trade: Trade) -> None:
    desk = trade(account=NETTING, path=((0, 1.1), (8, 1.104)))
    opened = desk.buy(0.1)
    desk.pending("SELL_LIMIT", 1.103, volume=0.3)
    desk.world.wait(15)
    (position,) = desk.positions()
    assert (position.type, position.volume) == (desk.mt5.POSITION_TYPE_SELL, pytest.approx(0.2))
    assert desk.deals(opened.order)[-1].entry == desk.mt5.DEAL_ENTRY_INOUT
    assert desk.deals(opened.order)[-1].profit == pytest.approx(0.1 * 100_000 * (1.104 - 1.1001))


@sim_only("the market's path is given")
def test_margin_is_of_the_net_volume(trade: Trade) -> None:
    desk = trade(account=NETTING)
    desk.buy(0.3)
    three = desk.mt5.account_info().margin
    desk.sell(0.2)
    assert desk.mt5.account_info().margin == pytest.approx(three / 3, abs=0.01)


@sim_only("the market's path is given")
def test_a_stop_out_closes_the_position(trade: Trade) -> None:
    desk = trade(account={**NETTING, "balance": 200_000}, path=((0, 1.1), (10, 1.065)))
    opened = desk.buy(0.5)
    desk.world.wait(15)
    assert desk.positions() == ()
    assert desk.deals(opened.order)[-1].reason == desk.mt5.DEAL_REASON_SO


@to_be_recorded
@pytest.mark.parametrize("by", ["ticket", "identifier"])
def test_after_a_reversal_the_position_is_named_by_its_new_ticket_or_its_number(desk: Desk, say: Any, by: str) -> None:
    desk.buy()
    desk.sell(3 * desk.lot)
    (position,) = desk.positions()
    answer = desk.buy(2 * desk.lot, position=getattr(position, by))
    say("answer", answer.retcode)
    assert (answer.retcode, desk.positions()) == (desk.mt5.TRADE_RETCODE_DONE, ())
