"""A real terminal behind the bridge, as `AtMostOnce` and a live book want it.

Sending an order:

1. The child is there and stands on the right account; else the order is not sent, and ends.
2. The request leaves with a deadline of two seconds that the child looks at directly before the call.
3. An answer of the terminal is a fact; one that leaves the order open, or none, is an outcome unknown (`outcomes.py`).
4. The deals it made come from the history, told before the answer that names them.
"""

import time as machine
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from tallystick.events.event import Event
from tallystick.events.reader import LogReader
from tallystick.events.types.market import InstrumentDeclared, ServerTimeRuled
from tallystick.events.types.trading import (
    AccountOpened,
    DealMade,
    ForeignTradeSeen,
    OrderAnswered,
    OrderSending,
)
from tallystick.market.instrument import LOT, Instrument
from tallystick.market.rows import Rows
from tallystick.platform.mt5.at_most_once import NotSentError, OutcomeUnknownError, TerminalUnreachableError
from tallystick.platform.mt5.bridge.account import AccountWatch
from tallystick.platform.mt5.bridge.clock import ServerClock
from tallystick.platform.mt5.bridge.errors import (
    BridgeBusyError,
    BridgeDownError,
    BridgeError,
    BridgeLostError,
    BridgeProtocolError,
    TerminalFailedError,
    WrongTerminalError,
)
from tallystick.platform.mt5.bridge.finding import CLOSE_BY, DEAL, Finder
from tallystick.platform.mt5.bridge.line import TerminalLine
from tallystick.platform.mt5.bridge.outcomes import certainly_not_taken, outcome_of
from tallystick.platform.mt5.bridge.process import CallTooLate
from tallystick.platform.mt5.bridge.requests import request_of, volume_of
from tallystick.platform.mt5.bridge.seen import AccountSeen, ResultSeen, SymbolSeen, seen
from tallystick.platform.mt5.bridge.standing import Standing
from tallystick.platform.mt5.bridge.ticks import TickPoll
from tallystick.platform.mt5.wire import Answer, Record

SEND_DEADLINE_NS = 2_000_000_000
"""An order that could not be handed to the terminal within two seconds is not sent at all."""
AWAY = (BridgeBusyError, BridgeDownError, BridgeLostError, TerminalFailedError)
"""The terminal cannot be asked just now; it is asked again at the next turn."""
MARGIN_MODES: dict[int, Literal["netting", "hedging"]] = {0: "netting", 1: "netting", 2: "hedging"}
PERCENT = 0
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Terms:
    """What account and instruments have to be. `name` is the account's in the book, `rule` its server's clock."""

    name: str
    currency: str
    digits: int
    margin_mode: Literal["netting", "hedging"]
    rule: str
    instruments: Mapping[str, Instrument]
    symbols: Sequence[str]
    """Symbols to trade on, in the order of the series."""


class BridgeTerminal:
    """One account of a real terminal."""

    name = "terminal"

    def __init__(self, line: TerminalLine, terms: Terms, now: Callable[[], int] = machine.time_ns) -> None:
        """`now` gives ns UTC; nothing is started yet."""
        self._line = line
        self._terms = terms
        self._now = now
        self._clock = ServerClock(terms.rule, now)
        self._polls = [TickPoll(line, symbol, number) for number, symbol in enumerate(terms.symbols)]
        self._use(Standing())

    def _use(self, standing: Standing) -> None:
        terms = self._terms
        self._standing = standing
        self._watch = AccountWatch(self._line, standing, terms.name, terms.digits, terms.rule)
        self._watch.instruments = dict(terms.instruments)
        self._finder = Finder(self._line, self._watch, terms.rule)

    # -- beginning and end

    def begin(self, log: LogReader | None, time: int) -> Sequence[Event]:
        """Connect; of a new book the opening facts, else the log says what has been told and the next `news` the rest.

        Raises `BridgeError` when the terminal is not there or not the one that is meant.
        """
        self._line.connect()
        account = self._line.account()
        self._require_account(account)
        for symbol, instrument in self._terms.instruments.items():
            _require_instrument(instrument, self._line.symbol(symbol))
        if log is not None:
            self._use(Standing.of(log))
            return ()
        return self._opening(account, time)

    def close(self) -> None:
        """Let the child end."""
        self._line.end()

    def _opening(self, account: AccountSeen, time: int) -> Sequence[Event]:
        terms, units = self._terms, 10**self._terms.digits
        deals = self._line.deals(self._watch.since(time - 30 * 86_400_000_000_000), self._watch.since(time) + 172_800)
        balance = round(account.balance * units)
        opened = AccountOpened(
            account=terms.name,
            currency=account.currency,
            digits=terms.digits,
            balance=balance,
            leverage=account.leverage,
            margin_mode=terms.margin_mode,
            stop_out_call=round(account.margin_so_call * 100),
            stop_out_level=round(account.margin_so_so * 100),
            latency=0,
            credit=round(account.credit * units),
            limit_orders=account.limit_orders,
            limit_positions=0,  # the package shows neither this, nor a limit of messages, nor a ban on hedging
            message_limit=0,
            fifo_close=account.fifo_close,
            hedge_prohibited=False,
            trade_allowed=account.trade_allowed,
            trade_expert=account.trade_expert,
        )
        as_it_stood = _balance_deal(max((deal.ticket for deal in deals), default=0), balance, time)
        declared = [InstrumentDeclared(**one.fields()) for one in terms.instruments.values()]
        facts: list[Event] = [opened, ServerTimeRuled(rule=terms.rule), *declared, as_it_stood]
        for fact in facts:
            self._standing.take(fact, time)
        self._watch.adopt(self._line.positions())
        return facts

    def _require_account(self, account: AccountSeen) -> None:
        terms = self._terms
        found = (account.currency, account.currency_digits, MARGIN_MODES.get(account.margin_mode, "unknown"))
        wanted = (terms.currency, terms.digits, terms.margin_mode)
        if found != wanted:
            message = f"the account is in {found[0]} with {found[1]} digits and {found[2]}, the plan's in {wanted[0]}"
            message += f" with {wanted[1]} digits and {wanted[2]}"
            raise WrongTerminalError(message, "write the account of the plan as the terminal shows it")
        if account.margin_so_mode != PERCENT:
            message = "the account's stop-out level is an amount of money, which is not known here"
            raise WrongTerminalError(message, "use an account with levels in percent")

    # -- market

    def rows(self) -> list[Rows]:
        """Quotes that have come since the last call, by symbol; none while the terminal is away.

        Raises `ServerClockError`, `WrongTerminalError`, `BridgeProtocolError`.
        """
        found: list[Rows] = []
        try:
            self._line.connect()
            for poll in self._polls:
                ticks = poll.poll()
                rows = poll.rows_of(ticks)
                found += [rows] if rows is not None else []
                self._clock.seen(poll.symbol, int(ticks["time_msc"].max()) if len(ticks) else None)
        except AWAY:
            pass  # what was polled before stands; the others are asked again from where they were
        return found

    # -- orders

    def send(self, sending: OrderSending, time: int) -> Sequence[Event]:
        """The one call; raises `NotSentError` or `OutcomeUnknownError`."""
        self._standing.take(sending, time)
        try:
            self._line.connect()
        except BridgeError as error:
            raise NotSentError(f"the terminal is away: {error}") from error
        request = request_of(sending, self._terms.rule)
        try:
            answer = self._line.send(request, machine.monotonic_ns() + SEND_DEADLINE_NS)
            result = _result_of(answer)
        except (BridgeDownError, CallTooLate) as error:
            raise NotSentError(str(error)) from error
        except BridgeError as error:
            raise OutcomeUnknownError(str(error)) from error
        return self._answered(sending, result, time)

    def _answered(self, sending: OrderSending, result: ResultSeen, time: int) -> Sequence[Event]:
        outcome = outcome_of(result.retcode)
        if outcome == "open":
            raise OutcomeUnknownError(f"return code {result.retcode} leaves it open")
        answer = OrderAnswered(
            order=sending.order,
            retcode=result.retcode,
            deal=result.deal,
            ticket=result.order,
            volume=volume_of(result.volume),
            price=result.price,
            bid=result.bid,
            ask=result.ask,
            moment=self._now(),
            comment=result.comment,
        )
        if outcome == "done" and sending.action in {DEAL, CLOSE_BY} and result.order:
            self._watch.hold(answer, time)
            return self._news_or_none(time)
        self._standing.take(answer, time)
        return [answer, *(self._news_or_none(time) if outcome == "done" else ())]

    def _news_or_none(self, time: int) -> Sequence[Event]:
        """The order is answered: what the terminal cannot say now, it says at the next turn."""
        try:
            return self._watch.news(time)
        except AWAY:
            return ()

    # -- what has happened

    def news(self, time: int) -> Sequence[Event]:
        """Facts since the last call; `time` is the book's. Raises `TerminalUnreachableError`."""
        return self._asked(lambda: self._watch.news(time))

    def find(self, sending: OrderSending, time: int) -> Sequence[Event] | None:
        """Facts of an order of unknown outcome. Raises `TerminalUnreachableError`."""
        facts = self._asked(lambda: self._finder.find(sending, time))
        for fact in facts or ():
            if isinstance(fact, OrderAnswered):  # deals have been folded where they were told
                self._standing.take(fact, time)
        return facts

    def foreign_deals(self) -> Sequence[ForeignTradeSeen]:
        """What others did since the last call."""
        return self._watch.foreign()

    def _asked(self, question: Callable[[], Found]) -> Found:
        try:
            self._line.connect()
            return question()
        except AWAY as error:
            raise TerminalUnreachableError(str(error)) from error


def _result_of(answer: Answer) -> ResultSeen:
    """The result. Raises `NotSentError` when the order was certainly not taken, `BridgeError` when that is open."""
    if isinstance(answer.value, Record):
        return seen(ResultSeen, "OrderSendResult", answer.value.values)
    code, text = answer.error
    if certainly_not_taken(code):
        raise NotSentError(f"the terminal has not taken it: {code} {text!r}")
    raise BridgeProtocolError(f"order_send gave no result: {code} {text!r}")


def _require_instrument(instrument: Instrument, found: SymbolSeen) -> None:
    """Digits, contract and volumes decide what an order means; they have to be the terminal's."""
    theirs = (
        found.digits,
        found.trade_contract_size,
        *(volume_of(volume) for volume in (found.volume_min, found.volume_max, found.volume_step)),
        found.currency_profit,
    )
    ours = (
        instrument.digits,
        instrument.contract_size,
        instrument.volume_min,
        instrument.volume_max,
        instrument.volume_step,
        instrument.currency_profit,
    )
    names = ("digits", "contract_size", "volume_min", "volume_max", "volume_step", "currency_profit")
    differing = [
        f"{name} {_lots(name, theirs_)} at the terminal, {_lots(name, ours_)} in the plan"
        for name, theirs_, ours_ in zip(names, theirs, ours, strict=True)
        if theirs_ != ours_
    ]
    if differing:
        message = f"{instrument.symbol} is another instrument: {', '.join(differing)}"
        raise WrongTerminalError(message, "write the instrument of the plan as the terminal shows it")


def _lots(name: str, value: object) -> str:
    return f"{value / LOT:g} lots" if name.startswith("volume") and isinstance(value, int) else str(value)


def _balance_deal(newest: int, balance: int, time: int) -> DealMade:
    """What the account held when the book began, under the ticket of the newest deal it then had."""
    return DealMade(
        deal=newest,
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
        moment=time,
        comment="as the book began",
    )
