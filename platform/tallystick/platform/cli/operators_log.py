"""Logging for operators: what the program did and met, in a rotating file. The record is the log of events, not this.

A verb that works in a book writes beside it (`operators.log` in the book's folder); any other writes in the user's
own folder, so that looking at somebody's log leaves nothing there.
"""

import logging
import re
import sys
from collections.abc import Sequence
from logging.handlers import RotatingFileHandler
from pathlib import Path

from tallystick.platform.cli.call import Call
from tallystick.platform.cli.home import state_folder

NAME = "operators.log"
LARGEST_BYTES = 1_000_000
KEPT_FILES = 3
SECRET = re.compile(
    r"PRIVATE\+KEY\+\S+|(?<=token[\"' ]: [\"'])\w+|(?<=token[\"']:[\"'])\w+|(?<=token=)\w+", re.IGNORECASE
)
ROOT = logging.getLogger("tallystick")


class NoSecrets(logging.Formatter):
    """Masks signing keys and tokens, tracebacks included, before a line is written."""

    def format(self, record: logging.LogRecord) -> str:
        """The line without secrets."""
        return SECRET.sub("[secret]", super().format(record))


def begin(call: Call, command: str) -> None:
    """Log this call; a place that cannot be written costs a warning, never the command."""
    logging.raiseExceptions = False  # a full disk costs the line, and no traceback on the user's screen
    _close(ROOT.handlers)
    ROOT.setLevel(call.log_level.upper())
    ROOT.propagate = False
    if call.log_level == "debug":
        _add(logging.StreamHandler(sys.stderr))
    _open(state_folder(call.home))
    ROOT.info("%s", command)


def move_to(book: Path) -> None:
    """From here on the lines go to the book's own folder."""
    _close([each for each in ROOT.handlers if isinstance(each, RotatingFileHandler)])
    _open(book)


def _open(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / NAME
        _add(RotatingFileHandler(path, maxBytes=LARGEST_BYTES, backupCount=KEPT_FILES, encoding="utf-8", delay=True))
        # Opened lazily, but a folder that cannot be written should show here and not in the middle of a run.
        path.open("a", encoding="utf-8").close()
    except OSError as error:
        _close([each for each in ROOT.handlers if isinstance(each, RotatingFileHandler)])
        ROOT.addHandler(logging.NullHandler())
        ROOT.warning("no operators' log in %s: %s", folder, error)


def _close(handlers: Sequence[logging.Handler]) -> None:
    for handler in list(handlers):
        ROOT.removeHandler(handler)
        handler.close()


def _add(handler: logging.Handler) -> None:
    handler.setFormatter(NoSecrets("%(asctime)s %(levelname)s %(name)s %(message)s"))
    ROOT.addHandler(handler)
