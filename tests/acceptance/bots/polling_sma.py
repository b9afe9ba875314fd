# SMA crossover, polls the terminal once a minute. Usage: polling_sma.py --symbol EURUSD --fast 10 --slow 30
import argparse
import time

import MetaTrader5 as mt5

parser = argparse.ArgumentParser()
parser.add_argument("--symbol", default="EURUSD")
parser.add_argument("--fast", type=int, default=10)
parser.add_argument("--slow", type=int, default=30)
parser.add_argument("--lots", type=float, default=0.1)
args = parser.parse_args()

if not mt5.initialize():
    print("init failed", mt5.last_error())
    exit(1)
mt5.symbol_select(args.symbol, True)


def sma(values, n):
    return sum(values[-n:]) / n


def position():
    found = mt5.positions_get(symbol=args.symbol)
    return found[0] if found else None


def deal(kind, volume, ticket=0):
    tick = mt5.symbol_info_tick(args.symbol)
    request = {
        "action": mt5.TRADE_ACTION_DEAL,
        "symbol": args.symbol,
        "volume": volume,
        "type": kind,
        "position": ticket,
        "price": tick.ask if kind == mt5.ORDER_TYPE_BUY else tick.bid,
        "deviation": 20,
        "magic": 10,
        "comment": "sma",
        "type_time": mt5.ORDER_TIME_GTC,
        "type_filling": mt5.ORDER_FILLING_IOC,
    }
    result = mt5.order_send(request)
    print(time.strftime("%Y-%m-%d %H:%M:%S"), kind, volume, result.retcode, result.price)
    return result


last_bar = 0
while True:
    rates = mt5.copy_rates_from_pos(args.symbol, mt5.TIMEFRAME_M5, 0, args.slow + 2)
    if rates is None or len(rates) < args.slow + 2:
        time.sleep(60)
        continue
    if rates[-1]["time"] != last_bar:
        last_bar = rates[-1]["time"]
        closes = [float(r["close"]) for r in rates[:-1]]
        up = sma(closes, args.fast) > sma(closes, args.slow)
        held = position()
        if held and (held.type == mt5.POSITION_TYPE_BUY) != up:
            deal(mt5.ORDER_TYPE_SELL if held.type == mt5.POSITION_TYPE_BUY else mt5.ORDER_TYPE_BUY, held.volume, held.ticket)
            held = None
        if not held:
            deal(mt5.ORDER_TYPE_BUY if up else mt5.ORDER_TYPE_SELL, args.lots)
    time.sleep(60)
