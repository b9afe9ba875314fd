"""What the strategy's own code opens while it is loaded, made and run, and other files put in the place of some.

Seen are Python's audit events and the readers of libraries that open files in C; they count when a line of the user's
code is above them on the stack. Redirection replaces the readers and `open` itself, in this process for good: it is
meant for a process that makes one run and ends.
"""

import builtins
import io
import os
import sys
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from types import FrameType
from typing import Any

from tallystick.platform.authoring.purity.callers import OURS, SITE, TRUSTED_FILES, asks_of_the_machine, is_users
from tallystick.platform.judging.lookahead.decisions import Opened

READERS = {
    "pandas": ("read_", "HDFStore", "ExcelFile"),
    "pandas.io.api": ("read_",),
    "numpy": ("load", "loadtxt", "genfromtxt", "fromfile", "memmap"),
    "polars": ("read_", "scan_"),
    "pyarrow.parquet": ("read_", "ParquetFile"),
    "pyarrow.feather": ("read_",),
    "pyarrow.csv": ("read_",),
    "zipfile": ("ZipFile",),
    "sqlite3": ("connect",),
}
"""Libraries whose readers take a path first: how the readers' names begin."""
NETWORK = frozenset({"socket.connect", "socket.getaddrinfo", "urllib.Request", "http.client.connect"})
PROCESSES = frozenset({"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn"})
SKIPPED = ("/proc/", "/sys/", "/dev/", "/usr/share/zoneinfo", "/etc/")
CODE = (".pyc", ".so", ".pyd", ".dll", ".pth")
SOURCE = ".py"
"""Read by imports, by libraries and for tracebacks all the time; what the user's own line reads may be data."""
LIBRARIES = tuple({sys.prefix, sys.base_prefix})
SHIPPED = tuple(OURS)
RUNS = str(Path(__file__).with_name("runs.py"))
"""Further out than this file's frames is whoever asked for the check."""


class Witness:
    """Keeps what was opened; `others` puts files in the place of files, by absolute path."""

    def __init__(self, others: Mapping[str, str] | None = None) -> None:
        """Watch from now on."""
        self.opened: dict[tuple[str, str], Opened] = {}
        self.missed: set[str] = set()
        """Files that somebody opened all the same, past every reader that is replaced."""
        self.watching = True
        self._known = frozenset(sys.modules)
        self._others = dict(others or {})
        sys.addaudithook(self._heard)
        _replace_readers(self._standing)

    def imported(self) -> tuple[str, ...]:
        """Source files of the user's modules that were imported since and are still there."""
        new = (one for name, one in list(sys.modules.items()) if name not in self._known)
        files = (str(getattr(one, "__file__", None) or "") for one in new)
        return tuple(sorted({each for each in files if each.endswith(SOURCE) and is_users(each)}))

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.watching:
            return
        if event == "open" and arguments and isinstance(arguments[0], str | bytes | os.PathLike):
            mode = arguments[1] if len(arguments) > 1 else "r"
            flags = arguments[2] if len(arguments) > 2 and isinstance(arguments[2], int) else 0
            writes = (
                any(c in mode for c in "wax+") if isinstance(mode, str) else bool(flags & (os.O_WRONLY | os.O_RDWR))
            )
            path = os.fsdecode(arguments[0])
            self._note(path, "file", written=writes)
            if self._others and _whole(path) in self._others:
                self.missed.add(_whole(path))
        elif event == "sqlite3.connect" and arguments:
            self._note(str(arguments[0]), "file")
        elif event in NETWORK:
            self._note(str(arguments[1] if len(arguments) > 1 else arguments), "network")
        elif event in PROCESSES:
            self._note(str(arguments[0]), "process")

    def _standing(self, path: Any) -> Any:
        """The path that stands for another; anything that is no path is given back."""
        if not isinstance(path, str | os.PathLike) or not self.watching:
            return path
        known = _whole(os.fsdecode(path))
        if os.path.isfile(known):  # noqa: PTH113 -- text is what readers are given
            self._note(known, "file")
        return self._others.get(known, path)

    def _note(self, path: str, kind: str, *, written: bool = False) -> None:
        self.watching = False  # what noting does is nobody's doing
        try:
            if kind == "file":
                path = _whole(path)
                if _is_libraries(path) or path in self._others.values():
                    return
            line = _users_line(sys._getframe(1), own=path.endswith(SOURCE))  # noqa: SLF001 -- a caller's line
            if line:
                self.opened.setdefault((path, kind), Opened(path, line, kind, written))
        finally:
            self.watching = True


def _whole(path: str) -> str:
    return os.path.realpath(path)


def _is_libraries(path: str) -> bool:
    if path.endswith(CODE) or path.startswith(SKIPPED) or "site-packages" in path or "dist-info" in path:
        return True
    ours = path.startswith(SHIPPED)
    return not ours and path.startswith(LIBRARIES) and f"{os.sep}lib{os.sep}" in path


def _users_line(frame: FrameType | None, *, own: bool) -> str:
    """The innermost line of user code, unless an import of code, or a count of the cores, lies between it and here.

    `own`: unless a library, this platform or a traceback reads for it, either.
    """
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith("<frozen importlib") or name == RUNS or asks_of_the_machine(frame):
            return ""
        if not name.startswith("<") and is_users(name):
            return f"{Path(name).name}:{frame.f_lineno}"
        if own and name != __file__ and (name in TRUSTED_FILES or name.startswith((*OURS, *SITE))):
            return ""
        frame = frame.f_back
    return ""


def _replace_readers(standing: Callable[[Any], Any]) -> None:
    for owner in (builtins, io):
        _replace(owner, "open", standing)
    for library, beginnings in READERS.items():
        module = sys.modules.get(library)
        for name in dir(module) if module is not None else ():
            if name.startswith(beginnings):
                _replace(module, name, standing)


def _replace(owner: Any, name: str, standing: Callable[[Any], Any]) -> None:
    original = getattr(owner, name)
    if isinstance(original, type):
        _replace_init(original, standing)
        return
    if not callable(original):
        return

    @wraps(original)
    def reading(*args: Any, **named: Any) -> Any:
        if args:
            args = (standing(args[0]), *args[1:])
        else:
            named = {word: standing(value) for word, value in named.items()}
        return original(*args, **named)

    setattr(owner, name, reading)


def _replace_init(kind: type, standing: Callable[[Any], Any]) -> None:
    """A class that reads a file keeps its name, for others derive from it; only what it is given is looked at."""
    original = kind.__init__  # type: ignore[misc]  # replaced, not called

    @wraps(original)
    def reading(self: Any, *args: Any, **named: Any) -> None:
        if args:
            args = (standing(args[0]), *args[1:])
        original(self, *args, **named)

    try:
        kind.__init__ = reading  # type: ignore[misc]  # as above
    except TypeError:  # a class of C: its opening is heard by the audit hook
        return
