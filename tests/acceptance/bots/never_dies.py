# Mean reversion around a moving average, wrapped so that nothing can stop it.
import time
import MetaTrader5 as mt5

SYMBOL = "EURUSD"
failures = 0


def loop_once():
    rates = mt5.copy_rates_from_pos(SYMBOL, mt5.TIMEFRAME_M30, 0, 20)
    mean = rates["close"].mean()
    tick = mt5.symbol_info_tick(SYMBOL)
    positions = mt5.positions_get(symbol=SYMBOL)
    if len(positions) == 0 and abs(tick.bid - mean) > 0.0006:
        kind = mt5.ORDER_TYPE_SELL if tick.bid > mean else mt5.ORDER_TYPE_BUY
        price = tick.bid if kind == mt5.ORDER_TYPE_SELL else tick.ask
        result = mt5.order_send({"action": mt5.TRADE_ACTION_DEAL, "symbol": SYMBOL, "volume": 0.2, "type": kind,
                                 "price": price, "tp": round(mean, 5), "type_filling": mt5.ORDER_FILLING_IOC})
        print("in", kind, result.retcode, result.comment)
    for position in positions:
        if position.profit < -30:
            print("out", mt5.Close(SYMBOL, ticket=position.ticket))


while True:
    try:
        if not mt5.terminal_info():
            mt5.initialize()
            mt5.symbol_select(SYMBOL, True)
        loop_once()
        time.sleep(300)
    except:
        failures += 1
