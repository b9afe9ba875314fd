"""What many programs of orders have shown: counts, kinds, and whatever broke an invariant, without keeping them."""

from collections import Counter
from dataclasses import dataclass, field

from tallystick.events.types.account import AccountStoppedOut
from tallystick.events.types.trading import DealMade, OrderAnswered, OrderEnded
from tests.simulation.comparison import Comparison, Story


@dataclass
class Seen:
    """A fold over programs that have run; each of the lists ends up empty where the invariant of its name held."""

    programs: int = 0
    compared: int = 0
    calls: int = 0
    filled: int = 0
    stopped_out: int = 0
    idle: int = 0
    codes: Counter[int] = field(default_factory=Counter)
    kinds: set[str] = field(default_factory=set)
    deals: set[tuple[str, str]] = field(default_factory=set)
    ends: set[str] = field(default_factory=set)
    accounts: dict[str, set[object]] = field(default_factory=dict)
    symbols: dict[str, set[object]] = field(default_factory=dict)
    filled_too_early: list[str] = field(default_factory=list)
    wrong_levels: list[str] = field(default_factory=list)
    wrong_when_idle: list[str] = field(default_factory=list)

    def take(self, one: Comparison, story: Story) -> None:
        """One program that has run."""
        self.programs += 1
        self.compared += bool(story.sent and story.calls)
        self.calls += story.calls
        self._conditions(one)
        sent = {sending.order: time for time, sending in reversed(story.sent)}
        for time, fact in story.facts:
            self.kinds.add(type(fact).FACT.name)
            if isinstance(fact, OrderAnswered):
                self.codes[fact.retcode] += 1
            elif isinstance(fact, OrderEnded):
                self.ends.add(fact.state)
            elif isinstance(fact, AccountStoppedOut):
                self._level(one, fact)
            elif isinstance(fact, DealMade):
                self.deals.add((fact.reason, fact.entry))
                if fact.order >= 0 and fact.entry != "out_by":
                    self._moment(one, fact, sent[fact.order] + one.market.latency, time)
        if not one.ledger.volumes:
            self._idle(one)

    def _conditions(self, one: Comparison) -> None:
        for name in ("margin_mode", "currency", "fifo_close", "hedge_prohibited", "trade_allowed", "trade_expert"):
            self.accounts.setdefault(name, set()).add(getattr(one.market.account, name))
        for terms in one.market.instruments.values():
            for name in ("execution", "trade_mode", "gtc_mode", "calc_mode", "swap_mode"):
                self.symbols.setdefault(name, set()).add(getattr(terms, name))
            self.symbols.setdefault("has sessions", set()).add(bool(terms.sessions))

    def _moment(self, one: Comparison, deal: DealMade, due: int, told: int) -> None:
        """Not before the request and latency, and not before the row that was settled when it was told."""
        self.filled += 1
        if not due <= deal.moment <= told:
            self.filled_too_early.append(f"seed {one.seed}: {deal}, due {due}, told {told}")

    def _level(self, one: Comparison, fact: AccountStoppedOut) -> None:
        self.stopped_out += 1
        if not fact.level == fact.equity * 10_000 // fact.margin < one.market.account.stop_out_level:
            self.wrong_levels.append(f"seed {one.seed}: {fact}")

    def _idle(self, one: Comparison) -> None:
        """Without positions an account is worth its balance and credit, and binds nothing."""
        self.idle += 1
        worth = one.ledger.balance + one.market.account.credit
        if (one.terminal.equity, one.terminal.margin) != (worth, 0):
            self.wrong_when_idle.append(f"seed {one.seed}: {one.terminal.equity}, {one.terminal.margin}, {worth}")
