# Opens a few trades in both directions, then the panic button: close everything, delete everything.
import MetaTrader5 as mt5
import time

mt5.initialize()
SYMBOLS = [s.name for s in mt5.symbols_get() if s.name.startswith("EURUSD")] or ["EURUSD"]


def fill_type(symbol):
    f = mt5.symbol_info(symbol).filling_mode
    return mt5.ORDER_FILLING_FOK if f == 1 else mt5.ORDER_FILLING_IOC if f in (2, 3) else mt5.ORDER_FILLING_RETURN


def close_position(p, deviation=20, magic=0):
    tick = mt5.symbol_info_tick(p.symbol)
    price_dict = {0: tick.bid, 1: tick.ask}
    type_dict = {0: mt5.ORDER_TYPE_SELL, 1: mt5.ORDER_TYPE_BUY}
    request = {
        "action": mt5.TRADE_ACTION_DEAL,
        "position": p.ticket,
        "symbol": p.symbol,
        "volume": p.volume,
        "type": type_dict[p.type],
        "price": price_dict[p.type],
        "deviation": deviation,
        "magic": magic,
        "type_time": mt5.ORDER_TIME_GTC,
        "type_filling": fill_type(p.symbol),
        "comment": "panic",
    }
    return mt5.order_send(request)


def close_all_positions(order_type):
    order_type_dict = {"buy": 0, "sell": 1}
    if mt5.positions_total() > 0:
        positions = mt5.positions_get()
        for p in positions:
            if order_type == "all" or p.type == order_type_dict[order_type]:
                result = close_position(p)
                print("close", p.symbol, p.volume, "->", result.retcode, "profit was", p.profit)


def delete_all_pendings():
    orders = mt5.orders_get()
    if orders is None or len(orders) == 0:
        print("no orders")
        return
    for o in orders:
        result = mt5.order_send({"action": mt5.TRADE_ACTION_REMOVE, "order": o.ticket, "comment": "panic"})
        print("delete", result.retcode)


for i in range(3):
    for symbol in SYMBOLS:
        mt5.symbol_select(symbol, True)
        tick = mt5.symbol_info_tick(symbol)
        for side, price in ((mt5.ORDER_TYPE_BUY, tick.ask), (mt5.ORDER_TYPE_SELL, tick.bid)):
            r = mt5.order_send({
                "action": mt5.TRADE_ACTION_DEAL, "symbol": symbol, "volume": 0.1 * (i + 1), "type": side,
                "price": price, "deviation": 20, "magic": 100, "comment": "open",
                "type_filling": fill_type(symbol), "type_time": mt5.ORDER_TIME_GTC})
            print("open", r.retcode)
        r = mt5.order_send({
            "action": mt5.TRADE_ACTION_PENDING, "symbol": symbol, "volume": 0.1, "type": mt5.ORDER_TYPE_BUY_STOP,
            "price": round(tick.ask + 0.02, 5), "type_filling": mt5.ORDER_FILLING_RETURN,
            "type_time": mt5.ORDER_TIME_DAY})
        print("stop order", r.retcode)
    time.sleep(3 * 3600)
    close_all_positions("sell")
    time.sleep(600)
    close_all_positions("all")
    delete_all_pendings()
    print("left:", mt5.positions_total(), mt5.orders_total())

mt5.shutdown()
