# Asks order_check, order_calc_margin and order_calc_profit before anything is sent.
import time
import MetaTrader5 as mt5


class NotAllowed(Exception):
    pass


def make_request(symbol, lot, buy, sl_points, tp_points):
    info = mt5.symbol_info(symbol)
    tick = mt5.symbol_info_tick(symbol)
    price = tick.ask if buy else tick.bid
    sign = 1 if buy else -1
    return {
        "action": mt5.TRADE_ACTION_DEAL,
        "symbol": symbol,
        "volume": lot,
        "type": mt5.ORDER_TYPE_BUY if buy else mt5.ORDER_TYPE_SELL,
        "price": price,
        "sl": price - sign * sl_points * info.point,
        "tp": price + sign * tp_points * info.point,
        "deviation": 10,
        "magic": 2,
        "comment": "checked",
        "type_time": mt5.ORDER_TIME_GTC,
        "type_filling": mt5.ORDER_FILLING_FOK,
    }


def risk_lot(symbol, buy, percent, sl_points):
    info = mt5.symbol_info(symbol)
    account = mt5.account_info()
    tick = mt5.symbol_info_tick(symbol)
    action = mt5.ORDER_TYPE_BUY if buy else mt5.ORDER_TYPE_SELL
    price = tick.ask if buy else tick.bid
    stop = price - sl_points * info.point if buy else price + sl_points * info.point
    loss = mt5.order_calc_profit(action, symbol, 1.0, price, stop)
    if loss is None or loss == 0:
        raise NotAllowed("calc_profit %s" % (mt5.last_error(),))
    lot = account.balance * percent / 100 / abs(loss)
    lot = max(info.volume_min, min(info.volume_max, round(lot / info.volume_step) * info.volume_step))
    margin = mt5.order_calc_margin(action, symbol, lot, price)
    if margin is None or margin > account.margin_free:
        raise NotAllowed("margin %s of %s" % (margin, account.margin_free))
    return round(lot, 2)


def checked_send(request):
    check = mt5.order_check(request)
    if check is None:
        raise NotAllowed("check None %s" % (mt5.last_error(),))
    if check.retcode != 0:
        raise NotAllowed("check %d %s" % (check.retcode, check.comment))
    result = mt5.order_send(request)
    if result.retcode != mt5.TRADE_RETCODE_DONE:
        raise NotAllowed("send %d %s" % (result.retcode, result.comment))
    return result


mt5.initialize()
mt5.symbol_select("EURUSD", True)
for i in range(24):
    buy = i % 3 != 0
    try:
        lot = risk_lot("EURUSD", buy, 1, 200)
        if i == 5:
            lot = 100000.0
        result = checked_send(make_request("EURUSD", lot, buy, 200, 300))
        print(i, "sent", lot, result.retcode, round(result.price, 5))
    except NotAllowed as e:
        print(i, "not allowed:", e)
    time.sleep(2 * 3600)
print("margin level", mt5.account_info().margin_level)
mt5.shutdown()
