"""A folder in the temporary directory that goes with its object; one whose process was killed goes at the next start.

A lock of the operating system in it says that its owner lives: it dies with the process, however that ends.
"""

import os
import shutil
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Self
from weakref import finalize

from tallystick.events.errors import LogError
from tallystick.events.lock import LOCK_NAME, WriterLock

PREFIX = "tallystick-"


class PassingFolder:
    """Made at once; removed by `cleanup`, at the end of a `with`, with the object, or with the process."""

    def __init__(self, what_for: str) -> None:
        """`what_for`: a word in its name."""
        _clear_away(tempfile.gettempdir())
        self.name, lock = _made(what_for)
        self._finalizer = finalize(self, _remove, self.name, lock, os.getpid())  # noqa: TID251 -- never recorded

    @property
    def path(self) -> Path:
        """Where it is."""
        return Path(self.name)

    def cleanup(self) -> None:
        """Remove it; harmless when done twice."""
        self._finalizer()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cleanup()


def _made(what_for: str) -> tuple[str, WriterLock]:
    while True:
        name = tempfile.mkdtemp(prefix=f"{PREFIX}{what_for}-")
        with suppress(LogError):  # another process may be clearing away just now, and has taken it for left behind
            return name, WriterLock(Path(name))
        shutil.rmtree(name, ignore_errors=True)


def _remove(name: str, lock: WriterLock, owner: int) -> None:
    if os.getpid() == owner:  # noqa: TID251 -- a process split off from the owner leaves the owner's things alone
        lock.release()
        shutil.rmtree(name, ignore_errors=True)


@cache
def _clear_away(temporary: str) -> None:
    """Remove what processes left behind that are no more; once for each process."""
    for lock_file in Path(temporary).glob(f"{PREFIX}*/{LOCK_NAME}"):
        folder = lock_file.parent
        if folder.is_symlink():
            continue
        with suppress(OSError):  # in use, or somebody else's
            _remove(str(folder), WriterLock(folder), os.getpid())  # noqa: TID251 -- as above
