"""Write docs/config.md and the schema beside it from the config's own tables; `--check` only compares."""

import sys
from collections.abc import Iterator
from pathlib import Path

from tallystick.platform.config.effective import defaults
from tallystick.platform.config.key import Table
from tallystick.platform.config.schema import FILE, schema_text
from tallystick.platform.config.tables import Config
from tallystick.platform.config.walking import Field, fields_of
from tallystick.platform.config.writing import written

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE = DOCS / "config.md"
SHARED = frozenset({"strategy.sizing", "strategy.protection", "strategy.filters"})
"""Tables of a strategy that are told where the file's own are."""
INTRODUCTION = """# The config file

One file, `tallystick.toml`, says what a run is: account, data, strategies, sizing, filters, limits, keys. Only
`[[strategy]]` is needed. The tables below are written from the program's own by `ci/config_page.py`; a test compares
them.

```console
$ tallystick init my-desk --yes
$ tallystick config check tallystick.toml
$ tallystick config show tallystick.toml
$ tallystick run tallystick.toml
```

`init` writes the file with comments, a strategy that runs as it stands, a `.gitignore` for books and keys, and the
schema for editors; it overwrites nothing. `run` without an argument takes the `tallystick.toml` of the folder. Each
run has a book of its own, `books/run-0001` and on, unless `--book` names one; a run that was stopped or died is gone
on with. What an option of `run` says (`--seed`, `--durability`, `--strict`, `--report`) counts instead of
the file's.

```toml
#:schema ./tallystick.schema.json
[account]
deposit = "10000.00"

[[strategy]]
file = "ema_cross.py"                         # or kind = "ema_cross", a built-in one
parameters = { fast = 5 }
filters.spreads = [{ points = 30 }]           # its own filters, sizing and protection

[[strategy]]
file = "ema_cross.py"
name = "slow"
parameters = { slow = 100 }
sizing = { kind = "fixed", lots = "0.02" }

[risk]
daily_loss = "2.5 %"
limits = { max_loss = "1000.00" }
```

## How values are written

* Lots and money in quotes or as numbers: `"0.10"`, `0.10`, `"10000.00"`. Both are read as the decimal that stands
  there, never through a binary fraction. An amount finer than the account's decimals is refused, and so are lots that
  the symbol does not trade: nothing is rounded.
* Percent with or without the sign: `"0.25 %"`, `0.25`.
* Lengths of time with their unit, `ns us ms s m h d`: `"250ms"`, `"1h 30m"`.
* Dates as TOML's or in quotes, UTC: `2014-05-31`, `"2014-05-31T13:00:00Z"`.
* Paths begin at the file's folder. A strategy's file goes into the plan as it is seen from the folder in which the
  command is said, as in a backtest; so say it in the same folder to get the same plan hash.

What the file says becomes a plan ([plan.md](plan.md)) and a feed like any other: the same said through
`backtest(...)` or as a JSON plan gives the same decision digest. The manifest of the run (`run.started`) holds the
SHA-256 of the file under `settings["config"]`, and the log keeps the file itself beside the strategies' files.

## What is found

`config check` finds everything at once, loads the strategies and reads the data as a run does, and writes nothing.
The key and the folder of the books are looked at when a run begins. Each finding has the line, the key, what it got,
what it takes, and what to do. Exit code 2 says that a run could not begin from the file.

| code | what |
|---|---|
| E140 | the file cannot be read: not there, a folder, not UTF-8, a byte order mark, over 1 MiB |
| E141 | it is no TOML; a key twice in a table |
| E142 | a key or table that nobody knows, with the nearest one |
| E143 | a value that does not fit: type, form, bounds |
| E144 | keys that exclude each other, a name or symbol that is there twice |
| E145 | a secret key stands in the file; it is never repeated in the message |
| E146 | a key that is needed is not there |

Symbols (E101), data, lots (E112, E113), strategies (E501 and on) and limits (E601) keep the codes they have
elsewhere.

What can be run and is hardly meant is a warning, with its line too. Warnings change no exit code; with `--json` they
stand under `warnings`.

| code | what |
|---|---|
| W141 | a list names a strategy that the run does not have, or no symbol that it has |
| W142 | a limit that never counts: another one always comes before it, or the whole deposit is lost before |
| W143 | fixed lots that no order can have: above a limit, or without the margin in the deposit at the first price |
| W144 | a filter that no row passes (hours, spread), or a calendar without an event in the data |
| W145 | a Friday's close after which most weeks have no row, so that positions stay over the weekend |

`config show` prints every value in effect as a file of its own, each with its line, `default`, `built in`, or the
preset it comes from. `config schema` prints the JSON Schema (draft 2020-12). Taplo and Even Better TOML find it by
the first line of the file.

## Keys

The file names keys, and never holds one. `signing = "desk"` is `desk.key` in your key folder (`--home`,
`TALLYSTICK_HOME`), `signing = "../keys/desk.key"` a file; `signing`, the default, is your own and is made on first
use. A key inside the book it signs is refused.

## Modules in order

Strategies hear in the order of their tables, then come the platform's own modules in the one order they have.
`run.modules` may list them all, as `config show` prints them: strategies change places by it, and a list that is not
this run's is refused.

## Tables

Without a default a key is the platform's, the symbol's or the strategy's own.

"""


def page() -> str:
    """The whole page."""
    return INTRODUCTION + "\n".join(_tables("", Config, defaults())).rstrip() + "\n"


def _tables(name: str, table: type[Table], usual: Table | None) -> Iterator[str]:
    keys = [field for field in fields_of(table) if field.key is not None]
    if keys:
        yield f"### {name}\n"
        yield f"{(table.__doc__ or '').strip().splitlines()[0]}\n"
        yield "| key | takes | default | meaning |\n|---|---|---|---|"
        yield from (_row(field, getattr(usual, field.name, None)) for field in keys)
        yield ""
    for field in fields_of(table):
        inner = f"{name.strip('`[]')}.{field.name}".lstrip(".")
        if field.table is not None and inner not in SHARED:
            own = getattr(usual, field.name, None)
            yield from _tables(_heading(field, inner), field.table, own if isinstance(own, field.table) else None)


def _heading(field: Field, name: str) -> str:
    return f"`[[{name}]]`" if field.shape == "list" else f"`[{name}.NAME]`" if field.shape == "named" else f"`[{name}]`"


def _row(field: Field, usual: object) -> str:
    assert field.key is not None
    kind, means, needed = field.key
    default = "needed" if needed else "" if usual is None else f"`{written(kind, usual)}`"
    return f"| `{field.name}` | {kind.takes} | {default} | {means} |"


def main(arguments: list[str]) -> int:
    """Write page and schema, or say whether they differ."""
    files = {PAGE: page(), DOCS / FILE: schema_text()}
    if arguments == ["--check"]:
        stale = [path.name for path, new in files.items() if path.read_text(encoding="utf-8") != new]
        print(f"{', '.join(stale)}: python -m ci.config_page" if stale else "docs/config.md is up to date")
        return int(bool(stale))
    for path, new in files.items():
        path.write_text(new, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
