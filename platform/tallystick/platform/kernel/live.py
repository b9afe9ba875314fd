"""A run that trades what arrives from outside, in order of receipt.

1. Gateways hand rows and a terminal's facts over from any thread; they wait in the intake, nothing is dropped.
2. A turn takes all that waits. Its book time is the gateway's clock, or stands still while that clock is behind it; a
   step back is recorded once.
3. Deadlines that have passed by then are met, each at its own time.
4. The rows become blocks, bigger ones the longer they waited, each ending where somebody acts. Every row of a turn
   bears the turn's time, which is its block's; so a replay finds it again in the log.
5. Each cascade is committed when it ends; before an effect there is a checkpoint over it.
6. A cascade that does not end is ended by the watchdog, with its process; it was never committed.
7. What modules ask of workers is done by other processes (`live_work`): handed out at the end of a turn, when the
   request is durable; an answer is taken in at the beginning of one, before its rows.

A live plan trades at a terminal outside, through `mt5.at_most_once`: each turn begins with what that terminal says has
happened, and with the orders whose outcome is unknown. A run that is recovered sends no order that was decided before
its process died, and looks for those that had been sent and not answered. First cut: quotes only, for bars are built
from them.
"""

import queue
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from typing import Self

from tallystick.events.catalogue import Catalogue
from tallystick.events.event import Event
from tallystick.events.reader import LogReader
from tallystick.events.signer import Signer
from tallystick.events.types import running
from tallystick.events.types.market import SeriesDeclared
from tallystick.events.writer import LogWriter
from tallystick.market.rows import Rows
from tallystick.platform.compose import compose
from tallystick.platform.kernel.cascade import KERNEL
from tallystick.platform.kernel.commands import Commands
from tallystick.platform.kernel.contract import Compose
from tallystick.platform.kernel.durability import Commits
from tallystick.platform.kernel.errors import RunConfigurationError
from tallystick.platform.kernel.halt import halt_watch
from tallystick.platform.kernel.history import STOPPED
from tallystick.platform.kernel.live_standing import LiveStanding
from tallystick.platform.kernel.live_terms import LiveOptions, require_live
from tallystick.platform.kernel.live_work import LiveWork
from tallystick.platform.kernel.people import OWNER
from tallystick.platform.kernel.row_buffer import received_at
from tallystick.platform.kernel.simulation import Simulation
from tallystick.platform.kernel.trust import require_trusted
from tallystick.platform.kernel.watchdog import Watchdog
from tallystick.platform.kernel.workshop import Workshop
from tallystick.platform.mt5.at_most_once import AtMostOnce, RealTerminal
from tallystick.platform.plan import RunPlan

CHECKPOINT_NS = 10_000_000_000
"""Book time between checkpoints while the head moves."""
Arrived = Rows | Sequence[Event]


class LiveBook:
    """One book at work on what arrives. Use as a context manager: entered, it begins, recovers or goes on."""

    def __init__(
        self,
        folder: Path,
        plan: RunPlan,
        series: Sequence[SeriesDeclared],
        signer: Signer,
        clock: Callable[[], int],
        *,
        outside: RealTerminal | None = None,
        composing: Compose = compose,
        options: LiveOptions | None = None,
    ) -> None:
        """`signer` bears the book's origin as its name, `clock` gives ns UTC, `outside` is the terminal of a live plan.

        Raises `RunConfigurationError` for a plan or a series that cannot be traded like this.
        """
        require_live(plan, series, outside)
        self._folder = folder
        self._plan = plan
        self._signer = signer
        self._clock = clock
        self._outside = outside
        self._once: AtMostOnce | None = None
        self._options = options or LiveOptions()
        self._catalogue = Catalogue()
        self._standing = LiveStanding(
            folder, plan, tuple(series), signer, self._catalogue, composing, self._options, outside is not None
        )
        self._arrived: queue.SimpleQueue[Arrived] = queue.SimpleQueue()
        self._open = ExitStack()
        self._said = 0
        self._checkpointed = 0
        self.run = 0

    def __enter__(self) -> Self:
        """Begin, recover or go on.

        Raises `LogLocked`, `IntegrityError`, `DivergenceError`, `RunConfigurationError`, and what the terminal outside
        raises when it is not there or not the one that is meant.
        """
        if (before := self._standing.history()).size:
            require_trusted(self._folder / "log", self._signer.vkey, before.enrolled)
        with ExitStack() as stack:
            writer = self._writer = stack.enter_context(
                LogWriter(self._folder / "log", self._signer.name, compiling=False)
            )
            history = self._standing.history()
            standing = self._standing.brought_up(writer, history, self._clock)
            self.kernel, self.run = standing.kernel, standing.run
            if self.kernel.terminal is not None:
                stack.callback(self.kernel.terminal.close)
            self.kernel.before_effect = self._before_effect
            enrolled = history.enrolled or {OWNER: str(self._signer.vkey)}
            self._people = Commands(self._folder, self._signer.name, self.kernel, writer, enrolled=enrolled)
            if self._options.control:
                stack.enter_context(self._people.control)
            self._watchdog = stack.enter_context(Watchdog(self._folder, self._options.overrun_s))
            self._commits = Commits(writer, "each-input", snapshot=_no_snapshot, checkpoint=_no_snapshot)
            self._said = self.kernel.sequencer.time
            workshop = Workshop()
            stack.callback(workshop.close)
            self._work = LiveWork(self.kernel, self._catalogue, workshop, self.cascade_done)
            if self._outside is not None:
                stack.callback(self._outside.close)
                self._once = self._at_most_once(self._outside)
            self._open = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        """End the run in good order, so that another can take over; after an error leave it to be recovered."""
        if kind is None:
            ended = running.RunEnded(run=self.run, reason=STOPPED, rows=self.kernel.rows_taken)
            self.kernel.hear(ended, KERNEL, KERNEL)
            self._writer.checkpoint(self._signer)
            self._open.close()
        else:
            self._open.__exit__(kind, None, None)

    @property
    def stop_asked(self) -> bool:
        """True when a person has said stop."""
        return self._people.stop_asked

    def arrive(self, arrived: Arrived) -> None:
        """Hand over quotes, or facts of the terminal outside; from any thread."""
        if isinstance(arrived, Rows) and arrived.kind != "quote":
            message = f"rows of the kind {arrived.kind} do not arrive live"
            raise RunConfigurationError(message, "hand over quotes; bars are built from them")
        self._arrived.put(arrived)

    def turn(self) -> int:
        """Take in all that waits and do what follows from it; returns how many rows that were."""
        before, now = self.kernel.rows_taken, self._now()
        self._ask(now)
        self._take_in_work(now)
        for _, together in groupby(self._waiting(now), key=type):
            parts = list(together)
            rows = [part for part in parts if isinstance(part, Rows)]
            if not rows:
                self.kernel.told(event for facts in parts for event in facts)  # type: ignore[union-attr]
                self._driving().pass_time(now)
            else:
                self._driving(*rows).run()
        self._watchdog.ends()
        self._work.hand_out()
        if now - self._checkpointed >= CHECKPOINT_NS and self._writer.committed:
            self._checkpointed = now
            self._writer.checkpoint(self._signer)
        return self.kernel.rows_taken - before

    def _at_most_once(self, outside: RealTerminal) -> AtMostOnce:
        """The gateway to it, with what it says at the beginning heard: of a book without an account, its opening."""
        kernel = self.kernel
        once = AtMostOnce(kernel, outside, self._plan.account.name, self._options.quiet_ns)
        kernel.effect = lambda sending, _seq: once.send(sending)
        if kernel.ledger.state.account is None:
            for fact in outside.begin(None, kernel.desk.time):
                kernel.hear_fact(fact)
        else:
            log = LogReader(self._folder / "log", self._catalogue)
            outside.begin(log, kernel.desk.time)
            once.after_crash(log)
        self._writer.commit()
        return once

    def _ask(self, now: int) -> None:
        """What has happened at the terminal outside; how long it takes to say so is not the modules' time."""
        if self._once is None:
            return
        self._watchdog.ends()
        asked = self._once.ask(now)
        driving = self._driving()
        self._once.take_in(asked, now)
        self.cascade_done()
        driving.pass_time(now)

    def _take_in_work(self, now: int) -> None:
        """What workers have answered by now, each with what follows from it."""
        for told in self._work.told():
            driving = self._driving()
            self._work.take_in(told)
            driving.pass_time(now)

    def _now(self) -> int:
        """Book time of this turn, with every deadline before it met."""
        said, book = self._clock(), self.kernel.sequencer.time
        stepped_back = said < self._said and said < book
        self._said = said
        driving = self._driving()
        if stepped_back:
            self.kernel.hear(running.ClockSteppedBack(from_time=book, to_time=said), KERNEL, KERNEL)
            self.cascade_done()
        now = max(said, book)
        driving.pass_time(now)
        self.kernel.at(now)
        return now

    def _waiting(self, now: int) -> Iterator[Arrived]:
        """What had arrived by the beginning of the turn, in order, rows stamped with the turn's time."""
        for _ in range(self._arrived.qsize()):
            part = self._arrived.get()
            yield received_at(part, now) if isinstance(part, Rows) else part

    def _driving(self, *rows: Rows) -> Simulation:
        """What drives the kernel over the rows of one turn."""
        self._watchdog.begins("the kernel")
        return Simulation(
            self.kernel,
            iter(rows),
            self,
            workers=self._work,
            halt_asked=halt_watch(self._folder),
            attend=self._people.attend,
        )

    stride = 1
    """Each cascade is committed by itself."""

    def cascade_done(self, count: int = 1) -> None:
        """Commit; the next cascade has the watchdog's whole limit again."""
        self._watchdog.ends()
        self._commits.cascade_done(count)
        self._watchdog.begins("the kernel")

    def quiet(self) -> None:
        """No snapshots in this first cut: a recovery replays the run."""

    def _before_effect(self) -> None:
        """Durable before it leaves; how long the terminal takes is not the modules' time."""
        self._watchdog.ends()
        if self._options.checkpoint_first:
            self._writer.checkpoint(self._signer)
        else:
            self._writer.commit()


def _no_snapshot() -> None:
    """Nothing to keep."""
