"""An instrument's conditions from a file of yours, or as MetaTrader itself states them.

A JSON or TOML file holds a table for each symbol. Its fields are those of `Instrument` with volumes in lots
(`volume_min = 0.01`), over the built-in conditions where the symbol is known; or those of MetaTrader's
`symbol_info(...)._asdict()`, told by its `trade_contract_size`. Such a dump may also be the whole file.

    [EURUSD]
    commission_per_lot = 350
    swap_long = -6.2

Commissions are not in `symbol_info`: they are 0 unless the file adds `commission_per_lot`. Nor are constant
rates to the account's currency: `profit_rate` and `margin_rate` may stand beside its fields.
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, replace
from dataclasses import fields as dataclass_fields
from pathlib import Path
from typing import Any

from tallystick.market.instrument import LOT, TICK_MODES, Instrument
from tallystick.platform.data.errors import BadConditions, DataError
from tallystick.platform.data.instruments import instrument_for
from tallystick.platform.data.text import require_file
from tallystick.platform.mt5.definitions.modes import BY_KEY

VOLUMES = ("volume_min", "volume_max", "volume_step", "volume_limit", "liquidity_volume")
TEXTS = (
    "symbol", "currency_base", "currency_profit", "currency_margin", "calc_mode", "execution", "swap_mode",
    "trade_mode", "gtc_mode", "sessions",
)  # fmt: skip
FLAGS = ("margin_hedged_larger_leg",)
WEEK = "swap_multipliers"
MT5_MARK = "trade_contract_size"
SAME = ("digits", "margin_hedged", "swap_long", "swap_short", "currency_base", "currency_profit", "currency_margin")
MAY_SAY = {
    "trade_tick_size": "tick_size",
    "margin_initial": "margin_initial",
    "margin_maintenance": "margin_maintenance",
    "margin_hedged_use_leg": "margin_hedged_larger_leg",
    "order_mode": "order_modes",
    "expiration_mode": "expiration_modes",
}
"""Fields of ours by MetaTrader's that older dumps may lack."""
OWN = ("commission_per_lot", "profit_rate", "margin_rate", "sessions")
"""What `symbol_info` does not say, and may be written beside its fields."""


def instruments_from(path: Path) -> dict[str, Instrument]:
    """The instruments in a JSON or TOML file, by symbol. Raises `BadConditions` (E131), `MissingData` (E111)."""
    require_file(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
        read = tomllib.loads(text) if path.suffix.lower() == ".toml" else json.loads(text)
    except (ValueError, OSError) as error:
        raise BadConditions(f"{path.name} cannot be read: {error}.", "Correct it; docs/data.md shows one.") from error
    if isinstance(read, dict) and MT5_MARK in read:
        read = {str(read.get("name", "")): read}
    if not isinstance(read, dict) or not all(isinstance(fields, dict) for fields in read.values()):
        raise BadConditions(f"{path.name} has no table for each symbol.", "Write [EURUSD] and its fields below.")
    return {symbol: instrument_from(symbol, fields) for symbol, fields in read.items()}


def instrument_from(symbol: str, fields: Mapping[str, Any]) -> Instrument:
    """One instrument from its fields, MetaTrader's or ours. Raises `BadConditions` (E131)."""
    if not isinstance(fields, Mapping):
        raise _unfit(symbol, f"got {type(fields).__name__} / expected its fields by name, such as swap_long")
    try:
        found = _of_mt5(symbol, fields) if MT5_MARK in fields else _of_ours(symbol, fields)
    except DataError:
        raise
    except (TypeError, ValueError, KeyError) as error:
        raise _unfit(symbol, f"{type(error).__name__} {error}") from error
    if not 0 <= found.digits <= 8:
        raise _unfit(symbol, f"digits {found.digits} is not within 0..8")
    if not 0 < found.volume_min <= found.volume_max or found.volume_step <= 0 or found.contract_size <= 0:
        raise _unfit(symbol, "volumes and contract size must be above 0, and the minimum not above the maximum")
    return found


def _of_ours(symbol: str, fields: Mapping[str, Any]) -> Instrument:
    unknown = set(fields) - set(Instrument.__slots__)
    if unknown:
        raise _unfit(symbol, f"no field is called {', '.join(sorted(unknown))}")
    values = {name: _value(symbol, name, value) for name, value in fields.items()}
    try:
        known = instrument_for(symbol)
    except DataError:
        lacking = [name for name in _must_say() if name not in values]
        if lacking:
            raise _unfit(symbol, f"it is not built in, so it must also say {', '.join(lacking)}") from None
        return Instrument(**{"symbol": symbol, **values})
    return replace(known, **values)


def _must_say() -> list[str]:
    """Fields of an instrument that have no usual value."""
    return [one.name for one in dataclass_fields(Instrument) if one.default is MISSING and one.name != "symbol"]


def _value(symbol: str, name: str, value: Any) -> Any:
    if name in VOLUMES:
        return round(float(value) * LOT)
    if name in TEXTS:
        if isinstance(value, str):
            return value
    elif name in FLAGS:
        if isinstance(value, bool):
            return value
    elif name == WEEK:
        if isinstance(value, list) and len(value) in {0, 7} and all(type(one) in {int, float} for one in value):
            return tuple(float(one) for one in value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        default = getattr(Instrument, "__dataclass_fields__")[name].type  # noqa: B009 -- mypy knows no such attribute
        return float(value) if "float" in str(default) else int(value)
    raise _unfit(symbol, f"{name} is {value!r}")


def _of_mt5(symbol: str, fields: Mapping[str, Any]) -> Instrument:
    """See https://www.mql5.com/en/docs/constants/environment_state/marketinfoconstants for the numbers' meanings."""
    words: dict[str, str] = {}
    for name, known in BY_KEY.items():
        if name not in fields and name in {"trade_mode", "order_gtc_mode"}:
            continue
        if int(fields[name]) not in known:
            raise _unfit(symbol, f"{name} {fields[name]} is none that the simulated terminal has")
        words[name] = known[int(fields[name])]
    same: dict[str, Any] = {name: fields[name] for name in SAME}
    same |= {name: round(float(fields[name]) * LOT) for name in VOLUMES[:-1]}
    same |= {ours: _value(symbol, ours, fields[name]) for name, ours in MAY_SAY.items() if name in fields}
    same |= {name: _value(symbol, name, fields[name]) for name in OWN if name in fields}
    if words["trade_calc_mode"] in {*TICK_MODES, "cfd_index"}:
        same["tick_value"] = float(fields["trade_tick_value"])  # elsewhere it follows from the contract size
    return Instrument(
        symbol=symbol or str(fields["name"]),
        contract_size=float(fields[MT5_MARK]),
        calc_mode=words["trade_calc_mode"],
        swap_mode=words["swap_mode"],
        execution=words["trade_exemode"],
        trade_mode=words.get("trade_mode", "full"),
        gtc_mode=words.get("order_gtc_mode", "gtc"),
        filling_modes=int(fields["filling_mode"]) & 7,
        stops_level=int(fields["trade_stops_level"]),
        freeze_level=int(fields["trade_freeze_level"]),
        swap_triple_weekday=(int(fields["swap_rollover3days"]) - 1) % 7,  # MT5 counts from Sunday, we from Monday
        **same,
    )


def _unfit(symbol: str, why: str) -> BadConditions:
    return BadConditions(f"the conditions of {symbol or 'a symbol without a name'} do not fit: {why}.",
                         "Correct that field; docs/data.md lists them.")  # fmt: skip
