# Trades with the majority of up/down ticks of the last hour.
from datetime import datetime, timedelta, timezone
import time
import numpy as np
import MetaTrader5 as mt5

SYMBOL = "EURUSD"

assert mt5.initialize(), mt5.last_error()
assert mt5.symbol_select(SYMBOL, True)

since = datetime.fromtimestamp(mt5.symbol_info_tick(SYMBOL).time, tz=timezone.utc)
last_msc = 0
for hour in range(40):
    time.sleep(3600)
    server_now = datetime.fromtimestamp(mt5.symbol_info_tick(SYMBOL).time, tz=timezone.utc)
    ticks = mt5.copy_ticks_range(SYMBOL, server_now - timedelta(hours=1), server_now, mt5.COPY_TICKS_ALL)
    if ticks is None:
        print("no ticks:", mt5.last_error())
        continue
    new = ticks[ticks["time_msc"] > last_msc]
    if len(new) < 3:
        print(hour, "quiet", len(new))
        continue
    last_msc = int(new["time_msc"][-1])
    steps = np.sign(np.diff(new["bid"]))
    pressure = steps.sum() / max(1, np.count_nonzero(steps))
    spread = float(np.mean(new["ask"] - new["bid"]))
    print(hour, len(new), round(float(pressure), 3), round(spread, 6))
    if mt5.positions_total() == 0 and abs(pressure) > 0.01:
        tick = mt5.symbol_info_tick(SYMBOL)
        buy = pressure > 0
        price = tick.ask if buy else tick.bid
        distance = 20 * 10 * mt5.symbol_info(SYMBOL).point
        result = mt5.order_send({
            "action": mt5.TRADE_ACTION_DEAL,
            "symbol": SYMBOL,
            "volume": 0.3,
            "type": mt5.ORDER_TYPE_BUY if buy else mt5.ORDER_TYPE_SELL,
            "price": price,
            "sl": price - distance if buy else price + distance,
            "tp": np.float64(price + distance if buy else price - distance),
            "deviation": 30,
            "magic": 31337,
            "comment": "pressure %+.2f" % pressure,
            "type_time": mt5.ORDER_TIME_GTC,
            "type_filling": mt5.ORDER_FILLING_FOK,
        })
        print("   order", result.retcode, result.comment)
ticks = mt5.copy_ticks_from(SYMBOL, since, 100, mt5.COPY_TICKS_INFO)
print("first ticks", None if ticks is None else len(ticks), ticks.dtype.names)
mt5.shutdown()
