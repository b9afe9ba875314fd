import time
from datetime import datetime, timedelta

import MetaTrader5 as mt5
import pandas as pd
import pytz_free as tz  # a small module beside this script

# display data on the MetaTrader 5 package
print("MetaTrader5 package version: ", mt5.__version__)

symbol, timeframe = "EURUSD", mt5.TIMEFRAME_M15
if not mt5.initialize():
    print("initialize() failed")
    mt5.shutdown()
    raise SystemExit(1)


def bars(hours):
    utc_to = datetime.now(tz.UTC) + timedelta(hours=4)
    utc_from = utc_to - timedelta(hours=hours)
    rates = mt5.copy_rates_range(symbol, timeframe, utc_from, utc_to)
    if rates is None or len(rates) == 0:
        return None
    frame = pd.DataFrame(rates)
    frame["time"] = pd.to_datetime(frame["time"], unit="s")
    frame = frame.set_index("time")
    frame["fast"] = frame["close"].rolling(8).mean()
    frame["slow"] = frame["close"].ewm(span=30).mean()
    return frame


def current():
    positions = mt5.positions_get(symbol=symbol)
    if positions is None or positions == ():
        return None
    df = pd.DataFrame(list(positions), columns=positions[0]._asdict().keys())
    return df.iloc[0]


def trade(buy, volume, ticket=None):
    tick = mt5.symbol_info_tick(symbol)
    request = {
        "action": mt5.TRADE_ACTION_DEAL,
        "symbol": symbol,
        "volume": float(volume),
        "type": mt5.ORDER_TYPE_BUY if buy else mt5.ORDER_TYPE_SELL,
        "price": tick.ask if buy else tick.bid,
        "deviation": 20,
        "magic": 5,
        "comment": "python script",
        "type_filling": mt5.ORDER_FILLING_IOC,
    }
    if ticket is not None:
        request["position"] = int(ticket)
    result = mt5.order_send(request)
    print(pd.Timestamp.now(), "buy" if buy else "sell", result.retcode, result.price)


for _ in range(200):
    frame = bars(72)
    if frame is not None and len(frame) > 40:
        signal = frame["fast"].iloc[-2] > frame["slow"].iloc[-2]
        held = current()
        if held is None:
            trade(signal, 0.1)
        elif (held["type"] == mt5.POSITION_TYPE_BUY) != signal:
            trade(not bool(held["type"] == mt5.POSITION_TYPE_BUY), held["volume"], held["ticket"])
    time.sleep(900)

print(bars(5))
mt5.shutdown()
