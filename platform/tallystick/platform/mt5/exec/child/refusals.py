"""What cannot be repeated and is therefore refused: threads and processes of the bot's own that call, sleep or wait.

RefusedError
├── ThreadRefusedError   a thread that takes no turns (turns.py) called the module, slept or waited for a time
├── ProcessRefusedError  a process that the bot started called the module
├── ClockRefusedError    the clock cannot be put in place in this Python
└── ZoneRefusedError     the time zone is unknown here
"""

import os
import threading
from collections.abc import Callable
from typing import Any


class RefusedError(RuntimeError):
    """Root of what is refused; the text says what to do instead."""

    code = "E590"

    def __init__(self, what: str, fix: str) -> None:
        """`what` was refused, and what to do instead: `fix`."""
        super().__init__(f"error[{self.code}] {what}. Fix: {fix}")
        self.what = what
        self.fix = fix

    def __reduce__(self) -> tuple[type["RefusedError"], tuple[str, str]]:
        """A pool sends what its processes raise to the one that waits."""
        return type(self), (self.what, self.fix)


class ThreadRefusedError(RefusedError):
    """A thread that takes no turns: what it does comes in no order that another run would repeat."""

    code = "E591"


class ProcessRefusedError(RefusedError):
    """A process of the bot's own: it has no way to the terminal."""

    code = "E592"


class ClockRefusedError(RefusedError):
    """This Python does not let its clock be replaced."""

    code = "E593"


class ZoneRefusedError(RefusedError, ValueError):
    """The time zone is unknown, or this system cannot be set to it."""

    code = "E594"


WAITING_LIBRARIES = frozenset({"alive_progress", "halo", "rich", "tqdm", "yaspin"})
"""Libraries whose threads only draw: they may wait, in the machine's time."""
REFUSED_MOST = 100
"""Refusals after which a run, which fails anyway, is ended: a loop that swallows them does not wait any more."""
PROCESSES_OWN = frozenset({"concurrent", "multiprocessing"})
"""Packages whose threads wait for processes, in the machine's time."""


class MainThread:
    """The one thread of the one process that may call the module, sleep and wait: at first the main one."""

    def __init__(self, insisted: Callable[[str], None]) -> None:
        """It is the present one. `insisted(refusal)` ends the process that was refused too often."""
        self._insisted = insisted
        self.ident: int | None = threading.get_ident()
        """Its number; None in a copy of the process, which has no such thread."""
        self.forked = False
        """Whether this is a copy of the process that the bot made."""
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._leave)
        self.refusals: list[str] = []

    @property
    def here(self) -> bool:
        """Whether this is it."""
        return threading.get_ident() == self.ident

    def take(self) -> None:
        """From now on it is the present one's turn."""
        if not self.forked:
            self.ident = threading.get_ident()

    def require(self, what: str) -> None:
        """Refuse `what` ("called symbol_info_tick") anywhere else. Raises `RefusedError`."""
        if self.here:
            return
        if self.forked:
            raise ProcessRefusedError(
                f"a process that the bot started {what}: it is not connected to the terminal",
                "call the module in the script's own process and give others the results",
            )
        error = ThreadRefusedError(
            f'the bot\'s thread "{threading.current_thread().name}" {what}: threads come in no order that another run '
            "would repeat",
            "do it in the main thread, hand it to a ThreadPoolExecutor or asyncio.to_thread, which run one at a time, "
            "or let the threads of `threading` take turns: --threads turns",
        )
        self.refusals.append(str(error))
        if len(self.refusals) >= REFUSED_MOST:
            self._insisted(self.refusals[0])
        raise error

    def may_wait(self) -> bool:
        """Whether another thread than this one may wait in the machine's time."""
        return self.forked or self.draws(threading.current_thread())

    @staticmethod
    def draws(thread: Any) -> bool:
        """Whether a thread is of a library that only draws."""
        return not _packages(thread).isdisjoint(WAITING_LIBRARIES)

    @staticmethod
    def waits_for_processes(thread: Any) -> bool:
        """Whether a thread is one by which Python speaks with processes."""
        return not _packages(thread).isdisjoint(PROCESSES_OWN)

    def _leave(self) -> None:
        self.forked, self.ident = True, None


def _packages(thread: Any) -> set[str]:
    """Where a thread's class and its function are from."""
    modules = (type(thread).__module__, getattr(getattr(thread, "_target", None), "__module__", None) or "")
    return {module.partition(".")[0] for module in modules}
