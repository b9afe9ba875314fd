"""A strategy out of a file: found, read, and known with every file of its own it rests on."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any

from tallystick.platform.authoring.errors import (
    SourceUnrepeatable,
    StrategyError,
    StrategyUnreadable,
    meant,
    place,
    raised_at,
)
from tallystick.platform.authoring.function import SignalFunction
from tallystick.platform.authoring.module import Module, snake
from tallystick.platform.authoring.purity import check_source
from tallystick.platform.authoring.reading import EnoughRead
from tallystick.platform.authoring.strategy import Strategy

OURS = (Module, Strategy, SignalFunction)


def load(path: str | Path, name: str | None = None) -> type[Module]:
    """The strategy in a file, or the one named (by its class, function or strategy name).

    Raises `StrategyUnreadable`: E513 no such file, E514 not Python, E515 its own code raised, E516 no strategy in it,
    E517 several, E518 not the one named, E520 a callback that no replay can repeat; and what the class line
    or decorator raises.
    """
    file = Path(path)
    module, files = _executed(file)
    found = [value for value in vars(module).values() if _is_own(value, module.__name__)]
    chosen = _one(file, list(dict.fromkeys(found)), name)
    chosen.files = files  # type: ignore[attr-defined]  # told by `source_files`
    return chosen


def _is_own(value: object, module: str) -> bool:
    return isinstance(value, type) and issubclass(value, Module) and value not in OURS and value.__module__ == module


def _one(file: Path, found: list[type[Module]], name: str | None) -> type[Module]:
    words = {one.__name__: one for one in found}
    if name is not None:
        by_name = {**{one.line.get("name") or snake(one.__name__): one for one in found}, **words}
        if name in by_name:
            return by_name[name]
        there = f"there {'is' if len(words) == 1 else 'are'} {', '.join(words) or 'none'}"
        message = f'E518 {file} has no strategy "{name}": {meant(name, by_name)}{there}. Name one of them.'
        raise StrategyUnreadable(message)
    if not found:
        what = f"E516 {file} has no strategy in it"
        message = f"{what}. Write a function under @strategy, or a class that derives from Strategy."
        raise StrategyUnreadable(message)
    if len(found) > 1:
        message = f"E517 {file} has {len(found)} strategies: {', '.join(words)}. Say which: {file}:{next(iter(words))}"
        raise StrategyUnreadable(message)
    return found[0]


def _executed(file: Path) -> tuple[ModuleType, tuple[Path, ...]]:
    """The file as a module of its own, its local imports read afresh."""
    try:
        text = file.read_bytes()
    except FileNotFoundError:
        message = f"E513 no such file {file} (looked in the current folder). Make one: tallystick new my_strategy"
        raise StrategyUnreadable(message) from None
    except OSError as error:
        message = f"E513 {file} cannot be read: {error.strerror}. Check the path."
        raise StrategyUnreadable(message) from None
    whole = file.resolve()
    try:
        code = compile(text, str(whole), "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 0
        shown = (getattr(error, "text", "") or "").strip()
        what = f"{place(line, str(file))} is not Python: {getattr(error, 'msg', error)}: {shown!r}"
        message = f"E514 {what}. Correct that line."
        raise StrategyUnreadable(message) from None
    _require_pure(text, file)
    module = ModuleType(f"tallystick_user.{file.stem}")
    module.__file__ = str(whole)
    with _folder_first(whole.parent) as seen:
        sys.modules[module.__name__] = module
        try:
            with suppress(EnoughRead):
                exec(code, vars(module))  # noqa: S102 -- the user's own strategy is what they asked to run
        except StrategyError:
            raise
        except (Exception, SystemExit) as error:
            at = raised_at(error.__traceback__) or file.name
            message = f"E515 {at} raised {type(error).__name__}: {error}. Correct it there."
            raise StrategyUnreadable(message) from error
        finally:
            sys.modules.pop(module.__name__, None)
        files = (whole, *seen())
    return module, files


def _require_pure(text: bytes, file: Path) -> None:
    """Refuse a callback that reads the clock, draws unseeded chance, sleeps or opens something (E520)."""
    findings = [one for one in check_source(text.decode("utf-8", "replace"), file.name) if not one.at_load]
    if findings:
        more = f" ({len(findings) - 1} more in the file)" if len(findings) > 1 else ""
        message = findings[0].message()
        what, _, remedy = message.partition(". ")
        raise SourceUnrepeatable(f"{what}{more}. {remedy}")


@contextmanager
def _folder_first(folder: Path) -> Iterator[Any]:
    """Local imports come from `folder`, are read afresh, and leave no trace in other strategies' imports."""
    before = {name: one for name, one in sys.modules.items() if _is_local(one, folder)}
    for name in before:
        del sys.modules[name]
    known = set(sys.modules)
    sys.path.insert(0, str(folder))
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True

    def seen() -> tuple[Path, ...]:
        new = [one for name, one in sys.modules.items() if name not in known and _is_local(one, folder)]
        return tuple(sorted({Path(str(one.__file__)).resolve() for one in new}))

    try:
        yield seen
    finally:
        sys.dont_write_bytecode = writes
        sys.path.remove(str(folder))
        for name in [name for name, one in sys.modules.items() if name not in known and _is_local(one, folder)]:
            del sys.modules[name]
        sys.modules.update(before)


def _is_local(module: Any, folder: Path) -> bool:
    file = getattr(module, "__file__", None)
    if not isinstance(file, str) or "site-packages" in file or not file.endswith(".py"):
        return False
    name = getattr(module, "__name__", "")
    path = Path(file)
    return name != "__main__" and not name.startswith("tallystick") and path.is_relative_to(folder)
