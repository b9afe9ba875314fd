"""Reading what lies beside a log without trusting it to be a file: no pipe, device or folder is read, nothing endless.

Whoever can write the folder can put anything there under the name of a segment or checkpoint; a verifier has to end.
"""

import errno
import stat
from io import FileIO
from pathlib import Path

from tallystick.events.errors import IntegrityError

FIX = "no writer leaves this behind: look at it, and restore the file from a copy"


def read_regular(path: Path, most: int) -> bytes:
    """The bytes of a regular file of at most `most` bytes. Raises `IntegrityError` for anything else, or `OSError`."""
    _require_regular(path, most)
    return path.read_bytes()


def open_regular(path: Path, most: int) -> FileIO:
    """The same file, opened to be read. Raises as `read_regular` does."""
    _require_regular(path, most)
    return FileIO(path)


def _require_regular(path: Path, most: int) -> None:
    try:
        there = path.stat()
    except OSError as error:
        if path.is_symlink() and error.errno in {errno.ENOENT, errno.ELOOP}:
            raise IntegrityError(f"{path.name} is not a regular file but a link that leads nowhere", fix=FIX) from None
        raise
    if not stat.S_ISREG(there.st_mode):
        raise IntegrityError(f"{path.name} is not a regular file", fix=FIX)
    if there.st_size > most:
        raise IntegrityError(f"{path.name} has {there.st_size} bytes; at most {most} can be right", fix=FIX)
