"""Ctrl-C or SIGTERM while a run is at work: once asks it to end in good order, twice ends the process at once."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def stopping() -> Iterator[Callable[[], bool]]:
    """Give what a run asks between two steps: has somebody said stop."""
    asked: list[int] = []

    def heard(number: int, _frame: FrameType | None) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)
        print("ending in good order; Ctrl-C once more ends at once", file=sys.stderr)  # noqa: T201

    before = {number: signal.signal(number, heard) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
