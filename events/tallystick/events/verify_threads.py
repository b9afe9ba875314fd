"""Verification by several threads: each reads a stretch, the first one is ours.

The compiled loops let go of the interpreter's lock while they walk, so threads need no second interpreter, no second
compiler and nothing to be sent. Without the loops they would only wait for each other (see `verify_processes`).
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event, Lock, Thread

from tallystick.events.errors import LogError, TallystickError
from tallystick.events.stored import StoredSegment, plain_bytes
from tallystick.events.verify_range import Outcome, Stretch, StretchReader
from tallystick.events.verify_split import Costs, split

COMPILED = Costs(skim=0.02, decide=0.06)


class SharedSegments:
    """Plain bytes of segments, for several threads: what two of them look at at one time is read once."""

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

    def begin(self, stored: StoredSegment) -> Thread:
        """Begin to read a segment that is wanted soon; who asks for it waits until it is there."""
        thread = Thread(target=self._read_early, args=(stored,), daemon=True)
        thread.start()
        return thread

    def _read_early(self, stored: StoredSegment) -> None:
        with suppress(TallystickError, OSError):  # whoever asks for it meets the same
            self.bytes_of(stored)


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

    def reader(number: int, stretch: Stretch) -> StretchReader:
        return StretchReader(stretch, lambda more: tell(number, more), shared.bytes_of)

    first, *others = [reader(*each) for each in enumerate(split(whole, readers, COMPILED))]
    with ThreadPoolExecutor(len(others)) as pool:
        try:
            reading = [pool.submit(each.read) for each in others]
            outcomes = [first.read()]
            if outcomes[0].fault is None:
                outcomes += [each.result() for each in reading]
        except (LogError, FileNotFoundError):
            raise
        except Exception:  # noqa: BLE001 -- a skimmed stretch may hold anything: one reader alone says what is wrong
            return []
        finally:
            ended.set()
    for each in outcomes[1:]:
        outcomes[0].found.decide_waiting(bytes(each.found.waiting or b""))
    return outcomes
