"""Keeps the exposure of all *USD* symbols balanced; reads positions and orders by group."""
import logging
import time

import MetaTrader5 as mt5

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
log = logging.getLogger("exposure")

if not mt5.initialize():
    log.error("cannot connect: %s", mt5.last_error())
    raise SystemExit(2)

symbols = mt5.symbols_get("*USD*,!*JPY*")
names = [s.name for s in symbols]
log.info("watching %d symbols: %s", len(names), ",".join(sorted(names)))
for name in names:
    mt5.symbol_select(name, True)


def exposure():
    total = 0.0
    for p in mt5.positions_get(group="*USD*") or []:
        total += p.volume if p.type == mt5.ORDER_TYPE_BUY else -p.volume
    return round(total, 2)


def market(name, volume, buy):
    return mt5.order_send(
        action=mt5.TRADE_ACTION_DEAL,
        symbol=name,
        volume=volume,
        type=mt5.ORDER_TYPE_BUY if buy else mt5.ORDER_TYPE_SELL,
        price=mt5.symbol_info_tick(name).ask if buy else mt5.symbol_info_tick(name).bid,
        deviation=50,
        magic=99,
        comment="balance",
        type_filling=mt5.ORDER_FILLING_IOC,
    )


target = [0.5, 0.2, -0.4, -0.1, 0.0]
step = 0
while step < 25:
    wanted = target[step % len(target)]
    have = exposure()
    difference = round(wanted - have, 2)
    if abs(difference) >= 0.01:
        result = market(names[0], abs(difference), difference > 0)
        if result is None:
            log.warning("order_send failed: %s", mt5.last_error())
        else:
            log.info("wanted %.2f had %.2f -> %s", wanted, have, result.retcode)
    orders = mt5.orders_get(group="*USD*")
    log.info("exposure %.2f, orders %d, profit %.2f", exposure(), len(orders or ()), mt5.account_info().profit)
    step += 1
    time.sleep(45 * 60)

nothing = mt5.positions_get(group="*GBP*")
log.info("other group: %s", nothing)
mt5.shutdown()
