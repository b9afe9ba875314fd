"""Files that people ask for with `-o`: whole or not at all, and never over something that is not ours."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from tallystick.platform.cli.call import Call
from tallystick.platform.cli.failure import Failure
from tallystick.platform.cli.home import config_folder

MOST_READ = 64 * 1024
"""Bytes at the beginning of a file that say whether it is ours."""


def require_place(output: Path, call: Call, *, ours: Callable[[bytes], bool]) -> None:
    """Raise `Failure` where the file would replace another's, or lie in a log, a book's own files or with the key.

    `ours` says from the first bytes of an existing file whether this verb wrote it.
    """
    where = str(output)
    full = output.resolve()
    home = config_folder(call.home).resolve()
    if home in full.parents:
        raise Failure("E812", "the file would lie with your signing key", where=where, fix="choose another place, -o")
    if any(_is_log(folder) for folder in full.parents):
        raise Failure("E812", "the file would lie inside a log", where=where, fix="choose another place with -o")
    if not os.path.lexists(output):
        return
    if output.is_file() and not output.is_symlink():
        with output.open("rb") as file:
            if ours(file.read(MOST_READ)):
                return
    raise Failure("E812", "the file exists and is another one", where=where, fix="choose another name with -o")


def write_replacing(output: Path, write: Callable[[Path], object]) -> None:
    """Have `write` fill a file beside `output`, then give it that name; a failure leaves `output` as it was."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{output.name}.", dir=output.parent)
    except OSError as refused:  # which would name the file beside it
        refused.filename = str(output)
        raise
    os.close(handle)
    beside = Path(name)
    try:
        write(beside)
        beside.chmod(0o644)
        beside.replace(output)
    except OSError as refused:
        refused.filename = refused.filename or str(output)  # a full disk names no file
        raise
    finally:
        beside.unlink(missing_ok=True)


def _is_log(folder: Path) -> bool:
    """True for a folder with segments or checkpoints, as every log has them."""
    return (folder.name == "log" and (folder.parent / "book.json").exists()) or any(folder.glob("*.seg*"))
