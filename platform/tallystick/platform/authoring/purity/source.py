"""The check of a strategy's source before a run: what its callbacks reach for that no replay can repeat.

Nothing is executed. Callbacks are `on_*`, `react`, `scan`, `advance`, `columns`, `freeze`, `thaw` and signal functions;
functions and methods of the same file that they reach count too. What code does when the file is loaded is reported
apart (`at_load`): it may read files, and runs once, before the first row.
"""

import ast
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tallystick.platform.authoring.purity.forbidden import (
    FILE_METHODS,
    HARMLESS_WITH,
    NOW_BY_WORD,
    PATH_METHODS,
    PATHS,
    kind_of,
)
from tallystick.platform.authoring.purity.impure import CODE, REMEDIES, VERBS
from tallystick.platform.authoring.purity.names import Function, Names, dotted, names_in
from tallystick.platform.authoring.purity.reach import File

AT_LOAD = "It runs once, when the file is loaded; pass what it gives as a parameter to have it recorded with the run"


class Finding(NamedTuple):
    """One use of something no replay can repeat. `line` is 1-based; `kind` is a key of `REMEDIES`.

    `at_load`: it happens when the file is loaded, not in a callback, and is no reason to refuse the file.
    """

    line: int
    what: str
    remedy: str
    kind: str = ""
    at_load: bool = False
    filename: str = ""

    def message(self) -> str:
        """The finding as an error's text: "E520 ema.py:9 on_bar reads a clock: time.time. Use self.time, ...."."""
        return f"{CODE} {self.filename}:{self.line} {self.what}. {self.remedy}."


def check_source(source: str, filename: str = "<source>") -> list[Finding]:
    """What the file's callbacks (and, marked `at_load`, its loading) reach for, in the order of lines.

    Raises `SyntaxError` where the source is not Python.
    """
    file = File(ast.parse(source.removeprefix("\ufeff"), filename))  # Windows editors put a mark before the text
    called = file.reached((place.name, place) for place in file.callbacks())
    made = [("loading the file", place) for place in file.places.values() if place.function.name == "__init__"]
    roots = [("loading the file", place) for place in file.referred(file.top, "")]
    loaded = file.reached([*roots, *made])
    findings = {
        (use.line, use.name): _finding(use, label, place.name, filename)
        for key, label in called.items()
        for place in (file.places[key],)
        for use in _uses(place.function.body, names_in(place.function, file.names), inside=True)
    }
    for key in loaded.keys() - called.keys():
        function = file.places[key].function
        for use in _uses(function.body, names_in(function, file.names), inside=True):
            findings.setdefault((use.line, use.name), _finding(use, "", function.name, filename))
    for use in _uses(file.top, file.names, inside=False):
        findings.setdefault((use.line, use.name), _finding(use, "", "the file", filename))
    return sorted(findings.values())


class _Use(NamedTuple):
    line: int
    name: str
    kind: str


def _finding(use: _Use, root: str, function: str, filename: str) -> Finding:
    where = function if function == root or not root else f"{function} (called by {root})"
    when = "" if root else " when it is loaded"
    remedy = REMEDIES[use.kind] if root else AT_LOAD
    return Finding(use.line, f"{where} {VERBS[use.kind]}{when}: {use.name}", remedy, use.kind, not root, filename)


def _uses(statements: Iterable[ast.AST], names: Names, *, inside: bool) -> Iterator[_Use]:
    """Every forbidden name and call. `inside` a function, the functions nested in it belong to it."""
    statements = list(statements)
    nodes = [node for one in statements for node in ast.walk(one)] if inside else statements
    skipped: set[int] = set()
    for node in nodes:
        if id(node) in skipped:
            continue
        if isinstance(node, ast.AnnAssign | ast.arg) and node.annotation is not None:
            skipped |= {id(part) for part in ast.walk(node.annotation)}
        elif isinstance(node, Function) and node.returns is not None:
            skipped |= {id(part) for part in ast.walk(node.returns)}
        elif isinstance(node, ast.ExceptHandler) and node.type is not None:
            skipped |= {id(part) for part in ast.walk(node.type)}
        elif isinstance(node, ast.Call):
            yield from _of_call(node, names)
        elif isinstance(node, ast.Name | ast.Attribute):
            name = dotted(node, names)
            kind = None if name in HARMLESS_WITH else kind_of(name)
            if kind is not None:
                skipped |= {id(part) for part in ast.walk(node)}
                yield _Use(node.lineno, name, kind)


def _of_call(node: ast.Call, names: Names) -> Iterator[_Use]:
    """Calls that matter by their arguments or by the method alone."""
    name = dotted(node.func, names)
    given = len(node.args) + len(node.keywords)
    first = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
    if name in HARMLESS_WITH:
        kind = kind_of(name)
        if given < HARMLESS_WITH[name] and kind is not None:
            yield _Use(node.lineno, f"{name}() without a {'seed' if kind == 'chance' else 'time'}", kind)
    elif name in NOW_BY_WORD and first in {"now", "today"}:
        yield _Use(node.lineno, f"{name}({first!r})", "clock")
    elif isinstance(node.func, ast.Attribute) and kind_of(name) is None:
        method = node.func.attr
        if method in FILE_METHODS or (method in PATH_METHODS and _is_path(node.func.value, names)):
            yield _Use(node.lineno, f".{method}()", "file")


def _is_path(node: ast.expr, names: Names) -> bool:
    """Whether an expression plainly is a `pathlib.Path`: made on the spot, or joined to one."""
    if isinstance(node, ast.BinOp):
        return _is_path(node.left, names)
    return isinstance(node, ast.Call) and dotted(node.func, names) in PATHS
