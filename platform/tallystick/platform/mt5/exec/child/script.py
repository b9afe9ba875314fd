"""A bot's script, run as Python runs a script: as `__main__`, its folder first on the path, its errors shown."""

import builtins
import io
import sys
import traceback
from collections.abc import Sequence
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType, TracebackType

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
        with io.open_code(str(path)) as source:
            code = compile(source.read(), str(path), "exec", dont_inherit=True)
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
