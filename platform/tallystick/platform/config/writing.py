"""A `Config` as TOML, each key with where its value comes from."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from tallystick.platform.config.errors import Place
from tallystick.platform.config.key import Table
from tallystick.platform.config.quantities import NS, Duration, Money, Percent
from tallystick.platform.config.tables import Config
from tallystick.platform.config.units import ByName, Each, Kind
from tallystick.platform.config.walking import Field, fields_of

COLUMN = 52
"""Where the comments begin, if the keys let them."""


@dataclass(frozen=True, slots=True)
class Line:
    """One key's value as TOML, or a heading; `place` is where it stands in a file."""

    place: Place
    text: str
    is_heading: bool = False


def lines_of(config: Config) -> Iterator[Line]:
    """Every heading and every key that has a value, as a file would have them."""
    yield from _of_table(config, (), "")


def toml_of(config: Config, origin: Callable[[Place], str]) -> list[str]:
    """Lines of TOML, each key followed by its origin."""
    lines: list[str] = []
    for line in lines_of(config):
        if line.is_heading:
            lines += ["", line.text]
        else:
            lines.append(f"{line.text:<{COLUMN}}  # {origin(line.place)}")
    return lines[1:]


def written(kind: Kind, value: Any) -> str:
    """A value as TOML has it, in the units of its kind."""
    if isinstance(kind, Money):
        return json.dumps(format(value, "f"))
    if isinstance(kind, Percent):
        return json.dumps(f"{_short(value)} %")
    if isinstance(kind, Duration):
        return json.dumps(span(value * NS[kind.unit]))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(kind, Each):
        return f"[{', '.join(written(kind.kind, each) for each in value)}]"
    if isinstance(kind, ByName):
        pairs = (
            f"{_name(name)} = {written(kind.kind, one) if kind.kind else _plain(one)}" for name, one in value.items()
        )
        return f"{{ {', '.join(pairs)} }}"
    return _plain(value)


def span(ns: int) -> str:
    """`1h`, `90s`, `250ms`: in the largest unit that divides it."""
    if ns == 0:
        return "0s"
    unit = next(name for name in ("d", "h", "m", "s", "ms", "us", "ns") if ns % NS[name] == 0)
    return f"{ns // NS[unit]}{unit}"


def _of_table(table: Table, place: Place, heading: str) -> Iterator[Line]:
    fields = fields_of(type(table))
    for field in fields:
        value = getattr(table, field.name)
        if field.key is not None and value is not None:
            text = f"{field.name} = {written(field.key.kind, value)}"
            yield Line((*place, field.name), text)
    for field in fields:
        value = getattr(table, field.name)
        if field.key is None and value is not None:
            yield from _of_field(field, value, place, f"{heading}.{field.name}".lstrip("."))


def _of_field(field: Field, value: Any, place: Place, heading: str) -> Iterator[Line]:
    here = (*place, field.name)
    if field.shape == "table":
        inner = list(_of_table(value, here, heading))
        if any(not line.is_heading and line.place[:-1] == here for line in inner):
            yield Line(here, f"[{heading}]", is_heading=True)
        yield from inner
    elif field.shape == "list":
        for number, one in enumerate(value):
            yield Line((*here, number), f"[[{heading}]]", is_heading=True)
            yield from _of_table(one, (*here, number), heading)
    else:
        for name, one in value.items():
            yield Line((*here, name), f"[{heading}.{_name(name)}]", is_heading=True)
            yield from _of_table(one, (*here, name), heading)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_name(name)} = {_plain(one)}' for name, one in value.items())} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_plain, value))}]"
    # JSON's text, but for the slashes it does not escape and TOML need not, is TOML's.
    return json.dumps(value if isinstance(value, str | int | float) else str(value))


def _name(name: str) -> str:
    bare = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    return name if bare else json.dumps(name)


def _short(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
