"""Verification by several threads: each reads a stretch, the first one is ours.

The compiled loops let go of the interpreter's lock while they walk, so threads need no second interpreter, no second
compiler and nothing to be sent. Without the loops they would only wait for each other (see `verify_processes`).
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from queue import SimpleQueue
from threading import Event, Lock

from tallystick.events.errors import LogError
from tallystick.events.stored import StoredSegment, plain_bytes
from tallystick.events.verify_range import Outcome, Stretch, StretchReader
from tallystick.events.verify_split import Costs, split

COMPILED = Costs(decide=0.12, note=0.065)


class SharedSegments:
    """Segments that are read as a whole, for several threads: what two of them look at at one time is unpacked once."""

    def __init__(self, segments: tuple[StoredSegment, ...]) -> None:
        self._reading = {each.first: Lock() for each in segments}
        self._latest: tuple[int, bytes] = -1, b""

    def bytes_of(self, stored: StoredSegment) -> bytes:
        """A segment's plain bytes. Raises as `plain_bytes` does."""
        with self._reading[stored.first]:
            first, data = self._latest
            if first != stored.first:
                data = plain_bytes(stored)
                self._latest = stored.first, data
            return data


class _NotWantedError(Exception):
    """What this thread reads is not wanted any more."""


def read_by_threads(
    whole: Stretch, readers: int, shared: SharedSegments, report: Callable[[int], None]
) -> list[Outcome]:
    """Outcomes of adjoining stretches, the first of which has taken every decision in; none where one is past reading.

    `report` is told in this thread how many bytes more are done, by all of them. Raises `LogError` and
    `FileNotFoundError` as reading alone does.
    """
    ended, done = Event(), [0] * (readers + 1)  # by each reader, and already reported

    def tell(number: int, more: int) -> None:
        if ended.is_set():
            raise _NotWantedError
        done[number] += more
        if number == 0:
            news = sum(done[:-1]) - done[-1]
            done[-1] += news
            report(news)

    ours, *theirs = split(whole, readers, COMPILED)
    first = StretchReader(ours, lambda more: tell(0, more), shared.bytes_of)
    others = [_Other(each, partial(tell, number), shared.bytes_of) for number, each in enumerate(theirs, 1)]
    with ThreadPoolExecutor(len(others)) as pool:
        try:
            reading = [pool.submit(each.read) for each in others]
            outcomes = [first.read()]
            if outcomes[0].fault is None:
                for other, outcome in zip(others, reading, strict=True):
                    while raw := other.said.get():
                        outcomes[0].found.decide_waiting(raw)
                        tell(0, 0)
                    outcomes.append(outcome.result())
        except (LogError, FileNotFoundError):
            raise
        except Exception:  # noqa: BLE001 -- a skimmed stretch may hold anything: one reader alone says what is wrong
            return []
        finally:
            ended.set()
    return outcomes


class _Other:
    """Another thread's reader; what it has to say is taken in while it reads."""

    def __init__(
        self, stretch: Stretch, tell: Callable[[int], None], bytes_of: Callable[[StoredSegment], bytes]
    ) -> None:
        self.said: SimpleQueue[bytes] = SimpleQueue()
        self._tell = tell
        self._reader = StretchReader(stretch, self._progress, bytes_of)

    def read(self) -> Outcome:
        """Read the stretch; `said` is told what the decision digest is to take in, at last nothing."""
        try:
            outcome = self._reader.read()
            self._say()
        finally:
            self.said.put(b"")
        return outcome

    def _progress(self, more: int) -> None:
        self._tell(more)
        self._say()

    def _say(self) -> None:
        for said in self._reader.take_waiting():
            self.said.put(said)
