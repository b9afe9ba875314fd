"""The one file that imports `MetaTrader5`; only the bridge's child imports it.

Calls are made by a table, in the style the C module wants, and what comes back is copied into plain values at once.
"""

import struct
from typing import Any

import MetaTrader5

from tallystick.platform.mt5.wire import NOTHING, Answer, Call, Plain, Record, Records, Table

BITS = struct.calcsize("P") * 8
BY_POSITION: dict[str, tuple[str, ...]] = {
    "initialize": ("path",),
    "login": ("login",),
    "shutdown": (),
    "version": (),
    "terminal_info": (),
    "account_info": (),
    "symbols_total": (),
    "symbols_get": (),
    "symbol_info": ("symbol",),
    "symbol_info_tick": ("symbol",),
    "symbol_select": ("symbol", "enable"),
    "copy_rates_from": ("symbol", "timeframe", "date_from", "count"),
    "copy_rates_from_pos": ("symbol", "timeframe", "start_pos", "count"),
    "copy_rates_range": ("symbol", "timeframe", "date_from", "date_to"),
    "copy_ticks_from": ("symbol", "date_from", "count", "flags"),
    "copy_ticks_range": ("symbol", "date_from", "date_to", "flags"),
    "orders_total": (),
    "orders_get": (),
    "positions_total": (),
    "positions_get": (),
    "history_orders_total": ("date_from", "date_to"),
    "history_orders_get": ("date_from", "date_to"),
    "history_deals_total": ("date_from", "date_to"),
    "history_deals_get": ("date_from", "date_to"),
    "order_calc_margin": ("action", "symbol", "volume", "price"),
    "order_calc_profit": ("action", "symbol", "volume", "price_open", "price_close"),
    "order_check": ("request",),
    "order_send": ("request",),
}
"""Functions that may be asked for, and which of their arguments go by position; the others go by name."""


def version() -> str:
    """Version of the package."""
    return str(getattr(MetaTrader5, "__version__", "unknown"))


def carried_out(call: Call, now: int) -> Answer:
    """Make the call. Raises `KeyError` for a function that is not in the table."""
    by_position = BY_POSITION[call.function]
    first = [call.arguments[name] for name in by_position if name in call.arguments]
    rest = {name: value for name, value in call.arguments.items() if name not in by_position}
    value = getattr(MetaTrader5, call.function)(*first, **rest)
    code, text = MetaTrader5.last_error()
    return Answer(now=now, error=(int(code), str(text)), value=plain(value))


def plain(value: Any) -> Record | Records | Table | Plain:
    """The package's value as ours."""
    if value is None:
        return NOTHING
    if isinstance(value, bool | int | float):
        return Plain(value)
    if hasattr(value, "dtype"):
        return Table("ticks" if "bid" in value.dtype.names else "rates", value.tobytes())
    if hasattr(value, "n_fields"):
        return Record(type(value).__name__, _values(value))
    if value and not hasattr(value[0], "n_fields"):
        return Plain(tuple(value))
    return Records(type(value[0]).__name__ if value else "", tuple(_values(each) for each in value))


def _values(struct_sequence: Any) -> tuple[Any, ...]:
    """The fields in order; a request inside a result likewise."""
    return tuple(_values(each) if hasattr(each, "n_fields") else each for each in struct_sequence)
