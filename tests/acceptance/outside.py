"""A terminal outside the process, made by hand: it answers, loses answers, is never reached, and keeps a history."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from tallystick.events.catalogue import Catalogue
from tallystick.events.event import Event
from tallystick.events.module import OnFailure
from tallystick.events.reader import LogReader
from tallystick.events.types.account import ForeignTradeSeen
from tallystick.events.types.trading import DealMade, OrderAnswered, OrderSending, SignalRaised
from tallystick.events.writer import LogWriter
from tallystick.market.rows import BarClosed
from tallystick.platform.compose import composition_of
from tallystick.platform.kernel.comparison import Comparison
from tallystick.platform.kernel.composition import Composition
from tallystick.platform.kernel.kernel import Kernel
from tallystick.platform.kernel.recorded import Names, records_of
from tallystick.platform.kernel.replay import Replay
from tallystick.platform.kernel.simulation import Simulation
from tallystick.platform.mt5.at_most_once import AtMostOnce, NotSentError, OutcomeUnknownError, TerminalUnreachableError
from tests.acceptance.books import CutFeed, plan
from tests.unit.kernel.kit import Commits, StillTerminal

Fate = Literal["answered", "answer lost", "never reached", "not sent", "timeout code", "process dies"]
ORIGIN = "example.org/book/at-most-once"
NOT_YET, DONE, TIMEOUT = 0, 10009, 10012


class ProcessDied(BaseException):
    """The book's process ends inside the call; the order stands at the terminal."""


@dataclass
class OutsideTerminal:
    """Carries orders out at the price they were decided on. `fates` are those of its calls, in order."""

    log: Path
    fates: list[Fate] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)
    history: dict[int, list[Event]] = field(default_factory=dict)
    foreign: list[ForeignTradeSeen] = field(default_factory=list)
    name: str = "mt5"
    reachable: bool = True

    def begin(self, log: LogReader | None, time: int) -> Sequence[Event]:
        return ()

    def close(self) -> None:
        """Nothing is held."""

    def send(self, sending: OrderSending, time: int) -> Sequence[Event]:
        durable = [each.event for each in LogReader(self.log).envelopes()]
        assert sending in durable, "the sending has to be durable before the call"
        self.calls.append(sending.order)
        fate = self.fates.pop(0) if self.fates else "answered"
        if fate == "not sent":
            message = "the terminal is away"
            raise NotSentError(message)
        if fate == "never reached":
            message = "no answer within 10 s"
            raise OutcomeUnknownError(message)
        if fate == "timeout code":
            return [answer(sending, TIMEOUT, time)]
        facts = [answer(sending, DONE, time), deal(sending, time)]
        self.history[sending.magic] = facts
        if fate == "process dies":
            raise ProcessDied
        if fate == "answer lost":
            message = "the connection broke"
            raise OutcomeUnknownError(message)
        return facts

    def news(self, time: int) -> Sequence[Event]:
        if not self.reachable:
            message = "nobody answers"
            raise TerminalUnreachableError(message)
        return ()

    def find(self, sending: OrderSending, time: int) -> Sequence[Event] | None:
        return self.history.get(sending.magic)

    def foreign_deals(self) -> Sequence[ForeignTradeSeen]:
        seen, self.foreign = self.foreign, []
        return seen


def answer(sending: OrderSending, retcode: int, time: int) -> OrderAnswered:
    ticket = 5_000 + sending.order if retcode == DONE else 0
    return OrderAnswered(
        order=sending.order,
        retcode=retcode,
        deal=ticket,
        ticket=ticket,
        volume=sending.volume,
        price=sending.price,
        bid=sending.price,
        ask=sending.price,
        moment=time,
        comment="",
    )


def deal(sending: OrderSending, time: int) -> DealMade:
    ticket = 5_000 + sending.order
    return DealMade(
        deal=ticket,
        ticket=ticket,
        order=sending.order,
        position=sending.position or ticket,
        symbol=sending.symbol,
        type="buy" if sending.type == 0 else "sell",
        entry="out" if sending.position else "in",
        reason="expert",
        volume=sending.volume,
        price=sending.price,
        profit=0,
        swap=0,
        commission=0,
        balance=1_000_000,
        magic=sending.magic,
        moment=time,
        comment="",
    )


class Wishes:
    """A strategy that signals what the test wishes: (from which row on, symbol, direction), each at its next bar."""

    role, name = "strategy", "wishes"
    on_failure: OnFailure = "halt"
    hears: tuple[type, ...] = (BarClosed,)

    def __init__(self, wishes: Sequence[tuple[int, str, int]]) -> None:
        self.wishes, self.done, self.row = list(wishes), set[tuple[int, str, int]](), 0

    def react(self, event: Any, context: Any) -> Sequence[Event]:
        self.row += 1
        for wish in self.wishes:
            first, symbol, direction = wish
            if wish not in self.done and self.row > first and symbol == event.symbol:
                self.done.add(wish)
                said = SignalRaised(
                    strategy=self.name, symbol=symbol, direction=direction, stop_points=15_000, take_points=0
                )
                return [said]
        return ()

    def freeze(self) -> Any:
        return self.row

    def thaw(self, state: Any) -> None:
        self.row = state


class _Door(StillTerminal):
    """What the kernel sees: opening facts, and a call that goes through `AtMostOnce`."""

    name, idempotent = "mt5", False

    def __init__(self, facts: Sequence[Event]) -> None:
        self.facts = facts
        self.desk: Any = None

    def opening(self) -> Sequence[Event]:
        return self.facts

    def send(self, sending: Any, time: int) -> Sequence[Event]:
        facts: Sequence[Event] = self.desk.once.send(sending)
        return facts


class Desk:
    """A book with a real log, whose gateway is `AtMostOnce` at a terminal outside."""

    def __init__(self, folder: Path, *fates: Fate, after: "Desk | None" = None) -> None:
        """Begin a book; or, after the process of another desk died, go on with it at the same terminal."""
        self.folder, self.feed, self.row = folder, CutFeed(2_000), 0
        self.rows = next(self.feed.rows())
        self.wishes: Wishes = Wishes(after.wishes.wishes if after is not None else ())
        a_plan = plan(sizing={"kind": "fixed", "lots": "0.10"}, risk={})
        composed = composition_of(a_plan, self.feed.series_declared(), [self.wishes])
        assert composed.terminal is not None
        self.door = _Door(composed.terminal.opening())
        self.door.desk = self
        modules = [(module.name, module.role) for module in composed.modules]
        # A terminal outside does not live in the rows, and a replay must not reach it: the kernel gets it afterwards.
        self._begin(replace(composed, terminal=None), modules)
        self.outside: OutsideTerminal = after.outside if after is not None else OutsideTerminal(folder)
        self.outside.fates += fates
        self.once = AtMostOnce(self.kernel, self.outside, a_plan.account.name)
        if after is None:
            self._open()

    def _begin(self, composition: Composition, modules: Sequence[tuple[str, str]]) -> None:
        catalogue = Catalogue()
        self.writer = LogWriter(self.folder, ORIGIN)
        if self.writer.committed:
            reader = LogReader(self.folder, catalogue)
            names = Names(reader.declarations, catalogue)
            comparison = Comparison(records_of(reader, 0), names)
            self.kernel = Kernel(composition, catalogue, comparison)
            Replay(self.kernel, comparison, names).run()
            self.kernel.sequencer.use(self.writer)
            self.row = self.kernel.rows_taken
        else:
            self.writer.declare(catalogue.types)
            people = [("kernel", "kernel"), ("feed", "feed"), ("gateway", "gateway"), ("mt5", "terminal")]
            for name, role in [*people, *modules]:
                self.writer.declare_source(name, role)
            self.kernel = Kernel(composition, catalogue, self.writer)
        self.kernel.attach(self.door)
        self.kernel.before_effect = self._make_durable

    def _make_durable(self) -> None:
        self.writer.commit()

    def _open(self) -> None:
        self.kernel.at(int(self.rows.time[0]))
        for series in self.feed.series_declared():
            self.kernel.hear(series, "feed", "feed")
        self.kernel.open_terminal(0)
        while self.kernel.pending:
            self.kernel.step()
        self.trade(300)

    def trade(self, rows: int, *wishes: tuple[str, int]) -> None:
        """Let so many rows pass; the strategy says its wishes at the first bars of their symbols."""
        self.wishes.wishes += [(self.row, *wish) for wish in wishes]
        part = self.rows.part(self.row, self.row + rows)
        self.row += rows
        Simulation(self.kernel, iter([part]), Commits()).run()

    def look(self, seconds: int, *, reachable: bool = True) -> None:
        """The terminal is asked after so many seconds of book time."""
        self.outside.reachable = reachable
        self.once.look(self.kernel.desk.time + seconds * 10**9)

    def told(self, *types: type[Event]) -> list[Any]:
        """Every event of these types that the log holds, committed."""
        self.writer.commit()
        return [each.event for each in LogReader(self.folder).envelopes() if isinstance(each.event, types)]

    def die(self) -> None:
        """The process ends here."""
        self.writer.abandon()
