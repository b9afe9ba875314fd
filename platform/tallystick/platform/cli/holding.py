"""A book's folder is one verb's: from before anything in it is made or taken away until the verb has answered."""

from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

import typer

from tallystick.events.errors import LogLocked
from tallystick.events.lock import WriterLock
from tallystick.platform.cli.failure import Failure

AT_ONCE = 64
"""Folders that are tried; where a disk knows no locks, all of them look taken."""


def hold(book: Path, context: typer.Context) -> None:
    """Keep every other verb out of a folder, which is made. Raises `Failure` while another is at work in it.

    The log's own lock is its writer's: it is held only while there is a log and somebody writes.
    """
    try:
        context.call_on_close(_lock_of(book).release)
    except LogLocked as error:
        raise _in_use(book, error) from error


def hold_first(folders: Iterable[Path], context: typer.Context, taken_up: Callable[[Path], bool]) -> Path:
    """Hold the first folder that nobody is at work in and that, once held, `taken_up` says may be written.

    Raises `Failure` when somebody is at work in all of them.
    """
    first: tuple[Path, LogLocked] | None = None
    for folder in islice(folders, AT_ONCE):
        try:
            lock = _lock_of(folder)
            context.call_on_close(lock.release)
            if taken_up(folder):
                return folder
            lock.release()
        except LogLocked as error:
            first = first or (folder, error)
    assert first is not None, "there is always one more folder"
    raise _in_use(*first)


def _lock_of(book: Path) -> WriterLock:
    book.mkdir(parents=True, exist_ok=True)
    return WriterLock(book)


def _in_use(book: Path, error: LogLocked) -> Failure:
    got = f"process {error.pid}" if error.pid else "another process"
    fix = "wait until it has ended, or name another folder with --book"
    return Failure(error.code, "another run is at work in this folder", where=str(book), got=got, fix=fix)
