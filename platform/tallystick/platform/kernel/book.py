"""A book's folder, and a simulated run in it: begun, gone on with after a crash, ended in good order.

log/               what a verifier reads
snapshots/         a cache: the kernel's state at a few seqs
terminal.journal   the simulated terminal's own record of the orders it was given
HALT               put there by anybody who wants new exposure to stop
control.json       port and token of the local control channel, while a run is at work
book.json          the origin and the public key, for convenience; proves nothing
"""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path

from tallystick.events.catalogue import Catalogue
from tallystick.events.errors import LogMissing
from tallystick.events.files import Disk, write_failed, write_whole
from tallystick.events.reader import LogReader
from tallystick.events.recovery import covered_by_checkpoints
from tallystick.events.signer import Signer
from tallystick.events.types import running
from tallystick.events.worker import Worker
from tallystick.events.writer import LogWriter
from tallystick.market.rows import Rows
from tallystick.platform.compose import compose
from tallystick.platform.kernel import snapshot
from tallystick.platform.kernel.beginning import Beginning
from tallystick.platform.kernel.cascade import KERNEL
from tallystick.platform.kernel.commands import Commands
from tallystick.platform.kernel.composition import Composition
from tallystick.platform.kernel.contract import Compose, Driver, FeedOfRows, RunOptions, RunResult, origin_of
from tallystick.platform.kernel.durability import Commits
from tallystick.platform.kernel.errors import RunConfigurationError
from tallystick.platform.kernel.halt import halt_watch
from tallystick.platform.kernel.history import STOPPED, History, RunSeen, history_of
from tallystick.platform.kernel.kernel import Kernel
from tallystick.platform.kernel.people import OWNER
from tallystick.platform.kernel.results import Results
from tallystick.platform.kernel.sampling import sampled
from tallystick.platform.kernel.simulation import Simulation
from tallystick.platform.kernel.standing import go_on, require_same_code
from tallystick.platform.kernel.trust import require_trusted
from tallystick.platform.kernel.workers import workers_named, workers_of
from tallystick.platform.plan import RunPlan

logger = logging.getLogger("tallystick.book")


def simulate(  # noqa: PLR0913 -- a run is all that it is given
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
    driver: Driver | None = None,
) -> RunResult:
    """Run `plan` over `feed` in the book at `folder`; a run whose process died is recovered and gone on with.

    A run that was stopped is taken over by a new one, which carries its state on. `driver` moves the market itself.
    `signer_for(origin)` gives the log's key. Raises `RunConfigurationError` when the book holds another plan or data,
    or a run that has ended, or belongs to another key; `WorkerMissing` where the plan's work needs what is not there;
    `IntegrityError` when the log there does not hold, before
    anything is written; `LogLocked`, `WriteFailed` from the log.
    """
    if plan.mode != "sim":
        message = f"a plan whose mode is {plan.mode} is not simulated"
        raise RunConfigurationError(message, "set its mode to sim, or run it with kernel.live.LiveBook")
    if plan.bot and driver is None:
        raise RunConfigurationError("the plan is a bot's", "run its script: tallystick mt5 exec SCRIPT")
    options, catalogue = options or RunOptions(), catalogue or Catalogue()
    doing = {**workers_of(plan), **(workers or {})}
    run = _Run(folder, plan, feed, signer_for, composing, options, catalogue, driver)
    return run.carry_out(progress, stop_asked, doing)


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
        driver: Driver | None,
    ) -> None:
        self._folder = folder
        self._plan = plan
        self._feed = feed
        self._options = options
        self._catalogue = catalogue
        self._composing = composing
        self._driver = driver
        self._origin = origin_of(plan, feed.data_hash)
        self._signer = signer_for(self._origin)
        self._code = ""
        self._number = 0

    def carry_out(
        self,
        progress: Callable[[int], None] | None,
        stop_asked: Callable[[], bool] | None,
        workers: Mapping[str, Worker],
    ) -> RunResult:
        history = self._history()
        if history.size:
            require_trusted(self._folder / "log", self._signer.vkey, history.enrolled)
        options = self._options
        with LogWriter(
            self._folder / "log", self._origin, segment_bytes=options.segment_bytes, files=options.files
        ) as writer:
            history = self._history()  # again: now a torn tail is cut off and nobody else writes
            self._leave_card()
            ended = history.runs[-1].ended if history.runs else None
            if ended is not None and history.stopped is None:
                return self._signed(writer, ended)
            composition = self._composed(history)
            try:
                return self._trade(writer, history, composition, progress, stop_asked, workers)
            finally:
                if composition.terminal is not None:
                    composition.terminal.close()

    def _signed(self, writer: LogWriter, ended: running.RunEnded) -> RunResult:
        """The run had ended when its process died, but its last checkpoint was not written: sign it now."""
        writer.checkpoint(self._signer)
        logger.info("the run had ended; its last checkpoint is written now")
        return self._result(writer, ended, 0, recovered=True)

    def _result(self, writer: LogWriter, ended: running.RunEnded, records: int, *, recovered: bool) -> RunResult:
        return RunResult(
            run=ended.run,
            records=records,
            rows=ended.rows,
            size=writer.committed,
            head=writer.committed_head,
            decision_digest=writer.decision_digest,
            ended=ended.reason,
            recovered=recovered,
            origin=self._origin,
            vkey=str(self._signer.vkey),
        )

    def _composed(self, history: History) -> Composition:
        series = self._feed.series_declared()
        composition = self._composing(
            self._plan,
            series,
            first_order=history.chains[-1][0].started.next_order if history.runs else 1,
            journal=self._folder / "terminal.journal",
        )
        return composition if self._options.by_row else sampled(composition, series, self._feed.rows)

    def _trade(
        self,
        writer: LogWriter,
        history: History,
        composition: Composition,
        progress: Callable[[int], None] | None,
        stop_asked: Callable[[], bool] | None,
        workers: Mapping[str, Worker],
    ) -> RunResult:
        """From where the book stands to the end of the data, or until somebody says stop."""
        before, last = writer.next_seq, history.unfinished or history.stopped
        doing = Results({**workers_named(composition.modules, workers), **workers}, self._options.results)
        kernel = Kernel(composition, self._catalogue, writer, by_row=self._options.by_row)
        beginning = self._beginning()
        beginning.declare(writer, self._catalogue, composition)
        if last is not None:
            self._code = require_same_code(last, composition.sources)
            standing = go_on(self._folder, composition, self._catalogue, history, writer, self._code)
            kernel, self._number = standing.kernel, standing.run
        else:
            first = next(iter(self._feed.rows(0)), None)
            kernel.at(int(first.time[0]) if first is not None and len(first) else 0)
            self._code = beginning.begin(kernel, writer)
        if self._options.on_failure is not None:
            kernel.cascades.on_failure = self._options.on_failure
        failed_before = kernel.cascades.failures
        commits = Commits(
            writer,
            self._plan.durability,
            snapshot=lambda: self._snapshot(kernel, writer),
            checkpoint=lambda: self._checkpoint(writer),
            snapshot_records=self._options.snapshot_records,
            batch_records=self._options.batch_records,
            checkpoint_records=self._plan.checkpoint_records,
        )
        enrolled = history.enrolled or {OWNER: str(self._signer.vkey)}
        people = Commands(self._folder, self._origin, kernel, writer, enrolled=enrolled)
        over = partial(
            Simulation,
            kernel,
            committer=commits,
            workers=doing,
            halt_asked=halt_watch(self._folder),
            attend=people.attend,
            stop_asked=lambda: people.stop_asked or (stop_asked is not None and stop_asked()),
            progress=progress or (lambda _rows: None),
            rows_between_looks=self._options.rows_between_looks,
        )
        with people.control if self._options.control else nullcontext(), composition.during():
            reason = self._driven(kernel, over)
        ended = running.RunEnded(run=self._number, reason=reason, rows=kernel.rows_taken)
        kernel.hear(ended, KERNEL, KERNEL)
        writer.checkpoint(self._signer)
        recovered = history.unfinished is not None
        result = self._result(writer, ended, writer.next_seq - before, recovered=recovered)
        failures = kernel.cascades.failures - failed_before
        return replace(
            result,
            halted=kernel.ledger.state.halted,
            failures=failures,
            worked=doing.asked,
            cached=doing.cached,
        )

    def _driven(self, kernel: Kernel, over: Callable[[Iterator[Rows]], Simulation]) -> str:
        """The feed to its end, or what the driver makes of it; returns why it ended."""
        if self._driver is not None:
            return self._driver(kernel, over)
        simulation = over(self._feed.rows(kernel.rows_taken))
        reason = simulation.run()
        if reason != STOPPED:
            simulation.finish()
        return reason

    def _history(self) -> History:
        """What the log holds; a book with a finished run is not run again."""
        try:
            history = history_of(LogReader(self._folder / "log", self._catalogue))
        except LogMissing:
            return History()
        if history.runs:
            self._require_same(history.runs[-1], history.size)
        return history

    def _require_same(self, last: RunSeen, size: int) -> None:
        if last.started.settings_hash != self._plan.hash() or last.started.data_hash != self._feed.data_hash:
            message = f"the book in {self._folder} holds another plan or other data"
            raise RunConfigurationError(message, "choose another folder for this run")
        signed = covered_by_checkpoints(self._folder / "log") == size
        if last.ended is not None and last.ended.reason != STOPPED and signed:
            message = f"the run in {self._folder} has ended ({last.ended.reason})"
            look = f'tallystick report "{self._folder}"'
            raise RunConfigurationError(message, f"choose another folder, or look at it: {look}")

    def _leave_card(self) -> None:
        card = {"origin": self._origin, "key": str(self._signer.vkey)}
        files = self._options.files or Disk()
        try:
            write_whole(files, self._folder / "book.json", (json.dumps(card, indent=2) + "\n").encode())
        except OSError as error:
            message = f"cannot write {self._folder / 'book.json'}"
            raise write_failed(message, error) from error

    def _beginning(self) -> Beginning:
        return Beginning(
            folder=self._folder,
            plan=self._plan,
            series=self._feed.series_declared(),
            treated=self._feed.data_treated(),
            data_hash=self._feed.data_hash,
            signer=self._signer,
            sources=self._options.sources,
            settings=self._options.settings,
            keep_source=self._options.keep_source,
        )

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
