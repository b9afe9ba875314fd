"""Take away what Python on Windows lacks: `fcntl`, `os.fdatasync` and `socket.AF_UNIX`.

Python imports a module of this name at its start from wherever `PYTHONPATH` finds it. So every process that a test
starts lacks them too, from its first line on.
"""

import os
import socket
import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import Any

WANTED = "TALLYSTICK_AS_WINDOWS"


class Refuser(MetaPathFinder):
    """Answers the import of `fcntl` as Windows does."""

    def find_spec(self, name: str, _path: Any, _target: Any = None) -> ModuleSpec | None:
        """Refuse `fcntl`; leave everything else to the other finders."""
        if name == "fcntl":
            message = "No module named 'fcntl' (taken away, as on Windows)"
            raise ModuleNotFoundError(message, name=name)
        return None


def block() -> None:
    """Take the three away, in this process."""
    if not any(isinstance(finder, Refuser) for finder in sys.meta_path):
        sys.meta_path.insert(0, Refuser())
    sys.modules.pop("fcntl", None)
    for module, name in ((os, "fdatasync"), (socket, "AF_UNIX")):
        if hasattr(module, name):
            delattr(module, name)


if os.environ.get(WANTED) == "1":
    block()
