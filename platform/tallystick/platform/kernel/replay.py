"""Replay: recorded inputs go in again, every derived event is compared bit for bit.

In simulation the terminal is replayed too: what it said is computed anew from rows and sendings, and compared as well.
`by_row` ignores every `scan`, so that a `scan` that looks ahead, or misses a row, shows as a difference.
"""

from collections.abc import Callable, Sequence

from tallystick.events.event import Event
from tallystick.events.record import DERIVED
from tallystick.events.types import market, mt5, running, trading
from tallystick.market.rows import Rows
from tallystick.platform.kernel.blocks import said_again
from tallystick.platform.kernel.comparison import Comparison
from tallystick.platform.kernel.composition import Recall
from tallystick.platform.kernel.errors import DivergenceError
from tallystick.platform.kernel.intake import Act
from tallystick.platform.kernel.kernel import Kernel
from tallystick.platform.kernel.moments import moment_start
from tallystick.platform.kernel.recorded import Names, Record
from tallystick.platform.kernel.recorded_blocks import RecordedBlocks
from tallystick.platform.kernel.row_buffer import received_at
from tallystick.platform.kernel.simulation import next_owed
from tallystick.platform.kernel.steps import FactStep, SendStep

OUTSIDE: frozenset[type[Event]] = frozenset(
    {
        running.BookHalted,
        running.BookResumed,
        running.PersonEnrolled,
        running.ClockSteppedBack,
        running.RunRecovered,
    }
)
"""Inputs that come from outside a simulation whenever they like, so they may stand between any two steps."""
BETWEEN_STEPS: frozenset[type[Event]] = OUTSIDE | {trading.OrderAbandoned}
"""What may be recorded though a step waits."""
OF_THE_ACCOUNT = frozenset({trading.AccountRestricted, trading.AccountReleased, trading.ForeignTradeSeen})
"""What the gateway of a terminal outside says of the account, likewise."""


class Replay:
    """Feeds one run's records to a kernel whose sink is a `Comparison`."""

    def __init__(
        self,
        kernel: Kernel,
        comparison: Comparison,
        names: Names,
        *,
        received: bool = False,
        progress: Callable[[int], None] = lambda _seq: None,
    ) -> None:
        """The kernel is fresh, or thawed to the record before the comparison's first.

        `received`: the rows came from outside as the run went, so each bears the book time of its block.
        """
        self._kernel = kernel
        self._comparison = comparison
        self._names = names
        self._blocks = RecordedBlocks(names)
        self._between_steps = frozenset(names.type_id(one.FACT.name) for one in BETWEEN_STEPS)
        self._received = received
        self._progress = progress

    def run(self, until: int | None = None) -> int:
        """Replay to the end of the records, or through record `until`; returns how many were compared."""
        comparison = self._comparison
        while (record := comparison.next) is not None:
            if until is not None and record.seq > until:
                break
            self._next(record)
        return comparison.compared

    def _next(self, record: Record) -> None:
        kernel, type_id = self._kernel, record.type_id
        if record.flags & DERIVED:
            raise self._comparison.extra(record)
        if kernel.pending and kernel.terminal is not None and type_id not in self._between_steps:
            self._step()
            return
        event_type = self._names.event_type(type_id)
        if event_type in OUTSIDE or (kernel.terminal is None and self._told(record, event_type)):
            self._hear(record)
        elif event_type is trading.OrderAbandoned and self._unsent(record):
            kernel.abandon_unsent(self._names.decode(record).reason)  # type: ignore[attr-defined]
        elif kernel.pending:
            self._step()
        elif event_type is market.QuoteBlock or event_type is market.BarBlock:
            self._block(record)
            self._progress(record.seq)
        elif self._names.role(record.source) == "terminal" and kernel.terminal is not None:
            self._owed(record)
        elif event_type is market.RowSettled:
            raise self._comparison.unsettled(record)
        elif event_type is trading.OrderSending:
            raise self._comparison.extra(record)
        else:
            self._hear(record)

    def _unsent(self, record: Record) -> bool:
        """True when the gateway gave an order up that its process had not sent when it died."""
        step = self._kernel.pending[0] if self._kernel.pending else None
        if type(step) is not SendStep or self._kernel.withdraws(step.order):
            return False
        return self._kernel.terminal is None and record.cause == step.approval

    def _step(self) -> None:
        """The kernel's next step; where it settles a row that the log does not, name who answers it."""
        kernel = self._kernel
        try:
            kernel.step()
        except DivergenceError as error:
            found = self._comparison.divergence
            if found is None or found.derived_type != market.RowSettled.FACT.name:
                raise
            raise self._comparison.settled(kernel.cascades.modules[kernel.answering].name) from error

    def _told(self, record: Record, event_type: type[Event] | None) -> bool:
        """True when the terminal, which is not the kernel's, said it, or its gateway of it: nobody computes it here."""
        if event_type is trading.OrderAbandoned:
            return self._kernel.has_sent(self._names.decode(record).order)  # type: ignore[attr-defined]
        return event_type in OF_THE_ACCOUNT or self._names.role(record.source) == "terminal"

    def _hear(self, record: Record) -> None:
        """An input that is taken as recorded."""
        event = self._names.decode(record)
        if type(event) in mt5.SAID_BY_BOT:
            self._owed_before(record, record.time)
        self._kernel.at(record.time)
        source = self._names.source(record.source)
        role = self._names.role(record.source)
        seq = self._kernel.hear(event, source, role, record.cause, record.cause_row)
        if type(event) is running.RunStarted and event.resumed_from < 0:
            self._kernel.open_terminal(seq)

    def _owed(self, record: Record) -> None:
        """The terminal speaks without a row or a sending: one of its own deadlines has passed."""
        kernel = self._kernel
        kernel.at(record.time)
        if not kernel.reach(record.time):
            raise self._comparison.extra(record)

    def _owed_before(self, record: Record, time: int) -> None:
        """A bot's calls come after what the terminal owed by then, all of which passed without a word."""
        kernel = self._kernel
        while kernel.terminal is not None and kernel.terminal.next_due() <= time:
            self._passes_quietly(record, 0)

    def _block(self, record: Record) -> None:
        """Walk the block: nobody may act before its last moment."""
        kernel = self._kernel
        rules = [series.time_rule for series in kernel.series]
        event, rows = self._blocks.of(record, self._comparison.ahead, rules, kernel.intake.periods)
        if self._received:
            rows = received_at(rows, record.time)
        position, recalled = 0, self._recalled()
        for recall in recalled:
            act = self._walk(record, rows, position, min(recall.place, len(rows)))
            if act is not None:
                raise self._early(record, rows, act)
            position = min(recall.place, len(rows))
            self._owed_before(record, recall.now)
            recall.answer()
        act = self._walk(record, rows, position, len(rows))
        if act is not None and act.start < moment_start(rows, len(rows) - 1):
            raise self._early(record, rows, act)
        kernel.take_block(said_again(event, len(rows)), rows, act, 0, len(rows))
        if recalled and (after := self._comparison.next) is not None:
            self._hear(after)  # before what the terminal did at the end of the block

    def _walk(self, record: Record, rows: Rows, position: int, stop: int) -> Act | None:
        """Rows `position` to `stop`, with what the terminal owes among them; the first moment somebody acts on."""
        kernel = self._kernel
        while position < stop:
            limit = min(next_owed(kernel, rows, position), stop)
            act = kernel.intake.walk(rows, position, limit) if limit > position else None
            if act is not None:
                return act
            position = limit
            if position < stop:
                self._passes_quietly(record, position)
        return None

    def _recalled(self) -> Sequence[Recall]:
        """The calls that a bot made while the rows of this block came in; the next record holds them."""
        after, recalled = self._comparison.after, self._kernel.composition.recalled
        if after is None or recalled is None or self._names.event_type(after.type_id) is not mt5.CallsMade:
            return ()
        event = self._names.decode(after)
        assert isinstance(event, mt5.CallsMade)
        return recalled(event)

    def _passes_quietly(self, record: Record, position: int) -> None:
        """A deadline of the terminal inside a block: it had nothing to say then."""
        kernel = self._kernel
        if kernel.terminal is not None and kernel.reach(kernel.terminal.next_due()):
            step = kernel.pending[0]
            said = step.event if type(step) is FactStep else None
            raise self._comparison.early(record, position, kernel.terminal.name, said)

    def _early(self, record: Record, rows: Rows, act: Act) -> DivergenceError:
        """Somebody acts on a row before the one the block was ended for: who, and what they say if they were asked."""
        modules, terminal = self._kernel.cascades.modules, self._kernel.terminal
        if act.facts:
            row, fact = act.facts[0]
            return self._comparison.early(record, row, terminal.name if terminal is not None else "terminal", fact)
        if act.answers:
            row, index, events = min(act.answers, key=lambda answer: answer[:2])
            said = events[0] if isinstance(events[0], Event) else None  # else it raised
            return self._comparison.early(record, row, modules[index].name, said)
        moment = rows.part(act.start, act.stop)
        acting = [terminal.name] if terminal is not None and terminal.scan(moment) >= 0 else []
        acting += [one.name for one in modules if hasattr(one, "scan") and one.scan(moment) >= 0]
        return self._comparison.early(record, act.start, " and ".join(acting) or "a scan that looks further", None)
