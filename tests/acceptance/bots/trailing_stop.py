"""Simple trailing stop manager: keeps one trade open and drags its stop behind the price."""
import sys
import time
from datetime import datetime

import MetaTrader5 as mt5

SYMBOL = sys.argv[1] if len(sys.argv) > 1 else "EURUSD"
TRAIL_POINTS = 150
STEP_POINTS = 20
MAGIC = 777


def connect():
    if not mt5.initialize():
        raise SystemExit("MT5 init failed: %s" % (mt5.last_error(),))
    mt5.symbol_select(SYMBOL, True)
    account = mt5.account_info()
    print("connected to", account.login, "balance", account.balance)


def filling():
    mode = mt5.symbol_info(SYMBOL).filling_mode
    if mode & 1:
        return mt5.ORDER_FILLING_FOK
    if mode & 2:
        return mt5.ORDER_FILLING_IOC
    return mt5.ORDER_FILLING_RETURN


def open_trade(side):
    tick = mt5.symbol_info_tick(SYMBOL)
    price = tick.ask if side == mt5.ORDER_TYPE_BUY else tick.bid
    result = mt5.order_send(
        {
            "action": mt5.TRADE_ACTION_DEAL,
            "symbol": SYMBOL,
            "volume": 0.2,
            "type": side,
            "price": price,
            "deviation": 10,
            "magic": MAGIC,
            "comment": "trail",
            "type_time": mt5.ORDER_TIME_GTC,
            "type_filling": filling(),
        }
    )
    print(datetime.fromtimestamp(tick.time), "open", side, result.retcode if result else mt5.last_error())


def trail(position):
    point = mt5.symbol_info(SYMBOL).point
    digits = mt5.symbol_info(SYMBOL).digits
    tick = mt5.symbol_info_tick(SYMBOL)
    if position.type == mt5.POSITION_TYPE_BUY:
        sl = round(tick.bid - TRAIL_POINTS * point, digits)
        better = position.sl == 0 or sl > position.sl + STEP_POINTS * point
    else:
        sl = round(tick.ask + TRAIL_POINTS * point, digits)
        better = position.sl == 0 or sl < position.sl - STEP_POINTS * point
    if not better:
        return
    result = mt5.order_send(
        {
            "action": mt5.TRADE_ACTION_SLTP,
            "symbol": position.symbol,
            "position": position.ticket,
            "sl": sl,
            "tp": position.tp,
            "magic": MAGIC,
        }
    )
    if result.retcode != mt5.TRADE_RETCODE_DONE:
        print("sltp failed", result.retcode, result.comment)
    else:
        print("sl ->", sl)


connect()
side = mt5.ORDER_TYPE_BUY
try:
    while True:
        positions = [p for p in mt5.positions_get(symbol=SYMBOL) if p.magic == MAGIC]
        if not positions:
            open_trade(side)
            side = mt5.ORDER_TYPE_SELL if side == mt5.ORDER_TYPE_BUY else mt5.ORDER_TYPE_BUY
        for position in positions:
            trail(position)
        time.sleep(60)
except KeyboardInterrupt:
    print("stopped by user")
finally:
    mt5.shutdown()
