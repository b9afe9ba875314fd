"""From the tables of a TOML file to a `Config`: every key is looked at, and everything wrong is found at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from tallystick.platform.config.errors import Findings, Place, meant, shown
from tallystick.platform.config.key import Key, Table
from tallystick.platform.config.tables import Config
from tallystick.platform.config.units import Unfit

Shape = Literal["value", "table", "list", "named"]
IN_WORDS = {"table": "a table", "list": "a list of tables", "named": "tables by name"}


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a table: a value with its `Key`, or a table, a list of tables, tables by name."""

    name: str
    shape: Shape
    key: Key | None = None
    table: type[Table] | None = None


def config_from(tables: Mapping[str, Any], findings: Findings) -> Config:
    """The config; what does not fit is a finding, and counts as left out."""
    config = _table(Config, tables, (), findings)
    assert isinstance(config, Config)
    return config


@cache
def fields_of(table: type[Table]) -> tuple[Field, ...]:
    """The keys of a table in their order."""
    hints = get_type_hints(table, include_extras=True)
    return tuple(_field(name, hints[name]) for name in table.__struct_fields__)


def _field(name: str, hint: Any) -> Field:
    parts = list(_parts(hint))
    key = next((one for one in parts if isinstance(one, Key)), None)
    if key is not None:
        return Field(name, "value", key)
    table = next(one for one in parts if isinstance(one, type) and issubclass(one, Table))
    shape: Shape = "list" if tuple in parts else "named" if Mapping in parts else "table"
    return Field(name, shape, None, table)


def _parts(hint: Any) -> Iterator[Any]:
    origin = get_origin(hint)
    metadata = getattr(hint, "__metadata__", ())
    yield from metadata
    if origin in {Union, UnionType, tuple, Mapping}:
        yield origin
        for each in get_args(hint):
            yield from _parts(each)
    elif not metadata:
        yield hint


def _table(cls: type[Table], given: Any, place: Place, findings: Findings) -> Table | None:
    if not isinstance(given, Mapping):
        findings.add("E143", "a value that does not fit", place, got=shown(given), expected="a table")
        return None
    known = {field.name: field for field in fields_of(cls)}
    for name in given:
        if name not in known:
            what = "no such table" if not place and isinstance(given[name], dict | list) else "no such key"
            findings.add("E142", what, (*place, name), got=shown(name), fix=meant(name, known))
    for field in known.values():
        if field.key is not None and field.key.needed and field.name not in given:
            expected = f"{field.name} = {field.key.kind.takes}"
            findings.add("E146", "a key is not there", place, got="nothing", expected=expected, fix="Add it.")
    read = {name: _read(field, given[name], (*place, name), findings) for name, field in known.items() if name in given}
    return cls(**{name: value for name, value in read.items() if value is not None})


def _read(field: Field, value: Any, place: Place, findings: Findings) -> Any:
    if field.key is not None:
        try:
            return field.key.kind.read(value)
        except Unfit as error:
            takes, fix = field.key.kind.takes, error.fix or "Correct it."
            findings.add("E143", error.what, place, got=shown(value), expected=takes, fix=fix)
            return None
    assert field.table is not None
    if field.shape == "table":
        return _table(field.table, value, place, findings)
    kind: type[Any] = list if field.shape == "list" else Mapping
    if not isinstance(value, kind):
        within = all(isinstance(part, str) for part in place)  # else it has no heading of its own
        heading = f"Write [[{'.'.join(map(str, place))}]] over it." if within else "Write [{ ... }]."
        fix = heading if field.shape == "list" else "Write a name for each."
        expected = IN_WORDS[field.shape]
        findings.add("E143", "a value that does not fit", place, got=shown(value), expected=expected, fix=fix)
        return None
    if field.shape == "list":
        each = [_table(field.table, one, (*place, number), findings) for number, one in enumerate(value)]
        # One that cannot be read keeps its number, so that the others' lines stay theirs.
        return tuple(field.table() if one is None else one for one in each)
    named = {name: _table(field.table, one, (*place, name), findings) for name, one in value.items()}
    return {name: one for name, one in named.items() if one is not None}
