"""Which functions of a file a callback can reach: by name, as methods of `self`, of objects made in the file."""

import ast
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tallystick.platform.authoring.purity.names import Function, Names, bound_in, dotted, within

CALLBACKS = frozenset({"react", "scan", "advance", "columns", "freeze", "thaw", "resume"})
"""Methods the platform calls during a run, besides all whose name begins with `on_`."""


class Place(NamedTuple):
    """A function of the file: its name as a reader says it, its class ("" for none), its syntax."""

    name: str
    owner: str
    function: Function


class File:
    """The functions and classes of a source file, and who refers to whom."""

    def __init__(self, tree: ast.Module) -> None:
        """Read off the tree; nothing runs."""
        self.names = bound_in(tree.body, {})
        self.top = [node for node in within(tree.body) if not isinstance(node, Function)]
        self.places: dict[tuple[str, str], Place] = {}
        self.bases: dict[str, list[str]] = {}
        self.made: dict[str, str] = {}
        self._collect(tree, "")
        for node in ast.walk(tree):
            self._note_made(node)

    def callbacks(self) -> Iterator[Place]:
        """Functions the platform calls during a run: methods by name, functions by decorator or by what they take."""
        for place in self.places.values():
            if place.owner:
                if place.function.name in CALLBACKS or place.function.name.startswith("on_"):
                    yield place
            elif self._is_signal(place.function):
                yield place

    def reached(self, roots: Iterable[tuple[str, Place]]) -> dict[tuple[str, str], str]:
        """All functions the roots reach, each with the label of the root that reaches it first."""
        found: dict[tuple[str, str], str] = {}
        waiting = list(roots)
        while waiting:
            label, place = waiting.pop(0)
            key = (place.owner, place.function.name)
            if key not in found:
                found[key] = label
                waiting += [(label, next_one) for next_one in self.referred(place.function.body, place.owner)]
        return found

    def referred(self, statements: Iterable[ast.AST], owner: str) -> Iterator[Place]:
        """Functions of the file that these statements name."""
        for statement in statements:
            for node in ast.walk(statement):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                    yield from self._of(("", node.id), (node.id, "__init__"))
                elif isinstance(node, ast.Attribute):
                    yield from self._method(node, owner)

    def _method(self, node: ast.Attribute, owner: str) -> Iterator[Place]:
        receiver = node.value
        if isinstance(receiver, ast.Name) and receiver.id in {"self", "cls"}:
            yield from self._inherited(owner, node.attr)
        elif isinstance(receiver, ast.Name | ast.Attribute):
            name = receiver.id if isinstance(receiver, ast.Name) else receiver.attr
            yield from self._inherited(name if name in self.bases else self.made.get(name, ""), node.attr)
        elif isinstance(receiver, ast.Call) and isinstance(receiver.func, ast.Name):
            made_by = receiver.func.id  # Reader().rows(), super().on_bar()
            for owner_class in self.bases.get(owner, ()) if made_by == "super" else (made_by,):
                yield from self._inherited(owner_class, node.attr)

    def _inherited(self, owner: str, method: str) -> Iterator[Place]:
        lineage, seen = [owner], set[str]()
        while lineage:
            one = lineage.pop(0)
            if one in seen or one not in self.bases:
                continue
            seen.add(one)
            if (one, method) in self.places:
                yield self.places[one, method]
                return
            lineage += self.bases[one]

    def _of(self, *keys: tuple[str, str]) -> Iterator[Place]:
        for key in keys:
            if key in self.places:
                yield self.places[key]

    def _collect(self, parent: ast.AST, owner: str) -> None:
        for node in ast.iter_child_nodes(parent):
            if isinstance(node, Function):
                self.places.setdefault((owner, node.name), Place(node.name, owner, node))
                self._collect(node, "")
            elif isinstance(node, ast.ClassDef):
                self.bases[node.name] = [base.id for base in node.bases if isinstance(base, ast.Name)]
                self._collect(node, node.name)
            elif isinstance(node, ast.stmt | ast.ExceptHandler):
                self._collect(node, owner)

    def _note_made(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call):
            made = node.value.func
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                name = getattr(target, "id", getattr(target, "attr", ""))
                if isinstance(made, ast.Name) and made.id in self.bases and name:
                    self.made[name] = made.id

    def _is_signal(self, function: Function) -> bool:
        arguments = [*function.args.posonlyargs, *function.args.args]
        if arguments and arguments[0].arg == "bars":
            return True
        return any(self._is_strategy(decorator, self.names) for decorator in function.decorator_list)

    @staticmethod
    def _is_strategy(decorator: ast.expr, names: Names) -> bool:
        name = decorator.func if isinstance(decorator, ast.Call) else decorator
        return dotted(name, names).endswith("tallystick.platform.strategy") or getattr(name, "id", "") == "strategy"
