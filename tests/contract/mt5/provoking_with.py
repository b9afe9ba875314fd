"""Requests that bring about a return code where symbol, account or market are given, one function each."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tallystick.market.instrument import LOT
from tests.contract.mt5 import instruments as on
from tests.contract.mt5.desk import Desk
from tests.contract.mt5.provoking import HOUR, conditions

Trade = Callable[..., Desk]


def done_partial(trade: Trade) -> Any:
    desk = trade(filling=1, **conditions(on.THIN))
    return desk.buy(0.8)


def invalid_price_instant(trade: Trade) -> Any:
    return trade(**conditions(on.INSTANT)).send(price=0.0)


def invalid_stops_near(trade: Trade) -> Any:
    desk = trade(**conditions(on.STOPS))
    desk.buy()
    return desk.protect(desk.positions()[0], sl=desk.price(-49))


def invalid_expiration_kind(trade: Trade) -> Any:
    desk = trade(**conditions(on.DAY_ONLY))
    return desk.limit(type_time=desk.mt5.ORDER_TIME_SPECIFIED, expiration=desk.tick.time + HOUR)


def invalid_fill_flag(trade: Trade) -> Any:
    desk = trade(**conditions(on.FOK_ONLY))
    return desk.send(type_filling=desk.mt5.ORDER_FILLING_IOC)


def invalid_fill_missing(trade: Trade) -> Any:
    desk = trade(**conditions(on.IOC_ONLY))
    request = {name: value for name, value in desk.request().items() if name != "type_filling"}
    return desk.mt5.order_send(request)


def invalid_order_mode(trade: Trade) -> Any:
    return trade(**conditions(on.NO_LIMITS)).limit()


def frozen(trade: Trade) -> Any:
    desk = trade(**conditions(on.FROZEN))
    desk.limit(away=-40)
    return desk.remove(desk.orders()[0].ticket)


def price_off(trade: Trade) -> Any:
    desk = trade(symbol="LATE", instruments=(on.EURUSD, on.LATE), late={"LATE": 200})
    return desk.send(price=1.1)


def requote(trade: Trade) -> Any:
    desk = trade(**conditions(on.INSTANT, path=((0, 1.1), (2, 1.101))))
    desk.world.wait(1)
    return desk.buy(deviation=5)


def market_closed(trade: Trade) -> Any:
    return trade(**conditions(on.CLOSED)).buy()


def trade_disabled_symbol(trade: Trade) -> Any:
    return trade(**conditions(on.DISABLED)).buy()


def trade_disabled_account(trade: Trade) -> Any:
    return trade(account={"trade_allowed": False}).buy()


def server_disables(trade: Trade) -> Any:
    return trade(account={"trade_expert": False}).buy()


def client_disables(trade: Trade) -> Any:
    from tallystick.platform.mt5.answering.about import TerminalSettings

    return trade(settings=TerminalSettings(trade_allowed=False)).buy()


def long_only(trade: Trade) -> Any:
    return trade(**conditions(on.LONG_ONLY)).sell()


def short_only(trade: Trade) -> Any:
    return trade(**conditions(on.SHORT_ONLY)).buy()


def close_only(trade: Trade) -> Any:
    return trade(**conditions(on.CLOSE_ONLY)).buy()


def reject_liquidity(trade: Trade) -> Any:
    return trade(filling=0, **conditions(on.THIN)).buy(0.8)


def placed(trade: Trade) -> Any:
    """Another terminal on the account takes what is to be had at the next quote; ours waits for the one after it."""
    desk = trade(filling=2, **conditions(replace(on.EXCHANGE, liquidity_volume=LOT // 2)))
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
    desk = trade(**conditions(on.CAPPED))
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
