"""(d) Every return code of the trade server, brought about by a request, or injected where no state brings it about."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tallystick.market.instrument import LOT
from tests.contract.mt5 import instruments as on
from tests.contract.mt5.desk import Desk
from tests.contract.mt5.wheel import WHEEL

Trade = Callable[..., Desk]
PREFIX = "TRADE_RETCODE_"
CODES = {name.removeprefix(PREFIX): number for name, number in WHEEL["constants"].items() if name.startswith(PREFIX)}
HOUR = 3600
sim_only = pytest.mark.sim_only


def _conditions(instrument: Any, **more: Any) -> dict[str, Any]:
    return {"instruments": (instrument,), **more}


# -- done


def done(trade: Trade) -> Any:
    return trade().buy()


def done_partial(trade: Trade) -> Any:
    desk = trade(filling=1, **_conditions(on.THIN))
    return desk.buy(0.8)


def done_pending(trade: Trade) -> Any:
    return trade().limit()


# -- the request


def invalid_action(trade: Trade) -> Any:
    return trade().send(action=99, price=0.0)


def invalid_symbol(trade: Trade) -> Any:
    return trade().send(symbol="NOSUCH")


def invalid_type(trade: Trade) -> Any:
    desk = trade()
    return desk.send(type=desk.mt5.ORDER_TYPE_BUY_LIMIT, price=desk.tick.ask)


def invalid_volume_small(trade: Trade) -> Any:
    desk = trade()
    return desk.buy(desk.lot / 10)


def invalid_volume_step(trade: Trade) -> Any:
    desk = trade()
    return desk.buy(desk.lot * 1.5)


def invalid_volume_large(trade: Trade) -> Any:
    return trade().buy(1_000_000.0)


def invalid_volume_zero(trade: Trade) -> Any:
    return trade().send(volume=0.0)


def invalid_price_buy_limit(trade: Trade) -> Any:
    return trade().limit(away=200)


def invalid_price_sell_stop(trade: Trade) -> Any:
    desk = trade()
    return desk.pending("SELL_STOP", desk.price(200))


def invalid_price_stop_limit(trade: Trade) -> Any:
    desk = trade()
    return desk.pending("BUY_STOP_LIMIT", desk.price(200, "ask"), stoplimit=desk.price(400, "ask"))


def invalid_price_none(trade: Trade) -> Any:
    return trade().pending("BUY_LIMIT", 0.0)


def invalid_price_instant(trade: Trade) -> Any:
    return trade(**_conditions(on.INSTANT)).send(price=0.0)


def invalid_stops_side(trade: Trade) -> Any:
    desk = trade()
    desk.buy()
    return desk.protect(desk.positions()[0], sl=desk.price(500))


def invalid_stops_pending(trade: Trade) -> Any:
    desk = trade()
    return desk.limit(sl=desk.price(400, "ask"))


def invalid_stops_near(trade: Trade) -> Any:
    desk = trade(**_conditions(on.STOPS))
    desk.buy()
    return desk.protect(desk.positions()[0], sl=desk.price(-49))


def invalid_expiration_past(trade: Trade) -> Any:
    desk = trade()
    return desk.limit(type_time=desk.mt5.ORDER_TIME_SPECIFIED, expiration=desk.tick.time - HOUR)


def invalid_expiration_kind(trade: Trade) -> Any:
    desk = trade(**_conditions(on.DAY_ONLY))
    return desk.limit(type_time=desk.mt5.ORDER_TIME_SPECIFIED, expiration=desk.tick.time + HOUR)


def invalid_fill_return(trade: Trade) -> Any:
    desk = trade()
    return desk.send(type_filling=desk.mt5.ORDER_FILLING_RETURN)


def invalid_fill_flag(trade: Trade) -> Any:
    desk = trade(**_conditions(on.FOK_ONLY))
    return desk.send(type_filling=desk.mt5.ORDER_FILLING_IOC)


def invalid_fill_missing(trade: Trade) -> Any:
    desk = trade(**_conditions(on.IOC_ONLY))
    request = {name: value for name, value in desk.request().items() if name != "type_filling"}
    return desk.mt5.order_send(request)


# -- what the request names


def invalid_order_remove(trade: Trade) -> Any:
    return trade().remove(999_999_999)


def invalid_order_mode(trade: Trade) -> Any:
    return trade(**_conditions(on.NO_LIMITS)).limit()


def position_closed(trade: Trade) -> Any:
    desk = trade()
    desk.buy()
    position = desk.positions()[0]
    desk.close(position)
    return desk.close(position)


def position_closed_stops(trade: Trade) -> Any:
    desk = trade()
    desk.buy()
    position = desk.positions()[0]
    desk.close(position)
    return desk.protect(position, sl=desk.price(-500))


def invalid_close_volume(trade: Trade) -> Any:
    desk = trade()
    desk.buy()
    return desk.close(desk.positions()[0], volume=2 * desk.lot)


def no_changes_stops(trade: Trade) -> Any:
    desk = trade()
    desk.buy()
    position, sl = desk.positions()[0], desk.price(-500)
    desk.protect(position, sl=sl)
    return desk.protect(position, sl=sl)


def no_changes_order(trade: Trade) -> Any:
    desk = trade()
    desk.limit()
    return desk.modify(desk.orders()[0])


def frozen(trade: Trade) -> Any:
    desk = trade(**_conditions(on.FROZEN))
    desk.limit(away=-40)
    return desk.remove(desk.orders()[0].ticket)


# -- market, symbol, account


def price_off(trade: Trade) -> Any:
    desk = trade(symbol="LATE", instruments=(on.EURUSD, on.LATE), late={"LATE": 200})
    return desk.send(price=1.1)


def price_off_unselected(trade: Trade) -> Any:
    desk = trade()
    price = desk.tick.ask
    desk.mt5.symbol_select(desk.symbol, False)
    return desk.send(price=price)


def requote(trade: Trade) -> Any:
    desk = trade(**_conditions(on.INSTANT, path=((0, 1.1), (2, 1.101))))
    desk.world.wait(1)
    return desk.buy(deviation=5)


def market_closed(trade: Trade) -> Any:
    return trade(**_conditions(on.CLOSED)).buy()


def no_money(trade: Trade) -> Any:
    desk = trade()
    return desk.buy(min(100.0, desk.mt5.symbol_info(desk.symbol).volume_max))


def trade_disabled_symbol(trade: Trade) -> Any:
    return trade(**_conditions(on.DISABLED)).buy()


def trade_disabled_account(trade: Trade) -> Any:
    return trade(account={"trade_allowed": False}).buy()


def server_disables(trade: Trade) -> Any:
    return trade(account={"trade_expert": False}).buy()


def client_disables(trade: Trade) -> Any:
    from tallystick.platform.mt5.answering.about import TerminalSettings

    return trade(settings=TerminalSettings(trade_allowed=False)).buy()


def long_only(trade: Trade) -> Any:
    return trade(**_conditions(on.LONG_ONLY)).sell()


def short_only(trade: Trade) -> Any:
    return trade(**_conditions(on.SHORT_ONLY)).buy()


def close_only(trade: Trade) -> Any:
    return trade(**_conditions(on.CLOSE_ONLY)).buy()


def reject_liquidity(trade: Trade) -> Any:
    return trade(filling=0, **_conditions(on.THIN)).buy(0.8)


def placed(trade: Trade) -> Any:
    """Another terminal on the account takes what is to be had at the next quote; ours waits for the one after it."""
    desk = trade(filling=2, **_conditions(replace(on.EXCHANGE, liquidity_volume=LOT // 2)))
    request = desk.mt5.order_check(desk.request(volume=0.5)).request._asdict()
    local = desk.world.terminal
    local.server.send(local.answers.asked(request, 1_000_000).sending, local.now)
    return desk.buy(0.5)


def limit_orders(trade: Trade) -> Any:
    desk = trade(account={"limit_orders": 1})
    desk.limit()
    return desk.limit(away=-300)


def limit_positions(trade: Trade) -> Any:
    desk = trade(account={"limit_positions": 1})
    desk.buy()
    return desk.buy()


def limit_volume(trade: Trade) -> Any:
    desk = trade(**_conditions(on.CAPPED))
    desk.buy(0.6)
    return desk.buy(0.5)


def too_many_requests(trade: Trade) -> Any:
    desk = trade(account={"message_limit": 1})
    desk.limit()
    return desk.limit(away=-300)


def fifo_close(trade: Trade) -> Any:
    desk = trade(account={"fifo_close": True})
    desk.buy()
    desk.buy()
    return desk.close(desk.positions()[1])


def hedge_prohibited(trade: Trade) -> Any:
    desk = trade(account={"hedge_prohibited": True})
    desk.buy()
    return desk.sell()


OF_ITSELF: list[Any] = [
    ("DONE", done),
    ("DONE", done_pending),
    ("INVALID", invalid_action),
    ("INVALID", invalid_type),
    ("INVALID_VOLUME", invalid_volume_small),
    ("INVALID_VOLUME", invalid_volume_step),
    ("INVALID_VOLUME", invalid_volume_large),
    ("INVALID_VOLUME", invalid_volume_zero),
    ("INVALID_PRICE", invalid_price_buy_limit),
    ("INVALID_PRICE", invalid_price_sell_stop),
    ("INVALID_PRICE", invalid_price_stop_limit),
    ("INVALID_PRICE", invalid_price_none),
    ("INVALID_STOPS", invalid_stops_side),
    ("INVALID_STOPS", invalid_stops_pending),
    ("INVALID_EXPIRATION", invalid_expiration_past),
    ("INVALID_FILL", invalid_fill_return),
    ("INVALID_ORDER", invalid_order_remove),
    ("POSITION_CLOSED", position_closed),
    ("INVALID_CLOSE_VOLUME", invalid_close_volume),
    ("NO_CHANGES", no_changes_stops),
    ("NO_MONEY", no_money),
]
ASSUMED: list[Any] = [
    ("INVALID", invalid_symbol),
    ("POSITION_CLOSED", position_closed_stops),
    ("NO_CHANGES", no_changes_order),
    ("PRICE_OFF", price_off_unselected),
]
GIVEN: list[Any] = [
    ("DONE_PARTIAL", done_partial),
    ("PLACED", placed),
    ("INVALID_PRICE", invalid_price_instant),
    ("INVALID_STOPS", invalid_stops_near),
    ("INVALID_EXPIRATION", invalid_expiration_kind),
    ("INVALID_FILL", invalid_fill_flag),
    ("INVALID_FILL", invalid_fill_missing),
    ("INVALID_ORDER", invalid_order_mode),
    ("FROZEN", frozen),
    ("PRICE_OFF", price_off),
    ("REQUOTE", requote),
    ("MARKET_CLOSED", market_closed),
    ("TRADE_DISABLED", trade_disabled_symbol),
    ("TRADE_DISABLED", trade_disabled_account),
    ("SERVER_DISABLES_AT", server_disables),
    ("CLIENT_DISABLES_AT", client_disables),
    ("LONG_ONLY", long_only),
    ("SHORT_ONLY", short_only),
    ("CLOSE_ONLY", close_only),
    ("REJECT", reject_liquidity),
    ("LIMIT_ORDERS", limit_orders),
    ("LIMIT_POSITIONS", limit_positions),
    ("LIMIT_VOLUME", limit_volume),
    ("TOO_MANY_REQUESTS", too_many_requests),
    ("FIFO_CLOSE", fifo_close),
]
INJECTED = (
    "CANCEL", "ERROR", "TIMEOUT", "PRICE_CHANGED", "ORDER_CHANGED", "LOCKED", "CONNECTION", "ONLY_REAL",
    "CLOSE_ORDER_EXIST", "REJECT_CANCEL",
)  # fmt: skip


def _ids(cases: list[Any]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("name", "ask"), cases, ids=[f"{name}-{ask.__name__}" for name, ask in cases])


def _same(result: Any, name: str, say: Any) -> None:
    say("answer", [result.retcode, result.comment, result.deal > 0, result.order > 0])
    assert (result.retcode, name) == (CODES[name], name)
    if name not in {"DONE", "DONE_PARTIAL"} and not (name == "PLACED" and result.order):
        assert (result.deal, result.volume, result.price) == (0, 0.0, 0.0)


@_ids(OF_ITSELF)
def test_a_code_that_any_demo_account_gives(trade: Trade, say: Any, name: str, ask: Any) -> None:
    _same(ask(trade), name, say)


@pytest.mark.to_be_recorded
@_ids(ASSUMED)
def test_a_code_that_is_assumed(trade: Trade, say: Any, name: str, ask: Any) -> None:
    _same(ask(trade), name, say)


@sim_only("symbol, account or market are given")
@_ids(GIVEN)
def test_a_code_of_given_conditions(trade: Trade, say: Any, name: str, ask: Any) -> None:
    _same(ask(trade), name, say)


@sim_only("no state of a server brings it about: it is injected")
@pytest.mark.parametrize("name", INJECTED)
def test_an_injected_code_changes_nothing_and_comes_once(trade: Trade, say: Any, name: str) -> None:
    from tallystick.platform.mt5.server.faults import Fault

    desk = trade(faults=(Fault(retcode=CODES[name]),))
    _same(desk.buy(), name, say)
    assert (desk.positions(), desk.orders()) == ((), ())
    assert desk.buy().retcode == desk.mt5.TRADE_RETCODE_DONE


@sim_only("the account's rule is given")
def test_10046_has_no_constant_in_the_module(trade: Trade) -> None:
    assert hedge_prohibited(trade).retcode == 10046


def test_every_code_of_the_module_is_reached_by_a_case() -> None:
    reached = {name for name, _ in (*OF_ITSELF, *ASSUMED, *GIVEN)} | set(INJECTED)
    assert reached == set(CODES)


CHECKED = [(name, ask) for name, ask in (*OF_ITSELF,) if name.startswith("INVALID_VOLUME") or name == "NO_MONEY"]


@_ids(CHECKED)
def test_order_check_gives_the_code_that_order_send_would(trade: Trade, say: Any, name: str, ask: Any) -> None:
    desk = trade()
    asked: list[dict[str, Any]] = []
    desk.mt5, module = _Asking(desk.mt5, asked), desk.mt5
    ask(lambda: desk)
    checked = module.order_check(asked[-1])
    say("checked", [checked.retcode, checked.comment])
    assert checked.retcode == CODES[name]
    assert desk.positions() == ()


class _Asking:
    """The module, with an `order_send` that only notes what is asked."""

    def __init__(self, module: Any, asked: list[dict[str, Any]]) -> None:
        self._module, self._asked = module, asked

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)

    def order_send(self, request: dict[str, Any]) -> Any:
        """Note it."""
        self._asked.append(request)


def test_order_check_of_a_good_request_is_0_and_says_what_would_be_left(trade: Trade, say: Any) -> None:
    desk = trade()
    before = desk.mt5.account_info()
    checked = desk.mt5.order_check(desk.request())
    say("checked", [checked.retcode, checked.comment])
    margin = desk.mt5.order_calc_margin(desk.mt5.ORDER_TYPE_BUY, desk.symbol, desk.lot, desk.tick.ask)
    assert (checked.retcode, checked.balance, checked.equity) == (0, before.balance, before.equity)
    assert checked.margin == pytest.approx(before.margin + margin)
    assert checked.margin_free == pytest.approx(checked.equity - checked.margin)
    assert checked.margin_level == pytest.approx(checked.equity / checked.margin * 100)
    assert desk.positions() == ()


def test_the_request_comes_back_as_it_was_asked(trade: Trade) -> None:
    desk = trade()
    request = desk.request(magic=2**63, comment="x" * 29)
    sent = desk.mt5.order_send(request)
    assert {name: getattr(sent.request, name) for name in request} == request
    for position in desk.mt5.positions_get(ticket=sent.order):
        desk.close(position, magic=request["magic"])


def test_request_ids_count_the_requests_of_the_connection(trade: Trade, say: Any) -> None:
    desk = trade()
    ids = [desk.limit(away=-200 - number).request_id for number in range(3)]
    say("steps", [b - a for a, b in itertools.pairwise(ids)])
    assert [b - a for a, b in itertools.pairwise(ids)] == [1, 1]


@sim_only("liquidity is given")
def test_a_partial_fill_leaves_the_rest_by_its_filling_mode(trade: Trade) -> None:
    cut = trade(filling=1, **_conditions(on.THIN)).buy(0.8)
    assert (cut.retcode, cut.volume) == (CODES["DONE_PARTIAL"], 0.5)
    desk = trade(filling=2, **_conditions(replace(on.EXCHANGE, liquidity_volume=LOT // 2)))
    first = desk.buy(0.8)
    assert (first.retcode, first.volume) == (CODES["DONE_PARTIAL"], 0.5)
    desk.world.wait(3)
    assert [(one.ticket, one.volume) for one in desk.positions()] == [(first.order, 0.8)]
