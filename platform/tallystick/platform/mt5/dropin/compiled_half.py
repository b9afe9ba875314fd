"""Everything the module shows besides its constants, in one namespace, as the original's compiled half is one.

Bots import types from it: `from MetaTrader5._core import TradePosition`.
"""

from tallystick.platform.mt5.dropin.buying import (
    Buy,
    Close,
    Sell,
)
from tallystick.platform.mt5.dropin.structs import (
    TYPES,
)
from tallystick.platform.mt5.dropin.symbol_calls import (
    copy_rates_from,
    copy_rates_from_pos,
    copy_rates_range,
    copy_ticks_from,
    copy_ticks_range,
    market_book_add,
    market_book_get,
    market_book_release,
    symbol_info,
    symbol_info_tick,
    symbol_select,
    symbols_get,
    symbols_total,
)
from tallystick.platform.mt5.dropin.terminal_calls import (
    account_info,
    initialize,
    last_error,
    login,
    shutdown,
    terminal_info,
    version,
)
from tallystick.platform.mt5.dropin.trade_calls import (
    history_deals_get,
    history_deals_total,
    history_orders_get,
    history_orders_total,
    order_calc_margin,
    order_calc_profit,
    order_check,
    order_send,
    orders_get,
    orders_total,
    positions_get,
    positions_total,
)

AccountInfo, TerminalInfo = TYPES["AccountInfo"], TYPES["TerminalInfo"]
SymbolInfo, Tick, BookInfo = TYPES["SymbolInfo"], TYPES["Tick"], TYPES["BookInfo"]
TradePosition, TradeOrder = TYPES["TradePosition"], TYPES["TradeOrder"]
TradeDeal, TradeRequest = TYPES["TradeDeal"], TYPES["TradeRequest"]
OrderCheckResult, OrderSendResult = TYPES["OrderCheckResult"], TYPES["OrderSendResult"]

__all__ = [
    "TYPES",
    "AccountInfo",
    "BookInfo",
    "Buy",
    "Close",
    "OrderCheckResult",
    "OrderSendResult",
    "Sell",
    "SymbolInfo",
    "TerminalInfo",
    "Tick",
    "TradeDeal",
    "TradeOrder",
    "TradePosition",
    "TradeRequest",
    "account_info",
    "copy_rates_from",
    "copy_rates_from_pos",
    "copy_rates_range",
    "copy_ticks_from",
    "copy_ticks_range",
    "history_deals_get",
    "history_deals_total",
    "history_orders_get",
    "history_orders_total",
    "initialize",
    "last_error",
    "login",
    "market_book_add",
    "market_book_get",
    "market_book_release",
    "order_calc_margin",
    "order_calc_profit",
    "order_check",
    "order_send",
    "orders_get",
    "orders_total",
    "positions_get",
    "positions_total",
    "shutdown",
    "symbol_info",
    "symbol_info_tick",
    "symbol_select",
    "symbols_get",
    "symbols_total",
    "terminal_info",
    "version",
]
