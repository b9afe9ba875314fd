"""Fields of the module's SymbolInfo and AccountInfo in their order, and the type each of them has.

Source: the MetaTrader5 package, version 5.0.6231 (its struct sequences); a field is an int or a bool up to the first
price, a float up to the first text.
"""

_SYMBOL_WHOLE = (
    "custom", "chart_mode", "select", "visible", "session_deals", "session_buy_orders", "session_sell_orders",
    "volume", "volumehigh", "volumelow", "time", "digits", "spread", "spread_float", "ticks_bookdepth",
    "trade_calc_mode", "trade_mode", "start_time", "expiration_time", "trade_stops_level", "trade_freeze_level",
    "trade_exemode", "swap_mode", "swap_rollover3days", "margin_hedged_use_leg", "expiration_mode", "filling_mode",
    "order_mode", "order_gtc_mode", "option_mode", "option_right",
)  # fmt: skip
_SYMBOL_REAL = (
    "bid", "bidhigh", "bidlow", "ask", "askhigh", "asklow", "last", "lasthigh", "lastlow", "volume_real",
    "volumehigh_real", "volumelow_real", "option_strike", "point", "trade_tick_value", "trade_tick_value_profit",
    "trade_tick_value_loss", "trade_tick_size", "trade_contract_size", "trade_accrued_interest", "trade_face_value",
    "trade_liquidity_rate", "volume_min", "volume_max", "volume_step", "volume_limit", "swap_long", "swap_short",
    "margin_initial", "margin_maintenance", "session_volume", "session_turnover", "session_interest",
    "session_buy_orders_volume", "session_sell_orders_volume", "session_open", "session_close", "session_aw",
    "session_price_settlement", "session_price_limit_min", "session_price_limit_max", "margin_hedged",
    "price_change", "price_volatility", "price_theoretical", "price_greeks_delta", "price_greeks_theta",
    "price_greeks_gamma", "price_greeks_vega", "price_greeks_rho", "price_greeks_omega", "price_sensitivity",
)  # fmt: skip
_SYMBOL_TEXT = (
    "basis", "category", "currency_base", "currency_profit", "currency_margin", "bank", "description", "exchange",
    "formula", "isin", "name", "page", "path",
)  # fmt: skip
_SYMBOL_BOOL = frozenset({"select", "custom", "spread_float", "margin_hedged_use_leg", "visible"})
_ACCOUNT_WHOLE = (
    "login", "trade_mode", "leverage", "limit_orders", "margin_so_mode", "trade_allowed", "trade_expert",
    "margin_mode", "currency_digits", "fifo_close",
)  # fmt: skip
_ACCOUNT_REAL = (
    "balance", "credit", "profit", "equity", "margin", "margin_free", "margin_level", "margin_so_call",
    "margin_so_so", "margin_initial", "margin_maintenance", "assets", "liabilities", "commission_blocked",
)  # fmt: skip
_ACCOUNT_TEXT = (
    "name", "server", "currency", "company",
)  # fmt: skip
_ACCOUNT_BOOL = frozenset({"trade_allowed", "trade_expert", "fifo_close"})

SYMBOL_FIELDS = (*_SYMBOL_WHOLE, *_SYMBOL_REAL, *_SYMBOL_TEXT)
"""The 96 of `symbol_info`."""
ACCOUNT_FIELDS = (*_ACCOUNT_WHOLE, *_ACCOUNT_REAL, *_ACCOUNT_TEXT)
"""The 28 of `account_info`."""
FieldType = type[bool] | type[int] | type[float] | type[str]


def _types(
    whole: tuple[str, ...], real: tuple[str, ...], text: tuple[str, ...], truths: frozenset[str]
) -> dict[str, FieldType]:
    types: dict[str, FieldType] = {name: bool if name in truths else int for name in whole}
    return types | dict.fromkeys(real, float) | dict.fromkeys(text, str)


SYMBOL_TYPES = _types(_SYMBOL_WHOLE, _SYMBOL_REAL, _SYMBOL_TEXT, _SYMBOL_BOOL)
ACCOUNT_TYPES = _types(_ACCOUNT_WHOLE, _ACCOUNT_REAL, _ACCOUNT_TEXT, _ACCOUNT_BOOL)
