# Scans symbols in a thread pool, then trades the widest range.
import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed

import MetaTrader5 as mt5

SYMBOLS = ["EURUSD", "GBPUSD", "USDJPY"]
stop = threading.Event()
todo = queue.Queue()


def scan(symbol):
    if not mt5.symbol_select(symbol, True):
        return symbol, None
    rates = mt5.copy_rates_from_pos(symbol, mt5.TIMEFRAME_H1, 0, 5)
    if rates is None or len(rates) < 5:
        return symbol, None
    time.sleep(0.2)  # be nice to the terminal
    return symbol, float((rates["high"].max() - rates["low"].min()) / rates["close"][-1])


def best():
    found = {}
    with ThreadPoolExecutor(max_workers=4) as pool:
        futures = [pool.submit(scan, symbol) for symbol in SYMBOLS]
        for future in as_completed(futures):
            symbol, span = future.result()
            if span is not None:
                found[symbol] = span
    return max(sorted(found), key=found.get) if found else None


mt5.initialize()
started = time.perf_counter()
passes = 0
while not stop.wait(timeout=1800):
    passes += 1
    symbol = best()
    if symbol:
        todo.put(symbol)
    try:
        symbol = todo.get(timeout=5)
    except queue.Empty:
        continue
    tick = mt5.symbol_info_tick(symbol)
    held = mt5.positions_get(symbol=symbol)
    if held:
        p = held[0]
        r = mt5.order_send({"action": mt5.TRADE_ACTION_DEAL, "symbol": symbol, "volume": p.volume,
                            "type": 1 - p.type, "position": p.ticket, "price": tick.bid if p.type == 0 else tick.ask,
                            "type_filling": mt5.ORDER_FILLING_IOC})
    else:
        r = mt5.order_send({"action": mt5.TRADE_ACTION_DEAL, "symbol": symbol, "volume": 0.1, "type": 0,
                            "price": tick.ask, "type_filling": mt5.ORDER_FILLING_IOC})
    print(symbol, r.retcode)
    if passes >= 50:
        stop.set()
print("passes", passes, "took %.0f s" % (time.perf_counter() - started))
mt5.shutdown()
