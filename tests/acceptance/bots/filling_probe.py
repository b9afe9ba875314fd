# Opens one small position, trying every filling mode until the broker takes one.
import time

import MetaTrader5 as mt5

SYMBOL = "EURUSD"
LOT = 0.1
MAGIC = 234000

if not mt5.initialize():
    print("initialize() failed, error code =", mt5.last_error())
    quit()

info = mt5.symbol_info(SYMBOL)
if info is None:
    print(SYMBOL, "not found, can not call order_check()")
    mt5.shutdown()
    quit()
if not info.visible:
    if not mt5.symbol_select(SYMBOL, True):
        print("symbol_select failed, exit")
        mt5.shutdown()
        quit()


def send_with_any_filling(request):
    for filling in [mt5.ORDER_FILLING_FOK, mt5.ORDER_FILLING_IOC, mt5.ORDER_FILLING_RETURN, mt5.ORDER_FILLING_BOC]:
        request["type_filling"] = filling
        result = mt5.order_send(request)
        if result is None:
            print("order_send returned None", mt5.last_error())
            return None
        if result.retcode == 10030:  # Unsupported filling mode
            print("filling", filling, "not supported:", result.comment)
            continue
        return result
    return None


for i in range(5):
    tick = mt5.symbol_info_tick(SYMBOL)
    point = mt5.symbol_info(SYMBOL).point
    request = {
        "action": mt5.TRADE_ACTION_DEAL,
        "symbol": SYMBOL,
        "volume": LOT,
        "type": mt5.ORDER_TYPE_BUY,
        "price": tick.ask,
        "sl": tick.ask - 300 * point,
        "tp": tick.ask + 300 * point,
        "deviation": 20,
        "magic": MAGIC,
        "comment": "probe open",
        "type_time": mt5.ORDER_TIME_GTC,
    }
    result = send_with_any_filling(request)
    if result is not None:
        print(i, "retcode", result.retcode, result._asdict()["volume"])
        if result.retcode == mt5.TRADE_RETCODE_DONE:
            print("   bought", result.volume, "at", result.price, "with filling", result.request.type_filling)
    time.sleep(1800)

for position in mt5.positions_get(symbol=SYMBOL) or ():
    tick = mt5.symbol_info_tick(SYMBOL)
    result = send_with_any_filling(
        {
            "action": mt5.TRADE_ACTION_DEAL,
            "symbol": SYMBOL,
            "volume": position.volume,
            "type": mt5.ORDER_TYPE_SELL,
            "position": position.ticket,
            "price": tick.bid,
            "deviation": 20,
            "magic": MAGIC,
            "comment": "probe close",
            "type_time": mt5.ORDER_TIME_GTC,
        }
    )
    print("close", result.retcode if result else None)

mt5.shutdown()
