# One thread looks for breaks of the last hours' range, one trades what it is told, one drags the stops behind.
import queue
import sqlite3
import threading
import time
from contextlib import closing
from datetime import datetime
from threading import Lock, Thread

import MetaTrader5 as mt5

SYMBOL, LOTS, MAGIC = "EURUSD", 0.1, 31
signals = queue.Queue()
stopping = threading.Event()
terminal = Lock()


def looks():
    seen = 0
    while not stopping.is_set():
        with terminal:
            rates = mt5.copy_rates_from_pos(SYMBOL, mt5.TIMEFRAME_H1, 0, 4)
            tick = mt5.symbol_info_tick(SYMBOL)
        if rates is not None and rates["time"][-1] != seen:
            seen = rates["time"][-1]
            middle = float(rates["close"][:-1].mean())
            signals.put(mt5.ORDER_TYPE_BUY if tick.bid > middle else mt5.ORDER_TYPE_SELL)
        time.sleep(20)
    signals.put(None)


def trades(path):
    with closing(sqlite3.connect(path)) as book:
        book.execute("CREATE TABLE IF NOT EXISTS sent (at TEXT, side INTEGER, code INTEGER)")
        while (side := signals.get()) is not None:
            with terminal:
                tick = mt5.symbol_info_tick(SYMBOL)
                price = tick.ask if side == mt5.ORDER_TYPE_BUY else tick.bid
                away = 0.002 if side == mt5.ORDER_TYPE_BUY else -0.002
                told = mt5.order_send(
                    {
                        "action": mt5.TRADE_ACTION_DEAL,
                        "symbol": SYMBOL,
                        "volume": LOTS,
                        "type": side,
                        "price": price,
                        "sl": price - away,
                        "tp": price + 2 * away,
                        "magic": MAGIC,
                        "type_filling": mt5.ORDER_FILLING_IOC,
                    }
                )
            book.execute("INSERT INTO sent VALUES (?, ?, ?)", (str(datetime.now()), side, told.retcode))
            book.commit()
        print("orders sent", book.execute("SELECT count(*) FROM sent WHERE code = 10009").fetchone()[0])


def trails():
    while not stopping.wait(timeout=45):
        with terminal:
            for position in mt5.positions_get(symbol=SYMBOL) or ():
                long = position.type == mt5.POSITION_TYPE_BUY
                stop = position.price_current + (-0.0015 if long else 0.0015)
                if (stop > position.sl + 0.0002) if long else (stop < position.sl - 0.0002):
                    mt5.order_send(
                        {
                            "action": mt5.TRADE_ACTION_SLTP,
                            "symbol": SYMBOL,
                            "position": position.ticket,
                            "sl": stop,
                            "tp": position.tp,
                        }
                    )


if __name__ == "__main__":
    if not mt5.initialize():
        raise SystemExit(mt5.last_error())
    workers = [Thread(target=looks), Thread(target=trades, args=(":memory:",)), Thread(target=trails, daemon=True)]
    for worker in workers:
        worker.start()
    time.sleep(20 * 3600)
    stopping.set()
    for worker in workers:
        worker.join()
    print("alive", sum(worker.is_alive() for worker in workers), datetime.now())
    mt5.shutdown()
