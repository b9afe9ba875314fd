"""Write docs/reference from the docstrings of the public names; `--check` only says whether it is up to date.

The pages read alike in the repository and on the site. Signatures are taken from the source, in blocks marked `py`.
"""

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "reference"
DOOR = "tallystick.platform"
WIDTH = 100
DEFINED = re.compile(r"^`?([a-z_]+(?:, [a-z_]+)*)`?: ")
GIVEN = frozenset({"Backtest", "Bars", "Stats", "Comparison", "Study", "WalkForward", "Reordered", "Report", "Verdict"})
"""Made by the platform: how they are constructed is nobody's business."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its file, its title, a sentence, and names as (module, name)."""

    file: str
    title: str
    says: str
    names: tuple[tuple[str, str], ...]


def of(module: str, *names: str) -> tuple[tuple[str, str], ...]:
    """Names of one module."""
    return tuple((module, name) for name in names)


PAGES = (
    Page(
        "strategies.md",
        "Strategies",
        "What a strategy is written with. Indicators: [indicators.md](../indicators.md); how it goes together:"
        " [authoring.md](../authoring.md).",
        of(DOOR, "strategy", "Strategy", "Module", "Bars", "BarClosed", "Quote", "Fill")
        + of(DOOR, "TargetAsked", "SignalRaised", "lots", "load")
        + of("tallystick.platform.accounts.views", "PositionView", "OrderView", "AccountView"),
    ),
    Page(
        "backtests.md",
        "Backtests",
        "Running a strategy over data, and its result; in words: [backtest.md](../backtest.md).",
        of(DOOR, "backtest", "Backtest")
        + of("tallystick.platform.backtesting.stats", "Stats")
        + of("tallystick.platform.backtesting", "BacktestError", "StrategyFailed"),
    ),
    Page(
        "judging.md",
        "Judging",
        "Searching, counting and judging; in words: [judging.md](../judging.md).",
        of(DOOR, "optimize", "walk_forward", "lookahead_check", "monte_carlo", "compare")
        + of("tallystick.platform.judging.study", "Study")
        + of("tallystick.platform.judging.stitched", "WalkForward")
        + of("tallystick.platform.judging.lookahead", "Report", "Finding")
        + of("tallystick.platform.judging.monte_carlo", "Reordered")
        + of("tallystick.platform.judging.comparing", "Comparison"),
    ),
    Page(
        "data.md",
        "Data",
        "From files and frames to rows; in words: [data.md](../data.md).",
        of("tallystick.platform.data.opening", "series_of", "feed_of")
        + of("tallystick.platform.data.series", "Series")
        + of("tallystick.platform.data.instruments", "instrument_for")
        + of("tallystick.platform.data.conditions", "instruments_from"),
    ),
    Page(
        "log.md",
        "The log",
        "Events, the log that holds them, and its verification; in bytes: [format.md](../format.md).",
        of("tallystick.events", "Event", "fact", "field", "wide", "column", "Catalogue", "LogReader", "LogWriter")
        + of("tallystick.events", "Envelope", "Record", "BlobStore", "Bus", "EmbeddedBus")
        + of("tallystick.events.verify", "verify")
        + of("tallystick.events.findings", "Verdict"),
    ),
)
INDEX = """# Python reference

Written from the docstrings by `ci/reference.py`; a test compares. Names of the door come from one place and are
imported when they are asked for:

```python
from tallystick.platform import Strategy, backtest, strategy
```

"""


def index() -> str:
    """The page that leads to the others."""
    rows = [f"| [{page.title}]({page.file}) | {', '.join(f'`{name}`' for _, name in page.names)} |" for page in PAGES]
    return "\n".join([f"{INDEX}| page | names |", "|---|---|", *rows]) + "\n"


def written(page: Page) -> str:
    """One page."""
    return "\n".join([f"# {page.title}\n\n{page.says}\n", *(_entry(*name) for name in page.names)])


def _entry(module: str, name: str) -> str:
    """A function or a class with its public members."""
    thing = getattr(import_module(module), name)
    lines = [f"## {name}\n", f"From `{module}`.\n"]
    if not inspect.isclass(thing):
        return "\n".join([*lines, *_function(thing)])
    lines += _constructor(thing) + _said(thing) + _fields(thing)
    for member, found in _members(thing):
        lines += [f"### {name}.{member}\n", *_member(found)]
    return "\n".join(lines)


def _function(function: Any) -> list[str]:
    return [f"```py\n{_signature(function)}\n```\n", *_said(function)]


def _member(found: Any) -> list[str]:
    if isinstance(found, property | cached_property):
        getter: Any = found.fget if isinstance(found, property) else found.func
        returns = _node(getter).returns
        return [f"```py\n{getter.__name__}: {_text(returns) if returns else 'Any'}\n```\n", *_said(found)]
    return _function(found)


def _constructor(cls: Any) -> list[str]:
    made = vars(cls).get("__init__")
    if (
        made is None
        or cls.__name__ in GIVEN
        or not inspect.isfunction(made)
        or issubclass(cls, msgspec.Struct)
        or _is_dataclass(cls)
    ):
        return []
    return [f"```py\n{_signature(made, cls.__name__)}\n```\n", *_said(made)]


def _is_dataclass(cls: Any) -> bool:
    return "__dataclass_fields__" in vars(cls)


def _fields(cls: Any) -> list[str]:
    """Fields of a value, as their class states them."""
    if not (issubclass(cls, msgspec.Struct) or _is_dataclass(cls)):
        return []
    body = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
    assert isinstance(body, ast.ClassDef)
    rows = []
    for node, after in zip(body.body, [*body.body[1:], None], strict=True):
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
            continue
        if node.target.id.startswith("_") or "ClassVar" in ast.unparse(node.annotation):
            continue
        said = after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else ""
        kind = _text(node.annotation).replace("|", "\\|")
        rows.append((f"| `{node.target.id}` | `{kind}` |", inspect.cleandoc(str(said)).replace("\n", " ")))
    if not any(said for _, said in rows):
        return ["| field | type |", "|---|---|", *(row for row, _ in rows), ""] if rows else []
    return ["| field | type | |", "|---|---|---|", *(f"{row} {said} |" for row, said in rows), ""]


def _members(cls: Any) -> Iterator[tuple[str, Any]]:
    """Public methods and properties of a class and of its own parents, as they stand in the source."""
    seen: set[str] = set()
    for each in cls.__mro__:
        if not each.__module__.startswith("tallystick") or (each.__name__ == "Event" and each is not cls):
            continue
        for name, found in vars(each).items():
            plain = found.__func__ if isinstance(found, classmethod | staticmethod) else found
            shown = inspect.isfunction(plain) or isinstance(plain, property | cached_property)
            if name.startswith("_") or name in seen or not shown or not inspect.getdoc(plain):
                continue
            if inspect.isfunction(plain) and plain.__name__ != name:  # another's, under a second name
                continue
            seen.add(name)
            yield name, plain


def _said(thing: Any) -> list[str]:
    """The docstring; a paragraph of `name: what it is` becomes a list."""
    paragraphs = (inspect.getdoc(thing) or "").split("\n\n")
    return ["\n\n".join(map(_listed, paragraphs)) + "\n"]


def _listed(paragraph: str) -> str:
    lines = paragraph.splitlines()
    if sum(bool(DEFINED.match(line)) for line in lines) < 2 or not DEFINED.match(lines[0]):
        return paragraph
    return "\n".join(DEFINED.sub(r"* `\1`: ", line) if DEFINED.match(line) else f"  {line.strip()}" for line in lines)


def _node(function: Any) -> ast.FunctionDef:
    source = textwrap.dedent(inspect.getsource(inspect.unwrap(function)))
    node = ast.parse(source).body[0]
    assert isinstance(node, ast.FunctionDef)
    return node


def _signature(function: Any, name: str = "") -> str:
    """The signature as written, without `self`; a line for each argument where one line is too long."""
    node = _node(function)
    given = [*_arguments(node.args)]
    if given and given[0] in {"self", "cls"}:
        del given[0]
    returns = f" -> {_text(node.returns)}" if node.returns and not name else ""
    line = f"{name or node.name}({', '.join(given)}){returns}"
    if len(line) <= WIDTH:
        return line
    return "\n".join([f"{name or node.name}(", *(f"    {each}," for each in given), f"){returns}"])


def _arguments(given: ast.arguments) -> Iterator[str]:
    """Each argument with annotation and default; `/` and `*` where they stand."""
    plain = [*given.posonlyargs, *given.args]
    defaults: list[ast.expr | None] = [None] * (len(plain) - len(given.defaults))
    for number, (each, default) in enumerate(zip(plain, [*defaults, *given.defaults], strict=True), 1):
        yield _argument(each, default)
        if number == len(given.posonlyargs):
            yield "/"
    if given.vararg or given.kwonlyargs:
        yield f"*{_argument(given.vararg, None) if given.vararg else ''}"
    for each, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        yield _argument(each, default)
    if given.kwarg:
        yield f"**{_argument(given.kwarg, None)}"


def _argument(each: ast.arg, default: ast.expr | None) -> str:
    kind = f": {_text(each.annotation)}" if each.annotation else ""
    if default is None:
        return f"{each.arg}{kind}"
    return f"{each.arg}{kind} = {ast.unparse(default)}" if kind else f"{each.arg}={ast.unparse(default)}"


def _text(annotation: ast.expr) -> str:
    """An annotation as written; one in quotes without them."""
    return str(annotation.value) if isinstance(annotation, ast.Constant) else ast.unparse(annotation)


def all_pages() -> dict[Path, str]:
    """Every page by its path."""
    return {FOLDER / "README.md": index(), **{FOLDER / page.file: written(page) for page in PAGES}}


def outdated() -> list[str]:
    """Pages that are not what the code says now."""
    return [
        path.name for path, text in all_pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


def main(arguments: list[str]) -> int:
    """Write the pages, or say which differ."""
    if arguments == ["--check"]:
        wrong = outdated()
        print(f"docs/reference: {', '.join(wrong)} not up to date: python -m ci.reference" if wrong else "up to date")
        return int(bool(wrong))
    for path, text in all_pages().items():
        path.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
