"""A bot's script, run as Python runs a script: as `__main__`, its folder first on the path, its errors shown.

Two things are added, so that a script that is started by `python -m package.bot` runs too: the folder where the command
is given comes last on the path where the script lies below it, and one with relative imports belongs to its package.
"""

import ast
import builtins
import importlib
import io
import sys
import traceback
from collections.abc import Sequence
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

import msgspec

from tallystick.platform.mt5.connecting import EndOfData
from tallystick.platform.mt5.exec.settings import Ending

EXIT_FAILED = 1
EXIT_INTERRUPTED = 130


class Outcome(msgspec.Struct, frozen=True):
    """How a script ended: the word for it, its exit code, and its traceback or last text."""

    how: Ending
    code: int
    detail: str = ""


def run_script(script: str, argv: Sequence[str]) -> Outcome:
    """Run it in this process and say how it ended; nothing it raises gets through."""
    path = Path(script).absolute()
    sys.argv = [script, *argv]
    sys.path[0:0] = [str(path.parent)]
    module = _main_module(path)
    try:
        here = Path.cwd()
        if here in path.parents:
            sys.path.append(str(here))
        with io.open_code(str(path)) as source:
            tree: Any = compile(source.read(), str(path), "exec", flags=ast.PyCF_ONLY_AST, dont_inherit=True)
        _join_package(module, path, tree)
        code = compile(tree, str(path), "exec", dont_inherit=True)
        exec(code, vars(module))  # noqa: S102 -- running the trader's own script is what this is for
    except EndOfData:
        return Outcome("data_over", 0)
    except SystemExit as ended:
        return _exited(ended)
    except BaseException as error:  # noqa: BLE001 -- whatever a script raises, Python would show it
        return _raised(error)
    return Outcome("returned", 0)


def _main_module(path: Path) -> ModuleType:
    module = ModuleType("__main__")
    names = vars(module)
    names["__file__"] = str(path)
    names["__builtins__"] = builtins
    names["__loader__"] = SourceFileLoader("__main__", str(path))
    sys.modules["__main__"] = module
    return module


def _join_package(module: ModuleType, path: Path, tree: ast.Module) -> None:
    """Make a script with relative imports part of its package, as `python -m` would."""
    level = max((each.level for each in ast.walk(tree) if isinstance(each, ast.ImportFrom)), default=0)
    if level == 0:
        return
    folders = [path.parent]
    while len(folders) < level or (folders[-1] / "__init__.py").is_file():
        folders.append(folders[-1].parent)
    if len(folders) > level and not (folders[-1] / "__init__.py").is_file():
        folders.pop()
    package = ".".join(folder.name for folder in reversed(folders))
    sys.path[0] = str(folders[-1].parent)
    module.__package__ = package
    importlib.import_module(package)


def _exited(ended: SystemExit) -> Outcome:
    if ended.code is None:
        return Outcome("exited", 0)
    if isinstance(ended.code, int):
        return Outcome("exited", ended.code & 0xFF)
    print(ended.code, file=sys.stderr)  # noqa: T201 -- as Python does
    return Outcome("exited", EXIT_FAILED, str(ended.code))


def _raised(error: BaseException) -> Outcome:
    own = _from_the_script(error.__traceback__)
    error.__traceback__ = own
    sys.excepthook(type(error), error, own)
    code = EXIT_INTERRUPTED if isinstance(error, KeyboardInterrupt) else EXIT_FAILED
    return Outcome("raised", code, "".join(traceback.format_exception(error)))


def _from_the_script(trace: TracebackType | None) -> TracebackType | None:
    """A traceback without the frame that ran the script: Python shows none of its own either."""
    return trace.tb_next if trace is not None else None
