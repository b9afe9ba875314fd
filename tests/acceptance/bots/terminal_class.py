"""An object-oriented layer: the module's functions live on a class and every call goes to a thread."""
import asyncio
from dataclasses import dataclass

import MetaTrader5


class MetaTrader:
    _initialize = MetaTrader5.initialize
    _shutdown = MetaTrader5.shutdown
    _last_error = MetaTrader5.last_error
    _symbol_select = MetaTrader5.symbol_select
    _symbol_info = MetaTrader5.symbol_info
    _symbol_info_tick = MetaTrader5.symbol_info_tick
    _account_info = MetaTrader5.account_info
    _copy_rates_from_pos = MetaTrader5.copy_rates_from_pos
    _order_check = MetaTrader5.order_check
    _order_send = MetaTrader5.order_send
    _positions_get = MetaTrader5.positions_get
    _history_deals_get = MetaTrader5.history_deals_get

    def __getattr__(self, name):
        function = getattr(type(self), "_" + name, None)
        if function is None:
            raise AttributeError(name)

        async def call(*args, **kwargs):
            return await asyncio.to_thread(function, *args, **kwargs)

        return call

    async def __aenter__(self):
        if not await self.initialize():
            raise ConnectionError(self._last_error())
        return self

    async def __aexit__(self, *_):
        await self.shutdown()


@dataclass
class Order:
    symbol: str
    type: int
    volume: float
    price: float
    sl: float = 0.0
    tp: float = 0.0
    deviation: int = 20
    magic: int = 808
    comment: str = "oop"
    action: int = MetaTrader5.TRADE_ACTION_DEAL
    type_time: int = MetaTrader5.ORDER_TIME_GTC
    type_filling: int = MetaTrader5.ORDER_FILLING_FOK
    position: int = 0

    def request(self):
        return {k: v for k, v in vars(self).items() if v}


class Breakout:
    def __init__(self, terminal, symbol, bars=24):
        self.mt = terminal
        self.symbol = symbol
        self.bars = bars

    async def step(self):
        rates = await self.mt.copy_rates_from_pos(self.symbol, MetaTrader5.TIMEFRAME_M15, 1, self.bars)
        if rates is None or len(rates) < self.bars:
            return
        tick = await self.mt.symbol_info_tick(self.symbol)
        high, low = rates["high"][:-1].max(), rates["low"][:-1].min()
        close = rates["close"][-1]
        if await self.mt.positions_get(symbol=self.symbol):
            return
        if close > high:
            order = Order(self.symbol, MetaTrader5.ORDER_TYPE_BUY, 0.1, tick.ask, sl=low, tp=tick.ask + (tick.ask - low))
        elif close < low:
            order = Order(self.symbol, MetaTrader5.ORDER_TYPE_SELL, 0.1, tick.bid, sl=high, tp=tick.bid - (high - tick.bid))
        else:
            return
        check = await self.mt.order_check(order.request())
        if check is None or check.retcode != 0:
            print("check:", None if check is None else check.comment)
            return
        result = await self.mt.order_send(order.request())
        print("breakout", order.type, result.retcode, result.comment)


async def main():
    async with MetaTrader() as mt:
        await mt.symbol_select("EURUSD", True)
        bot = Breakout(mt, "EURUSD")
        for _ in range(96):
            await bot.step()
            await asyncio.sleep(900)
        account = await mt.account_info()
        print("equity", account.equity)


if __name__ == "__main__":
    asyncio.run(main())
