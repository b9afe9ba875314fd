"""From our own instruments and accounts to the fields a terminal states. What of a symbol has no source here is 0."""

from typing import Any

from tallystick.market.instrument import LOT, Instrument
from tallystick.platform.mt5.definitions.fields import ACCOUNT_TYPES, SYMBOL_TYPES
from tallystick.platform.mt5.definitions.modes import BY_KEY, number_of
from tallystick.platform.mt5.server.account import AccountSettings

HEDGING, NETTING = 2, 0
FOLDERS = {"forex": "Forex", "forex_no_leverage": "Forex", "cfd_index": "Indices", "futures": "Futures",
           "exch_stocks": "Stocks", "exch_futures": "Futures"}  # fmt: skip
"""Folders of a terminal's tree of symbols by mode of calculation; bots choose symbols by them."""
METALS = ("XAU", "XAG", "XPT", "XPD")


def symbol_info(instrument: Instrument) -> dict[str, Any]:
    """The 96 fields of `symbol_info` of an instrument, before any price."""
    tick_size = instrument.tick_size or 10**-instrument.digits
    tick_value = (instrument.tick_value or instrument.contract_size * tick_size) * (instrument.profit_rate or 1.0)
    said = {
        "trade_calc_mode": instrument.calc_mode,
        "trade_mode": instrument.trade_mode,
        "trade_exemode": instrument.execution,
        "swap_mode": instrument.swap_mode,
        "order_gtc_mode": instrument.gtc_mode,
    }
    stated: dict[str, Any] = {key: number_of(BY_KEY[key], word) for key, word in said.items()}
    stated |= {
        "select": True,
        "visible": True,
        "digits": instrument.digits,
        "spread_float": True,
        "ticks_bookdepth": instrument.book_depth,
        "trade_stops_level": instrument.stops_level,
        "trade_freeze_level": instrument.freeze_level,
        "swap_rollover3days": (instrument.swap_triple_weekday + 1) % 7,
        "margin_hedged_use_leg": instrument.margin_hedged_larger_leg,
        "expiration_mode": instrument.expiration_modes,
        "filling_mode": instrument.filling_modes,
        "order_mode": instrument.order_modes,
        "point": 10**-instrument.digits,
        "trade_tick_value": tick_value,
        "trade_tick_value_profit": tick_value,
        "trade_tick_value_loss": tick_value,
        "trade_tick_size": tick_size,
        "trade_contract_size": instrument.contract_size,
        "volume_min": instrument.volume_min / LOT,
        "volume_max": instrument.volume_max / LOT,
        "volume_step": instrument.volume_step / LOT,
        "volume_limit": instrument.volume_limit / LOT,
        "swap_long": instrument.swap_long,
        "swap_short": instrument.swap_short,
        "margin_initial": instrument.margin_initial,
        "margin_maintenance": instrument.margin_maintenance,
        "session_price_limit_min": instrument.price_limit_min,
        "session_price_limit_max": instrument.price_limit_max,
        "margin_hedged": instrument.margin_hedged,
        "currency_base": instrument.currency_base,
        "currency_profit": instrument.currency_profit,
        "currency_margin": instrument.currency_margin,
        "description": _described(instrument),
        "name": instrument.symbol,
        "path": f"{_folder(instrument)}\\{instrument.symbol}",
    }
    return {name: kind(stated.get(name, kind())) for name, kind in SYMBOL_TYPES.items()}


def account_info(settings: AccountSettings) -> dict[str, Any]:
    """The 28 fields of `account_info`, before any trade; login 0, so that any login is taken."""
    scale = 10**settings.digits
    money = settings.balance / scale
    stated: dict[str, Any] = {
        "leverage": settings.leverage,
        "limit_orders": settings.limit_orders,
        "trade_allowed": settings.trade_allowed,
        "trade_expert": settings.trade_expert,
        "margin_mode": HEDGING if settings.margin_mode == "hedging" else NETTING,
        "currency_digits": settings.digits,
        "fifo_close": settings.fifo_close,
        "balance": money,
        "credit": settings.credit / scale,
        "equity": (settings.balance + settings.credit) / scale,
        "margin_free": (settings.balance + settings.credit) / scale,
        "margin_so_call": settings.stop_out_call / 100,
        "margin_so_so": settings.stop_out_level / 100,
        "name": "Simulated account",
        "server": "Tallystick-Simulated",
        "currency": settings.currency,
        "company": "Tallystick",
    }
    return {name: kind(stated.get(name, kind())) for name, kind in ACCOUNT_TYPES.items()}


def _described(instrument: Instrument) -> str:
    if instrument.currency_base and instrument.currency_profit:
        return f"{instrument.currency_base} vs {instrument.currency_profit}"
    return instrument.symbol


def _folder(instrument: Instrument) -> str:
    usual = "Metals" if instrument.symbol.startswith(METALS) else "CFD"
    return FOLDERS.get(instrument.calc_mode, usual)
