"""Processes that make trials. Each is started by a command of its own, so a script needs no guard around its main part.

Between them and us go pickles over their standard input and output, one at a time; what a strategy prints goes to
stderr. A worker whose process dies fails its trial and is replaced. No trial sees a row before `begin` has returned.
"""

import contextlib
import os
import pickle
import queue
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, Self

from tallystick.events.types.research import TrialStarted
from tallystick.platform.judging.sharing import reference_of, shareable, write_feed
from tallystick.platform.judging.trial import Bench, Ready, Report, Task
from tallystick.platform.pipes import read_frame, write_frame

BENCH = "bench"
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
        self._workers: set[_Worker] = set()
        self._given_up = False

    def __enter__(self) -> Self:
        if self._jobs > 1:
            self._folder = TemporaryDirectory(prefix="tallystick-search-", ignore_cleanup_errors=True)
            self._threads = ThreadPoolExecutor(self._jobs)
            for _ in range(self._jobs):
                self._idle.put(self._hired(Path(self._folder.name)))
        return self

    def _hired(self, folder: Path) -> "_Worker":
        worker = _Worker(folder)
        self._workers.add(worker)
        return worker

    @property
    def processes(self) -> tuple["subprocess.Popen[bytes]", ...]:
        """The processes of its workers."""
        return tuple(worker.process for worker in self._workers)

    def take(self, bench: Bench) -> None:
        """What the trials share. Raises `NotShareable` when strategy or terms cannot go to another process."""
        self._bench = bench
        if self._folder is not None:
            leave_bench(bench, Path(self._folder.name))

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:  # nobody waits for the trials at work: one of them may never end
            self._given_up = True
            self._dismiss()
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)
        self._dismiss()
        for worker in tuple(self._workers):
            worker.close()
        if self._folder is not None:
            self._folder.cleanup()

    def _dismiss(self) -> None:
        """Tell all of them before any is waited for."""
        for worker in tuple(self._workers):
            worker.tell_to_end()
        for worker in tuple(self._workers):
            worker.dismiss()

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
        except WorkerGone as error:
            worker.close()
            self._workers.discard(worker)
            if not self._given_up:
                worker = self._hired(worker.folder)
            return Report(task.number, task.point, "failed", None, f"its process died: {error}", started=None)
        finally:
            self._idle.put(worker)


class WorkerGone(Exception):
    """A worker's process ended before it answered, and how."""


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
        self.process = subprocess.Popen(  # noqa: S603 -- our own module in our own interpreter
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **flags
        )

    def make(self, task: Task, begin: Begin) -> Report:
        """Make one trial. Raises `WorkerGone` when the process dies, and what `begin` raises."""
        said = self._answer(task)
        if isinstance(said, Ready):
            begin(said.started)
            said = self._answer(None)
        assert isinstance(said, Report)
        return said

    def _answer(self, word: Task | None) -> object:
        process = self.process
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            send(process.stdin, word)
            return receive(process.stdout)
        except (EOFError, OSError, ValueError, pickle.UnpicklingError) as error:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=1)
            ended = "" if process.returncode is None else f", exit status {process.returncode}"
            raise WorkerGone(f"{error}{ended}") from error

    def tell_to_end(self) -> None:
        """Tell it to end, also in the middle of a trial; whoever waits for its answer hears that it is gone."""
        if self.process.stdin is not None:
            with contextlib.suppress(OSError):
                self.process.stdin.close()

    def dismiss(self) -> None:
        """Tell it, and wait until it has ended."""
        self.tell_to_end()
        process = self.process
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def close(self) -> None:
        """End it; nobody waits for its answer."""
        self.dismiss()
        if self.process.stdout is not None:
            with contextlib.suppress(OSError):
                self.process.stdout.close()


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


def send(pipe: IO[bytes], value: object) -> None:
    """One value into a pipe."""
    write_frame(pipe, pickle.dumps(value))


def receive(pipe: IO[bytes]) -> Any:
    """One value out of a pipe. Raises `EOFError` at its end."""
    raw = read_frame(pipe)
    if raw is None:
        raise EOFError("nothing more was said")
    return pickle.loads(raw)  # noqa: S301 -- between our own processes
