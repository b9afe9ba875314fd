"""Which book a run of a config file writes, where nobody names one: the one it left unfinished, or the next number."""

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from tallystick.events.errors import TallystickError
from tallystick.events.reader import LogReader
from tallystick.platform.data.feed import Feed
from tallystick.platform.kernel.history import History, history_of
from tallystick.platform.plan import RunPlan

NUMBERED = re.compile(r"run-(\d{4,})")


def next_books(folder: Path, plan: RunPlan, feed: Feed) -> Iterator[Path]:
    """`run-0001`, `run-0002`, ... of a folder, in the order to take them where other runs are at work in some.

    First the last one there, if it holds a run of this plan and data that was stopped or died; then new numbers.
    """
    numbers = [int(found[1]) for each in _within(folder) if (found := NUMBERED.fullmatch(each.name))]
    last = max(numbers, default=0)
    if last and _unfinished(_named(folder, last), plan, feed):
        yield _named(folder, last)
    for number in count(last + 1):
        yield _named(folder, number)


def is_open_to(book: Path, plan: RunPlan, feed: Feed) -> bool:
    """Whether a book is new, or holds this very run, to be gone on with; asked of a book that nobody else may take."""
    return not (book / "log").is_dir() or _unfinished(book, plan, feed)


def _named(folder: Path, number: int) -> Path:
    return folder / f"run-{number:04d}"


def _within(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _unfinished(book: Path, plan: RunPlan, feed: Feed) -> bool:
    """Whether the book holds this very run, and it has not come to the end of its data."""
    try:
        history: History = history_of(LogReader(book / "log"))
    except (TallystickError, OSError):
        return False
    if not history.runs or (history.unfinished is None and history.stopped is None):
        return False
    started = history.runs[-1].started
    return started.settings_hash == plan.hash() and started.data_hash == feed.data_hash
