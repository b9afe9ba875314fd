# Martingale-like sizing that looks into the history of deals before each trade.
from datetime import datetime, timedelta
import MetaTrader5 as mt5
import time

mt5.initialize()
MAGIC = 12345
SYMBOL = "EURUSD"
BASE = 0.1
mt5.symbol_select(SYMBOL)


def last_result():
    start = datetime(2000, 1, 1)
    end = datetime.now() + timedelta(days=2)
    deals = mt5.history_deals_get(start, end, group="*EUR*")
    if deals is None:
        print("no deals, error code={}".format(mt5.last_error()))
        return 0.0, BASE
    outs = [d for d in deals if d.entry == mt5.DEAL_ENTRY_OUT and d.magic in (MAGIC, 0)]
    if not outs:
        return 0.0, BASE
    last = outs[-1]
    money = last.profit + last.swap + last.commission + last.fee
    return money, last.volume


direction = mt5.ORDER_TYPE_BUY
for n in range(30):
    if mt5.positions_get(symbol=SYMBOL):
        time.sleep(1200)
        continue
    money, volume = last_result()
    if money < 0:
        lot = min(1.0, round(volume * 2, 2))
        direction = 1 - direction
    else:
        lot = BASE
    t = mt5.symbol_info_tick(SYMBOL)
    p = t.ask if direction == mt5.ORDER_TYPE_BUY else t.bid
    sign = 1 if direction == mt5.ORDER_TYPE_BUY else -1
    r = mt5.order_send({"action": mt5.TRADE_ACTION_DEAL, "symbol": SYMBOL, "volume": lot, "type": direction,
                        "price": p, "sl": p - sign * 0.0012, "tp": p + sign * 0.0012, "deviation": 20,
                        "magic": MAGIC, "comment": "martin " + str(n), "type_time": mt5.ORDER_TIME_GTC,
                        "type_filling": mt5.ORDER_FILLING_FOK})
    print(n, "last", round(money, 2), "lot", lot, "->", r.retcode)
    if r.retcode == mt5.TRADE_RETCODE_DONE:
        deals = mt5.history_deals_get(ticket=r.order)
        by_position = mt5.history_deals_get(position=r.order)
        print("  deals of this order:", len(deals), "of this position:", len(by_position))
    time.sleep(1200)

total = mt5.history_deals_total(datetime(2000, 1, 1), datetime.now() + timedelta(days=2))
orders = mt5.history_orders_get(datetime(2000, 1, 1), datetime.now() + timedelta(days=2))
print("deals in history:", total, "orders:", len(orders))
mt5.shutdown()
