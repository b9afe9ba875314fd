"""(e) Life cycles on a hedging account: opening, stops, partial and whole closing, close-by, stop-out."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.mt5 import instruments as on
from tests.contract.mt5.desk import MAGIC, Desk

Trade = Callable[..., Desk]
sim_only = pytest.mark.sim_only
to_be_recorded = pytest.mark.to_be_recorded
GIVEN = "the market's path is given"


@pytest.mark.parametrize("side", ["buy", "sell"])
def test_a_deal_opens_a_position_under_the_orders_ticket(trade: Trade, say: Any, side: str) -> None:
    desk = trade()
    sent = getattr(desk, side)(comment="mine")
    position = desk.mt5.positions_get(ticket=sent.order)[0]
    say("position", [position.type, position.reason, position.comment, position.identifier == position.ticket])
    assert (position.ticket, position.identifier, position.magic) == (sent.order, sent.order, MAGIC)
    assert position.type == (desk.mt5.POSITION_TYPE_BUY if side == "buy" else desk.mt5.POSITION_TYPE_SELL)
    assert (position.volume, position.price_open, position.symbol) == (desk.lot, sent.price, desk.symbol)
    assert (position.reason, position.comment) == (desk.mt5.POSITION_REASON_EXPERT, "mine")
    assert position.time == position.time_msc // 1000


def test_each_deal_opens_a_position_of_its_own(trade: Trade) -> None:
    desk = trade()
    tickets = [desk.buy().order, desk.buy().order, desk.sell().order]
    assert [one.ticket for one in desk.positions()] == tickets
    assert len(set(tickets)) == 3


def test_the_deal_names_order_and_position(trade: Trade, say: Any) -> None:
    desk = trade()
    sent = desk.buy()
    (deal,) = desk.deals(sent.order)
    say("deal", [deal.type, deal.entry, deal.reason, deal.comment])
    assert (deal.ticket, deal.order, deal.position_id) == (sent.deal, sent.order, sent.order)
    assert (deal.type, deal.entry) == (desk.mt5.DEAL_TYPE_BUY, desk.mt5.DEAL_ENTRY_IN)
    assert (deal.volume, deal.price, deal.profit, deal.magic) == (sent.volume, sent.price, 0.0, MAGIC)
    assert deal.reason == desk.mt5.DEAL_REASON_EXPERT


def test_the_order_of_a_deal_is_history_at_once(trade: Trade, say: Any) -> None:
    desk = trade()
    sent = desk.buy()
    assert desk.mt5.orders_get(ticket=sent.order) == ()
    (order,) = desk.mt5.history_orders_get(ticket=sent.order)
    say("order", [order.state, order.type, order.type_filling, order.reason, order.volume_current])
    assert (order.state, order.volume_initial, order.volume_current) == (
        desk.mt5.ORDER_STATE_FILLED,
        desk.lot,
        0.0,
    )
    assert (order.position_id, order.reason) == (sent.order, desk.mt5.ORDER_REASON_EXPERT)
    assert order.time_done_msc >= order.time_setup_msc


def test_closing_by_ticket_leaves_two_deals_and_no_position(trade: Trade, say: Any) -> None:
    desk = trade()
    opened = desk.buy()
    closed = desk.close(desk.positions()[0])
    assert desk.positions() == ()
    entry, out = desk.deals(opened.order)
    say("out", [out.type, out.entry, out.reason])
    assert (out.order, out.position_id, out.entry, out.type) == (
        closed.order,
        opened.order,
        desk.mt5.DEAL_ENTRY_OUT,
        desk.mt5.DEAL_TYPE_SELL,
    )
    assert entry.volume == out.volume
    assert len(desk.mt5.history_orders_get(position=opened.order)) == 2


def test_closing_a_part_leaves_the_rest_with_number_price_and_stops(trade: Trade) -> None:
    desk = trade()
    opened = desk.buy(3 * desk.lot, sl=desk.price(-1000))
    before = desk.positions()[0]
    desk.close(before, volume=desk.lot)
    (rest,) = desk.positions()
    assert rest.volume == pytest.approx(2 * desk.lot)
    assert (rest.ticket, rest.identifier) == (opened.order, opened.order)
    assert (rest.price_open, rest.sl, rest.time) == (before.price_open, before.sl, before.time)
    assert rest.time_update_msc > before.time_update_msc


def test_an_opposite_deal_without_a_ticket_closes_nothing(trade: Trade) -> None:
    desk = trade()
    desk.buy()
    desk.sell()
    assert sorted(one.type for one in desk.positions()) == [desk.mt5.POSITION_TYPE_BUY, desk.mt5.POSITION_TYPE_SELL]


@to_be_recorded
def test_a_deal_in_the_positions_own_direction_does_not_close_it(trade: Trade, say: Any) -> None:
    desk = trade()
    opened = desk.buy()
    again = desk.buy(position=opened.order)
    say("answer", again.retcode)
    assert again.retcode == desk.mt5.TRADE_RETCODE_INVALID
    assert [one.volume for one in desk.positions()] == [desk.lot]


@to_be_recorded
@pytest.mark.parametrize("volumes", [(1, 1), (3, 1), (1, 2)], ids=["equal", "larger", "smaller"])
def test_close_by_makes_two_deals_of_the_smaller_volume(trade: Trade, say: Any, volumes: tuple[int, int]) -> None:
    desk = trade()
    long, short = desk.buy(volumes[0] * desk.lot), desk.sell(volumes[1] * desk.lot)
    answer = desk.close_by(long.order, short.order)
    assert answer.retcode == desk.mt5.TRADE_RETCODE_DONE
    deals = [desk.deals(one.order)[-1] for one in (long, short)]
    say("deals", [[deal.entry, deal.type, round(deal.volume / desk.lot), deal.reason] for deal in deals])
    say("left", [round(one.volume / desk.lot) for one in desk.positions()])
    assert [deal.entry for deal in deals] == [desk.mt5.DEAL_ENTRY_OUT_BY] * 2
    assert {round(deal.volume / desk.lot) for deal in deals} == {min(volumes)}
    assert len({deal.order for deal in deals}) == 1
    left = abs(volumes[0] - volumes[1])
    assert [round(one.volume / desk.lot) for one in desk.positions()] == ([left] if left else [])


def test_close_by_wants_two_positions_of_opposite_directions(trade: Trade, say: Any) -> None:
    desk = trade()
    first, second = desk.buy().order, desk.buy().order
    answers = [desk.close_by(first, second).retcode, desk.close_by(first, 999_999_999).retcode]
    say("answers", answers)
    assert answers == [desk.mt5.TRADE_RETCODE_INVALID, desk.mt5.TRADE_RETCODE_POSITION_CLOSED]


def test_stops_are_set_changed_and_a_missing_one_removed(trade: Trade, say: Any) -> None:
    desk = trade()
    desk.buy()
    sl, tp = desk.price(-1000), desk.price(1000)
    assert desk.protect(desk.positions()[0], sl, tp).retcode == desk.mt5.TRADE_RETCODE_DONE
    assert (desk.positions()[0].sl, desk.positions()[0].tp) == (sl, tp)
    answer = desk.protect(desk.positions()[0], desk.price(-900))
    say("answer", [answer.retcode, answer.deal, answer.order])
    assert (desk.positions()[0].sl, desk.positions()[0].tp) == (desk.price(-900), 0.0)


@sim_only(GIVEN)
@pytest.mark.parametrize("which", ["sl", "tp"])
def test_a_stop_that_is_hit_closes_with_its_reason_and_comment(trade: Trade, which: str) -> None:
    desk = trade(path=((0, 1.1), (10, 1.095 if which == "sl" else 1.105)))
    opened = desk.buy(sl=1.096, tp=1.104)
    desk.world.wait(15)
    assert desk.positions() == ()
    entry, out = desk.deals(opened.order)
    reason = desk.mt5.DEAL_REASON_SL if which == "sl" else desk.mt5.DEAL_REASON_TP
    level = "1.09600" if which == "sl" else "1.10400"
    assert (out.reason, out.comment, out.entry) == (reason, f"[{which} {level}]", desk.mt5.DEAL_ENTRY_OUT)
    assert out.price == (1.095 if which == "sl" else 1.105)
    assert out.order != entry.order
    assert out.profit == pytest.approx((out.price - entry.price) * 100_000 * desk.lot)


@sim_only(GIVEN)
def test_a_stop_out_closes_the_worst_loser_first(trade: Trade) -> None:
    path = ((0, 1.1), (10, 1.09), (20, 1.052))
    desk = trade(path=path, account={"balance": 300_000}, seconds=60)
    first = desk.buy(0.4)
    desk.world.wait(10)
    second = desk.buy(0.2)
    desk.world.wait(15)
    assert desk.deals(first.order)[-1].reason == desk.mt5.DEAL_REASON_SO
    assert desk.deals(first.order)[-1].comment.startswith("[so")
    assert [one.ticket for one in desk.positions()] == [second.order]
    assert desk.mt5.account_info().margin_level > 50.0


@sim_only(GIVEN)
def test_a_night_charges_swap_and_the_closing_pays_it(trade: Trade) -> None:
    desk = trade(seconds=16 * 3600, every=60)
    opened = desk.buy(1.0)
    desk.world.wait(13 * 3600)
    (position,) = desk.positions()
    assert position.swap == -7.0
    balance = desk.mt5.account_info().balance
    desk.close(position)
    out = desk.deals(opened.order)[-1]
    assert (out.swap, desk.mt5.account_info().balance) == (-7.0, pytest.approx(balance + out.profit - 7.0))


def test_money_adds_up_while_a_position_is_open(trade: Trade) -> None:
    desk = trade()
    desk.buy()
    account = desk.mt5.account_info()
    floating = sum(one.profit + one.swap for one in desk.mt5.positions_get())
    assert account.equity == pytest.approx(account.balance + account.credit + floating, abs=0.011)
    assert account.margin_free == pytest.approx(account.equity - account.margin, abs=0.011)
    assert account.margin_level == pytest.approx(account.equity / account.margin * 100, rel=1e-4)


def test_balance_changes_by_what_the_deals_say(trade: Trade) -> None:
    desk = trade()
    before = desk.mt5.account_info().balance
    opened = desk.buy()
    desk.close(desk.positions()[0])
    money = sum(one.profit + one.swap + one.commission + one.fee for one in desk.deals(opened.order))
    assert desk.mt5.account_info().balance == pytest.approx(before + money, abs=0.011)


@sim_only("the account is new")
def test_the_first_deal_is_the_balance(trade: Trade) -> None:
    desk = trade()
    first = desk.mt5.history_deals_get(0, desk.tick.time)[0]
    assert (first.ticket, first.order, first.type, first.profit) == (1, 0, desk.mt5.DEAL_TYPE_BALANCE, 10_000.0)
    assert (first.symbol, first.position_id) == ("", 0)


@to_be_recorded
def test_hedged_margin_of_equal_volumes(trade: Trade, say: Any) -> None:
    desk = trade()
    desk.buy()
    alone = desk.mt5.account_info().margin
    desk.sell()
    both = desk.mt5.account_info().margin
    say("hedged to single", round(both / alone, 2) if desk.world.real else 1.0)
    assert both == pytest.approx(alone, rel=0.01)


def test_buy_sell_and_close_of_the_module_trade(trade: Trade, say: Any) -> None:
    desk = trade()
    bought = desk.mt5.Buy(desk.symbol, desk.lot)
    say("retcode", bought.retcode)
    if bought.retcode == desk.mt5.TRADE_RETCODE_INVALID_FILL:
        pytest.skip("the symbol refuses fill or kill, which Buy asks for")
    assert desk.mt5.Close(desk.symbol, ticket=bought.order) is True
    assert desk.mt5.Close(desk.symbol, ticket=bought.order) is False


@sim_only("liquidity is given")
def test_an_order_that_is_refused_for_liquidity_is_rejected_history(trade: Trade) -> None:
    desk = trade(filling=0, instruments=(on.THIN,))
    desk.buy(0.8)
    (order,) = desk.mt5.history_orders_get(0, desk.tick.time + 60)
    assert (order.state, order.volume_current) == (desk.mt5.ORDER_STATE_REJECTED, 0.8)


@to_be_recorded
def test_close_by_takes_the_open_price_of_the_opposite_position(trade: Trade, say: Any) -> None:
    desk = trade()
    long, short = desk.buy(), desk.sell()
    answer = desk.close_by(long.order, short.order)
    deals = [desk.deals(one.order)[-1] for one in (long, short)]
    others = [short.price, long.price]
    say("price", [round(deal.price, 5) == round(other, 5) for deal, other in zip(deals, others, strict=True)])
    say("answer", [answer.deal == deals[0].ticket, answer.order == deals[0].order, answer.volume, answer.price])
    assert [deal.price for deal in deals] == pytest.approx(others)
    assert deals[1].profit == 0.0
    assert answer.order == deals[0].order == deals[1].order
    assert (answer.deal, answer.volume, answer.price) == (deals[0].ticket, 0.0, 0.0)


@to_be_recorded
@pytest.mark.parametrize("kind", ["placed", "stops", "changed", "removed", "refused"])
def test_which_fields_of_an_answer_are_filled(trade: Trade, say: Any, kind: str) -> None:
    desk = trade()
    desk.limit(away=-500)
    desk.buy()
    order, position = desk.orders()[0], desk.positions()[0]
    answer = {
        "placed": lambda: desk.limit(away=-700),
        "stops": lambda: desk.protect(position, sl=desk.price(-1000)),
        "changed": lambda: desk.modify(order, price=desk.price(-600, "ask")),
        "removed": lambda: desk.remove(order.ticket),
        "refused": lambda: desk.buy(desk.lot / 10),
    }[kind]()
    filled = {name for name in ("deal", "order", "volume", "price", "bid", "ask") if getattr(answer, name)}
    say("filled", sorted(filled))
    expected: dict[str, set[str]] = {
        "placed": {"order", "volume", "bid", "ask"},
        "changed": {"order"},
        "removed": {"order"},
    }
    assert filled == expected.get(kind, set())


@to_be_recorded
def test_a_volume_with_a_floats_noise_is_taken(trade: Trade, say: Any) -> None:
    desk = trade()
    noisy = desk.lot + 2 * desk.lot
    answer = desk.buy(noisy)
    say("answer", answer.retcode)
    assert (answer.retcode, round(answer.volume / desk.lot)) == (desk.mt5.TRADE_RETCODE_DONE, 3)


@to_be_recorded
def test_a_stop_between_two_points_is_taken_at_the_nearest(trade: Trade, say: Any) -> None:
    desk = trade()
    desk.buy()
    answer = desk.protect(desk.positions()[0], sl=desk.price(-1000) + 0.3 * desk.point)
    say("answer", answer.retcode)
    assert (answer.retcode, desk.positions()[0].sl) == (desk.mt5.TRADE_RETCODE_DONE, desk.price(-1000))
