"""Locks for threads that take turns: who waits for one gives its turn up.

`threading.Lock` and `threading.RLock` give these. Python's own, made before, are held for a moment only, never by a
thread that gives its turn up.
"""

import threading
from _thread import LockType, allocate_lock
from typing import Any

from tallystick.platform.mt5.exec.child.places import put
from tallystick.platform.mt5.exec.child.turns import Turns

_Reentrant: Any = vars(threading)["_PyRLock"]


def put_locks(turns: Turns) -> None:
    """Let everything that is imported from now on use locks of this kind."""
    plain = type("lock", (TurnLock,), {"turns": turns, "__slots__": (), "__module__": "_thread"})

    class RLock(_Reentrant):  # type: ignore[misc]  # found by name
        """`threading.RLock` on a lock of this kind."""

        def __init__(self) -> None:
            super().__init__()
            self._block = plain()

    put(threading, "Lock", plain)
    put(threading, "RLock", RLock)


class TurnLock:
    """`threading.Lock`."""

    turns: Turns
    __slots__ = ("__weakref__", "_lock")

    def __init__(self) -> None:
        """Nobody holds it."""
        self._lock: LockType = allocate_lock()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:  # noqa: FBT001, FBT002 -- as Python has it
        """Take it, at once or as soon as whoever holds it lets it go."""
        if not blocking or timeout == 0:
            return self._lock.acquire(blocking, timeout)
        return self._lock.acquire(False) or self.turns.lock(self._lock, _length(timeout))  # noqa: FBT003 -- takes no names

    def release(self) -> None:
        """Let it go. Raises RuntimeError if nobody holds it."""
        self._lock.release()

    def locked(self) -> bool:
        """Whether somebody holds it."""
        return self._lock.locked()

    def __enter__(self) -> bool:
        """Take it."""
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        """Let it go."""
        self._lock.release()

    def __repr__(self) -> str:
        """As Python shows it."""
        return f"<{'' if self.locked() else 'un'}locked _thread.lock object at {id(self):#x}>"

    def _at_fork_reinit(self) -> None:
        self._lock = allocate_lock()


def _length(timeout: float) -> float:
    """A timeout as locks take it. Raises ValueError and OverflowError as they do."""
    if timeout < 0 and timeout != -1:
        raise ValueError("timeout value must be a non-negative number")
    if timeout > threading.TIMEOUT_MAX:
        raise OverflowError("timestamp out of range for platform time_t")
    return timeout
