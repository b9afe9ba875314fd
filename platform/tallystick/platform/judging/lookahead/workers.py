"""Processes for runs: one that has everything imported, and for each run a fresh one split off from it.

Where a process cannot be split (Windows), each run has a process of its own from the start, which costs its imports.
"""

import gc
import os
import pickle
import queue
import select
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, Self

from tallystick.platform.judging.handing import receive, send
from tallystick.platform.judging.lookahead.decisions import Told
from tallystick.platform.judging.lookahead.runs import Subject, Task, told
from tallystick.platform.judging.sharing import read_feed, write_feed
from tallystick.platform.passing_folder import PassingFolder

SUBJECT = "subject"
DIED = "its process died"
SPLITS = hasattr(os, "fork")
MOST_AT_ONCE = 1 << 16


class Workers:
    """Makes runs, each in a process of its own; use as a context manager. `here`: split this process itself off."""

    def __init__(self, subject: Subject, jobs: int, *, here: bool = False) -> None:
        """`jobs` at a time."""
        self._subject = subject
        self._jobs = jobs
        self._here = here
        self._idle: queue.SimpleQueue[_Server | None] = queue.SimpleQueue()
        self._folder = PassingFolder("lookahead")
        self._servers: list[_Server] = []

    @property
    def folder(self) -> Path:
        """Where files for the runs may be put."""
        return self._folder.path

    def __enter__(self) -> Self:
        if self._here:
            return self
        write_feed(self._subject.feed, self.folder)
        (self.folder / SUBJECT).write_bytes(pickle.dumps((self._subject.strategy, self._subject.terms)))
        for _ in range(self._jobs):
            server = _Server(self.folder)
            self._servers.append(server)
            self._idle.put(server)
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._servers:
            server.close()
        self._folder.cleanup()

    def made(self, tasks: Iterable[Task]) -> Iterator[Any]:
        """What each run showed, in the order of the tasks."""
        if self._here:
            yield from (split_off(self._subject, task) for task in tasks)
            return
        with ThreadPoolExecutor(self._jobs) as threads:
            yield from threads.map(self._one, tasks)

    def _one(self, task: Task) -> Any:
        server = self._idle.get()
        assert server is not None
        try:
            return server.make(task)
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            server.close()
            server = _Server(self.folder)
            self._servers.append(server)
            return Told(failure=f"{DIED}: {error}")
        finally:
            if not SPLITS:  # a process is good for one run
                server.close()
                server = _Server(self.folder)
                self._servers.append(server)
            self._idle.put(server)


class _Server:
    """The process that others are split off from."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "tallystick.platform.judging.lookahead.server", str(folder)]
        flags: dict[str, Any] = {"start_new_session": True} if os.name != "nt" else {}
        flags["env"] = {**os.environ, "PYTHONHASHSEED": "0"}
        self._process = subprocess.Popen(  # noqa: S603 -- our own module in our own interpreter
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **flags
        )

    def make(self, task: Task) -> Any:
        """Make one run. Raises `EOFError` or `OSError` when the process dies."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        send(self._process.stdin, task)
        return receive(self._process.stdout)

    def close(self) -> None:
        """End it."""
        process = self._process
        for pipe in (process.stdin, process.stdout):
            if pipe is not None and not pipe.closed:
                pipe.close()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def subject_in(folder: Path) -> Subject:
    """The subject that was left before the first task was given."""
    strategy, terms = pickle.loads((folder / SUBJECT).read_bytes())  # noqa: S301 -- our own process wrote it
    return Subject(strategy, read_feed(folder), terms)


def split_off(subject: Subject, task: Task, leader: IO[bytes] | None = None) -> Any:
    """Make one run in a process split off from this one. `leader`: whose end ends the run too, by an `EOFError`."""
    if not SPLITS:
        return told(subject, task)
    back, out = os.pipe()
    child = os.fork()
    if child == 0:
        _answer(subject, task, back, out)
    os.close(out)
    with os.fdopen(back, "rb") as pipe:
        raw = _answered(pipe.fileno(), child, leader)
    os.waitpid(child, 0)
    return pickle.loads(raw) if raw else Told(failure=DIED)  # noqa: S301 -- our own child


def _answered(pipe: int, child: int, leader: IO[bytes] | None) -> bytes:
    """What a run wrote until it ended. The leader says nothing while it waits, so what comes from it is its end."""
    heard = [pipe] if leader is None else [pipe, leader.fileno()]
    raw = b""
    while True:
        ready, _, _ = select.select(heard, [], [])
        if pipe in ready:
            part = os.read(pipe, MOST_AT_ONCE)
            raw += part
            if not part:
                return raw
        else:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            raise EOFError("nobody waits for the answer any more")


def _answer(subject: Subject, task: Task, back: int, out: int) -> None:
    """The child's whole life; nothing of the parent's is tidied up by it.

    It ends with its run, so it collects no cycles: walking over everything the parent imported, again and again, took
    a quarter of its time.
    """
    gc.disable()
    try:
        os.close(back)
        os.dup2(2, 1)  # what a strategy prints must not stand in an answer
        with os.fdopen(out, "wb") as pipe:
            pipe.write(pickle.dumps(told(subject, task)))
    finally:
        os._exit(0)
