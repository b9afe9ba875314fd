"""Verification by several processes, where nothing is compiled: each reads a stretch, the first one is ours.

The decision digest is one chain, so only the first stretch can compute it. What the others have to add is sent while
they read, and is taken in here as soon as our own stretch is done: nothing but the last few records waits for its end.
"""

from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread

from tallystick.events import compiled
from tallystick.events.errors import LogError
from tallystick.events.verify_range import Outcome, Stretch, StretchReader
from tallystick.events.verify_split import Costs, split

IN_PYTHON = Costs(decide=0.1)

_END = b""


def read_by_processes(whole: Stretch, readers: int) -> list[Outcome]:
    """Outcomes of adjoining stretches, the first of which has taken every decision in; none when a process was lost.

    Raises `LogError` and `FileNotFoundError` as reading alone does.
    """
    stretches = split(whole, readers, IN_PYTHON)
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
        self._process = Process(target=_read, args=(stretch, theirs), daemon=True)
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


def _read(stretch: Stretch, to: "Connection[Outcome | Exception, None]") -> None:
    """In the other process: read a stretch, and send what it says as it goes."""
    compiled.refuse()  # a fork would have what the first process may have loaded meanwhile
    reader = StretchReader(stretch, lambda _bytes: _send(reader, to))
    try:
        outcome: Outcome | Exception = reader.read()
        _send(reader, to)
    except (LogError, FileNotFoundError) as error:
        outcome = error
    to.send_bytes(_END)
    to.send(outcome)


def _send(reader: StretchReader, to: "Connection[Outcome | Exception, None]") -> None:
    if said := b"".join(reader.take_waiting()):
        to.send_bytes(said)
