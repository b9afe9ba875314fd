"""The watchdog: a bot that asks nothing for too long, in the machine's time, is ended and its stack shown.

A loop without calls, sleeps and looks at a clock would never end, for only these move the bot's time. Looks do not
count as a sign of life, waiting for an answer and sleeping at real speed do not count as silence.
"""

import _thread
import faulthandler
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tallystick.platform.mt5.exec.child import machine

HELD_S = 2.0
EXIT_SILENT = 2
"""Exit code of a process that its watchdog ended."""


class Watchdog:
    """Watches the thread whose turn it is from a thread of its own."""

    def __init__(
        self, limit_s: float, signs: Callable[[], int], silent: Callable[[str], None], alive: Callable[[], None]
    ) -> None:
        """`limit_s`: the longest silence, in which `signs` stays what it is.

        `silent(stack)` ends the process; `alive` says now and then: not silent.
        """
        self._limit_s = limit_s
        self._signs = signs
        self._seen = -1
        self._silent = silent
        self._alive = alive
        self._watched = threading.get_ident()
        self._heard_s = machine.monotonic()
        self.busy = 0
        """How many wait for others at present."""
        self._never = _thread.allocate_lock()
        self._never.acquire()

    def start(self) -> None:
        """Begin. The thread is none of `threading`'s, so that no bot counts or joins it."""
        self._heard_s = machine.monotonic()
        self._arm()
        machine.start_thread(self._watch, ())

    def take(self) -> None:
        """From now on the present thread is the one whose stack is shown."""
        self._watched = threading.get_ident()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """It is others who take the time."""
        self.busy += 1
        try:
            yield
        finally:
            self.busy -= 1
            self._heard_s = machine.monotonic()

    def _watch(self) -> None:
        told_s = machine.monotonic()
        while True:
            self._never.acquire(timeout=max(0.01, min(1.0, self._limit_s / 8)))
            self._arm()
            now_s = machine.monotonic()
            if (signs := self._signs()) != self._seen:
                self._seen, self._heard_s = signs, now_s
            if not self.busy and now_s - self._heard_s > self._limit_s:
                self._silent(self._stack())
                return
            if now_s - told_s > self._limit_s / 4 and (self.busy or self._heard_s > told_s):
                told_s = now_s
                self._alive()

    def _arm(self) -> None:
        """Have the stacks shown where this thread no longer gets its turn: code in C that holds the interpreter.

        The process cannot end itself then; its parent does.
        """
        with suppress(OSError, ValueError, RuntimeError, AttributeError):  # stderr may be closed, or no file
            faulthandler.dump_traceback_later(self._limit_s + HELD_S)

    def _stack(self) -> str:
        frame = sys._current_frames().get(self._watched)  # noqa: SLF001 -- documented, the only look into another thread
        return "".join(traceback.format_stack(frame)) if frame is not None else "the main thread has ended\n"
