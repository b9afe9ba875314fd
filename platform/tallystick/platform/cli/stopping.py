"""Ctrl-C or SIGTERM while a run is at work: once asks it to end in good order, twice ends the process at once.

A run looks between two steps. One that does not, for it stands in a callback that may never end, is ended as by a
second Ctrl-C.
"""

import _thread
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from types import FrameType

from tallystick.platform.cli.screen import aside

UNHEARD_S = 10.0
"""How long a step may take after somebody said stop."""


@contextmanager
def stopping() -> Iterator[Callable[[], bool]]:
    """Give what a run asks between two steps: has somebody said stop."""
    asked: list[int] = []
    said, heard = Event(), Event()

    def come(number: int, _frame: FrameType | None) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)
        aside("ending in good order; Ctrl-C once more ends at once")
        said.set()

    def insist() -> None:
        said.wait()
        if not heard.wait(UNHEARD_S):
            aside(f"it did not answer for {UNHEARD_S:g} s; ending at once")
            _thread.interrupt_main()

    def look() -> bool:
        if asked:
            heard.set()
        return bool(asked)

    before = {number: signal.signal(number, come) for number in (signal.SIGINT, signal.SIGTERM)}
    Thread(target=insist, daemon=True).start()  # now: within a callback none may be started
    try:
        yield look
    finally:
        heard.set()
        said.set()
        for number, handler in before.items():
            signal.signal(number, handler)
