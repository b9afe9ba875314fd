"""The HALT file: whoever can write in the book's folder can stop new exposure, with any tool, at any moment.

It is looked at immediately before every effect; in a simulation, which has none outside, before a sending, again when
64 rows have gone by. It takes a person's signed command to resume.
"""

import logging
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

NAME = "HALT"
ROWS_BETWEEN_LOOKS = 64
"""Of a simulation: far fewer rows than go by in a second."""
logger = logging.getLogger("tallystick.halt")


# Whether there is anything of this name, a broken link too; without the exception behind `lexists` where that goes.
_stands: Callable[[str], bool] = (
    partial(os.access, mode=os.F_OK, follow_symlinks=False)
    if os.access in os.supports_follow_symlinks
    else os.path.lexists
)


def halt_watch(folder: Path) -> Callable[[], str | None]:
    """`halt_reason` of one book, to be asked before a sending."""
    path = str(folder / NAME)
    return lambda: _reason(path) if _stands(path) else None


def halt_reason(folder: Path) -> str | None:
    """Why the book is asked to halt: the first line of its HALT file, or None when there is no such file."""
    return halt_watch(folder)()


def _reason(path: str) -> str | None:
    """What a HALT file says, None when it has gone since."""
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
