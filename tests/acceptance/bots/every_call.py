# Calls any function of the module with whatever comes to mind, and trades without a plan: every_call.py SEED TURNS

import random
import sys
import time
from datetime import datetime, timedelta

import MetaTrader5 as mt5

TIMEFRAMES = (mt5.TIMEFRAME_M1, mt5.TIMEFRAME_M15, mt5.TIMEFRAME_H1, mt5.TIMEFRAME_D1, mt5.TIMEFRAME_MN1)
SLEEPS = (0, 0.001, 0.5, 7, 60, 600, 3600, 9 * 3600)
SERVER = 2 * 3600  # ahead of UTC, in winter
LAPSES = (-5, SERVER + 60, SERVER + 200, SERVER + 3600, 9 * 3600, 30 * 3600)
seed, turns = map(int, sys.argv[1:] or ("1", "60"))
chance = random.Random(seed)


def hours(least, most):
    return timedelta(hours=chance.uniform(least, most))


def stops(symbol, side, price):
    point = mt5.symbol_info(symbol).point
    loss, gain = chance.choice((0, 0, 5, 50, 200)), chance.choice((0, 0, 5, 50, 300))
    return {"sl": price - side * loss * point if loss else 0.0, "tp": price + side * gain * point if gain else 0.0}


def market(symbol, tick):
    kind = chance.randrange(2)
    price = tick.bid if kind else tick.ask
    filling = {"type_filling": chance.choice((0, 1, 1, 2)), "type_time": chance.choice((0, 0, 1, 2))}
    volume = chance.choice((0.01, 0.1, 0.5, 3.0))
    request = {"action": mt5.TRADE_ACTION_DEAL, "symbol": symbol, "volume": volume, "type": kind, "price": price}
    return request | filling | stops(symbol, 1 - 2 * kind, price)


def pending(symbol, tick):
    kind, point = chance.randrange(2, 8), mt5.symbol_info(symbol).point
    side, away = 1 - 2 * (kind % 2), chance.choice((20, 60, 200)) * point
    price = (tick.ask if side > 0 else tick.bid) + (-side if kind < 4 else side) * away
    lapses = {"type_time": chance.choice((0, 1, 2, 2, 2, 3)), "expiration": int(time.time()) + chance.choice(LAPSES)}
    limit = {"stoplimit": price - side * 10 * point if kind > 5 else 0.0}
    request = {"action": mt5.TRADE_ACTION_PENDING, "symbol": symbol, "volume": 0.1, "type": kind, "price": price}
    return request | lapses | limit | stops(symbol, side, price) | {"type_filling": mt5.ORDER_FILLING_RETURN}


def of_a_position(position):
    tick = mt5.symbol_info_tick(position.symbol)
    named = {"symbol": position.symbol, "position": position.ticket}
    if chance.random() < 0.4:
        return {"action": mt5.TRADE_ACTION_SLTP} | named | stops(position.symbol, 1 - 2 * position.type, tick.bid)
    if chance.random() < 0.1:
        return {"action": mt5.TRADE_ACTION_CLOSE_BY, "position_by": chance.choice(mt5.positions_get()).ticket} | named
    part = {"volume": chance.choice((position.volume, 0.01)), "type": 1 - position.type, "type_filling": 1}
    return {"action": mt5.TRADE_ACTION_DEAL, "price": tick.ask if position.type else tick.bid} | named | part


def of_an_order(order):
    if chance.random() < 0.4:
        return {"action": mt5.TRADE_ACTION_REMOVE, "order": order.ticket}
    moved = order.price_open + chance.choice((-1, 0, 1)) * 10 * mt5.symbol_info(order.symbol).point
    kept = {"sl": order.sl, "tp": order.tp, "stoplimit": order.price_stoplimit}
    lapses = {"type_time": order.type_time, "expiration": order.time_expiration}
    return {"action": mt5.TRADE_ACTION_MODIFY, "order": order.ticket, "price": moved} | kept | lapses


def trade(symbol):
    tick, positions, orders = mt5.symbol_info_tick(symbol), mt5.positions_get(), mt5.orders_get()
    wishes = [lambda: market(symbol, tick), lambda: pending(symbol, tick)]
    wishes += [lambda: of_a_position(chance.choice(positions))] * (2 * bool(positions))
    wishes += [lambda: of_an_order(chance.choice(orders))] * bool(orders)
    request = chance.choice(wishes)()
    if chance.random() < 0.1:
        mt5.order_check(request)
    mt5.order_send(request)
    mt5.orders_get()


def look(symbol):
    now, frame = datetime.now(), chance.choice(TIMEFRAMES)
    looks = (
        lambda: mt5.copy_rates_from_pos(symbol, frame, chance.randrange(3), chance.randrange(1, 60)),
        lambda: mt5.copy_rates_range(symbol, frame, now - hours(1, 90), now + hours(0, 50)),
        lambda: mt5.copy_rates_from(symbol, frame, now + hours(-5, 9), 20),
        lambda: mt5.copy_ticks_from(symbol, now - hours(0, 20), chance.randrange(1, 50), mt5.COPY_TICKS_ALL),
        lambda: mt5.copy_ticks_range(symbol, now - hours(0, 3), now + hours(0, 24), mt5.COPY_TICKS_INFO),
        lambda: (mt5.positions_get(symbol=symbol), mt5.orders_get(group="*USD*"), mt5.orders_total()),
        lambda: (mt5.history_deals_get(now - hours(0, 200), now + hours(0, 24)), mt5.history_orders_total(0, now)),
        lambda: (mt5.account_info(), mt5.symbol_info(symbol), mt5.symbol_info_tick("NONE"), mt5.last_error()),
        lambda: (mt5.order_calc_margin(0, symbol, 0.1, 1.1), mt5.order_calc_profit(1, symbol, 0.1, 1.1, 1.2)),
        lambda: (mt5.market_book_add(symbol), mt5.market_book_get(symbol), mt5.market_book_release(symbol)),
        lambda: (mt5.symbol_select(symbol, False), mt5.symbols_total(), mt5.symbol_select(symbol, True)),
    )
    chance.choice(looks)()


mt5.initialize()
names = [one.name for one in mt5.symbols_get()]
for _ in range(turns):
    for _ in range(chance.randrange(4)):
        look(chance.choice(names))
    if chance.random() < 0.4:
        trade(chance.choice(names))
    if chance.random() < 0.01:
        mt5.shutdown()
        mt5.initialize()
    time.sleep(chance.choice(SLEEPS))
