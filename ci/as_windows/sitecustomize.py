"""Take away what Python on Windows lacks: `fcntl`, `pwd`, `resource`, `os.fdatasync` and `socket.AF_UNIX`.

`socket.socketpair` is then what it is there: two ends of a connection on the loopback interface.

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
POSIX_ONLY = ("fcntl", "pwd", "resource")


class Refuser(MetaPathFinder):
    """Answers the import of modules that only POSIX has as Windows does."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Refuse those; leave everything else to the other finders. Some callers name every argument."""
        del path, target
        if fullname in POSIX_ONLY:
            message = f"No module named {fullname!r} (taken away, as on Windows)"
            raise ModuleNotFoundError(message, name=fullname)
        return None


def socketpair(
    family: int = socket.AF_INET, kind: int = socket.SOCK_STREAM, proto: int = 0
) -> tuple[socket.socket, socket.socket]:
    """Two connected sockets, as Python makes them where the system has no such call."""
    with socket.socket(family, kind, proto) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        near = socket.socket(family, kind, proto)
        near.connect(listener.getsockname())
        far, _ = listener.accept()
    return near, far


def block() -> None:
    """Take them away, in this process."""
    if not any(isinstance(finder, Refuser) for finder in sys.meta_path):
        sys.meta_path.insert(0, Refuser())
    for name in POSIX_ONLY:
        sys.modules.pop(name, None)
    for module, name in ((os, "fdatasync"), (socket, "AF_UNIX")):
        if hasattr(module, name):
            delattr(module, name)
    socket.socketpair = socketpair  # type: ignore[assignment]  # a function in a class's place


if os.environ.get(WANTED) == "1":
    block()
