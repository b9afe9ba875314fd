"""The simulated terminal: takes orders, lives in market rows, answers with facts (`docs/fills.md`).

Idempotent on the order number: an order it knows is not executed again. The rules stand in their own files: checks.py
(what is refused), dealing.py (deals and their money), settling.py (what happens at a step), worth.py (equity, margin),
deadlines.py (expiries, rollovers).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from tallystick.events.event import Event
from tallystick.events.types.market import InstrumentDeclared, ServerTimeRuled
from tallystick.events.types.trading import (
    AccountOpened,
    DealMade,
    OrderAnswered,
    OrderEnded,
    OrderSending,
    PositionProtected,
)
from tallystick.market.instrument import Instrument
from tallystick.market.money import point_money
from tallystick.market.rows import Rows
from tallystick.platform.mt5 import retcodes
from tallystick.platform.mt5.server.account import AccountSettings, AccountState, InFlight, Pending
from tallystick.platform.mt5.server.checks import DEAL, MODIFY, PENDING, SLTP, Checks, points_of
from tallystick.platform.mt5.server.deadlines import Deadlines
from tallystick.platform.mt5.server.dealing import Dealing
from tallystick.platform.mt5.server.journal import Journal
from tallystick.platform.mt5.server.settling import Settling
from tallystick.platform.mt5.server.tables import Tables
from tallystick.platform.mt5.server.worth import Worth


class CurrencyError(ValueError):
    """The instrument's profits are not in the account's currency; conversion is not in this cut."""


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
    ) -> None:
        """`series`: (symbol, kind, period in ns) in manifest order; a symbol moves by its first one.

        Raises `CurrencyError` for an instrument whose profit currency is not the account's.
        """
        for instrument in instruments.values():
            if instrument.currency_profit != account.currency:
                message = (
                    f"{instrument.symbol} profits in {instrument.currency_profit}, the account is in {account.currency}"
                )
                raise CurrencyError(f"{message}; leave it out, or use an account in that currency")
        self._settings = account
        self._instruments = dict(instruments)
        self._rule = server_time
        self._latency = latency_ns
        self._journal = Journal(journal)
        self._money = {symbol: point_money(one, account.digits) for symbol, one in self._instruments.items()}
        self._tables = Tables(self._instruments, self._money, series)
        self._first_answers: dict[int, tuple[Event, ...]] = {}
        self._worth = Worth(account, self._instruments, self._money, AccountState(balance=account.balance))
        self._deadlines = Deadlines(self._instruments, self._money, self._worth, server_time, account.digits)
        self._wire()

    def _wire(self) -> None:
        """Let every part look at the present state."""
        state = self._worth.state
        self._checks = Checks(self._settings, self._instruments, state)
        self._dealing = Dealing(self._settings, self._instruments, self._money, self._worth)
        self._settling = Settling(
            self._settings, self._instruments, self._worth, self._checks, self._dealing, self._tables
        )

    # -- what it says of itself

    @property
    def balance(self) -> int:
        """Balance in minor units."""
        return self._worth.state.balance

    @property
    def equity(self) -> int:
        """Equity at the current prices."""
        self._tables.to_state(self._worth.state)
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
        self._tables.to_state(self._worth.state)
        return self._worth

    def opening(self) -> Sequence[Event]:
        """Account, server time rule, instruments, and on a new account the balance deal."""
        settings, state = self._settings, self._worth.state
        facts: list[Event] = [
            AccountOpened(
                account=settings.name,
                currency=settings.currency,
                digits=settings.digits,
                balance=state.balance,
                leverage=settings.leverage,
                margin_mode=settings.margin_mode,
                stop_out_call=settings.stop_out_call,
                stop_out_level=settings.stop_out_level,
                latency=self._latency,
                credit=settings.credit,
                limit_orders=settings.limit_orders,
                limit_positions=settings.limit_positions,
                message_limit=settings.message_limit,
                fifo_close=settings.fifo_close,
                hedge_prohibited=settings.hedge_prohibited,
                trade_allowed=settings.trade_allowed,
                trade_expert=settings.trade_expert,
            ),
            ServerTimeRuled(rule=self._rule),
        ]
        facts += [InstrumentDeclared(**instrument.fields()) for instrument in self._instruments.values()]
        if not state.opened:
            state.opened = True
            facts.append(_balance_deal(state.balance))
        return facts

    # -- orders

    def send(self, sending: OrderSending, time: int) -> Sequence[Event]:
        """Take one order; facts that are known at once."""
        known = self._first_answers.get(sending.order)
        if known is not None:
            self._journal.take(sending)
            return known
        self._journal.take(sending)
        facts = tuple(self._take(sending, time))
        self._first_answers[sending.order] = facts
        self._tables.changed(self._worth.state)
        return facts

    def _take(self, sending: OrderSending, time: int) -> list[Event]:
        self._tables.to_state(self._worth.state)
        broken = self._checks.first_broken(sending, time)
        if broken:
            return [self._answer(sending, broken, 0, time)]
        state = self._worth.state
        if sending.action == DEAL:
            ticket = self._dealing.next_ticket()
            state.in_flight[ticket] = InFlight(ticket=ticket, sending=sending, due=time + self._latency)
            return []
        if sending.action == PENDING:
            ticket = self._dealing.next_ticket()
            price, stop, take = points_of(sending, self._instruments[sending.symbol])
            live = time + self._latency
            state.pendings[ticket] = Pending(
                ticket=ticket, sending=sending, price=price, stop=stop, take=take, expires=sending.expires, live=live
            )
            return [self._answer(sending, retcodes.PLACED, ticket, time)]
        return [*self._change(sending, time), self._answer(sending, retcodes.DONE, sending.ticket, time)]

    def _change(self, sending: OrderSending, time: int) -> list[Event]:
        """Actions on what stands already; they passed their checks."""
        state, instrument = self._worth.state, self._instruments[sending.symbol]
        price, stop, take = points_of(sending, instrument)
        if sending.action == SLTP:
            position = state.positions[sending.position]
            position.stop, position.take = stop, take
            return [protected(position.ticket, instrument, stop, take, time)]
        if sending.action == MODIFY:
            pending = state.pendings[sending.ticket]
            pending.price, pending.stop, pending.take, pending.expires = price, stop, take, sending.expires
            pending.live = max(pending.live, time)
            return []
        removed = state.pendings.pop(sending.ticket)
        return [OrderEnded(order=removed.sending.order, ticket=removed.ticket, state="cancelled", moment=time)]

    def _answer(self, sending: OrderSending, retcode: int, ticket: int, moment: int) -> OrderAnswered:
        return self._settling.answer(sending, retcode, ticket=ticket, moment=moment)

    # -- market rows

    def scan(self, rows: Rows) -> int:
        """First row of the first moment on which it would act, or -1."""
        return self._tables.scan(rows, self._worth)

    def advance(self, rows: Rows) -> None:
        """Take in rows on which it does not act: only the last prices matter."""
        self._tables.advance(rows, self._worth.state)

    def settle(self, rows: Rows) -> Sequence[tuple[int, Event]]:
        """Take in one moment; what happened, in order, with the row that caused it."""
        self._tables.to_state(self._worth.state)
        facts = self._settling.moment(rows)
        self._tables.from_state(self._worth.state)
        self._tables.pass_time(rows, self._worth.state)
        if facts:
            self._tables.changed(self._worth.state)
        return facts

    # -- deadlines of its own

    def next_due(self) -> int:
        """The next rollover while there are positions, or the next expiry; a very large number when there is none."""
        return self._deadlines.next_due()

    def reach(self, time: int) -> Sequence[Event]:
        """Expiries and rollovers up to `time`, in order of time; of equal ones the expiries first."""
        facts = self._deadlines.reach(time)
        if facts:
            self._tables.changed(self._worth.state)
        return facts

    def close(self) -> None:
        """Give the journal's file back."""
        self._journal.close()

    # -- state

    def freeze(self) -> Any:
        """The server's memory as plain values."""
        self._tables.to_state(self._worth.state)
        answers = {
            order: [self._journal.digest(order), [(type(fact).__name__, msgspec.to_builtins(fact)) for fact in facts]]
            for order, facts in self._first_answers.items()
        }
        return {"state": msgspec.to_builtins(self._worth.state, str_keys=False), "answers": answers}

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave."""
        self._worth.state = msgspec.convert(state["state"], AccountState, strict=False)
        kinds = {one.__name__: one for one in (OrderAnswered, OrderEnded, PositionProtected)}
        self._first_answers = {
            int(order): tuple(msgspec.convert(fact, kinds[name]) for name, fact in facts)
            for order, (_, facts) in state["answers"].items()
        }
        for order, (digest, _) in state["answers"].items():
            self._journal.remember(int(order), digest)
        self._wire()
        self._tables.from_state(self._worth.state)
        self._tables.changed(self._worth.state)


def protected(ticket: int, instrument: Instrument, stop: int, take: int, moment: int) -> PositionProtected:
    """A position's stops as they now stand."""
    return PositionProtected(
        position=ticket, stop_loss=instrument.price(stop), take_profit=instrument.price(take), moment=moment
    )


def _balance_deal(balance: int) -> DealMade:
    return DealMade(
        deal=1,
        ticket=0,
        order=-1,
        position=0,
        symbol="",
        type="balance",
        entry="in",
        reason="balance",
        volume=0,
        price=0.0,
        profit=balance,
        swap=0,
        commission=0,
        balance=balance,
        magic=0,
        moment=0,
        comment="",
    )
