"""A book's folder is one verb's: from before anything in it is made or taken away until the verb has answered."""

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import islice
from pathlib import Path

import typer

from tallystick.events.errors import LogLocked
from tallystick.events.lock import LOCK_NAME, WriterLock
from tallystick.platform.cli.failure import Failure

AT_ONCE = 64
"""Folders that are tried; where a disk knows no locks, all of them look taken."""
_OPEN_FILES_STAY = os.name == "nt"


def hold(book: Path, context: typer.Context) -> None:
    """Keep every other verb out of a folder, which is made. Raises `Failure` while another is at work in it.

    The log's own lock is its writer's: it is held only while there is a log and somebody writes.
    """
    try:
        context.call_on_close(_Held(book).let_go)
    except LogLocked as error:
        raise _in_use(book, error) from error


def hold_first(folders: Iterable[Path], context: typer.Context, taken_up: Callable[[Path], bool]) -> Path:
    """Hold the first folder that nobody is at work in and that, once held, `taken_up` says may be written.

    Raises `Failure` when somebody is at work in all of them.
    """
    first: tuple[Path, LogLocked] | None = None
    for folder in islice(folders, AT_ONCE):
        try:
            held = _Held(folder)
            context.call_on_close(held.let_go)
            if taken_up(folder):
                return folder
            held.let_go()
        except LogLocked as error:
            first = first or (folder, error)
    assert first is not None, "there is always one more folder"
    raise _in_use(*first)


class _Held:
    """A folder that is locked, and made where there was none. Raises `LogLocked` while another holds it."""

    def __init__(self, book: Path) -> None:
        self._book, self._made = book, not book.exists()
        book.mkdir(parents=True, exist_ok=True)
        self._lock = WriterLock(book)

    def let_go(self) -> None:
        """Give the folder back; one that was made for nothing goes away again."""
        if not self._lock.held:
            return
        if not _OPEN_FILES_STAY:
            self._take_away()  # while it is held: a lock file that lies here later is somebody else's
        self._lock.release()
        if _OPEN_FILES_STAY:
            self._take_away()  # does nothing where another has opened the file by now

    def _take_away(self) -> None:
        with suppress(OSError):
            if self._made and [each.name for each in self._book.iterdir()] == [LOCK_NAME]:
                (self._book / LOCK_NAME).unlink()
                self._book.rmdir()


def _in_use(book: Path, error: LogLocked) -> Failure:
    got = f"process {error.pid}" if error.pid else "another process"
    fix = "wait until it has ended, or name another folder with --book"
    return Failure(error.code, "another run is at work in this folder", where=str(book), got=got, fix=fix)
