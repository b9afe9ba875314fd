"""Files that a bot keeps from run to run: what one run leaves there, the next begins with, so it is warned of.

Seen is what Python opens below the folder of the script or the present one: a file that is looked at or asked for
before it is written, or read after something was added to it, and SQLite's databases. A file that is only read, only
added to (a log), or written anew before it is read carries nothing.
"""

import os
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path, PurePath
from types import FrameType
from typing import Any, Literal

from tallystick.platform.mt5.exec.child.places import put
from tallystick.platform.mt5.exec.child.warned import Warnings

KEPT = "is kept from run to run, begin each with the same one"
LIBRARIES = frozenset({"__pycache__", "site-packages", "dist-packages"})
"""Folders whose files are libraries' own."""
IN_MEMORY = (":memory:", "mode=memory")
"""What stands in the name of a database of SQLite's that ends with the process."""
LOGGING = "logging"
"""Its handlers ask for old logs before they put them aside."""
Use = Literal["asked", "read", "added", "written", "changed"]


class KeptFiles:
    """What was done with each file first, and which files carry something to the next run."""

    def __init__(self, warnings: Warnings, script: Path) -> None:
        """Nothing was opened yet."""
        self._warnings = warnings
        self._folder = PurePath(script.absolute().parent)
        self._first: dict[str, Use] = {}

    def use(self, path: Any, use: Use) -> None:
        """A file is used; it is warned of if the next run will find what this one left in it."""
        name = self._name(path)
        if name is None:
            return
        first = self._first.setdefault(name, use)
        if use == "read" and first == "asked":
            self._first[name] = use
        if use == "changed" or _carries(first, use):
            self._warnings.warn("file", f"{name} {KEPT}")

    def remove(self, path: Any) -> None:
        """A file is removed: one that was only asked for until then begins anew."""
        name = self._name(path)
        if name is not None and self._first.get(name) == "asked":
            del self._first[name]

    def _name(self, path: Any) -> str | None:
        """The file as the bot's folders see it; None for what is not below them, and for libraries' own."""
        try:
            whole = PurePath(os.path.abspath(os.fsdecode(path)))  # noqa: PTH100 -- a Path's looks at the disk for it
            here = PurePath(os.getcwd())  # noqa: PTH109 -- as above
        except (TypeError, ValueError, OSError):  # a number, or a folder that is gone
            return None
        for folder in (self._folder, here):
            if whole.is_relative_to(folder):
                inner = whole.relative_to(folder)
                return None if LIBRARIES.intersection(inner.parts) else inner.as_posix()
        return None


def watch_files(warnings: Warnings, script: Path) -> None:
    """Warn of files that the bot keeps from run to run, from now on."""
    kept = KeptFiles(warnings, script)
    heard: dict[str, Callable[[Sequence[Any]], None]] = {
        "open": lambda told: kept.use(told[0], _use(told[2])),
        "os.remove": lambda told: kept.remove(told[0]),
        "os.rename": lambda told: kept.use(told[1], "written"),
        "sqlite3.connect": lambda told: kept.use(_database(told[0]), "changed"),
    }

    def hear(event: str, told: tuple[Any, ...]) -> None:
        if event in heard:
            heard[event](told)

    for owner, name in ((os.path, "exists"), (os.path, "isfile"), (Path, "exists"), (Path, "is_file")):
        put(owner, name, _asking(getattr(owner, name), kept))
    sys.addaudithook(hear)


def _carries(first: Use, use: Use) -> bool:
    if use == "written":
        return first in {"asked", "read", "added"}
    if use == "added":
        return first == "read"
    return use == "read" and first == "added"


def _database(name: Any) -> Any:
    """Its file; None where it has none, and the path of a name that is a URI."""
    if not isinstance(name, str):
        return name
    if not name or any(word in name for word in IN_MEMORY):
        return None
    return name.removeprefix("file:").partition("?")[0]


def _use(flags: Any) -> Use:
    if not isinstance(flags, int) or not flags & (os.O_WRONLY | os.O_RDWR):
        return "read"
    if flags & os.O_APPEND:
        return "changed" if flags & os.O_RDWR else "added"
    return "changed" if flags & os.O_RDWR and not flags & os.O_TRUNC else "written"


def _asking(asked: Callable[..., bool], kept: KeptFiles) -> Callable[..., bool]:
    @wraps(asked)
    def asking(path: Any, *more: Any, **options: Any) -> bool:
        if not _of_logging(sys._getframe(1)):  # noqa: SLF001 -- documented; nothing else says who asks
            kept.use(path, "asked")
        return asked(path, *more, **options)

    return asking


def _of_logging(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0] == LOGGING
