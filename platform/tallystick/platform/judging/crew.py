"""Processes that make trials. Each is started by a command of its own, so a script needs no guard around its main part.

Between them and us go pickles over their standard input and output, one at a time; what a strategy prints goes to
stderr. A worker whose process dies fails its trial and is replaced. No trial sees a row before `begin` has returned.
A worker has its next trial as soon as it has answered for the last: it waits for one write into the log, not for us.
What its trials leave in temporary folders lies in the crew's own, which is removed however a worker ends.
"""

import contextlib
import os
import pickle
import queue
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from typing import Any, Protocol, Self

from tallystick.events.types.research import TrialStarted
from tallystick.platform.judging.breaking_off import BrokenOff, broken_off_when
from tallystick.platform.judging.handing import leave_bench, receive, send
from tallystick.platform.judging.trial import STOPPED, Bench, Ready, Report, Task
from tallystick.platform.passing_folder import PassingFolder

LOOK_AGAIN_S = 0.2
AHEAD = 2
"""Trials for each worker that are given out at once: one at work, one that it takes up next."""
PATIENCE_S = 10.0
"""After a stop a trial at work may take this long, or as long as the longest before it."""
Begin = Callable[[TrialStarted], None]
"""Makes the start of a trial durable."""


class Record(Protocol):
    """Where trials are recorded; asked by several threads."""

    def begin(self, trial: TrialStarted) -> None:
        """Make a trial's start durable, and whatever was told before."""
        ...

    def tell(self, report: Report) -> None:
        """What became of a trial; durable with the next start, or once it is filed."""
        ...

    def file(self) -> None:
        """Make durable what was told: no start may follow for a while."""
        ...


class Crew:
    """Workers; with one job the trials are made in this process. Use as a context manager.

    They start at once and get ready while the bench is being made.
    """

    def __init__(self, jobs: int) -> None:
        """`jobs`: processes, 1 or more."""
        self._bench: Bench | None = None
        self._jobs = jobs
        self._idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        self._folder: PassingFolder | None = None
        self._threads: ThreadPoolExecutor | None = None
        self._workers: set[_Worker] = set()
        self._given_up = False
        self._longest_s = 0.0

    def __enter__(self) -> Self:
        if self._jobs > 1:
            self._folder = PassingFolder("search")
            self._threads = ThreadPoolExecutor(self._jobs)
            for _ in range(self._jobs):
                self._idle.put(self._hired(self._folder.path))
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
            leave_bench(bench, self._folder.path)

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

    def made(self, tasks: Iterable[Task], record: Record, stop_asked: Callable[[], bool]) -> Iterator[Report]:
        """Reports as they come in, in any order, each told to the record; after a stop, those of the trials at work.

        After a stop nobody waits for a trial that never ends: `PATIENCE_S`.
        """
        made = self._made_here if self._threads is None else self._made_by_workers
        yield from made(tasks, record, stop_asked)
        record.file()

    def _made_here(self, tasks: Iterable[Task], record: Record, stop_asked: Callable[[], bool]) -> Iterator[Report]:
        assert self._bench is not None
        for task in tasks:
            if stop_asked():
                return
            work, began = partial(driven, self._bench, task, record.begin), time.monotonic()
            try:
                report = broken_off_when(stop_asked, self._patience_s, work)
                self._longest_s = max(self._longest_s, time.monotonic() - began)
            except BrokenOff:
                report = Report(task.number, task.point, "failed", None, STOPPED, started=None)
            record.tell(report)
            yield report

    @property
    def _patience_s(self) -> float:
        """How long after a stop a trial may still take."""
        return max(PATIENCE_S, self._longest_s)

    def _made_by_workers(
        self, tasks: Iterable[Task], record: Record, stop_asked: Callable[[], bool]
    ) -> Iterator[Report]:
        assert self._threads is not None
        waiting = iter(tasks)
        working: set[Future[Report]] = set()
        until: float | None = None
        while True:
            if until is None and stop_asked():
                until = time.monotonic() + self._patience_s
                waiting = iter(())
                working = {each for each in working if not each.cancel()}
            while len(working) < AHEAD * self._jobs and (coming := next(waiting, None)) is not None:
                working.add(self._threads.submit(self._one, coming, record))
            if len(working) < self._jobs:
                record.file()  # a worker has nothing more to begin
            if not working:
                return
            if until is not None and time.monotonic() > until:
                self._stop_trials()
            done, working = wait(working, timeout=LOOK_AGAIN_S, return_when=FIRST_COMPLETED)
            for each in done:
                yield each.result()

    def _stop_trials(self) -> None:
        for worker in tuple(self._workers):
            if worker.at_work:
                worker.stopped = True
                worker.tell_to_end()

    def _one(self, task: Task, record: Record) -> Report:
        worker, began = self._idle.get(), time.monotonic()
        try:
            report = worker.make(task, record.begin)
            self._longest_s = max(self._longest_s, time.monotonic() - began)
        except WorkerGone as error:
            worker.close()
            self._workers.discard(worker)
            why = STOPPED if worker.stopped else f"its process died: {error}"
            report = Report(task.number, task.point, "failed", None, why, started=None)
            if not self._given_up:
                worker = self._hired(worker.folder)
        except BaseException:
            worker.tell_to_end()  # it holds a trial that must not go on: its start may not be durable
            raise
        finally:
            self._idle.put(worker)
        if not self._given_up:
            record.tell(report)  # at once, and by this thread: it goes into the log with the start of the next trial
        return report


class WorkerGone(Exception):
    """A worker's process ended before it answered, and how."""


class _Worker:
    """One process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.at_work = self.stopped = False
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
        self.at_work = True
        try:
            said = self._answer(task)
            if isinstance(said, Ready):
                begin(said.started)
                said = self._answer(None)
        finally:
            self.at_work = False
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
