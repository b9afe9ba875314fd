"""The watchdog: a reactor that overruns is ended from outside, for Python cannot interrupt it.

Live only. The kernel marks when it begins and ends asking modules; a thread compares that with a monotonic clock and,
after the limit, halts all effects (the HALT file) and ends the process. The cascade that did not end was never
committed, so recovery finds a log that ends before its input.
"""

import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any, Self

from tallystick.platform.kernel.halt import ask_halt

EXIT_CODE = 70
"""Exit status of a process that its watchdog ended (EX_SOFTWARE)."""


class Watchdog:
    """Watches one kernel of one process."""

    def __init__(
        self,
        folder: Path,
        limit_s: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        end: Callable[[int], None] = os._exit,
    ) -> None:
        """`limit_s`: the longest a cascade may take."""
        self._folder = folder
        self._limit_s = limit_s
        self._clock = clock
        self._end = end
        self._busy_since: float | None = None
        self._doing = ""
        self._thread_id = 0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="tallystick-watchdog", daemon=True)

    def __enter__(self) -> Self:
        """Begin to watch."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop watching."""
        self._stopped.set()
        self._thread.join()

    def begins(self, doing: str) -> None:
        """The kernel begins something that must end within the limit."""
        self._doing = doing
        self._thread_id = threading.get_ident()
        self._busy_since = self._clock()

    def ends(self) -> None:
        """It is done."""
        self._busy_since = None

    def _watch(self) -> None:
        while not self._stopped.wait(self._limit_s / 8):
            since = self._busy_since
            if since is not None and self._clock() - since > self._limit_s:
                self._bark(self._clock() - since)
                return

    def _bark(self, busy_s: float) -> None:
        frames = sys._current_frames()  # noqa: SLF001 -- documented, and the only look into another thread
        what = _overrunning(frames.get(self._thread_id)) or self._doing
        reason = f"watchdog: {what} has run for {busy_s:.1f} s, limit {self._limit_s:g} s"
        try:
            ask_halt(self._folder, reason)
            halted = "Effects are halted and the process ends."
        except OSError as error:  # the process ends all the same, and with it every effect
            halted = f"The process ends; the HALT file could not be written ({error.strerror})."
        with suppress(OSError, ValueError):  # stderr may be closed
            print(  # noqa: T201 -- the process ends here; stderr is all that is left
                f"error[E721] {reason}. {halted}\nFix: mend the module, start the book again, then: tallystick resume",
                file=sys.stderr,
                flush=True,
            )
        self._end(EXIT_CODE)


def _overrunning(frame: FrameType | None) -> str:
    """The module in which a thread is at work, and its line; "" when it is in none."""
    while frame is not None:
        owner: Any = frame.f_locals.get("self")
        if hasattr(owner, "react") and hasattr(owner, "hears"):
            place = f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
            return f"module {owner.name}, in {frame.f_code.co_name} at {place},"
        frame = frame.f_back
    return ""
