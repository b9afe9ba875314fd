"""One writer for one log, on every platform.

The operating system's lock where there is one (it dies with its process), else a file with the owner's process id.
A second writer gets `LogLocked`, which names the first.
"""

import contextlib
import os
from pathlib import Path
from threading import Lock
from typing import IO, Any

from tallystick.events.errors import LogLocked, LogMissing
from tallystick.events.files import write_failed

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]  # Windows has none
try:
    import msvcrt
except ImportError:
    msvcrt = None  # type: ignore[assignment]  # only Windows has one

LOCK_NAME = "writer.lock"
_LOCKED_BYTE = 2**30  # far behind the pid, which others must be able to read: Windows locks are mandatory
_held: set[Path] = set()  # by this process, where only the pid file guards: a leftover may carry our own pid
_changing_hands = Lock()  # a pid file and its place in `_held` come and go as one for this process's threads


class WriterLock:
    """Held from construction until `release`. Raises `LogLocked` when somebody else holds it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder.resolve() / LOCK_NAME
        self._file: IO[bytes] | None = None
        self._pid_file_is_ours = False
        try:
            if fcntl is None and msvcrt is None:
                with _changing_hands:
                    self._take_pid_file()
            else:
                self._take_system_lock()
        except FileNotFoundError as error:
            raise LogMissing(f"there is no folder {folder}", fix="check the path of the book") from error
        except OSError as error:
            if isinstance(error, LogLocked):
                raise
            raise write_failed(f"cannot lock {folder} for writing", error) from error

    @property
    def held(self) -> bool:
        """True until `release`."""
        return self._file is not None or self._pid_file_is_ours

    def release(self) -> None:
        """Let the next writer in; harmless when done twice."""
        if self._file is not None:
            self._file.close()
            self._file = None
            return
        with _changing_hands:
            if self._pid_file_is_ours:
                self._pid_file_is_ours = False
                self._path.unlink(missing_ok=True)
                _held.discard(self._path)

    def _take_system_lock(self) -> None:
        file = os.fdopen(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644), "r+b", buffering=0)
        try:
            _lock(file)
        except OSError:
            file.close()
            raise _locked(self._path) from None
        if file.read() != _own_pid():  # a log opened again and again by one process: a truncation waits for the disk
            file.seek(0)
            file.truncate()
            file.write(_own_pid())
        self._file = file

    def _take_pid_file(self) -> None:
        try:
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        except FileExistsError:
            if not self._is_leftover():
                raise _locked(self._path) from None
            self._path.unlink(missing_ok=True)
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        with os.fdopen(handle, "wb") as file:
            file.write(_own_pid())
        _held.add(self._path)
        self._pid_file_is_ours = True

    def _is_leftover(self) -> bool:
        pid = _pid_in(self._path)
        if pid == 0 or self._path in _held:
            return False
        if str(pid).encode() == _own_pid():
            return True  # a process before us had our number and died
        if os.name == "nt":
            return False  # os.kill would end the process on Windows; the message says what to do
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            pass
        return False


def _lock(file: IO[bytes]) -> None:
    if fcntl is not None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        return
    windows: Any = msvcrt
    file.seek(_LOCKED_BYTE)
    windows.locking(file.fileno(), windows.LK_NBLCK, 1)
    file.seek(0)


def _pid_in(path: Path) -> int:
    with contextlib.suppress(OSError, ValueError):
        return int(path.read_text(encoding="utf-8"))
    return 0


def _own_pid() -> bytes:
    return str(os.getpid()).encode()  # noqa: TID251 -- names the holder to a second writer; never recorded


def _locked(path: Path) -> LogLocked:
    pid = _pid_in(path)
    who = f"process {pid}" if pid else "another process"
    stale = "" if fcntl or msvcrt else f"; if no such process runs, remove {path}"
    fix = f"stop it first{stale}"
    return LogLocked(f"{who} is writing the log in {path.parent}", pid=pid, fix=fix)
