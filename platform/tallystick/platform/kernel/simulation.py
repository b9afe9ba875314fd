"""A run in simulation: rows in, steps taken, commits grouped, until the feed ends or somebody says stop.

Order at one book time: what the terminal owes (swaps, expiries), results of work, timers, rows.
"""

from collections.abc import Callable, Iterator, Mapping

from tallystick.events.event import Event
from tallystick.events.types import running
from tallystick.events.worker import Worker
from tallystick.market.rows import Rows
from tallystick.market.spans import NEVER
from tallystick.platform.kernel.blocks import LARGEST_BLOCK
from tallystick.platform.kernel.cascade import KERNEL
from tallystick.platform.kernel.deadlines import PendingWork, completed
from tallystick.platform.kernel.durability import Committer
from tallystick.platform.kernel.intake import Act
from tallystick.platform.kernel.kernel import Kernel
from tallystick.platform.kernel.moments import moment_start, rows_before, rows_owing
from tallystick.platform.kernel.results import Doing, Results
from tallystick.platform.kernel.row_buffer import RowBuffer
from tallystick.platform.kernel.steps import SendStep

Hear = Callable[[Event, str, str], int]
"""Records an input of a source in a role, with its cascade; returns its seq."""


class Simulation:
    """Drives a kernel over a feed."""

    def __init__(
        self,
        kernel: Kernel,
        feed: Iterator[Rows],
        committer: Committer,
        *,
        workers: Doing | Mapping[str, Worker] | None = None,
        halt_asked: Callable[[], str | None] = lambda: None,
        attend: Callable[[Hear], None] = lambda _hear: None,
        stop_asked: Callable[[], bool] = lambda: False,
        progress: Callable[[int], None] = lambda _rows: None,
        rows_between_looks: int = 0,
    ) -> None:
        """`halt_asked` gives the reason when the book is to halt; it is looked at before a sending.

        `attend` carries out what people have said since it was last called, between two steps: what has to be recorded
        it gives to the `hear` it is called with. `rows_between_looks`: both are asked again only when so many rows
        have been taken in since; 0: before every block and every sending.
        """
        self._kernel = kernel
        self._buffer = RowBuffer(feed)
        self._committer = committer
        self._doing: Doing = Results(workers or {}) if workers is None or isinstance(workers, Mapping) else workers
        self._halt_asked = halt_asked
        self._attend = attend
        self._stop_asked = stop_asked
        self._progress = progress
        self._rows_between_looks = rows_between_looks
        self._look_at = self._attend_at = self._first = 0
        self._owed: Callable[[], int] = kernel.terminal.next_due if kernel.terminal is not None else lambda: NEVER
        self._due = kernel.deadlines.next_due
        self._asked = NEVER, NEVER
        self._limited: Rows | None = None
        self.after_block: Callable[[], None] = lambda: None
        """Called when a block has been sequenced, before what the terminal did at its end."""
        self.before_deadline: Callable[[], None] = lambda: None
        """Called before what a deadline brings is sequenced; every row that was walked is in a block then."""

    @property
    def open_rows(self) -> int:
        """Rows that were walked and are in no block yet."""
        return self._buffer.next - self._buffer.start

    def run(self) -> str:
        """Run to the end; returns why it ended: end_of_data or stopped."""
        self._drain()
        return self._walk(self._more, NEVER, LARGEST_BLOCK)

    @property
    def next_time(self) -> int:
        """Time of the next row, ns UTC; a very large number after the last."""
        return self._buffer.next_time

    def walk(self, until: int, largest: int = LARGEST_BLOCK) -> str:
        """Walk the rows, of one kind, up to a time; the last block stays open for more, up to `largest` rows."""
        self._drain()
        return self._walk(lambda: self._buffer.next_time <= until, until, largest)

    def ahead(self, most: int, largest: int | None = None) -> tuple[Rows, int]:
        """Up to `most` rows that no deadline comes before and that fill no block of `largest`; when more comes, ns."""
        due = min(self._owed(), self._due())
        if self._kernel.pending or not self._buffer.fill(most + 1):
            return self._buffer.rows.part(0, 0), due
        rows, first = self._buffer.rows, self._buffer.next
        stop = max(min(self._limit(), (self._cap(largest) if largest else len(rows)) - 1, first + most), first)
        return rows.part(first, stop), min(due, rows.time.item(stop))

    def pass_over(self, count: int) -> None:
        """So many of the rows `ahead`, of which it is known that nobody acts on any, join the open block."""
        first, self._buffer.next = self._buffer.next, self._buffer.next + count
        self._kernel.intake.pass_over(self._buffer.rows.part(first, first + count))

    def insert(self, rows: Rows) -> None:
        """Rows that come before the next one."""
        self._buffer.insert(rows)

    def seal(self) -> None:
        """Close the open block, and take what steps wait."""
        self._seal(None)

    def _walk(self, more: Callable[[], bool], until: int, largest: int) -> str:
        kernel, buffer, walk = self._kernel, self._buffer, self._kernel.intake.walk
        while more():
            if kernel.rows_taken >= self._attend_at:
                self._attend_at = kernel.rows_taken + self._rows_between_looks
                self._attend(self.hear)
            if kernel.pending:
                self._drain()
            if self._stop_asked():
                self._seal(None)
                return "stopped"
            limit, cap = self._limit(), NEVER
            bound = buffer.end if until == NEVER else rows_owing(buffer.rows, until + 1, buffer.next)
            stop = limit if limit < bound else bound
            if stop - buffer.start > largest // 2:  # else the block cannot become too long
                cap = self._cap(largest)
                stop = min(stop, cap)
            act = walk(buffer.rows, buffer.next, stop) if stop > buffer.next else None
            if act is not None:
                self._seal(act)
                continue
            buffer.next = stop
            if stop == cap and (cap < buffer.end or stop - buffer.start >= largest):
                self._seal(None)
            if stop == limit and limit < bound:
                self._reach()
        return "end_of_data"

    def pass_time(self, until: int) -> None:
        """Take the steps that wait and meet every deadline up to `until`, without a row: live, a clock goes on."""
        self._attend(self.hear)
        self._drain()
        while min(self._owed(), self._due()) <= until:
            self._reach()

    def finish(self) -> None:
        """The data have ended: work that was asked for until then is still answered, each at its due time."""
        ended = self._kernel.desk.time
        while (work := self._kernel.deadlines.work_due(NEVER)) is not None and work.asked <= ended:
            self.pass_time(work.due)

    def take_in(self, event: Event, source: str, role: str) -> int:
        """An input from outside, and every step that must follow at this book time; returns its seq."""
        seq = self.hear(event, source, role)
        self._drain()
        return seq

    def _more(self) -> bool:
        """True while there are rows to walk; rows of another kind need the block before them closed."""
        buffer = self._buffer
        if buffer.end - buffer.next >= 2 * LARGEST_BLOCK or buffer.fill(2 * LARGEST_BLOCK):
            return True
        self._seal(None)
        return self._buffer.fill(2 * LARGEST_BLOCK)

    def _limit(self) -> int:
        """Index of the first row that a deadline comes before."""
        rows, start = self._buffer.rows, self._buffer.next
        asked = owed, due = self._owed(), self._due()
        if asked != self._asked or rows is not self._limited:  # deadlines change seldom, and times only rise
            limit = rows_owing(rows, owed, start) if owed < NEVER else self._buffer.end
            self._first = min(limit, rows_before(rows, due, start)) if due < NEVER else limit
            self._asked, self._limited = asked, rows
        return self._first if self._first > start else start

    def _cap(self, largest: int) -> int:
        """Where the block must end at the latest: so many rows, at the end of a moment where one is that short."""
        buffer = self._buffer
        cap = buffer.start + largest
        if cap >= buffer.end:
            return buffer.end
        first = moment_start(buffer.rows, cap, buffer.start)
        return first if first > buffer.start else cap

    def _seal(self, act: Act | None) -> None:
        """Sequence the block up to and including the act's moment (or the rows walked), and what follows from it."""
        self._close(act)
        self._drain()

    def _close(self, act: Act | None) -> None:
        """The block alone; steps that wait stay where they are."""
        buffer, kernel = self._buffer, self._kernel
        first, stop = buffer.start, buffer.next if act is None else act.stop
        if stop > first:
            kernel.take_rows(buffer.rows, act, first, stop)
            buffer.start = buffer.next = stop
            self.after_block()
            self._committer.cascade_done()
            self._progress(kernel.rows_taken)

    def _drain(self) -> None:
        """Take every step that must happen at this book time."""
        kernel, committer, buffer = self._kernel, self._committer, self._buffer
        pending, stride, taken = kernel.pending, committer.stride, 0
        looks = kernel.rows_taken >= self._look_at
        while pending:
            if looks and type(pending[0]) is SendStep:
                self._look()
                looks = self._rows_between_looks == 0
            kernel.step()
            taken += 1
            if taken == stride:
                committer.cascade_done(taken)
                taken = 0
        if taken:
            committer.cascade_done(taken)
        if buffer.start == buffer.next:
            committer.quiet()

    def _look(self) -> None:
        """Something is to be sent: hear first whether anybody says that it should not."""
        kernel = self._kernel
        self._look_at = kernel.rows_taken + self._rows_between_looks
        self._attend(self.hear)
        if not kernel.ledger.state.halted and (reason := self._halt_asked()) is not None:
            self.hear(running.BookHalted(reason=reason), KERNEL, KERNEL)

    def hear(self, event: Event, source: str, role: str) -> int:
        """An input from outside: after the rows that have been walked, before the next step."""
        self._close(None)
        seq = self._kernel.hear(event, source, role)
        self._committer.cascade_done()
        return seq

    def _reach(self) -> None:
        """A deadline comes before the next row: the earliest is met; of equal ones the terminal's, work, timers."""
        kernel = self._kernel
        owed, due = self._owed(), self._due()
        if owed <= due:
            if kernel.reach(owed):
                self._pass(owed)
        elif (work := kernel.deadlines.work_due(due)) is not None:
            self._work(work)
        elif (fired := kernel.deadlines.timer_due(due)) is not None:
            self._pass(due, fired)

    def _pass(self, due: int, *inputs: running.TimerFired) -> None:
        """Close the block before the deadline, move book time there, and take inputs and steps.

        The terminal's facts wait already, so no moment before they are taken is quiet enough for a snapshot.
        """
        kernel = self._kernel
        self._close(None)
        self.before_deadline()
        kernel.at(due)
        for event in inputs:
            kernel.hear(event, KERNEL, KERNEL)
            self._committer.cascade_done()
        self._drain()

    def _work(self, work: PendingWork) -> None:
        """A request is due: its result is in, or it needs longer, or it is late."""
        kernel = self._kernel
        result = self._doing.of(work, kernel.desk.seed)
        ready = NEVER if result is None else work.asked + result.took_ns
        if ready > work.due and not work.late:
            if ready <= work.deadline or work.due < work.deadline:
                kernel.deadlines.move(work.seq, min(ready, work.deadline))
                return
            self._late(work, ready)
            return
        if result is None:  # late, and the policy is to wait for it
            kernel.deadlines.move(work.seq, NEVER)
            return
        self._seal(None)
        kernel.at(work.due)
        kernel.hear(completed(work, result), work.worker, "worker", work.seq)
        self._committer.cascade_done()
        self._drain()

    def _late(self, work: PendingWork, ready: int) -> None:
        """The deadline has come without a result: say so and apply the module's policy."""
        kernel = self._kernel
        policy = kernel.cascades.policy_of(work.module)
        self._seal(None)
        kernel.at(work.deadline)
        late = running.ModuleLate(module=work.module, request=work.seq, deadline=work.deadline, policy=policy)
        kernel.hear(late, KERNEL, KERNEL)
        if policy == "wait":
            kernel.deadlines.move(work.seq, ready)
        elif policy == "halt":
            kernel.hear(running.BookHalted(reason=f"module {work.module} missed its deadline"), KERNEL, KERNEL)
        self._committer.cascade_done()
        self._drain()


def next_owed(kernel: Kernel, rows: Rows, start: int) -> int:
    """Index of the first row, from `start`, that comes after what the terminal owes next."""
    owed = kernel.terminal.next_due() if kernel.terminal is not None else NEVER
    return rows_owing(rows, owed, start) if owed <= rows.time.item(-1) else len(rows.time)
