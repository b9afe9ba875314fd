import asyncio
from datetime import datetime

import MetaTrader5 as mt5

SYMBOL = "EURUSD"


class Market:
    def __init__(self):
        self.last = None
        self.changed = asyncio.Event()

    async def watch(self):
        while True:
            tick = await asyncio.to_thread(mt5.symbol_info_tick, SYMBOL)
            if tick is not None and tick.time_msc != self.last:
                self.last = tick.time_msc
                self.changed.set()
            await asyncio.sleep(30)


class Trader:
    def __init__(self, market):
        self.market = market
        self.anchor = None

    async def order(self, kind, volume, **more):
        loop = asyncio.get_running_loop()
        tick = await loop.run_in_executor(None, mt5.symbol_info_tick, SYMBOL)
        request = {
            "action": mt5.TRADE_ACTION_DEAL,
            "symbol": SYMBOL,
            "volume": volume,
            "type": kind,
            "price": tick.ask if kind == mt5.ORDER_TYPE_BUY else tick.bid,
            "deviation": 20,
            "magic": 4242,
            "comment": "async",
            "type_time": mt5.ORDER_TIME_GTC,
            "type_filling": mt5.ORDER_FILLING_IOC,
            **more,
        }
        result = await loop.run_in_executor(None, mt5.order_send, request)
        print(datetime.now().isoformat(timespec="seconds"), kind, result.retcode)
        return result

    async def run(self):
        while True:
            try:
                await asyncio.wait_for(self.market.changed.wait(), timeout=3600)
            except asyncio.TimeoutError:
                print("market is quiet")
                continue
            self.market.changed.clear()
            tick, positions = await asyncio.gather(
                asyncio.to_thread(mt5.symbol_info_tick, SYMBOL),
                asyncio.to_thread(mt5.positions_get, symbol=SYMBOL),
            )
            if self.anchor is None:
                self.anchor = tick.bid
            move = tick.bid - self.anchor
            if abs(move) < 0.0008:
                continue
            self.anchor = tick.bid
            for position in positions:
                kind = mt5.ORDER_TYPE_SELL if position.type == mt5.ORDER_TYPE_BUY else mt5.ORDER_TYPE_BUY
                await self.order(kind, position.volume, position=position.ticket)
            await self.order(mt5.ORDER_TYPE_BUY if move > 0 else mt5.ORDER_TYPE_SELL, 0.1)


async def heartbeat():
    while True:
        await asyncio.sleep(6 * 3600)
        account = await asyncio.to_thread(mt5.account_info)
        print("heartbeat", datetime.now(), round(account.equity, 2))


async def main():
    if not await asyncio.to_thread(mt5.initialize):
        raise RuntimeError(mt5.last_error())
    await asyncio.to_thread(mt5.symbol_select, SYMBOL, True)
    market = Market()
    trader = Trader(market)
    try:
        await asyncio.gather(market.watch(), trader.run(), heartbeat())
    finally:
        mt5.shutdown()


asyncio.run(main())
