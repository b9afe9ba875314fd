"""What a run is given, and what it gives back: how it is composed, its rows, its options, its result."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tallystick.events.files import Files
from tallystick.events.types.market import DataTreated, SeriesDeclared
from tallystick.market.rows import Rows
from tallystick.platform.kernel.composition import Composition
from tallystick.platform.kernel.durability import BATCH_RECORDS, SNAPSHOT_RECORDS
from tallystick.platform.kernel.halt import ROWS_BETWEEN_LOOKS
from tallystick.platform.kernel.kernel import Kernel
from tallystick.platform.kernel.simulation import Simulation
from tallystick.platform.plan import RunPlan


class Driver(Protocol):
    """Whoever moves the market of a run in place of a feed that runs to its end."""

    def __call__(self, kernel: Kernel, over: Callable[[Iterator[Rows]], Simulation]) -> str:
        """Drive a kernel that has begun; `over` gives what takes rows in. Returns why it ended."""
        ...


class Compose(Protocol):
    """Builds a run from its plan, its series, its first order number and the terminal's journal."""

    def __call__(
        self, plan: RunPlan, series: Sequence[SeriesDeclared], *, first_order: int = 1, journal: Path | None = None
    ) -> Composition:
        """Build it."""
        ...


class FeedOfRows(Protocol):
    """What a run needs of a feed."""

    @property
    def data_hash(self) -> str:
        """SHA-256 over the series' data hashes, in hex."""
        ...

    def series_declared(self) -> Sequence[SeriesDeclared]:
        """The series, in manifest order."""
        ...

    def data_treated(self) -> Sequence[DataTreated]:
        """The faults that were treated."""
        ...

    def rows(self, start_row: int = 0) -> Iterator[Rows]:
        """Rows in book order from `start_row` on."""
        ...


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run ended. `size` and `head` are the whole log's, the decision digest is the whole book's."""

    run: int
    records: int
    rows: int
    size: int
    head: bytes
    decision_digest: bytes
    ended: str
    recovered: bool
    origin: str
    vkey: str
    halted: bool = False
    """The book is halted as the run ends: it only reduces until a person resumes it."""
    failures: int = 0
    """How often a module failed since this process began or took over the run; each is a `module.failed`."""
    worked: int = 0
    """Results of workers that this process asked for."""
    cached: int = 0
    """How many of them nobody had to compute; recorded nowhere, for it changes nothing."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What changes how a run is carried out, but no bit of its decisions."""

    segment_bytes: int = 256 * 1024 * 1024
    snapshot_records: int = SNAPSHOT_RECORDS
    batch_records: int = BATCH_RECORDS
    keep_source: bool = True
    sources: tuple[Path, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    """What the manifest is to say beside the plan, such as the hash of the file that the plan was made from."""
    files: Files | None = None
    control: bool = True
    """Listen to what people say while the run is at work (`kernel.control`)."""
    rows_between_looks: int = ROWS_BETWEEN_LOOKS
    """Rows that go by before anybody's wish to halt is looked for again; 0 where rows come as slowly as in life."""
    by_row: bool = False
    """Ignore every `scan` and ask every module about every row."""
    results: Path | None = None
    """Folder in which workers' results are kept for other runs (`kernel.results`)."""
    on_failure: Callable[[str, Exception], None] | None = None
    """Told of each failure of a module as it happens, with its traceback."""


def origin_of(plan: RunPlan, data_hash: str) -> str:
    """Origin of a simulated book: the same plan over the same data is the same log."""
    digest = hashlib.sha256(f"{plan.hash()}/{data_hash}".encode()).hexdigest()[:16]
    return f"tallystick.invalid/sim/{digest}"
