"""Processes that make trials. Each is started by a command of its own, so a script needs no guard around its main part.

Between them and us go pickles over their standard input and output, one at a time; what a strategy prints goes to
stderr. A worker whose process dies fails its trial and is replaced. No trial sees a row before `begin` has returned.
"""

import contextlib
import os
import pickle
import queue
import struct
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, Self

from tallystick.events.types.research import TrialStarted
from tallystick.platform.judging.sharing import reference_of, shareable, write_feed
from tallystick.platform.judging.trial import Bench, Ready, Report, Task

BENCH = "bench"
LENGTH = struct.Struct(">Q")
LOOK_AGAIN_S = 0.2
Begin = Callable[[TrialStarted], None]
"""Makes the start of a trial durable."""


class Crew:
    """Workers; with one job the trials are made in this process. Use as a context manager.

    They start at once and get ready while the bench is being made.
    """

    def __init__(self, jobs: int) -> None:
        """`jobs`: processes, 1 or more."""
        self._bench: Bench | None = None
        self._jobs = jobs
        self._idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        self._folder: TemporaryDirectory[str] | None = None
        self._threads: ThreadPoolExecutor | None = None

    def __enter__(self) -> Self:
        if self._jobs > 1:
            self._folder = TemporaryDirectory(prefix="tallystick-search-", ignore_cleanup_errors=True)
            self._threads = ThreadPoolExecutor(self._jobs)
            for _ in range(self._jobs):
                self._idle.put(_Worker(Path(self._folder.name)))
        return self

    def take(self, bench: Bench) -> None:
        """What the trials share. Raises `NotShareable` when strategy or terms cannot go to another process."""
        self._bench = bench
        if self._folder is not None:
            leave_bench(bench, Path(self._folder.name))

    def __exit__(self, *_: object) -> None:
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)
        with contextlib.suppress(queue.Empty):
            while True:
                self._idle.get_nowait().close()
        if self._folder is not None:
            self._folder.cleanup()

    def made(self, tasks: Iterable[Task], begin: Begin, stop_asked: Callable[[], bool]) -> Iterator[Report]:
        """Reports as they come in, in any order; after a stop, those of the trials that were at work."""
        assert self._bench is not None
        if self._threads is None:
            for task in tasks:
                if stop_asked():
                    return
                yield driven(self._bench, task, begin)
            return
        waiting = iter(tasks)
        working: set[Future[Report]] = set()
        while True:
            while len(working) < self._jobs and not stop_asked() and (coming := next(waiting, None)) is not None:
                working.add(self._threads.submit(self._one, coming, begin))
            if not working:
                return
            done, working = wait(working, timeout=LOOK_AGAIN_S, return_when=FIRST_COMPLETED)
            for each in done:
                yield each.result()

    def _one(self, task: Task, begin: Begin) -> Report:
        worker = self._idle.get()
        try:
            return worker.make(task, begin)
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            worker.close()
            worker = _Worker(worker.folder)
            return Report(task.number, task.point, "failed", None, f"its process died: {error}", started=None)
        finally:
            self._idle.put(worker)


class _Worker:
    """One process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        command = [sys.executable, "-m", "tallystick.platform.judging.worker", str(folder)]
        flags: dict[str, Any] = (
            {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
            if os.name == "nt"
            else {"start_new_session": True}  # Ctrl-C is for the one who leads the study
        )
        self._process = subprocess.Popen(  # noqa: S603 -- our own module in our own interpreter
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **flags
        )

    def make(self, task: Task, begin: Begin) -> Report:
        """Make one trial. Raises `EOFError` or `OSError` when the process dies."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        send(process.stdin, task)
        said = receive(process.stdout)
        if isinstance(said, Ready):
            begin(said.started)
            send(process.stdin, None)
            said = receive(process.stdout)
        assert isinstance(said, Report)
        return said

    def close(self) -> None:
        """End it: it ends by itself when its input does."""
        process = self._process
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def driven(bench: Bench, task: Task, begin: Begin) -> Report:
    """One trial in this process."""
    steps = bench.steps(task)
    said = next(steps)
    if isinstance(said, Ready):
        begin(said.started)
        said = next(steps)
    assert isinstance(said, Report)
    return said


def leave_bench(bench: Bench, folder: Path) -> None:
    """Put what the trials share where the workers find it. Raises `NotShareable`."""
    many: Sequence[Any] = bench.strategy if isinstance(bench.strategy, list | tuple) else [bench.strategy]
    strategies = [reference_of(each) for each in many]
    strategy = shareable(strategies if isinstance(bench.strategy, list | tuple) else strategies[0])
    shareable_terms = shareable(bench.terms)
    write_feed(bench.feed, folder)
    (folder / BENCH).write_bytes(pickle.dumps((strategy, shareable_terms, bench.objective)))


def send(pipe: BinaryIO | Any, value: object) -> None:
    """One value into a pipe."""
    raw = pickle.dumps(value)
    pipe.write(LENGTH.pack(len(raw)) + raw)
    pipe.flush()


def receive(pipe: BinaryIO | Any) -> Any:
    """One value out of a pipe. Raises `EOFError` at its end."""
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError("nothing more was said")
    (size,) = LENGTH.unpack(head)
    raw = pipe.read(size)
    if len(raw) < size:
        raise EOFError("it broke off in a word")
    return pickle.loads(raw)  # noqa: S301 -- between our own processes
