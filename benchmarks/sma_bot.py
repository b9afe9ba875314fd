"""An MT5 bot as people write them: two simple averages of closed bars, one position, reversed at a cross.

Knows nothing of Tallystick: `sma_bot.py FAST SLOW TIMEFRAME SECONDS` polls the terminal every SECONDS.
"""

import sys
import time

import MetaTrader5 as mt5  # noqa: N813 -- as its documentation has it

FAST, SLOW, TIMEFRAME, SECONDS = int(sys.argv[1]), int(sys.argv[2]), getattr(mt5, sys.argv[3]), int(sys.argv[4])
SYMBOL = "EURUSD"


def deal(kind: int, volume: float, position: int = 0) -> None:
    """Send one market order."""
    tick = mt5.symbol_info_tick(SYMBOL)
    mt5.order_send(
        {
            "action": mt5.TRADE_ACTION_DEAL,
            "symbol": SYMBOL,
            "volume": volume,
            "type": kind,
            "position": position,
            "price": tick.ask if kind == mt5.ORDER_TYPE_BUY else tick.bid,
            "deviation": 20,
            "magic": 1,
            "type_filling": mt5.ORDER_FILLING_FOK,
        }
    )


def main() -> None:
    """Poll until the data ends."""
    mt5.initialize()
    mt5.symbol_select(SYMBOL, True)  # noqa: FBT003 -- as the module has it
    seen = 0
    while True:
        rates = mt5.copy_rates_from_pos(SYMBOL, TIMEFRAME, 0, SLOW + 1)
        if rates is not None and len(rates) > SLOW and rates[-1]["time"] != seen:
            seen = rates[-1]["time"]
            closes = rates["close"][:-1]
            up = closes[-FAST:].mean() > closes[-SLOW:].mean()
            held = mt5.positions_get(symbol=SYMBOL)
            side = mt5.POSITION_TYPE_BUY if up else mt5.POSITION_TYPE_SELL
            if not held or held[0].type != side:
                if held:
                    other = mt5.ORDER_TYPE_SELL if held[0].type == mt5.POSITION_TYPE_BUY else mt5.ORDER_TYPE_BUY
                    deal(other, held[0].volume, held[0].ticket)
                deal(mt5.ORDER_TYPE_BUY if up else mt5.ORDER_TYPE_SELL, 0.01)
        time.sleep(SECONDS)


main()
