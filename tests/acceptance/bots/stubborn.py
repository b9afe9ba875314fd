# A bot that never gives up.
import MetaTrader5 as mt5
import time, random

mt5.initialize()
mt5.symbol_select("EURUSD", True)
errors = 0
count = 0
while True:
    try:
        tick = mt5.symbol_info_tick("EURUSD")
        count += 1
        if count % 97 == 0:
            raise ValueError("something strange")
        if random.random() < 0.02 and mt5.positions_total() < 3:
            buy = random.choice([True, False])
            res = mt5.order_send({
                "action": mt5.TRADE_ACTION_DEAL,
                "symbol": "EURUSD",
                "volume": round(random.uniform(0.01, 0.2), 2),
                "type": mt5.ORDER_TYPE_BUY if buy else mt5.ORDER_TYPE_SELL,
                "price": tick.ask if buy else tick.bid,
                "type_filling": mt5.ORDER_FILLING_FOK,
            })
            print("trade", res.retcode)
        for p in mt5.positions_get(symbol="EURUSD"):
            if p.profit > 5 or p.profit < -5:
                mt5.Close("EURUSD", ticket=p.ticket)
        time.sleep(120)
    except:
        errors += 1
        time.sleep(1)
        continue
