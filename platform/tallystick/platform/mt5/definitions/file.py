"""A terminal's definition as a JSON file: what `export.py` writes, with what is filled in by hand.

    {"symbols": [symbol_info(...)._asdict(), ...], "account": account_info()._asdict(),
     "sessions": {"EURUSD": {"monday": [["00:05", "23:55"]]}}, "commission": {"default": 3.5},
     "server_time_rule": "new_york+7"}

`commission` is money of the account for one lot and side. `liquidity` (lots filled at one quote), `profit_rate` and
`margin_rate` (account currency for one of profit, of margin; without them pairs say it) may be added. Keys that begin
with an underscore are notes for people. Everything is checked as it is read; errors name file, key and fix.
"""

import difflib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tallystick.market.server_time import TimeRuleError, offset_ns
from tallystick.platform.data.errors import BadConditions
from tallystick.platform.data.text import require_file
from tallystick.platform.mt5.definitions.definition import MORE, AccountDefinition, Definition, SymbolDefinition
from tallystick.platform.mt5.definitions.fields import ACCOUNT_TYPES, SYMBOL_TYPES, FieldType
from tallystick.platform.mt5.definitions.week import sessions_from, sessions_written

REQUIRED = ("symbols", "account")
OPTIONAL = ("sessions", "commission", "server_time_rule", *MORE)
RULES = "utc, fixed:+02:00 or new_york+7"
EXPORT = "Export it again with export.py, or add the key."


def definition_from(path: Path) -> Definition:
    """The definition in a file. Raises `MissingData` (E111) and `BadConditions` (E131)."""
    require_file(path)
    try:
        read = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, OSError) as error:
        what = f"{path.name} cannot be read as JSON: {error}."
        raise BadConditions(what, "Correct it, or export it again with export.py.") from error
    return definition_of(read, path.name)


def definition_of(read: Any, title: str) -> Definition:
    """The definition in what JSON gave; `title` names it in messages. Raises `BadConditions` (E131)."""
    if not isinstance(read, Mapping):
        raise _unfit(title, f"it holds a {type(read).__name__}, not a table", 'Begin with {"symbols": [...]}.')
    _require_known(title, "", [key for key in read if not key.startswith("_")], [*REQUIRED, *OPTIONAL])
    for key in REQUIRED:
        if key not in read:
            raise _unfit(title, f"the key {key} is missing", EXPORT)
    symbols = read["symbols"]
    if not isinstance(symbols, list) or not symbols:
        raise _unfit(title, "symbols is no list of symbols", "Export it again with export.py.")
    infos = [_info(title, _called(place, one), one, SYMBOL_TYPES) for place, one in enumerate(symbols)]
    account = _info(title, "account", read["account"], ACCOUNT_TYPES)
    names = [str(info["name"]) for info in infos]
    if "" in names:
        raise _unfit(title, f"symbols[{names.index('')}].name is empty", "Name the symbol.")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _unfit(title, f"symbols has {', '.join(twice)} twice", "Keep one of each.")
    sessions = {name: sessions_from(name, one) for name, one in _by_symbol(title, "sessions", read, names).items()}
    return Definition(
        tuple(SymbolDefinition(info) for info in infos),
        AccountDefinition(account),
        sessions,
        _numbers(title, "commission", read, names),
        _rule(title, read.get("server_time_rule", "utc")),
        *(_numbers(title, key, read, names) for key in MORE),
    )


def document_of(definition: Definition) -> dict[str, Any]:
    """The definition as JSON holds it; `definition_of` reads it back."""
    document: dict[str, Any] = {
        "symbols": [dict(one.info) for one in definition.symbols],
        "account": dict(definition.account.info),
        "sessions": {name: sessions_written(one) for name, one in definition.sessions.items()},
        "commission": dict(definition.commission),
        "server_time_rule": definition.server_time_rule,
    }
    more = {key: dict(getattr(definition, key)) for key in MORE}
    return document | {key: table for key, table in more.items() if table}


def _info(title: str, where: str, read: Any, types: Mapping[str, FieldType]) -> dict[str, Any]:
    """The fields of one struct in their order and types."""
    if not isinstance(read, Mapping):
        raise _unfit(title, f"{where} is {type(read).__name__}, not a table", "Export it again with export.py.")
    _require_known(title, f"{where}.", [key for key in read if not key.startswith("_")], list(types))
    missing = [name for name in types if name not in read]
    if missing:
        raise _unfit(title, f"{where}.{missing[0]} is missing ({len(missing)} of {len(types)} keys)", EXPORT)
    return {name: _value(title, f"{where}.{name}", read[name], kind) for name, kind in types.items()}


def _value(title: str, where: str, value: Any, kind: FieldType) -> Any:
    fits = isinstance(value, kind) and not (kind is int and isinstance(value, bool))
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        fits = math.isfinite(value)
    if kind is bool and value in (0, 1):
        fits = True
    if not fits:
        what = f"{where} is {value!r}: got {type(value).__name__} / expected {kind.__name__}"
        raise _unfit(title, what, "Correct it.")
    return kind(value)


def _by_symbol(title: str, key: str, read: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    """A table by symbol or "default"; notes and empty entries, as `export.py` leaves them, are nothing."""
    table = read.get(key) or {}
    if not isinstance(table, Mapping):
        raise _unfit(title, f"{key} is {table!r}, not a table by symbol", f'Write "{key}": {{}}.')
    stated = {name: one for name, one in table.items() if not name.startswith("_") and one not in (None, {}, "")}
    _require_known(title, f"{key}.", list(stated), [*names, "default"])
    return stated


def _numbers(title: str, key: str, read: Mapping[str, Any], names: list[str]) -> dict[str, float]:
    found = {}
    for name, one in _by_symbol(title, key, read, names).items():
        found[name] = float(_value(title, f"{key}.{name}", one, float))
        if found[name] < 0:
            raise _unfit(
                title, f"{key}.{name} is {one}: got less than 0", "Write what is charged as a positive number."
            )
    return found


def _rule(title: str, rule: Any) -> str:
    if not rule:
        raise _unfit(title, "server_time_rule is empty", f"Say {RULES}; new_york+7 is most brokers'.")
    try:
        offset_ns(0, str(rule))
    except TimeRuleError:
        raise _unfit(title, f"server_time_rule is {rule!r}: got none / expected {RULES}", "Say one.") from None
    return str(rule)


def _require_known(title: str, where: str, keys: list[str], known: list[str]) -> None:
    for key in keys:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            raise _unfit(title, f"{where}{key} is no key", f"Did you mean {near[0]}?" if near else "Leave it out.")


def _called(place: int, read: Any) -> str:
    name = read.get("name") if isinstance(read, Mapping) else None
    return name if isinstance(name, str) and name else f"symbols[{place}]"


def _unfit(title: str, why: str, fix: str) -> BadConditions:
    return BadConditions(f"{title}: {why}.", fix)
