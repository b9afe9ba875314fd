"""Where a live book stands when it is entered: its history, and the kernel brought to the head of its log.

A run begins, recovers, or takes over from one that was stopped. What a run that died had decided and not sent is
abandoned where the terminal is a real one: the market has moved on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tallystick.events.catalogue import Catalogue
from tallystick.events.errors import LogMissing
from tallystick.events.reader import LogReader
from tallystick.events.signer import Signer
from tallystick.events.types.market import SeriesDeclared
from tallystick.events.writer import LogWriter
from tallystick.platform.kernel.beginning import Beginning
from tallystick.platform.kernel.contract import Compose
from tallystick.platform.kernel.errors import RunConfigurationError
from tallystick.platform.kernel.history import History, history_of
from tallystick.platform.kernel.kernel import Kernel
from tallystick.platform.kernel.live_terms import LiveOptions
from tallystick.platform.kernel.standing import Standing, go_on, require_same_code
from tallystick.platform.kernel.workers import workers_named
from tallystick.platform.plan import RunPlan


@dataclass(frozen=True, slots=True)
class LiveStanding:
    """What a live book is made of; `outside`: its orders go to a real terminal. `signer` bears the book's origin."""

    folder: Path
    plan: RunPlan
    series: Sequence[SeriesDeclared]
    signer: Signer
    catalogue: Catalogue
    composing: Compose
    options: LiveOptions
    outside: bool

    def history(self) -> History:
        """What the log holds. Raises `RunConfigurationError` where that is another plan's."""
        try:
            history = history_of(LogReader(self.folder / "log", self.catalogue))
        except LogMissing:
            return History()
        if history.runs and history.runs[-1].started.settings_hash != self.plan.hash():
            message = f"the book in {self.folder} holds another plan"
            raise RunConfigurationError(message, "choose another folder for this run")
        return history

    def brought_up(self, writer: LogWriter, history: History, clock: Callable[[], int]) -> Standing:
        """The kernel at the head of its log, which it writes to; a new book begins at the clock's time."""
        composition = self.composing(
            self.plan,
            self.series,
            first_order=history.chains[-1][0].started.next_order if history.runs else 1,
            journal=self.folder / "terminal.journal",
        )
        workers_named(composition.modules)  # says here what is not installed
        beginning = Beginning(
            folder=self.folder,
            plan=self.plan,
            series=self.series,
            signer=self.signer,
            sources=self.options.sources,
            keep_source=self.options.keep_source,
        )
        beginning.declare(writer, self.catalogue, composition, terminal="terminal")
        if not history.runs:
            kernel = Kernel(composition, self.catalogue, writer)
            kernel.at(clock())
            beginning.begin(kernel, writer)
            return Standing(kernel, 0)
        code = require_same_code(history.runs[-1], composition.sources)
        standing = go_on(self.folder, composition, self.catalogue, history, writer, code)
        for _ in range(len(standing.kernel.pending) if self.outside else 0):
            standing.kernel.abandon_unsent("the process ended before the order was sent")
        writer.commit()
        return standing
