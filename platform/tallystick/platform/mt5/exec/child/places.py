"""Putting something in another's place: a module's function, a type's method, and in modules imported later."""

import ctypes
import gc
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from tallystick.platform.mt5.exec.child.refusals import ClockRefusedError

KEEPS_THE_MACHINES = ("tallystick.platform.mt5.exec.child.", "subprocess", "multiprocessing.")
"""Modules whose copies of the machine's functions stay: ours, and those that wait for other processes."""


def put(owner: Any, name: str, value: Any) -> None:
    """Set an attribute that its owner publishes as a constant."""
    setattr(owner, name, value)


def builtin(function: Callable[..., Any], like: Any) -> Any:
    """A function in a built-in's place: with its name, and not bound when a class carries it."""
    for word in ("__name__", "__qualname__", "__doc__", "__module__"):
        value = getattr(like, word, None)
        if isinstance(value, str):
            setattr(function, word, value)
    return staticmethod(function)


def put_everywhere(exchanged: Sequence[tuple[Any, Any]]) -> None:
    """Exchange functions, old for new, in every module that has taken a copy by `from ... import`."""
    by_identity = {id(old): (old, new) for old, new in exchanged}
    for name, module in list(sys.modules.items()):
        if module is None or name.startswith(KEEPS_THE_MACHINES):
            continue
        names = getattr(module, "__dict__", None)
        if isinstance(names, dict):
            for word in [word for word, value in names.items() if id(value) in by_identity]:
                names[word] = by_identity[id(names[word])][1]


def put_in_type(owner: type, methods: Mapping[str, Any]) -> None:
    """Exchange methods of a type written in C, in place: it stays the same type for all who hold it.

    So instances, pickles, subclasses and names imported earlier need no care. Raises `ClockRefusedError` where the
    interpreter keeps no ordinary dictionary behind a type.
    """
    names = next(iter(gc.get_referents(owner.__dict__)), None)
    if not isinstance(names, dict):
        raise ClockRefusedError(f"the clock of {owner.__qualname__} cannot be replaced", "run the bot with CPython")
    names.update(methods)
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(owner))


class AfterImport(MetaPathFinder):
    """Does something with a module as soon as it is imported, and nothing before."""

    def __init__(self) -> None:
        """Nothing to do yet."""
        self._actions: dict[str, Callable[[ModuleType], None]] = {}
        self._refused: dict[str, str] = {}

    def do(self, name: str, action: Callable[[ModuleType], None]) -> None:
        """Do `action` with the module `name` when it comes, or now if it is here."""
        module = sys.modules.get(name)
        if module is not None:
            action(module)
        else:
            self._actions[name] = action

    def refuse(self, name: str, why: str) -> None:
        """Let nobody import a module: bots fall back to what they use without it."""
        self._refused[name] = why

    def find_spec(self, name: str, _path: Sequence[str] | None, _target: ModuleType | None = None) -> ModuleSpec | None:
        """Python asks who knows a module: whoever knew it anyway, and then the action follows."""
        if name in self._refused:
            raise ModuleNotFoundError(self._refused[name], name=name)
        action = self._actions.pop(name, None)
        if action is None:
            return None
        spec = find_spec(name)
        if spec is None or spec.loader is None:
            self._actions[name] = action
            return spec
        execute = spec.loader.exec_module

        def execute_and_act(module: ModuleType) -> None:
            execute(module)
            action(module)

        put(spec.loader, "exec_module", execute_and_act)
        return spec
