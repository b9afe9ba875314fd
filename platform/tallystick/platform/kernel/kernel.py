"""The kernel of one book: inputs become cascades, terminal facts and sendings become steps, one at a time.

A step is something that must happen next at the present book time: a fact of the terminal, the answers to a settled
row, the sending of an approved order. A run takes steps; a replay takes the same steps and compares.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np

from tallystick.events.catalogue import Catalogue
from tallystick.events.event import Event
from tallystick.events.types import market, mt5, trading
from tallystick.market.instrument import Instrument
from tallystick.market.rows import Rows
from tallystick.platform.accounts.ledger import Ledger
from tallystick.platform.kernel.blocks import Block, BlockCutter
from tallystick.platform.kernel.cascade import KERNEL, Answer, Cascades
from tallystick.platform.kernel.composition import Composition
from tallystick.platform.kernel.context import Desk, context_of
from tallystick.platform.kernel.deadlines import DEADLINE_EVENTS, Deadlines
from tallystick.platform.kernel.intake import Act, Intake
from tallystick.platform.kernel.outbox import Outbox
from tallystick.platform.kernel.quotes import LatestQuotes
from tallystick.platform.kernel.sequencer import NO_ROW, NO_SEQ, Fold, Sequencer, Sink
from tallystick.platform.kernel.steps import FactStep, SendStep, SettledStep, Step
from tallystick.platform.mt5.terminal import MarketTerminal


class Kernel:
    """Everything of a book but where rows come from and where records go."""

    def __init__(self, composition: Composition, catalogue: Catalogue, sink: Sink, *, by_row: bool = False) -> None:
        """`by_row` asks every reactor about every row, whatever its `scan` says."""
        self.composition = composition
        self.terminal = composition.terminal
        self.quotes = LatestQuotes(())
        self.instruments: dict[str, Instrument] = {}
        self.ledger = Ledger(composition.server_day, self.instruments)
        self.series: list[market.SeriesDeclared] = []
        self.deadlines = Deadlines()
        self.outbox = Outbox(composition.strategies, composition.deviation, composition.spelling)
        self.desk = Desk(composition.seed, self.ledger, self.quotes, self.instruments)
        self.sequencer = Sequencer(catalogue, sink, self._folds_of)
        self.cascades = Cascades(self.sequencer, composition.modules, composition.cascade_limit)
        self.cascades.bind(context_of(self.desk, module.name) for module in composition.modules)
        self.intake = Intake(self.cascades, self.desk, self.terminal, by_row=by_row)
        self.pending: deque[Step] = deque()
        self.rows_taken = 0
        self.answering = -1
        """Index of the first module to answer the row that was settled last."""
        self.before_effect: Callable[[], None] = _nothing
        """Called between `order.sending` and the call; a real gateway makes the log durable here."""
        self.effect: Callable[[trading.OrderSending, int], Iterable[Event]] | None = None
        """The call to a terminal outside the kernel, with the sending's seq; facts that are known at once."""
        self._sent: dict[int, int] = {}
        self._over: list[int] = []
        self._cutter = BlockCutter()
        self._feed = self.sequencer.voice("feed", "feed")
        self._own = self.sequencer.voice(KERNEL, KERNEL)
        self._gateway = self.cascades.voice("gateway", "gateway")
        self._told_by = self.cascades.voice("terminal", "terminal")
        if composition.terminal is not None:
            self.attach(composition.terminal)
        self._notes: dict[type[Event], Fold] = {
            market.SeriesDeclared: self._series_declared,
            market.InstrumentDeclared: self._instrument_declared,
            mt5.OrderAsked: lambda event, _time, _seq: self.outbox.asked_by_bot(event),
            mt5.OrderAnsweredToBot: lambda _event, _time, _seq: self.outbox.asked_by_bot(None),
            trading.OrderRequested: self.outbox.asked,
            trading.OrderDenied: lambda event, _time, _seq: self.outbox.denied(event.order),
            trading.OrderApproved: lambda event, _time, seq: self.pending.append(SendStep(seq, event.order)),
            trading.OrderSending: self._order_sending,
            trading.OrderAnswered: self._order_answered,
            trading.OrderEnded: lambda event, _time, _seq: self._over.append(event.order),
        }

    def attach(self, terminal: MarketTerminal) -> None:
        """This terminal answers the book's orders; one outside of the process comes after the kernel was made."""
        self.terminal = terminal
        self._told_by = self.cascades.voice(terminal.name, "terminal")

    def at(self, time: int) -> None:
        """Move book time on; it never falls."""
        desk = self.desk
        desk.time = self.sequencer.time = time if time > desk.time else desk.time

    def hear(self, event: Event, source: str, role: str, cause: int = NO_SEQ, cause_row: int = NO_ROW) -> int:
        """Take one input in at the present book time and run its cascade."""
        return self.cascades.start(event, source, role, cause, cause_row)

    def open_terminal(self, cause: int) -> None:
        """The terminal states account, instruments and time rule."""
        if self.terminal is not None:
            for fact in self.terminal.opening():
                self._told(fact, cause)

    def told(self, facts: Iterable[Event]) -> None:
        """A terminal outside says what it did; the facts are steps, in order."""
        for fact in facts:
            self._told(fact, NO_SEQ)

    def hear_fact(self, fact: Event) -> None:
        """A terminal outside says one thing, heard at once; an answer to an order of ours names its sending."""
        self.cascades.take(self._told_by, fact, self._sent.get(_order_of(fact), NO_SEQ))

    def take_rows(self, rows: Rows, act: Act | None, first: int, stop: int, event: Block | None = None) -> int:
        """Sequence rows `first` to `stop`, walked up to `act`, as a block, with its cascade; gives its seq.

        `event`: the block that carries these rows, where it is known already.
        """
        self.at(rows.time.item(stop - 1))
        block = self.sequencer.put(self._feed, event or self._cutter.block_of(rows, first, stop))
        self.rows_taken += stop - first
        if act is None:
            return block
        facts = self.intake.settle(rows, act)
        if facts:
            moment = act.start - first
            for row, fact in facts:
                self._told(fact, block, moment + row)
            self.pending.append(SettledStep(rows, first, act, block))
            return block
        answers: list[Answer] = []
        for row in range(act.start, act.stop):
            answers += self.intake.row_answers(rows, act, row)
        self.cascades.answer_rows(answers, block, first)
        return block

    def reach(self, time: int) -> bool:
        """The terminal's own deadlines up to `time` pass; True when it has something to say."""
        if self.terminal is None:
            return False
        facts = self.terminal.reach(time)
        for fact in facts:
            self._told(fact, NO_SEQ)
        return bool(facts)

    def step(self) -> None:
        """Take the next step."""
        step = self.pending.popleft()
        if type(step) is FactStep:
            self.cascades.take(self._told_by, step.event, step.cause, step.cause_row)
        elif type(step) is SendStep:
            self._send(step)
        else:
            self._answer_settled(step)  # type: ignore[arg-type]
        if self._over and not self.pending:
            for order in self._over:
                self._sent.pop(order, None)
            self._over.clear()

    def _send(self, step: SendStep) -> None:
        event = self.outbox.take(step.order, self.instruments, barred=self._barred)
        seq = self.cascades.take(self._gateway, event, step.approval)
        if type(event) is not trading.OrderSending:
            return
        if self.terminal is not None:
            self.before_effect()
            for fact in self.terminal.send(event, self.desk.time):
                self._told(fact, seq)
        elif self.effect is not None:
            self.before_effect()
            for fact in self.effect(event, seq):
                self._told(fact, seq)

    def abandon_unsent(self, reason: str) -> None:
        """The next step was to send an order: it never leaves, and strategies decide anew."""
        step = self.pending.popleft()
        assert type(step) is SendStep
        self.outbox.denied(step.order)
        self.cascades.take(self._gateway, trading.OrderAbandoned(order=step.order, reason=reason), step.approval)

    def withdraws(self, order: int) -> bool:
        """True when the approval of this order is withdrawn because the book may only reduce by now."""
        return bool(self._barred) and self.outbox.adds(order)

    def has_sent(self, order: int) -> bool:
        """True for an order that is at the terminal and not over."""
        return order in self._sent

    @property
    def _barred(self) -> str:
        """Why nothing that adds exposure may leave; "" when it may."""
        state = self.ledger.state
        if state.halted:
            return "the book was halted before the order was sent"
        return "the outcome of an order became unknown before this one was sent" if state.restricted else ""

    def _answer_settled(self, step: SettledStep) -> None:
        for row in range(step.act.start, step.act.stop):
            answers = self.intake.row_answers(step.rows, step.act, row)
            if answers:
                self.answering = answers[0][1]
                settled = market.RowSettled(series=step.rows.series.item(row))
                seq = self.sequencer.put(self._own, settled, step.block, row - step.first)
                self.cascades.answer_rows(answers, seq, None)

    def _told(self, fact: Event, cause: int, row: int = NO_ROW) -> None:
        """Queue a fact; one that answers an order of ours names its sending, any other `cause` and its row."""
        sending = self._sent.get(_order_of(fact))
        self.pending.append(FactStep(fact, cause, row) if sending is None else FactStep(fact, sending, NO_ROW))

    def _folds_of(self, event_type: type[Event]) -> tuple[Fold, ...]:
        """What takes an event of one type in, in order: the ledger, the deadlines, the kernel itself."""
        deadlines = self.deadlines.fold if event_type in DEADLINE_EVENTS else None
        folds = self.ledger.folds.get(event_type), deadlines, self._notes.get(event_type)
        return tuple(fold for fold in folds if fold is not None)

    def _series_declared(self, event: market.SeriesDeclared, _time: int, _seq: int) -> None:
        self.series.append(event)
        symbols = tuple(series.symbol for series in self.series)
        periods = np.array([series.period_ns for series in self.series], dtype=np.int64)
        self.quotes.name_series(symbols)
        self.intake.name_series(symbols, periods)

    def _instrument_declared(self, event: market.InstrumentDeclared, _time: int, _seq: int) -> None:
        self.instruments[event.symbol] = _instrument_of(msgspec.msgpack.encode(event))

    def _order_sending(self, event: trading.OrderSending, _time: int, seq: int) -> None:
        self._sent[event.order] = seq

    def _order_answered(self, event: trading.OrderAnswered, _time: int, _seq: int) -> None:
        if event.order not in self.ledger.state.orders:
            self._over.append(event.order)

    def freeze(self) -> dict[str, Any]:
        """Everything a later process needs to go on; only between steps."""
        if self.pending:
            message = "a snapshot is taken between steps only"
            raise AssertionError(message)
        modules = self.cascades.modules
        return {
            "time": self.desk.time,
            "rows": self.rows_taken,
            "series": [msgspec.structs.asdict(series) for series in self.series],
            "instruments": [instrument.fields() for instrument in self.instruments.values()],
            "ledger": self.ledger.freeze(),
            "quotes": self.quotes.freeze(),
            "deadlines": self.deadlines.freeze(),
            "outbox": self.outbox.freeze(),
            "sent": dict(self._sent),
            "draws": [context.draws for context in self.cascades.contexts],
            "modules": [module.freeze() for module in modules],
            "terminal": self.terminal.freeze() if self.terminal is not None else None,
        }

    def thaw(self, state: Mapping[str, Any]) -> None:
        """Take a frozen state back."""
        for series in state["series"]:
            self._series_declared(market.SeriesDeclared(**series), 0, 0)
        for instrument in state["instruments"]:
            self.instruments[instrument["symbol"]] = _instrument_of(msgspec.msgpack.encode(instrument))
        self.ledger.thaw(state["ledger"])
        self.quotes.thaw(state["quotes"])
        self.deadlines.thaw(state["deadlines"])
        self.outbox.thaw(state["outbox"])
        self._sent = {int(order): int(seq) for order, seq in state["sent"].items()}
        self.rows_taken = state["rows"]
        drawn = zip(self.cascades.modules, state["draws"], strict=True)
        self.cascades.bind(context_of(self.desk, module.name, draws) for module, draws in drawn)
        for module, frozen in zip(self.cascades.modules, state["modules"], strict=True):
            module.thaw(frozen)
        if self.terminal is not None:
            self.terminal.thaw(state["terminal"])
        self.desk.time = self.sequencer.time = state["time"]


@lru_cache(maxsize=4096)
def _instrument_of(conditions: bytes) -> Instrument:
    """The instrument of these conditions (msgpack), one object in every book of this process.

    What is kept by instrument (a rate, a point's money) is then found by identity, not by comparing forty fields.
    """
    return Instrument(**msgspec.msgpack.decode(conditions))


def _nothing() -> None:
    """Simulation: the terminal is no outside effect."""


_ANSWERS = frozenset({trading.OrderAnswered, trading.OrderTriggered, trading.OrderEnded})


def _order_of(fact: Event) -> int:
    """The order that a fact of the terminal answers; -1 of one that answers none."""
    if type(fact) in _ANSWERS:
        return fact.order  # type: ignore[attr-defined,no-any-return]
    return fact.order if type(fact) is trading.DealMade and fact.reason == "expert" else -1
