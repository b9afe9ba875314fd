"""A book's folder, and a simulated run in it: begun, gone on with after a crash, ended in good order.

log/               what a verifier reads
snapshots/         a cache: the kernel's state at a few seqs
terminal.journal   the simulated terminal's own record of the orders it was given
HALT               put there by anybody who wants new exposure to stop
control.json       port and token of the local control channel, while a run is at work
book.json          the origin and the public key, for convenience; proves nothing
"""

import hashlib
import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec

from tallystick.events.blobs import BlobStore
from tallystick.events.catalogue import Catalogue
from tallystick.events.errors import LogMissing
from tallystick.events.event import Event
from tallystick.events.files import Files, write_failed
from tallystick.events.reader import LogReader
from tallystick.events.record import blob_of
from tallystick.events.signer import Signer
from tallystick.events.types import running
from tallystick.events.types.market import DataTreated, SeriesDeclared
from tallystick.events.writer import LogWriter
from tallystick.market.rows import Rows
from tallystick.platform.compose import compose, rules_of
from tallystick.platform.kernel import manifest, snapshot
from tallystick.platform.kernel.cascade import KERNEL
from tallystick.platform.kernel.deadlines import Worker
from tallystick.platform.kernel.durability import BATCH_RECORDS, SNAPSHOT_RECORDS, Commits
from tallystick.platform.kernel.errors import RunConfigurationError
from tallystick.platform.kernel.halt import halt_reason
from tallystick.platform.kernel.history import STOPPED, History, RunSeen, history_of
from tallystick.platform.kernel.kernel import Composition, Kernel
from tallystick.platform.kernel.people import enrolment
from tallystick.platform.kernel.simulation import Simulation
from tallystick.platform.kernel.standing import require_same_code, stand
from tallystick.platform.plan import RunPlan

logger = logging.getLogger("tallystick.book")


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


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What changes how a run is carried out, but no bit of its decisions."""

    segment_bytes: int = 256 * 1024 * 1024
    snapshot_records: int = SNAPSHOT_RECORDS
    batch_records: int = BATCH_RECORDS
    keep_source: bool = True
    sources: tuple[Path, ...] = ()
    files: Files | None = None


def origin_of(plan: RunPlan, data_hash: str) -> str:
    """Origin of a simulated book: the same plan over the same data is the same log."""
    digest = hashlib.sha256(f"{plan.hash()}/{data_hash}".encode()).hexdigest()[:16]
    return f"tallystick.invalid/sim/{digest}"


def simulate(
    folder: Path,
    plan: RunPlan,
    feed: FeedOfRows,
    signer_for: Callable[[str], Signer],
    *,
    progress: Callable[[int], None] | None = None,
    stop_asked: Callable[[], bool] | None = None,
    workers: Mapping[str, Worker] | None = None,
    composing: Compose = compose,
    options: RunOptions | None = None,
    catalogue: Catalogue | None = None,
) -> RunResult:
    """Run `plan` over `feed` in the book at `folder`; a run whose process died is recovered and gone on with.

    A run that was stopped is taken over by a new one, which carries its state on.
    `signer_for(origin)` gives the log's key. Raises `RunConfigurationError` when the book holds another plan or data,
    or a run that has ended; `LogLocked`, `WriteFailed`, `IntegrityError` from the log.
    """
    run = _Run(folder, plan, feed, signer_for, composing, options or RunOptions(), catalogue or Catalogue())
    return run.carry_out(progress, stop_asked, workers)


class _Run:
    """One run being carried out."""

    def __init__(  # noqa: PLR0917 -- passed on from `simulate`
        self,
        folder: Path,
        plan: RunPlan,
        feed: FeedOfRows,
        signer_for: Callable[[str], Signer],
        composing: Compose,
        options: RunOptions,
        catalogue: Catalogue,
    ) -> None:
        self._folder = folder
        self._plan = plan
        self._feed = feed
        self._options = options
        self._catalogue = catalogue
        self._composing = composing
        self._origin = origin_of(plan, feed.data_hash)
        self._signer = signer_for(self._origin)
        self._code = ""
        self._number = 0

    def carry_out(
        self,
        progress: Callable[[int], None] | None,
        stop_asked: Callable[[], bool] | None,
        workers: Mapping[str, Worker] | None,
    ) -> RunResult:
        self._history()
        options = self._options
        with LogWriter(
            self._folder / "log", self._origin, segment_bytes=options.segment_bytes, files=options.files
        ) as writer:
            history = self._history()  # again: now a torn tail is cut off and nobody else writes
            self._leave_card()
            composition = self._composed(history)
            try:
                return self._trade(writer, history, composition, progress, stop_asked, workers)
            finally:
                if composition.terminal is not None:
                    composition.terminal.close()

    def _composed(self, history: History) -> Composition:
        return self._composing(
            self._plan,
            self._feed.series_declared(),
            first_order=history.chains[-1][0].started.next_order if history.runs else 1,
            journal=self._folder / "terminal.journal",
        )

    def _trade(
        self,
        writer: LogWriter,
        history: History,
        composition: Composition,
        progress: Callable[[int], None] | None,
        stop_asked: Callable[[], bool] | None,
        workers: Mapping[str, Worker] | None,
    ) -> RunResult:
        """From where the book stands to the end of the data, or until somebody says stop."""
        before, last = writer.next_seq, history.unfinished or history.stopped
        kernel = Kernel(composition, self._catalogue, writer)
        self._declare(writer, composition)
        if last is not None:
            kernel = self._stand(composition, last, writer, history)
        else:
            self._begin(kernel, writer)
        commits = Commits(
            writer,
            self._plan.durability,
            snapshot=lambda: self._snapshot(kernel, writer),
            checkpoint=lambda: self._checkpoint(writer),
            snapshot_records=self._options.snapshot_records,
            batch_records=self._options.batch_records,
            checkpoint_records=self._plan.checkpoint_records,
        )
        simulation = Simulation(
            kernel,
            self._feed.rows(kernel.rows_taken),
            commits,
            workers=workers,
            halt_asked=lambda: halt_reason(self._folder),
            stop_asked=stop_asked or _never,
            progress=progress or _silent,
        )
        ended = simulation.run()
        kernel.hear(running.RunEnded(run=self._number, reason=ended, rows=kernel.rows_taken), KERNEL, KERNEL)
        writer.checkpoint(self._signer)
        return RunResult(
            run=self._number,
            records=writer.next_seq - before,
            rows=kernel.rows_taken,
            size=writer.committed,
            head=writer.committed_head,
            decision_digest=writer.decision_digest,
            ended=ended,
            recovered=history.unfinished is not None,
            origin=self._origin,
            vkey=str(self._signer.vkey),
        )

    # -- what stands

    def _history(self) -> History:
        """What the log holds; a book with a finished run is not run again."""
        try:
            history = history_of(LogReader(self._folder / "log", self._catalogue))
        except LogMissing:
            return History()
        if history.runs:
            self._require_same(history.runs[-1])
        return history

    def _require_same(self, last: RunSeen) -> None:
        if last.started.settings_hash != self._plan.hash() or last.started.data_hash != self._feed.data_hash:
            message = f"the book in {self._folder} holds another plan or other data"
            raise RunConfigurationError(message, "choose another folder for this run")
        if last.ended is not None and last.ended.reason != STOPPED:
            message = f"the run in {self._folder} has ended ({last.ended.reason})"
            raise RunConfigurationError(message, "choose another folder, or look at it: tallystick replay")

    def _leave_card(self) -> None:
        card = {"origin": self._origin, "key": str(self._signer.vkey)}
        try:
            (self._folder / "book.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            message = f"cannot write {self._folder / 'book.json'}"
            raise write_failed(message, error) from error

    # -- a new run

    def _declare(self, writer: LogWriter, composition: Composition) -> None:
        """Types and sources before first use, so that no cascade is interrupted by a declaration."""
        writer.declare(self._catalogue.types)
        terminal = composition.terminal
        names = [(KERNEL, KERNEL), ("feed", "feed"), ("gateway", "gateway"), ("owner", "person")]
        names += [(terminal.name, "terminal")] if terminal is not None else []
        names += [(module.name, module.role) for module in composition.modules if module.role != KERNEL]
        for name, role in names:
            writer.declare_source(name, role)

    def _begin(self, kernel: Kernel, writer: LogWriter) -> None:
        series = self._feed.series_declared()
        first = next(iter(self._feed.rows(0)), None)
        kernel.at(int(first.time[0]) if first is not None and len(first) else 0)
        sources = manifest.sources(self._options.sources)
        blobs = self._keep(sources) if self._options.keep_source else ()
        started = self._manifest({name: digest for name, (digest, _) in sources.items()}, kernel)
        seq = kernel.cascades.start(started, KERNEL, KERNEL, blobs=blobs)
        self._code = manifest.code_hash(started.settings_hash, started.sources)
        salt = hashlib.sha256(f"{self._origin}/{self._plan.seed}".encode()).digest()[:16]
        opening: list[tuple[Event, str, str]] = [(enrolment(self._signer, salt), "owner", "person")]
        opening += [(event, "feed", "feed") for event in (*series, *self._feed.data_treated())]
        opening += [(rules_of(self._plan), KERNEL, KERNEL)]
        kernel.open_terminal(seq)
        while kernel.pending:
            kernel.step()
        for event, source, role in opening:
            kernel.hear(event, source, role, seq)
        writer.commit()

    def _keep(self, sources: Mapping[str, tuple[str, bytes]]) -> tuple[tuple[int, bytes], ...]:
        store = BlobStore(self._folder / "log")
        for _, content in sources.values():
            store.put(content)
        return tuple(blob_of(content) for _, (_, content) in sorted(sources.items()))

    def _manifest(self, source_hashes: Mapping[str, str], kernel: Kernel) -> running.RunStarted:
        plan = self._plan
        return running.RunStarted(
            run=0,
            mode=plan.mode,
            seed=plan.seed,
            durability=plan.durability,
            modules=tuple(module.name for module in kernel.cascades.modules),
            settings={"plan": plan.as_json()},
            settings_hash=plan.hash(),
            sources=dict(source_hashes),
            package_hash=manifest.package_hash(),
            versions=dict(manifest.versions()),
            models={},
            data_hash=self._feed.data_hash,
            resumed_from=-1,
            starting_rows=0,
            next_order=1,
        )

    # -- going on

    def _stand(self, composition: Composition, last: RunSeen, writer: LogWriter, history: History) -> Kernel:
        """The kernel as it stood at the last committed record; the same run goes on, or a new one takes over."""
        self._code = require_same_code(last)
        self._number = last.started.run
        kernel = stand(self._folder, composition, self._catalogue, history, self._code)
        kernel.sequencer.use(writer)
        kernel.at(writer.time)
        end, rows = history.size - 1, kernel.rows_taken
        if last.ended is None:
            kernel.hear(running.RunRecovered(run=self._number, resumed_from=end, rows=rows), KERNEL, KERNEL)
            logger.info("recovered at record %d, row %d of the feed", end, rows)
            return kernel
        self._number += 1
        started = msgspec.structs.replace(
            last.started, run=self._number, resumed_from=end, starting_rows=rows, next_order=history.next_order
        )
        kernel.hear(started, KERNEL, KERNEL)
        logger.info("run %d takes over at record %d, row %d of the feed", self._number, end, rows)
        return kernel

    def _checkpoint(self, writer: LogWriter) -> None:
        writer.checkpoint(self._signer)

    def _snapshot(self, kernel: Kernel, writer: LogWriter) -> None:
        taken = snapshot.Snapshot(
            seq=writer.committed - 1,
            leaf=writer.committed_head,
            code=self._code,
            run=self._number,
            state=kernel.freeze(),
        )
        try:
            snapshot.save(self._folder / "snapshots", taken)
        except OSError as error:  # only a cache: without it a recovery takes longer
            logger.warning("no snapshot at record %d: %s", taken.seq, error)


def _never() -> bool:
    return False


def _silent(_rows: int) -> None:
    """No progress wanted."""
