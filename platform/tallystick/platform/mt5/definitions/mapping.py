"""From MetaTrader's fields to the simulated server's terms.

What the fields cannot say keeps its usual value: rates of margin by direction are 1, triple swaps are those of one day,
a tick's value counts only where a mode computes with it (elsewhere it follows from the contract size). MetaTrader
states that value in the account's currency; ours is in the profit currency, or the account's with a profit rate of 1.
"""

from collections.abc import Mapping
from typing import Any, Literal, cast

import numpy as np

from tallystick.market.instrument import LOT, TICK_MODES, Instrument
from tallystick.market.server_time import to_utc_ns
from tallystick.platform.data.errors import BadConditions
from tallystick.platform.mt5.definitions.modes import BY_KEY, MARGIN_MODES
from tallystick.platform.mt5.server.account import AccountSettings

BY_TICK_VALUE = (*TICK_MODES, "cfd_index")
SO_IN_PERCENT = 0


def instrument_from(
    info: Mapping[str, Any],
    *,
    currency: str,
    commission_per_lot: int,
    liquidity: float,
    profit_rate: float,
    margin_rate: float,
    sessions: str,
    server_time_rule: str,
) -> Instrument:
    """One symbol's conditions from the 96 fields; `currency` is the account's.

    `commission_per_lot`: minor units a lot and side. `liquidity`: lots, 0.0 any. `profit_rate`, `margin_rate`: account
    currency for one of profit, of margin, 0.0 by the pairs. Raises `BadConditions` (E131).
    """
    words = {key: _word(info, key) for key in BY_KEY}
    digits, calc_mode = int(info["digits"]), words["trade_calc_mode"]
    _require_sizes(info)
    if calc_mode in TICK_MODES and str(info["currency_profit"]) != currency and float(info["trade_tick_value"]) > 0:
        profit_rate = profit_rate or 1.0
    tick_size, tick_value = _tick(info, calc_mode, profit_rate)
    return Instrument(
        symbol=str(info["name"]),
        digits=digits,
        contract_size=float(info["trade_contract_size"]),
        volume_min=_volume(info, "volume_min"),
        volume_max=_volume(info, "volume_max"),
        volume_step=_volume(info, "volume_step"),
        volume_limit=_volume(info, "volume_limit"),
        currency_base=str(info["currency_base"]),
        currency_profit=str(info["currency_profit"]),
        currency_margin=str(info["currency_margin"]),
        calc_mode=calc_mode,
        execution=words["trade_exemode"],
        filling_modes=int(info["filling_mode"]),
        stops_level=int(info["trade_stops_level"]),
        freeze_level=int(info["trade_freeze_level"]),
        swap_mode=words["swap_mode"],
        swap_long=float(info["swap_long"]),
        swap_short=float(info["swap_short"]),
        swap_triple_weekday=(int(info["swap_rollover3days"]) - 1) % 7,  # MT5 counts from Sunday, we from Monday
        margin_hedged=float(info["margin_hedged"]),
        commission_per_lot=commission_per_lot,
        trade_mode=words["trade_mode"],
        order_modes=int(info["order_mode"]),
        expiration_modes=int(info["expiration_mode"]),
        gtc_mode=words["order_gtc_mode"],
        tick_size=tick_size,
        tick_value=tick_value,
        profit_rate=profit_rate,
        margin_rate=margin_rate,
        margin_initial=float(info["margin_initial"]),
        margin_maintenance=float(info["margin_maintenance"]),
        margin_hedged_larger_leg=bool(info["margin_hedged_use_leg"]),
        liquidity_volume=round(liquidity * LOT),
        sessions=sessions,
        trades_from=_moment(int(info["start_time"]), server_time_rule),
        trades_until=_moment(int(info["expiration_time"]), server_time_rule),
        price_limit_min=float(info["session_price_limit_min"]),
        price_limit_max=float(info["session_price_limit_max"]),
        book_depth=int(info["ticks_bookdepth"]),
    )


def account_from(info: Mapping[str, Any]) -> AccountSettings:
    """The account from the 28 fields. Raises `BadConditions` (E131)."""
    if info["margin_so_mode"] != SO_IN_PERCENT:
        what = f"account.margin_so_mode is {info['margin_so_mode']}: the simulated server stops out by percent only."
        raise BadConditions(what, "Say 0, and the levels in percent in margin_so_call and margin_so_so.")
    mode = MARGIN_MODES.get(int(info["margin_mode"]))
    if mode is None:
        what = f"account.margin_mode is {info['margin_mode']}: got none of MT5's / expected 0, 1 or 2."
        raise BadConditions(what, "Say 0 for netting, 2 for hedging.")
    if int(info["leverage"]) < 1 or not 0 <= int(info["currency_digits"]) <= 8 or not info["currency"]:
        what = "account.leverage, currency_digits or currency is empty: no margin can be computed."
        raise BadConditions(what, 'Say them, as in "leverage": 30, "currency_digits": 2, "currency": "USD".')
    scale = 10 ** int(info["currency_digits"])
    return AccountSettings(
        name=str(info["login"]) if info["login"] else "demo",
        currency=str(info["currency"]),
        digits=int(info["currency_digits"]),
        balance=round(float(info["balance"]) * scale),
        leverage=int(info["leverage"]),
        margin_mode=cast("Literal['netting', 'hedging']", mode),
        stop_out_call=round(float(info["margin_so_call"]) * 100),
        stop_out_level=round(float(info["margin_so_so"]) * 100),
        credit=round(float(info["credit"]) * scale),
        limit_orders=int(info["limit_orders"]),
        fifo_close=bool(info["fifo_close"]),
        trade_allowed=bool(info["trade_allowed"]),
        trade_expert=bool(info["trade_expert"]),
    )


def _word(info: Mapping[str, Any], key: str) -> str:
    found = BY_KEY[key].get(int(info[key]))
    if found is None:
        known = ", ".join(f"{number} ({word})" for number, word in BY_KEY[key].items())
        what = f"{info['name']}.{key} is {info[key]}: got a mode the simulated server has not / expected {known}."
        raise BadConditions(what, "Say one of these for the simulation, or leave the symbol out of the file.")
    return found


def _tick(info: Mapping[str, Any], calc_mode: str, profit_rate: float) -> tuple[float, float]:
    """Size and value of a tick, 0 where they say no more than the point and the contract's size."""
    size, value = float(info["trade_tick_size"]), float(info["trade_tick_value"])
    if calc_mode not in BY_TICK_VALUE:
        return (0.0 if size == 10 ** -int(info["digits"]) else size), 0.0
    return size, value / profit_rate if profit_rate else value


def _volume(info: Mapping[str, Any], key: str) -> int:
    return round(float(info[key]) * LOT)


def _require_sizes(info: Mapping[str, Any]) -> None:
    name = info["name"]
    if not 0 <= int(info["digits"]) <= 8:
        raise BadConditions(f"{name}.digits is {info['digits']}: expected 0 to 8.", "Correct it.")
    for key in ("trade_contract_size", "volume_min", "volume_max", "volume_step"):
        if float(info[key]) <= 0:
            raise BadConditions(f"{name}.{key} is {info[key]}: expected more than 0.", "Correct it.")
    if float(info["volume_min"]) > float(info["volume_max"]):
        raise BadConditions(f"{name}.volume_min is above volume_max.", "Correct them.")


def _moment(server_s: int, rule: str) -> int:
    """A second of the server's clock in ns UTC; 0 stays 0."""
    return int(to_utc_ns(np.array([server_s * 1_000], dtype=np.int64), rule)[0]) if server_s else 0
