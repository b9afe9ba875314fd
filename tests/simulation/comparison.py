"""Drives the simulated terminal as the kernel does, the oracle beside it, and compares them after every call."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from tallystick.events.event import Event
from tallystick.events.types.trading import OrderSending
from tallystick.platform.mt5.server import SimulatedTerminal
from tests.simulation.ledger import Ledger
from tests.simulation.oracle import Bar, Oracle, QuoteRow
from tests.simulation.oracle.names import NO_MONEY
from tests.simulation.sampled_market import Market, as_rows, kind_of, sampled_market
from tests.simulation.sampled_orders import Trader

Moment = tuple[Bar | QuoteRow, ...]


@dataclass
class Story:
    """What happened in one sequence, in order: sendings with their time, and facts with the book time of their call."""

    sent: list[tuple[int, OrderSending]] = field(default_factory=list)
    facts: list[tuple[int, Event]] = field(default_factory=list)
    margins: list[int] = field(default_factory=list)
    calls: int = 0
    last_balance: int = 0


@dataclass(frozen=True)
class Habits:
    """How the terminal is driven: chance of a thaw before a walk; whether scans are ignored; how often orders come.

    Without an order chance one sequence in four has few orders, and long scans between them.
    """

    thaws: float = 0.05
    by_row: bool = False
    order_chance: float | None = None


def new_terminal(market: Market) -> SimulatedTerminal:
    """The terminal under test for a market."""
    terminal = SimulatedTerminal(
        market.account, market.instruments, market.series, server_time=market.rule, latency_ns=market.latency,
        calendars=market.calendars,
    )  # fmt: skip
    terminal.faults.extend(market.faults)
    return terminal


class Comparison:
    """One sequence, from its seed."""

    def __init__(self, seed: int, habits: Habits | None = None, market: Market | None = None) -> None:
        """The same seed gives the same orders whatever the habits, and the same market where none is given."""
        self.seed = seed
        self.market = market = market or sampled_market(random.Random(seed))
        self.habits = habits or Habits(by_row=seed % 7 == 0)
        usual = 0.04 if seed % 4 == 0 else 0.25
        self.order_chance = usual if self.habits.order_chance is None else self.habits.order_chance
        self.terminal = new_terminal(market)
        self.oracle = Oracle(
            market.account, market.instruments, market.series, market.rule, market.latency, market.calendars
        )
        self.oracle.faults += [(fault.retcode, fault.order, fault.symbol) for fault in market.faults]
        self.ledger = Ledger(market.account.balance)
        self.trader = Trader(random.Random(f"orders {seed}"), self.oracle)
        self.driving = random.Random(f"driving {seed}")
        self.ordering = random.Random(f"ordering {seed}")
        self.story = Story()
        self.time = 0

    def run(self) -> Story:
        """Walk all moments; raises AssertionError at the first difference."""
        self.terminal.opening()
        moments = self.market.moments
        orders = [self.ordering.random() < self.order_chance for _ in moments]
        start = 0
        while start < len(moments):
            if orders[start] and start:
                self._trade(moments[start])
            stop = start + 1
            while stop < len(moments) and not orders[stop] and kind_of(moments[stop]) == kind_of(moments[start]):
                stop += 1
            self._walk(moments[start:stop])
            start = stop
        self.story.last_balance = self.oracle.balance
        return self.story

    def _walk(self, moments: Sequence[Moment]) -> None:
        while moments:
            if self.driving.random() < self.habits.thaws:
                self._thaw()
            owed = self.terminal.next_due()
            quiet = 0
            while quiet < len(moments) and owed > last_deadline_before(moments[quiet]):
                quiet += 1
            if quiet == 0:
                self._reach(owed)
                continue
            taken = min(quiet, self.driving.choice((1, 3, 50, 1_000)))
            moments = moments[self._scan(moments[:taken]) :]

    def _reach(self, time: int) -> None:
        self.time = time
        self._compare(f"reach({time})", self.terminal.reach(time), self.oracle.reach(time))

    def _scan(self, moments: Sequence[Moment]) -> int:
        """Take in moments up to and including the first at which somebody acts; how many."""
        rows = as_rows(self.market, moments)
        firsts = [0]
        for moment in moments:
            firsts.append(firsts[-1] + len(moment))
        hit = 0 if self.habits.by_row else self.terminal.scan(rows)
        if not self.habits.by_row:
            assert hit == self.terminal.scan(rows), f"seed {self.seed}: a second scan of the same rows differs"
        acted = next((n for n in range(len(moments)) if firsts[n] <= hit < firsts[n + 1]), None)
        for number in range(len(moments) if acted is None else acted + 1):
            self.time = moments[number][0].time
            owed = self.oracle.reach(last_deadline_before(moments[number]))
            assert not owed, f"seed {self.seed}: next_due missed {owed} before {self.time}"
            expected = self.oracle.settle(moments[number])
            if number != acted:
                assert not expected, f"seed {self.seed}: scan of rows up to {hit} missed {expected}"
                continue
            assert expected or self.habits.by_row, f"seed {self.seed}: scan named a moment without facts, {self.time}"
            if number:
                self.terminal.advance(rows.part(0, firsts[number]))
            facts = self.terminal.settle(rows.part(firsts[number], firsts[number + 1]))
            self._compare(f"settle({moments[number]})", [f for _, f in facts], [f for _, f in expected])
            assert [row for row, _ in facts] == [row for row, _ in expected], f"seed {self.seed}: {facts} {expected}"
            return number + 1
        self.terminal.advance(rows)
        self._compare(f"advance to {self.time}", [], [])
        return len(moments)

    def _trade(self, coming: Moment) -> None:
        """A few orders, at the present book time or at a time before the next moment."""
        latest = last_deadline_before(coming)
        if self.ordering.random() < 0.3 and latest > self.time:
            time = self.ordering.randint(self.time, latest)
            while (owed := self.terminal.next_due()) <= time:
                self._reach(owed)
            assert not self.oracle.reach(time), f"seed {self.seed}: next_due missed a deadline before {time}"
            self.time = time
        for _ in range(self.ordering.choice((1, 1, 2, 4))):
            sending = self.trader.next(self.time)
            self.story.sent.append((self.time, sending))
            self._check(sending)
            again = sending.order in self.oracle.known
            answer = self.terminal.send(sending, self.time)
            expected = self.oracle.send(sending, self.time)
            self._compare(f"send({sending}, {self.time})", answer, expected, again=again)

    def _check(self, sending: OrderSending) -> None:
        """order_check changes nothing, and its figures fit together."""
        if self.driving.random() > 0.1:
            return
        before = self.terminal.freeze()
        checked = self.terminal.check(sending, self.time)
        where = f"seed {self.seed}: {sending} {checked}"
        assert self.terminal.freeze() == before, f"{where}: a check has changed something"
        assert checked.margin_free == checked.equity - checked.margin, where
        if checked.retcode in {0, NO_MONEY}:
            assert checked.equity == checked.balance + self.market.account.credit + checked.profit, where

    def _thaw(self) -> None:
        state = msgspec.msgpack.decode(msgspec.msgpack.encode(self.terminal.freeze()), strict=False)
        self.terminal = new_terminal(self.market)
        self.terminal.thaw(state)

    def _compare(self, call: str, facts: Sequence[Event], expected: Sequence[Event], *, again: bool = False) -> None:
        where = f"seed {self.seed}, {self.market.account.margin_mode}, latency {self.market.latency}: {call}"
        for number in range(max(len(facts), len(expected))):
            ours = facts[number] if number < len(facts) else None
            oracles = expected[number] if number < len(expected) else None
            assert ours == oracles, (
                f"{where}\n terminal {ours}\n oracle   {oracles}\n differ in {_differing(ours, oracles)}"
            )
        assert len(facts) == len(expected)
        self.story.calls += 1
        if not again:  # what was answered once is told once
            self.story.facts += [(self.time, fact) for fact in facts]
            self._fold(facts, where)
        ours_of = {"balance": self.terminal.balance, "equity": self.terminal.equity, "margin": self.terminal.margin}
        for name, value in ours_of.items():
            assert value == getattr(self.oracle, name), f"{where}: {name} {value}, {getattr(self.oracle, name)}"
        self.story.margins.append(self.oracle.margin)

    def _fold(self, facts: Sequence[Event], where: str) -> None:
        """What the account is, is what its facts have made of it."""
        for fact in facts:
            self.ledger.take(fact)
        held = self.terminal.state.positions
        assert {n: p.direction * p.volume for n, p in held.items()} == self.ledger.volumes, where
        assert {n: p.swap for n, p in held.items()} == {n: self.ledger.swaps.get(n, 0) for n in held}, where
        assert self.terminal.balance == self.ledger.balance, where


def last_deadline_before(moment: Moment) -> int:
    """Deadlines up to this time come before the moment: a quote's own time, or what a bar's close is after."""
    return moment[0].time if kind_of(moment) == "quote" else moment[0].time - 1


def _differing(one: Any, other: Any) -> list[str]:
    if type(one) is not type(other):
        return ["kind"]
    return [name for name in one.__struct_fields__ if getattr(one, name) != getattr(other, name)]
