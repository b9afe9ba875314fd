"""Faults planted into an indicator's source: a number one too large, a comparison that forgets or adds equality.

Each fault gives the module once more with one place changed; the classes that use it are built on the faulty one.
"""

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any

PACKAGE = "tallystick.platform.authoring.indicators"

OTHER: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
}


@dataclass(frozen=True)
class Fault:
    """One changed place: the module's name, and the line before and after."""

    module: str
    line: int
    before: str
    after: str
    source: str

    def __str__(self) -> str:
        return f"{self.module.rpartition('.')[2]}.py:{self.line} {self.before} -> {self.after}"


def faults_of(module: ModuleType) -> Iterator[Fault]:
    """Every fault that can be planted into the functions of a module."""
    source = inspect.getsource(module)
    for place in range(sum(1 for _ in _places(ast.parse(source)))):
        tree = ast.parse(source)
        node: Any = list(_places(tree))[place]
        before = ast.unparse(node)
        if isinstance(node, ast.Compare):
            node.ops[0] = OTHER[type(node.ops[0])]()
        else:
            node.value += 1
        yield Fault(module.__name__, node.lineno, before, ast.unparse(node), ast.unparse(tree))


def _places(tree: ast.Module) -> Iterator[Any]:
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            nodes = (node for statement in function.body for node in ast.walk(statement))
            yield from (node for node in nodes if _may_be_wrong(node))


def _may_be_wrong(node: ast.AST) -> bool:
    if isinstance(node, ast.Compare):
        return type(node.ops[0]) in OTHER
    return isinstance(node, ast.Constant) and type(node.value) in {int, float}


def users_of(module: str, of: str) -> tuple[str, ...]:
    """The modules between `of` and the faulty one that have to be built again, in order; () where it is not used."""
    imported = re.findall(rf"^from ({PACKAGE}\.\w+) import", inspect.getsource(sys.modules[of]), re.MULTILINE)
    built = [name for one in imported if one != module for name in users_of(module, one)]
    return (*dict.fromkeys(built), of) if built or module in imported else ()


@contextmanager
def planted(fault: Fault, also: tuple[str, ...]) -> Iterator[None]:
    """`sys.modules` with the faulty module, and the modules `also` built on it, until the end of the block."""
    names = (fault.module, *also)
    sound = {name: sys.modules[name] for name in names}
    try:
        for name in names:
            module = ModuleType(name)
            sys.modules[name] = module
            source = fault.source if name == fault.module else inspect.getsource(sound[name])
            exec(compile(source, f"<{fault}>", "exec"), vars(module))  # noqa: S102 -- our own source
        yield
    finally:
        sys.modules.update(sound)
