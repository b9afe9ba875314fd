"""Processes that do the work of a live run: one for each module and worker, started when it first asks.

1. A request waits behind the module's earlier ones, so its answers come in the order of its questions.
2. A thread of each process hands requests over and waits for answers; the loop of the book never does.
3. Work that is given up ends with its process, and the next request has a new one.
4. A process whose book has died ends by itself (`workshop_child`).
"""

import queue
import subprocess
import sys
import threading
from contextlib import suppress
from typing import NamedTuple

import msgspec

from tallystick.events.worker import WorkResult
from tallystick.platform.kernel.deadlines import PendingWork
from tallystick.platform.kernel.workshop_child import Outcome
from tallystick.platform.pipes import FrameError, read_frame, write_frame

CHILD = "tallystick.platform.kernel.workshop_child"
END_S = 5.0
"""How long a process that was killed may take to be gone."""


class Told(NamedTuple):
    """What became of a request: its result, or why there is none."""

    work: PendingWork
    result: WorkResult | None
    error: str = ""


class Workshop:
    """Takes requests and gives back what became of them; nothing of it waits. One caller."""

    def __init__(self) -> None:
        """No process is started before it is asked for something."""
        self._told: queue.SimpleQueue[Told] = queue.SimpleQueue()
        self._benches: dict[tuple[str, str], _Bench] = {}

    def ask(self, work: PendingWork, seed: int) -> None:
        """Have this done, after what the same module asked before; `seed` is the run's."""
        name = work.module, work.worker
        if name not in self._benches:
            self._benches[name] = _Bench(work.worker, self._told)
        self._benches[name].ask(work, seed)

    def give_up(self, work: PendingWork) -> None:
        """Nobody wants this any more: it is not begun, or its process is ended."""
        self._benches[work.module, work.worker].give_up(work.seq)

    def told(self) -> list[Told]:
        """What has come in since this was last asked."""
        return [self._told.get() for _ in range(self._told.qsize())]

    def close(self) -> None:
        """End every process; what they were at is told by nobody."""
        for bench in self._benches.values():
            bench.close()


class _Bench:
    """The process of one worker for one module, and the thread that waits for it."""

    def __init__(self, worker: str, told: "queue.SimpleQueue[Told]") -> None:
        self._worker = worker
        self._told = told
        self._asked: queue.SimpleQueue[tuple[PendingWork, int] | None] = queue.SimpleQueue()
        self._guard = threading.Lock()
        self._given_up: set[int] = set()
        self._at_work = -1
        self._closed = False
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._serve, name=f"tallystick-work-{worker}", daemon=True)
        self._thread.start()

    def ask(self, work: PendingWork, seed: int) -> None:
        self._asked.put((work, seed))

    def give_up(self, seq: int) -> None:
        with self._guard:
            self._given_up.add(seq)
            if self._at_work == seq and self._child is not None:
                self._child.kill()

    def close(self) -> None:
        with self._guard:
            self._closed = True
            if self._child is not None:
                self._child.kill()
        self._asked.put(None)
        self._thread.join(END_S)

    def _serve(self) -> None:
        while (asked := self._asked.get()) is not None and not self._closed:
            work, seed = asked
            try:
                child = self._child_for(work)
                told = None if child is None else self._answered(child, work, seed)
            except OSError as error:
                told = Told(work, None, f"its process could not be started: {error}")
            with self._guard:
                self._at_work = -1
                wanted = not self._closed and work.seq not in self._given_up
            if told is not None and wanted:
                self._told.put(told)
        self._end()

    def _child_for(self, work: PendingWork) -> "subprocess.Popen[bytes] | None":
        """The process, started where there is none; None for work that was given up before it began."""
        with self._guard:
            if self._closed or work.seq in self._given_up:
                return None
            if self._child is None:
                self._child = subprocess.Popen(  # noqa: S603 -- our own module in our own interpreter
                    [sys.executable, "-m", CHILD, self._worker, *sys.path],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                )
            self._at_work = work.seq
            return self._child

    def _answered(self, child: "subprocess.Popen[bytes]", work: PendingWork, seed: int) -> Told:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            write_frame(child.stdin, msgspec.msgpack.encode((work.request, seed)))
            message = read_frame(child.stdout)
            if message is not None:
                outcome = msgspec.msgpack.decode(message, type=Outcome)
                return Told(work, outcome.result, outcome.error)
        except (OSError, FrameError, msgspec.MsgspecError):
            child.kill()
        return Told(work, None, f"its process ended before it answered, exit status {self._end()}")

    def _end(self) -> int | None:
        """The process is over, or made to be; its exit status."""
        with self._guard:
            child, self._child = self._child, None
        if child is None:
            return None
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        try:
            child.wait(END_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        return child.returncode
