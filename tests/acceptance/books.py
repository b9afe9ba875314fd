"""Books of the demo's real data for the acceptance tests: a feed cut short or in chunks, a plan, a key, a run."""

import os
import random
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from tallystick.events.event import Event
from tallystick.events.reader import LogReader
from tallystick.events.signer import Ed25519Signer
from tallystick.events.types.market import DataTreated, SeriesDeclared
from tallystick.events.verify import verify
from tallystick.market.rows import Rows
from tallystick.platform.cli.demo_plan import demo_plan
from tallystick.platform.data.demo import demo_feed
from tallystick.platform.data.feed import Feed
from tallystick.platform.kernel.book import simulate
from tallystick.platform.kernel.contract import RunOptions, RunResult
from tallystick.platform.plan import RunPlan

FULL = os.environ.get("TALLYSTICK_FULL") == "1"
YEAR = 18_536
QUARTER = 4_500
ROWS = YEAR if FULL else QUARTER
"""How much of the demo's year a run trades: all of it in the full count, its first quarter in the sample."""
SECRET = b"a key for the tests, of 32 bytes"


def plan(**changes: Any) -> RunPlan:
    """The demo's own plan, with changes."""
    return msgspec.structs.replace(demo_plan(seed=7), **changes)


def signer(origin: str) -> Ed25519Signer:
    """The same key in every process."""
    return Ed25519Signer(origin, SECRET)


@lru_cache(maxsize=1)
def _year() -> Feed:
    return demo_feed()


class CutFeed:
    """The first rows of the demo's year; `chunks` hands them out in pieces of random length."""

    def __init__(self, rows: int = ROWS, chunks: random.Random | None = None) -> None:
        self._rows, self._chunks, self._feed = rows, chunks, _year()

    @property
    def data_hash(self) -> str:
        return sha256(f"{self._feed.data_hash}/{self._rows}".encode()).hexdigest()

    def series_declared(self) -> Sequence[SeriesDeclared]:
        return self._feed.series_declared()

    def data_treated(self) -> Sequence[DataTreated]:
        return self._feed.data_treated()

    def rows(self, start_row: int = 0) -> Iterator[Rows]:
        at = start_row
        for chunk in self._feed.rows(start_row):
            first = 0
            while first < len(chunk) and at < self._rows:
                size = self._size(len(chunk) - first)
                stop = min(first + size, len(chunk), first + self._rows - at)
                yield chunk.part(first, stop)
                at, first = at + stop - first, stop

    def _size(self, left: int) -> int:
        if self._chunks is None:
            return left
        return self._chunks.choice((1, 2, self._chunks.randrange(1, 40), self._chunks.randrange(1, 5_000)))


def run(folder: Path, a_plan: RunPlan | None = None, feed: CutFeed | None = None, **how: Any) -> RunResult:
    """Begin the book in `folder`, or go on with it; `how` are options of the run or arguments of `simulate`."""
    names = set(RunOptions.__slots__)
    options = RunOptions(**{name: how.pop(name) for name in sorted(names & set(how))})
    return simulate(folder, a_plan or plan(), feed or CutFeed(), signer, options=options, **how)


def leaves(folder: Path) -> list[bytes]:
    """Leaf hash of every record that stands committed in the book's log."""
    return LogReader(folder / "log").leaves()


def events(folder: Path, *types: type[Event]) -> list[Any]:
    """Every event of these types, in order."""
    return [each.event for each in LogReader(folder / "log").envelopes() if isinstance(each.event, types)]


def exit_code_of_verify(folder: Path, result: RunResult) -> int:
    """What the verifier says under the run's key."""
    return verify(folder / "log", result.vkey).exit_code
