"""What a name in a source file stands for: imports, aliases and shadowing, resolved without running anything."""

import ast
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeGuard

UNKNOWN: Final = ""
"""What a name is bound to when it is not a module, a class or a function whose dotted name is known."""

Function = ast.FunctionDef | ast.AsyncFunctionDef
Names = Mapping[str, str]


def dotted(node: ast.expr, names: Names) -> str:
    """The dotted name an expression stands for (`now` after `from time import time as now` is "time.time"), or ""."""
    if isinstance(node, ast.Name):
        return names.get(node.id, node.id if node.id in {"open", "input"} else UNKNOWN)
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value, names)
        return f"{owner}.{node.attr}" if owner else UNKNOWN
    return UNKNOWN


def bound_in(statements: Iterable[ast.AST], outer: Names) -> dict[str, str]:
    """Names that these statements bind, with what they stand for; functions inside them bind their own."""
    bound: dict[str, str] = {}
    nodes = list(within(statements))
    aliases = {id(node.targets[0]) for node in nodes if _is_alias(node)}
    for node in nodes:
        if id(node) in aliases:
            continue  # bound by its assignment
        for name, meaning in _bindings(node, {**outer, **bound}):
            # a name that means different things at different places is not guessed at
            bound[name] = meaning if bound.get(name, meaning) == meaning else UNKNOWN
    return bound


def names_in(function: Function, outer: Names) -> dict[str, str]:
    """All names as the body of a function sees them: the module's, less its parameters, plus what it binds itself."""
    arguments = function.args
    parameters = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    parameters += [extra for extra in (arguments.vararg, arguments.kwarg) if extra is not None]
    seen = {**outer, **{parameter.arg: UNKNOWN for parameter in parameters}}
    return {**seen, **bound_in(function.body, seen)}


def within(statements: Iterable[ast.AST]) -> Iterable[ast.AST]:
    """Nodes in the order of the text that run with these statements: bodies of named functions are left out.

    Their defaults and decorators, which run where the function is defined, are not.
    """
    for statement in statements:
        yield statement
        if isinstance(statement, Function):
            arguments = statement.args
            defaults = [*arguments.defaults, *(one for one in arguments.kw_defaults if one is not None)]
            yield from within([*statement.decorator_list, *defaults])
        else:
            yield from within(ast.iter_child_nodes(statement))


def _bindings(node: ast.AST, names: Names) -> Iterable[tuple[str, str]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            first = alias.name.partition(".")[0]
            yield (alias.asname, alias.name) if alias.asname else (first, first)
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name, UNKNOWN if node.level else f"{node.module}.{alias.name}"
    elif _is_alias(node):
        if not _is_none(node.value):  # `except ImportError: np = None` does not make numpy another thing
            yield node.targets[0].id, dotted(node.value, names)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id, UNKNOWN
    elif isinstance(node, ast.arg):
        yield node.arg, UNKNOWN
    elif isinstance(node, Function | ast.ClassDef):
        yield node.name, UNKNOWN


def _is_alias(node: ast.AST) -> TypeGuard[Any]:
    """Whether it is `name = value`."""
    return isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
