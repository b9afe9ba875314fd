"""Replay: recorded inputs go in again, every derived event is compared bit for bit.

In simulation the terminal is replayed too: what it said is computed anew from rows and sendings, and compared as well.
`by_row` ignores every `scan`, so that a `scan` that looks ahead, or misses a row, shows as a difference.
"""

from collections.abc import Callable, Sequence
from typing import Any

from tallystick.events.event import Event
from tallystick.events.reader import END
from tallystick.events.record import DERIVED
from tallystick.events.types import market, mt5, running, trading
from tallystick.events.types.account import AccountReleased, AccountRestricted, ForeignTradeSeen
from tallystick.market.rows import Rows
from tallystick.platform.kernel.blocks import said_again
from tallystick.platform.kernel.comparison import Comparison
from tallystick.platform.kernel.composition import Recall
from tallystick.platform.kernel.errors import DivergenceError
from tallystick.platform.kernel.intake import Act
from tallystick.platform.kernel.kernel import Kernel
from tallystick.platform.kernel.moments import moment_start
from tallystick.platform.kernel.recorded import FLAGS, SEQ, SOURCE, VERSION, Names, Record
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
OF_THE_ACCOUNT = frozenset({AccountRestricted, AccountReleased, ForeignTradeSeen})
"""What the gateway of a terminal outside says of the account, likewise."""

Way = tuple[bool, Callable[[Record], None]]
"""Whether an input may come although a step waits, and how it is taken in."""


class _Ways(dict[tuple[int, ...], Way]):
    """By source and type of an input, found when it first comes."""

    def __init__(self, way: Callable[[int, int], Way]) -> None:
        super().__init__()
        self._way = way

    def __missing__(self, kind: tuple[int, ...]) -> Way:
        way = self[kind] = self._way(*kind)
        return way


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
        self._ways = _Ways(self._way)
        self._received = received
        self._progress = progress

    def run(self, until: int = END) -> int:
        """Replay to the end of the records, or through record `until`; returns how many were compared."""
        comparison, ways, pending = self._comparison, self._ways, self._kernel.pending
        while (record := comparison.next) is not None:
            fields = record.fields
            if fields[SEQ] > until:
                break
            if fields[FLAGS] & DERIVED:
                raise comparison.extra(record)
            between_steps, way = ways[fields[SOURCE:VERSION]]
            if pending and not between_steps:
                self._step()
            else:
                way(record)
        return comparison.compared

    def _way(self, source: int, type_id: int) -> Way:
        """How an input of this source and type is taken in, and whether it is although a step waits."""
        event_type, told = self._names.event_type(type_id), self._names.role(source) == "terminal"
        computed = self._kernel.terminal is not None  # else what it said, or its gateway of it, is taken as recorded
        if event_type is trading.OrderAbandoned:
            otherwise = self._owed if told and computed else self._hear
            return True, lambda record: self._abandoned(record, otherwise)
        if event_type in OUTSIDE or (not computed and (told or event_type in OF_THE_ACCOUNT)):
            return True, self._hear
        ways: dict[type[Event] | None, Callable[[Record], None]] = {
            market.QuoteBlock: self._block,
            market.BarBlock: self._block,
            market.RowSettled: self._owed if told else self._unsettled,
            trading.OrderSending: self._owed if told else self._extra,
        }
        return False, ways.get(event_type, self._owed if told else self._hear)

    def _abandoned(self, record: Record, otherwise: Callable[[Record], None]) -> None:
        """An order was given up: one that is at a terminal outside, one that was never sent, or neither."""
        kernel = self._kernel
        event: Any = self._names.decode(record)
        if kernel.terminal is None and kernel.has_sent(event.order):
            self._hear(record)
        elif self._unsent(record):
            kernel.abandon_unsent(event.reason)
        elif kernel.pending:
            self._step()
        else:
            otherwise(record)

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

    def _extra(self, record: Record) -> None:
        raise self._comparison.extra(record)

    def _unsettled(self, record: Record) -> None:
        raise self._comparison.unsettled(record)

    def _hear(self, record: Record) -> None:
        """An input that is taken as recorded."""
        event = self._names.decode(record)
        if type(event) in mt5.SAID_BY_BOT:
            self._owed_before(record, record.time)
        self._kernel.at(record.time)
        source = self._names.speaker(record.source)
        seq = self._kernel.hear(event, source.name, source.role, record.cause, record.cause_row)
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
        event, rows = self._blocks.of(record, self._comparison.ahead, kernel.series, kernel.intake.periods)
        if self._received:
            rows = received_at(rows, record.time)
        position, count = 0, len(rows.time)
        recalled = self._recalled() if kernel.composition.recalled is not None else ()
        for recall in recalled:
            act = self._walk(record, rows, position, min(recall.place, count))
            if act is not None:
                raise self._early(record, rows, act)
            position = min(recall.place, count)
            self._owed_before(record, recall.now)
            recall.answer()
        act = self._walk(record, rows, position, count)
        if act is not None and act.start < count - 1 and act.start < moment_start(rows, count - 1):
            raise self._early(record, rows, act)
        kernel.take_rows(rows, act, 0, count, said_again(event, count))
        if recalled and (after := self._comparison.next) is not None:
            self._hear(after)  # before what the terminal did at the end of the block
        self._progress(record.fields[SEQ])

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
            name = terminal.name if terminal is not None else "terminal"
            return self._comparison.early(record, act.start + row, name, fact)
        if act.answers:
            row, index, events = min(act.answers, key=lambda answer: answer[:2])
            said = events[0] if isinstance(events[0], Event) else None  # else it raised
            return self._comparison.early(record, row, modules[index].name, said)
        moment = rows.part(act.start, act.stop)
        acting = [terminal.name] if terminal is not None and terminal.scan(moment) >= 0 else []
        acting += [one.name for one in modules if hasattr(one, "scan") and one.scan(moment) >= 0]
        return self._comparison.early(record, act.start, " and ".join(acting) or "a scan that looks further", None)
