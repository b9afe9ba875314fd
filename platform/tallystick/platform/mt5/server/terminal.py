"""The simulated terminal: takes orders, lives in market rows, answers with facts (`docs/fills.md`).

Idempotent on the order number: an order it knows is not executed again. The rules stand in their own files: checks.py
(what is refused), arriving.py (what becomes of a request), executing.py (orders carried out), dealing.py (deals and
their money), settling.py (what happens at a step), worth.py (equity, margin), deadlines.py (expiries, rollovers).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from tallystick.events.event import Event
from tallystick.events.types.account import PositionMarginFixed, PositionProtected, SwapCharged
from tallystick.events.types.trading import DealMade, OrderAnswered, OrderEnded, OrderSending
from tallystick.market.instrument import Instrument
from tallystick.market.money import point_money
from tallystick.market.rows import Rows
from tallystick.market.sessions import Sessions
from tallystick.platform.mt5.server.account import AccountSettings, AccountState
from tallystick.platform.mt5.server.arriving import Arriving
from tallystick.platform.mt5.server.calculating import Calculating, Checked
from tallystick.platform.mt5.server.checks import Checks
from tallystick.platform.mt5.server.conversion import require_prices, with_margins
from tallystick.platform.mt5.server.deadlines import Deadlines
from tallystick.platform.mt5.server.dealing import Dealing
from tallystick.platform.mt5.server.executing import Executing
from tallystick.platform.mt5.server.faults import Fault
from tallystick.platform.mt5.server.history import History
from tallystick.platform.mt5.server.hours import Hours
from tallystick.platform.mt5.server.journal import Journal
from tallystick.platform.mt5.server.liquidity import Liquidity
from tallystick.platform.mt5.server.opening import opening_facts
from tallystick.platform.mt5.server.paths import Paths
from tallystick.platform.mt5.server.session_scan import SessionScan
from tallystick.platform.mt5.server.settling import Settling
from tallystick.platform.mt5.server.tables import Tables
from tallystick.platform.mt5.server.worth import Worth

TOLD_AT_ONCE = OrderAnswered, OrderEnded, PositionProtected, PositionMarginFixed, DealMade
"""What an order may be answered with when it is sent."""


class SimulatedTerminal:
    """One account of a simulated MT5 server, with the terminal in front of it."""

    name = "terminal"
    idempotent = True

    def __init__(
        self,
        account: AccountSettings,
        instruments: Mapping[str, Instrument],
        series: Sequence[tuple[str, str, int]],
        *,
        server_time: str = "utc",
        latency_ns: int = 0,
        journal: Path | None = None,
        calendars: Mapping[str, Sessions] | None = None,
        keep_history: bool = False,
        opened: int = 0,
    ) -> None:
        """`series`: (symbol, kind, period in ns) in manifest order; a symbol moves by its first one.

        `calendars`: sessions by the name that instruments give. `keep_history`: whether `history` holds anything;
        `opened`: when the account was opened, ns UTC, which is its balance deal's time there.

        Raises `CurrencyError` for an instrument that neither a pair nor a rate converts to the account's currency,
        `CalendarError` for one whose calendar of sessions is not there.
        """
        self._settings = account
        self._instruments = dict(instruments)
        self._rule = server_time
        self._latency = latency_ns
        self._journal = Journal(journal)
        self._money = {symbol: point_money(one, account.digits) for symbol, one in self._instruments.items()}
        self._first_answers: dict[int, tuple[Event, ...]] = {}
        self._worth = Worth(account, self._instruments, self._money, AccountState(balance=account.balance))
        self._tables = Tables(self._instruments, self._money, series, self._worth)
        require_prices(self._instruments, self._worth, (symbol for symbol, _, _ in series))
        self._keeps = any(self._worth.terms[symbol].keeps_margin for symbol in self._instruments)
        self._deadlines = Deadlines(self._instruments, self._worth, server_time)
        self._hours = Hours(self._instruments, calendars or {}, server_time)
        self._keeps_history = keep_history
        self.history = History(opened=opened)
        self._wire()

    def _wire(self) -> None:
        """Let every part look at the present state."""
        settings, instruments, hours = self._settings, self._instruments, self._hours
        checks = Checks(settings, instruments, self._worth, hours, self._rule)
        dealing = Dealing(settings, instruments, self._money, self._worth)
        executing = Executing(settings, instruments, checks, dealing, hours, Liquidity(instruments, self._money))
        paths = Paths(instruments, self._tables, hours)
        self._arriving = Arriving(settings, instruments, checks, dealing, executing, self._latency)
        self._calculating = Calculating(self._worth, dealing, checks, self._arriving)
        self._settling = Settling(settings, instruments, self._worth, dealing, executing, paths)
        # Asked for every few rows: the parts that know answer themselves.
        self.scan = SessionScan(self._tables, self._worth, paths, hours).scan if hours else self._tables.scan
        self.quiet, self.next_due = self._tables.quiet, self._deadlines.next_due

    @property
    def balance(self) -> int:
        """Balance in minor units."""
        return self._worth.state.balance

    @property
    def equity(self) -> int:
        """Equity at the current prices."""
        self._tables.to_state()
        return self._worth.equity()

    @property
    def margin(self) -> int:
        """Margin of the open positions."""
        return self._worth.margin()

    @property
    def state(self) -> AccountState:
        """Positions, orders and prices as the server holds them; to look at."""
        return self._worth.state

    @property
    def settings(self) -> AccountSettings:
        """The account's settings."""
        return self._settings

    @property
    def instruments(self) -> Mapping[str, Instrument]:
        """Trading conditions by symbol."""
        return self._instruments

    def priced(self) -> Worth:
        """Worth of the account, its state at the current prices; to look at."""
        self._tables.to_state()
        return self._worth

    def opening(self) -> Sequence[Event]:
        """Account, server time rule, instruments, and on a new account the balance deal."""
        facts = opening_facts(self._settings, self._worth.state, self._latency, self._rule, self._instruments.values())
        if self._keeps_history:
            self.history.told(facts)
        return facts

    @property
    def faults(self) -> list[Fault]:
        """Refusals that tests put there, each for one request; part of the state."""
        return self._worth.state.faults

    def send(self, sending: OrderSending, time: int) -> Sequence[Event]:
        """Take one order; facts that are known at once."""
        self._journal.take(sending)
        known = self._first_answers.get(sending.order)
        if known is not None:
            return known
        self._tables.to_state()
        facts = tuple(self._arriving.take(sending, time))
        if self._keeps:
            facts = tuple(fact for _, fact in with_margins([(0, fact) for fact in facts], self._worth))
        if self._keeps_history:
            self.history.sent(sending, facts, time, self._worth.state, self._instruments)
        self._first_answers[sending.order] = facts
        self._tables.changed()
        if facts:  # else it is in flight and stands nowhere yet
            self._deadlines.changed()
        return facts

    def order_margin(self, symbol: str, direction: int, volume: int, price: float) -> int | None:
        """Margin of a new position in minor units; None while a pair that converts it has no price."""
        self._tables.to_state()
        return self._calculating.order_margin(symbol, direction, volume, price)

    def order_profit(
        self, symbol: str, direction: int, volume: int, price_open: float, price_close: float
    ) -> int | None:
        """Profit between two prices in minor units; None while a pair that converts it has no price."""
        self._tables.to_state()
        return self._calculating.order_profit(symbol, direction, volume, price_open, price_close)

    def check(self, sending: OrderSending, time: int) -> Checked:
        """Whether an order would be taken now, and the account as it would leave it."""
        self._tables.to_state()
        return self._calculating.check(sending, time)

    def advance(self, rows: Rows) -> None:
        """Take in rows on which it does not act: only the last prices matter."""
        self._tables.advance(rows)
        self._deadlines.pass_time(rows)

    def settle(self, rows: Rows) -> Sequence[tuple[int, Event]]:
        """Take in one moment; what happened, in order, with the row that caused it."""
        self._tables.to_state()
        facts = with_margins(self._settling.moment(rows), self._worth) if self._keeps else self._settling.moment(rows)
        self._tables.from_state()
        self._deadlines.pass_time(rows)
        if facts:
            self._tables.changed()
            self._deadlines.changed()
        if self._keeps_history:
            self.history.told(fact for _, fact in facts)
        return facts

    def reach(self, time: int) -> Sequence[Event]:
        """Expiries and rollovers up to `time`, in order of time; of equal ones the expiries first."""
        self._tables.to_state()
        facts = self._deadlines.reach(time)
        if facts:
            only_swaps = {*map(type, facts)} == {SwapCharged}
            (self._tables.charged if only_swaps else self._tables.changed)()
        if self._keeps_history:
            self.history.told(facts)
        return facts

    def close(self) -> None:
        """Give the journal's file back."""
        self._journal.close()

    def show(self, state: AccountState) -> None:
        """Have another terminal's present state, to be looked at."""
        self._worth.state = state
        self._tables.from_state()
        self._tables.changed()
        self._deadlines.shown()

    def freeze(self) -> Any:
        """The server's memory as plain values."""
        self._tables.to_state()
        answers = {
            order: [self._journal.digest(order), [(type(fact).__name__, msgspec.to_builtins(fact)) for fact in facts]]
            for order, facts in self._first_answers.items()
        }
        frozen = {"state": msgspec.to_builtins(self._worth.state, str_keys=False), "answers": answers}
        return (
            frozen | {"history": msgspec.to_builtins(self.history, str_keys=False)} if self._keeps_history else frozen
        )

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave."""
        self._worth.state = msgspec.convert(state["state"], AccountState, strict=False)
        kinds = {one.__name__: one for one in TOLD_AT_ONCE}
        if "history" in state:
            self.history = msgspec.convert(state["history"], History, strict=False)
        self._first_answers = {
            int(order): tuple(msgspec.convert(fact, kinds[name]) for name, fact in facts)
            for order, (_, facts) in state["answers"].items()
        }
        for order, (digest, _) in state["answers"].items():
            self._journal.remember(int(order), digest)
        self._wire()
        self._tables.from_state()
        self._tables.changed()
        self._deadlines.shown()
