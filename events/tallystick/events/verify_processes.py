"""Verification by several processes: each reads a stretch, the first one is ours.

The decision digest is one chain, so only the first stretch can compute it. What the others have to add is sent while
they read, and is taken in here as soon as our own stretch is done: nothing but the last few records waits for its end.
"""

from collections.abc import Sequence
from dataclasses import replace
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread

from tallystick.events import compiled
from tallystick.events.errors import LogError
from tallystick.events.stored import StoredSegment
from tallystick.events.verify_range import Outcome, Place, Stretch, StretchReader

SKIM_SHARE = 0.08  # cost of skimming a record before a stretch, as a share of verifying it
DECIDE_SHARE = 0.1  # what the decision digest takes of it, which the first process does for all

_END = b""


def read_side_by_side(whole: Stretch, processes: int) -> list[Outcome]:
    """Outcomes of adjoining stretches, the first of which has taken every decision in; none when a process was lost.

    Raises `LogError` and `FileNotFoundError` as reading alone does.
    """
    starts = _starts(whole.segments, processes)
    stops: list[Place | None] = [*starts[1:], None]
    stretches = [replace(whole, start=start, stop=stop) for start, stop in zip(starts, stops, strict=True)]
    others = [_Other(each) for each in stretches[1:]]
    try:
        for other in others:
            other.listen()
        outcomes = [StretchReader(stretches[0]).read()]
        for other in others:
            while raw := other.said.get():
                outcomes[0].found.decide_waiting(raw)
            if other.outcome is None:
                return []
            if isinstance(other.outcome, Exception):
                raise other.outcome
            outcomes.append(other.outcome)
        return outcomes
    finally:
        for other in others:
            other.end()


class _Other:
    """Another process at its stretch, and the thread that listens to it."""

    def __init__(self, stretch: Stretch) -> None:
        self.said: SimpleQueue[bytes] = SimpleQueue()
        self.outcome: Outcome | Exception | None = None
        self._ours, theirs = Pipe(duplex=False)
        self._process = Process(target=_read, args=(stretch, theirs, compiled.at_hand() is not None), daemon=True)
        self._process.start()
        theirs.close()  # so that its end is noticed here when the process is lost
        self._thread = Thread(target=self._listen, daemon=True)

    def listen(self) -> None:
        """Begin to listen: after every process has been started, for a thread does not survive a fork."""
        self._thread.start()

    def end(self) -> None:
        """Whatever it is doing is not wanted any more."""
        self._process.terminate()
        self._process.join()
        self._thread.join()
        self._ours.close()

    def _listen(self) -> None:
        try:
            while raw := self._ours.recv_bytes():
                self.said.put(raw)
            self.outcome = self._ours.recv()
        except (EOFError, OSError):
            pass  # the process was lost: what it would have said is read here instead
        finally:
            self.said.put(_END)


def _read(stretch: Stretch, to: "Connection[Outcome | Exception, None]", compiling: bool) -> None:  # noqa: FBT001
    """In the other process: read a stretch, and send what it says as it goes; compiled where the first process is."""
    if compiling:
        compiled.load()
    reader = StretchReader(stretch, lambda _bytes: _send(reader, to))
    try:
        outcome: Outcome | Exception = reader.read()
        _send(reader, to)
    except (LogError, FileNotFoundError) as error:
        outcome = error
    to.send_bytes(_END)
    to.send(outcome)


def _send(reader: StretchReader, to: "Connection[Outcome | Exception, None]") -> None:
    said = reader.take_waiting()
    if said:
        to.send_bytes(said)


def _starts(segments: Sequence[StoredSegment], processes: int) -> list[Place]:
    """Where each process begins, so that all of them take equally long."""
    sizes = [each.stored_bytes for each in segments]
    # What all can read in a time is a straight line; `time` is where it crosses the whole log.
    least, more = sum(_shares(0.0, processes)), sum(_shares(1.0, processes))
    shares = _shares((1.0 - least) / (more - least), processes)
    starts: list[Place] = []
    for number in range(processes):
        offset, index = max(0.0, sum(shares[:number])) * sum(sizes), 0
        while offset >= sizes[index] and index < len(sizes) - 1:
            offset -= sizes[index]
            index += 1
        starts.append((index, min(1.0, offset / max(1, sizes[index]))))
    return starts


def _shares(time: float, processes: int) -> list[float]:
    """What share of the log each process reads in `time`, of which 1 would verify all of it."""
    shares = [(time - DECIDE_SHARE) / (1 - DECIDE_SHARE)]
    for _ in range(processes - 1):
        shares.append((time - SKIM_SHARE * sum(shares)) / (1 - DECIDE_SHARE))
    return shares
