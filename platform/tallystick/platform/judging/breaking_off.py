"""Work in this very thread that is broken off from outside, be it in a loop that never ends.

Another process can be killed; a thread cannot. But CPython raises in a thread what another asks it to raise there, as
soon as that comes to its next line of Python (`PyThreadState_SetAsyncExc`).
"""

import ctypes
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

LOOK_AGAIN_S = 0.2
ONCE_MORE_S = 3.0
"""Who has caught it, or is putting things away, has so long before it is raised again."""
T = TypeVar("T")


class BrokenOff(BaseException):
    """The work took longer than anybody waits."""


def broken_off_when(stop_asked: Callable[[], bool], patience_s: float, work: Callable[[], T]) -> T:
    """What the work gives. Raises `BrokenOff` in it when it is not done `patience_s` after somebody asked to stop."""
    worker, over = threading.get_ident(), threading.Event()

    def watch() -> None:
        while not stop_asked():
            if over.wait(LOOK_AGAIN_S):
                return
        pause_s = patience_s
        while not over.wait(pause_s):
            _raise_in(worker, BrokenOff)
            pause_s = ONCE_MORE_S

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        try:
            return work()
        finally:
            _end(watcher, over)
    finally:
        _end(watcher, over)  # where the first was itself broken off: nothing comes for ONCE_MORE_S then


def _end(watcher: threading.Thread, over: threading.Event) -> None:
    """Let the watcher end, and take what it raised a moment too late.

    It is taken, not withdrawn: CPython keeps a mark of what was asked until it is raised. Left behind, the mark makes
    every later call slower, and a traced function's first line (a debugger's, a test's) come again for ever.
    """
    with suppress(BrokenOff):
        over.set()
        watcher.join()
        _come()


def _come() -> None:
    """A call, at which CPython raises what has been asked for."""


def _raise_in(thread: int, error: type[BaseException]) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error))
