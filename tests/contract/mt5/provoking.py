"""Requests that bring about a return code on any demo account, one function each."""

from collections.abc import Callable
from typing import Any

from tests.contract.mt5.desk import Desk

Trade = Callable[..., Desk]
HOUR = 3600


def conditions(instrument: Any, **more: Any) -> dict[str, Any]:
    return {"instruments": (instrument,), **more}


def done(trade: Trade) -> Any:
    return trade().buy()


def done_pending(trade: Trade) -> Any:
    return trade().limit()


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


def invalid_stops_side(trade: Trade) -> Any:
    desk = trade()
    desk.buy()
    return desk.protect(desk.positions()[0], sl=desk.price(500))


def invalid_stops_pending(trade: Trade) -> Any:
    desk = trade()
    return desk.limit(sl=desk.price(400, "ask"))


def invalid_expiration_past(trade: Trade) -> Any:
    desk = trade()
    return desk.limit(type_time=desk.mt5.ORDER_TIME_SPECIFIED, expiration=desk.tick.time - HOUR)


def invalid_fill_return(trade: Trade) -> Any:
    desk = trade()
    return desk.send(type_filling=desk.mt5.ORDER_FILLING_RETURN)


def invalid_order_remove(trade: Trade) -> Any:
    return trade().remove(999_999_999)


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


def price_off_unselected(trade: Trade) -> Any:
    desk = trade()
    price = desk.tick.ask
    desk.mt5.symbol_select(desk.symbol, False)
    return desk.send(price=price)


def no_money(trade: Trade) -> Any:
    desk = trade()
    return desk.buy(min(100.0, desk.mt5.symbol_info(desk.symbol).volume_max))


def invalid_stops_below_nothing(trade: Trade) -> Any:
    return trade().send(sl=-1.0)


def invalid_take_below_nothing(trade: Trade) -> Any:
    desk = trade()
    return desk.send(type=desk.mt5.ORDER_TYPE_SELL, price=desk.tick.bid, tp=-1.0)


def invalid_pending_stops_below_nothing(trade: Trade) -> Any:
    return trade().limit(sl=-1.0)


def invalid_stops_of_a_position_below_nothing(trade: Trade) -> Any:
    desk = trade()
    desk.buy()
    return desk.protect(desk.positions()[0], sl=-1.0)


def invalid_time_of_a_market_order(trade: Trade) -> Any:
    return trade().send(type_time=9)


def invalid_expiration_of_a_market_order(trade: Trade) -> Any:
    desk = trade()
    return desk.send(type_time=desk.mt5.ORDER_TIME_SPECIFIED, expiration=desk.tick.time - HOUR)


def done_with_a_time_type_and_no_expiration(trade: Trade) -> Any:
    desk = trade()
    return desk.send(type_time=desk.mt5.ORDER_TIME_SPECIFIED_DAY)


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
    ("INVALID_STOPS", invalid_stops_below_nothing),
    ("INVALID_STOPS", invalid_take_below_nothing),
    ("INVALID_STOPS", invalid_pending_stops_below_nothing),
    ("INVALID_STOPS", invalid_stops_of_a_position_below_nothing),
    ("DONE", done_with_a_time_type_and_no_expiration),
    ("INVALID_EXPIRATION", invalid_time_of_a_market_order),
    ("INVALID_EXPIRATION", invalid_expiration_of_a_market_order),
]
