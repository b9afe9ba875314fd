# Grid: buy limits under and sell limits over the price, refreshed every few hours.
import time

import MetaTrader5 as mt5

symbol = "EURUSD"
levels = 4
step = 0.0015
lot = 0.05
magic = 20240101

mt5.initialize()
mt5.symbol_select(symbol, True)


def place(order_type, price, tp):
    request = dict(
        action=mt5.TRADE_ACTION_PENDING,
        symbol=symbol,
        volume=lot,
        type=order_type,
        price=round(price, 5),
        sl=0.0,
        tp=round(tp, 5),
        deviation=0,
        magic=magic,
        comment="grid",
        type_time=mt5.ORDER_TIME_GTC,
        type_filling=mt5.ORDER_FILLING_RETURN,
    )
    res = mt5.order_send(request)
    if res is None:
        print("None:", mt5.last_error())
    elif res.retcode not in (mt5.TRADE_RETCODE_DONE, mt5.TRADE_RETCODE_PLACED):
        print("not placed", res.retcode, res.comment)
    else:
        print("placed", order_type, request["price"], "order", res.order > 0)
    return res


def cancel_all():
    for order in mt5.orders_get(symbol=symbol):
        if order.magic != magic:
            continue
        res = mt5.order_send({"action": mt5.TRADE_ACTION_REMOVE, "order": order.ticket})
        print("removed", res.retcode)


def move_nearest():
    orders = [o for o in mt5.orders_get(symbol=symbol) if o.magic == magic]
    if not orders:
        return
    nearest = min(orders, key=lambda o: abs(o.price_open - o.price_current))
    shift = -step / 3 if nearest.type == mt5.ORDER_TYPE_BUY_LIMIT else step / 3
    res = mt5.order_send(
        {
            "action": mt5.TRADE_ACTION_MODIFY,
            "order": nearest.ticket,
            "symbol": symbol,
            "price": round(nearest.price_open + shift, 5),
            "sl": nearest.sl,
            "tp": nearest.tp,
            "type_time": mt5.ORDER_TIME_GTC,
            "expiration": 0,
        }
    )
    print("moved", res.retcode)


rounds = 0
while rounds < 6:
    tick = mt5.symbol_info_tick(symbol)
    if not tick:
        time.sleep(60)
        continue
    for n in range(1, levels + 1):
        place(mt5.ORDER_TYPE_BUY_LIMIT, tick.ask - n * step, tick.ask - (n - 1) * step)
        place(mt5.ORDER_TYPE_SELL_LIMIT, tick.bid + n * step, tick.bid + (n - 1) * step)
    print("orders", mt5.orders_total(), "positions", mt5.positions_total())
    time.sleep(2 * 60 * 60)
    move_nearest()
    time.sleep(2 * 60 * 60)
    cancel_all()
    rounds += 1

print("final equity", mt5.account_info().equity)
mt5.shutdown()
