"""A drop-in for the `MetaTrader5` module that runs anywhere: `import tallystick.platform.mt5.simulated as mt5`.

Its public names are those of the module, no more and no less, so that it can stand in `sys.modules["MetaTrader5"]`.
Who answers is said in `platform.mt5.connecting`; without a word, `initialize()` reaches a demonstration terminal.
What is assumed of the original, and what its wheel shows, stands in docs/mt5-fidelity.md.
"""

import tallystick.platform.mt5.dropin.buying as _buying
import tallystick.platform.mt5.dropin.compiled_half as _core
from tallystick.platform.mt5.dropin.constants import *  # noqa: F403 -- 223 names, each of them public here

__version__ = "5.0.6231"
__author__ = "MetaQuotes Ltd."

Buy, Sell, Close = _core.Buy, _core.Sell, _core.Close
_RawOrder = _buying.raw_order

initialize, shutdown, login = _core.initialize, _core.shutdown, _core.login
version, last_error = _core.version, _core.last_error
terminal_info, account_info = _core.terminal_info, _core.account_info

symbols_total, symbols_get = _core.symbols_total, _core.symbols_get
symbol_info, symbol_info_tick, symbol_select = _core.symbol_info, _core.symbol_info_tick, _core.symbol_select
market_book_add, market_book_get = _core.market_book_add, _core.market_book_get
market_book_release = _core.market_book_release

copy_rates_from, copy_rates_from_pos = _core.copy_rates_from, _core.copy_rates_from_pos
copy_rates_range = _core.copy_rates_range
copy_ticks_from, copy_ticks_range = _core.copy_ticks_from, _core.copy_ticks_range

orders_total, orders_get = _core.orders_total, _core.orders_get
positions_total, positions_get = _core.positions_total, _core.positions_get
history_orders_total, history_orders_get = _core.history_orders_total, _core.history_orders_get
history_deals_total, history_deals_get = _core.history_deals_total, _core.history_deals_get

order_calc_margin, order_calc_profit = _core.order_calc_margin, _core.order_calc_profit
order_check, order_send = _core.order_check, _core.order_send

Tick, SymbolInfo, BookInfo = _core.Tick, _core.SymbolInfo, _core.BookInfo
TerminalInfo, AccountInfo = _core.TerminalInfo, _core.AccountInfo
TradePosition, TradeOrder = _core.TradePosition, _core.TradeOrder
TradeDeal, TradeRequest = _core.TradeDeal, _core.TradeRequest
OrderCheckResult, OrderSendResult = _core.OrderCheckResult, _core.OrderSendResult
