"""The JSON Schema (draft 2020-12) of the config file, for editors that complete and check TOML as one types."""

import json
from decimal import Decimal
from typing import Any

from tallystick.platform.config.effective import defaults
from tallystick.platform.config.key import Table
from tallystick.platform.config.quantities import NS, Duration, Money, Percent
from tallystick.platform.config.tables import Config
from tallystick.platform.config.units import Kind
from tallystick.platform.config.walking import Field, fields_of
from tallystick.platform.config.writing import span

FILE = "tallystick.schema.json"


def schema() -> dict[str, Any]:
    """The schema of `tallystick.toml`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "tallystick.toml",
        **_object(Config, defaults()),
    }


def schema_text() -> str:
    """The schema as a file has it."""
    return json.dumps(schema(), indent=2, ensure_ascii=True) + "\n"


def _object(table: type[Table], usual: Table | None) -> dict[str, Any]:
    fields = fields_of(table)
    needed = [field.name for field in fields if field.key is not None and field.key.needed]
    described: dict[str, Any] = {
        "type": "object",
        "description": (table.__doc__ or "").strip().splitlines()[0],
        "additionalProperties": False,
        "properties": {field.name: _property(field, getattr(usual, field.name, None)) for field in fields},
    }
    return described | ({"required": needed} if needed else {})


def _property(field: Field, usual: Any) -> dict[str, Any]:
    if field.key is None:
        assert field.table is not None
        inner = _object(field.table, usual if isinstance(usual, field.table) else None)
        if field.shape == "list":
            return {"type": "array", "items": inner}
        return inner if field.shape == "table" else {"type": "object", "additionalProperties": inner}
    key = field.key
    takes = key.kind.takes
    property_ = {**key.kind.schema(), "description": f"{key.means} Takes {takes}."}
    return property_ if usual is None else {**property_, "default": _default(key.kind, usual)}


def _default(kind: Kind, value: Any) -> Any:
    if isinstance(kind, Duration):
        return span(value * NS[kind.unit])
    if isinstance(kind, Percent):
        return f"{value.normalize():f} %"
    if isinstance(kind, Money) or isinstance(value, Decimal):
        return format(value, "f")
    return list(value) if isinstance(value, tuple) else value


def keys_of(table: type[Table] = Config) -> list[str]:
    """Every key of a table, dotted, for documents and tests."""
    found: list[str] = []
    for field in fields_of(table):
        found.append(field.name)
        if field.table is not None:
            found += [f"{field.name}.{name}" for name in keys_of(field.table)]
    return found
