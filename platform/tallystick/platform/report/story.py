"""A log told as the facts a report needs: one pass over its records, nothing computed yet."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from tallystick.events.event import Event
from tallystick.events.types import log, market, running, trading
from tallystick.events.types.account import (
    AccountLimitReached,
    AccountOpened,
    AccountReleased,
    AccountRestricted,
    AccountStoppedOut,
    ForeignTradeSeen,
    PositionMarginFixed,
    PositionProtected,
    SwapCharged,
)
from tallystick.market.instrument import Instrument
from tallystick.platform.portfolio.attribution import ATTRIBUTED


class Recorded(Protocol):
    """One record of a log, decoded."""

    @property
    def seq(self) -> int:
        """Its number in the log."""
        ...

    @property
    def time(self) -> int:
        """Book time in ns UTC."""
        ...

    @property
    def type(self) -> str:
        """Name of its type."""
        ...

    @property
    def event(self) -> Any:
        """What it says: an `Event`, or something else where the type is unknown or the body was pruned."""
        ...


Fact = TypeVar("Fact", bound=Event)


@dataclass(frozen=True, slots=True)
class Said:
    """A decision on its way to an order: who caused it (seq, and row of a block; -1 for none), and what it says."""

    seq: int
    time: int
    cause: int
    row: int
    event: Any


@dataclass(frozen=True, slots=True)
class Told(Generic[Fact]):
    """An event with its number and book time."""

    seq: int
    time: int
    event: Fact


@dataclass(slots=True)
class OrderStory:
    """What became of one order."""

    requested: Told[trading.OrderRequested] | None = None
    verdict: Told[trading.OrderApproved] | Told[trading.OrderDenied] | None = None
    sent: Told[trading.OrderSending] | None = None
    answer: Told[trading.OrderAnswered] | None = None
    ended: Told[trading.OrderEnded] | Told[trading.OrderAbandoned] | None = None

    @property
    def denied(self) -> trading.OrderDenied | None:
        """The denial, if risk refused it."""
        said = self.verdict.event if self.verdict else None
        return said if isinstance(said, trading.OrderDenied) else None


@dataclass(slots=True)
class Story:
    """The facts of a log, in log order."""

    records: int = 0
    first_time: int = 0
    last_time: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    runs: list[Told[running.RunStarted]] = field(default_factory=list)
    ends: list[Told[running.RunEnded]] = field(default_factory=list)
    account: AccountOpened | None = None
    instruments: dict[str, Instrument] = field(default_factory=dict)
    series: dict[int, market.SeriesDeclared] = field(default_factory=dict)
    treated: dict[tuple[str, str], market.DataTreated] = field(default_factory=dict)
    clock: str = ""
    blocks: list[market.BarBlock | market.QuoteBlock] = field(default_factory=list)
    deals: list[Told[trading.DealMade]] = field(default_factory=list)
    swaps: list[Told[SwapCharged]] = field(default_factory=list)
    margins: list[Told[PositionMarginFixed]] = field(default_factory=list)
    protections: list[Told[PositionProtected]] = field(default_factory=list)
    stop_outs: list[Told[AccountStoppedOut]] = field(default_factory=list)
    limits: list[Told[AccountLimitReached]] = field(default_factory=list)
    orders: dict[int, OrderStory] = field(default_factory=dict)
    said: dict[int, Said] = field(default_factory=dict)
    """Signals, targets, intents and requests by seq: the links of a causal chain."""
    explained: dict[tuple[int, int, str, str], list[Said]] = field(default_factory=dict)
    """`why=` values by what caused them (seq, row), strategy and symbol."""
    attributable: list[Event] = field(default_factory=list)
    """What attribution on a netting account folds, in order."""
    rules: running.RiskRulesDeclared | None = None
    incidents: list[Told[Any]] = field(default_factory=list)
    """Halts, failures, refusals, recoveries: what a reader must not overlook."""

    @property
    def digits(self) -> int:
        """Decimal places of the account's money."""
        return self.account.digits if self.account else 2

    @property
    def currency(self) -> str:
        """Currency of the account."""
        return self.account.currency if self.account else ""

    def order(self, number: int) -> OrderStory:
        """The story of an order, begun when it is first heard of."""
        return self.orders.setdefault(number, OrderStory())


def tell(records: Iterable[Recorded]) -> Story:
    """Go through the records once, in order."""
    story = Story()
    for record in records:
        event = record.event
        if not story.records:
            story.first_time = record.time
        story.records += 1
        story.last_time = record.time
        story.kinds[record.type] += 1
        kind = type(event)
        take = _TAKES.get(kind)
        if take is not None:
            take(story, Told(record.seq, record.time, event))
        if kind in _LINKS:
            _link(story, record)
        if kind in _ATTRIBUTED:
            story.attributable.append(event)
    return story


def _link(story: Story, record: Recorded) -> None:
    """Keep what a causal chain is told from; records made by hand name no cause."""
    cause, row = getattr(record, "cause", None), getattr(record, "cause_row", None)
    event = record.event
    said = Said(record.seq, record.time, -1 if cause is None else cause, -1 if row is None else row, event)
    if type(event) is trading.DecisionExplained:
        story.explained.setdefault((said.cause, said.row, event.strategy, event.symbol), []).append(said)
    else:
        story.said[said.seq] = said


def _instrument(story: Story, told: Told[Any]) -> None:
    story.instruments[told.event.symbol] = Instrument(**msgspec.structs.asdict(told.event))


def _account(story: Story, told: Told[Any]) -> None:
    story.account = told.event


def _series(story: Story, told: Told[Any]) -> None:
    story.series[told.event.series] = told.event


def _treated(story: Story, told: Told[Any]) -> None:
    story.treated[told.event.symbol, told.event.fault] = told.event


def _clock(story: Story, told: Told[Any]) -> None:
    story.clock = told.event.rule


def _block(story: Story, told: Told[Any]) -> None:
    story.blocks.append(told.event)


def _rules(story: Story, told: Told[Any]) -> None:
    story.rules = told.event


def _requested(story: Story, told: Told[Any]) -> None:
    story.order(told.event.order).requested = told


def _verdict(story: Story, told: Told[Any]) -> None:
    story.order(told.event.order).verdict = told


def _sent(story: Story, told: Told[Any]) -> None:
    story.order(told.event.order).sent = told


def _answered(story: Story, told: Told[Any]) -> None:
    story.order(told.event.order).answer = told


def _ended(story: Story, told: Told[Any]) -> None:
    story.order(told.event.order).ended = told


def _into(name: str) -> Callable[[Story, Told[Any]], None]:
    def take(story: Story, told: Told[Any]) -> None:
        getattr(story, name).append(told)

    return take


_INCIDENTS: tuple[type[Event], ...] = (
    log.EpochOpened,
    log.TailCut,
    log.BodiesPruned,
    running.RunRecovered,
    running.ModuleFailed,
    running.ModuleLate,
    running.WorkFailed,
    running.SayingRefused,
    running.CascadeLimited,
    running.ClockSteppedBack,
    running.BookHalted,
    running.BookResumed,
    AccountRestricted,
    AccountReleased,
    ForeignTradeSeen,
)
_LINKS: frozenset[type[Event]] = frozenset(
    {
        trading.SignalRaised,
        trading.TargetAsked,
        trading.TargetSet,
        trading.IntentRaised,
        trading.DecisionExplained,
        trading.OrderRequested,
    }
)
_ATTRIBUTED = frozenset(ATTRIBUTED)
_TAKES: dict[type[Event], Callable[[Story, Told[Any]], None]] = {
    running.RunStarted: _into("runs"),
    running.RunEnded: _into("ends"),
    running.RiskRulesDeclared: _rules,
    market.InstrumentDeclared: _instrument,
    market.SeriesDeclared: _series,
    market.DataTreated: _treated,
    market.ServerTimeRuled: _clock,
    market.BarBlock: _block,
    market.QuoteBlock: _block,
    AccountOpened: _account,
    trading.DealMade: _into("deals"),
    SwapCharged: _into("swaps"),
    PositionMarginFixed: _into("margins"),
    PositionProtected: _into("protections"),
    AccountStoppedOut: _into("stop_outs"),
    AccountLimitReached: _into("limits"),
    trading.OrderRequested: _requested,
    trading.OrderApproved: _verdict,
    trading.OrderDenied: _verdict,
    trading.OrderSending: _sent,
    trading.OrderAnswered: _answered,
    trading.OrderEnded: _ended,
    trading.OrderAbandoned: _ended,
    **dict.fromkeys(_INCIDENTS, _into("incidents")),
}
