"""The HALT file: whoever can write in the book's folder can stop new exposure, with any tool, at any moment.

It is looked at immediately before every effect. It takes a person's signed command to resume.
"""

import logging
import os
from functools import lru_cache
from pathlib import Path

NAME = "HALT"
logger = logging.getLogger("tallystick.halt")


@lru_cache(maxsize=16)
def _path_in(folder: Path) -> str:
    """The file's path as text: it is asked for before every sending."""
    return str(folder / NAME)


if os.access in os.supports_follow_symlinks:

    def _stands(path: str) -> bool:
        """Whether there is anything of this name, a broken link too; without the exception behind `lexists`."""
        return os.access(path, os.F_OK, follow_symlinks=False)

else:
    _stands = os.path.lexists


def halt_reason(folder: Path) -> str | None:
    """Why the book is asked to halt: the first line of its HALT file, or None when there is no such file."""
    path = _path_in(folder)
    if not _stands(path):
        return None
    try:
        text = Path(path).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        return f"HALT file cannot be read ({type(error).__name__})"
    lines = text.strip().splitlines()
    return lines[0][:200] if lines else "HALT file"


def ask_halt(folder: Path, reason: str) -> Path:
    """Ask the book in `folder` to halt; the file stays until `clear_halt`.

    The file alone halts, whatever it says: where the reason could not be written (a full disk) the book is halted all
    the same, and the path is given back as if it had been. Raises `OSError` only when there is no file at all.
    """
    path = folder / NAME
    try:
        path.write_text(reason.strip() + "\n", encoding="utf-8")
    except OSError as error:
        if not os.path.lexists(path):
            raise
        logger.warning("the book is halted, but its HALT file does not say why: %s", error)
    return path


def clear_halt(folder: Path) -> None:
    """Take the HALT file away; resuming is a command of its own."""
    (folder / NAME).unlink(missing_ok=True)
