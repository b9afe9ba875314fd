"""The watchdog: a reactor that overruns is ended from outside, for Python cannot interrupt it.

Live only. The kernel marks when it begins and ends asking modules; a thread compares that with a monotonic clock and,
after the limit, halts all effects (the HALT file) and ends the process. Recovery then finds a committed log.
"""

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

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
        reason = f"watchdog: {self._doing} has run for {busy_s:.1f} s, limit {self._limit_s:g} s"
        ask_halt(self._folder, reason)
        print(  # noqa: T201 -- the process ends here; stderr is all that is left
            f"error[E721] {reason}. Effects are halted and the process ends. Fix the module, then: tallystick resume",
            file=sys.stderr,
            flush=True,
        )
        self._end(EXIT_CODE)
