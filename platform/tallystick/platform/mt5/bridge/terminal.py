"""A real terminal behind the bridge, as `AtMostOnce` and a live book want it.

Sending an order:

1. The child is there and stands on the right account; else the order is not sent, and ends.
2. The request leaves with a deadline of two seconds that the child looks at directly before the call.
3. An answer of the terminal is a fact; one that leaves the order open, or none, is an outcome unknown (`outcomes.py`).
4. The deals it made come from the history, told before the answer that names them.
"""

import time as machine
from collections.abc import Callable, Sequence
from typing import TypeVar

from tallystick.events.event import Event
from tallystick.events.reader import LogReader
from tallystick.events.types.account import ForeignTradeSeen
from tallystick.events.types.trading import OrderAnswered, OrderSending
from tallystick.market.rows import Rows
from tallystick.market.spans import DAY_NS, DAY_S
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
)
from tallystick.platform.mt5.bridge.finding import Finder
from tallystick.platform.mt5.bridge.line import TerminalLine
from tallystick.platform.mt5.bridge.opening import Terms, opening_of, require_account, require_instrument
from tallystick.platform.mt5.bridge.outcomes import certainly_not_taken, outcome_of
from tallystick.platform.mt5.bridge.process import CallTooLate
from tallystick.platform.mt5.bridge.requests import request_of, volume_of
from tallystick.platform.mt5.bridge.seen import ResultSeen, seen
from tallystick.platform.mt5.bridge.standing import Standing
from tallystick.platform.mt5.bridge.ticks import TickPoll
from tallystick.platform.mt5.numbers import CLOSE_BY, DEAL
from tallystick.platform.mt5.wire import Answer, Record

SEND_DEADLINE_NS = 2_000_000_000
"""An order that could not be handed to the terminal within two seconds is not sent at all."""
TURN_S = 5.0
"""How long a beginning waits for the child of a process that is gone; longer than an order's deadline."""
AWAY = (BridgeBusyError, BridgeDownError, BridgeLostError, TerminalFailedError)
"""The terminal cannot be asked just now; it is asked again at the next turn."""
MONTH_NS = 30 * DAY_NS
Found = TypeVar("Found")


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

    def begin(self, log: LogReader | None, time: int) -> Sequence[Event]:
        """Connect; of a new book the opening facts, else the log says what has been told and the next `news` the rest.

        Raises `BridgeError` when the terminal is not there or not the one that is meant.
        """
        self._connect_in_turn()
        account = self._line.account()
        require_account(account, self._terms)
        for symbol, instrument in self._terms.instruments.items():
            require_instrument(instrument, self._line.symbol(symbol))
        if log is not None:
            self._use(Standing.of(log))
            return ()
        deals = self._line.deals(self._watch.since(time - MONTH_NS), self._watch.since(time) + 2 * DAY_S)
        facts = opening_of(account, self._terms, max((deal.ticket for deal in deals), default=0), time)
        for fact in facts:
            self._standing.take(fact, time)
        self._watch.adopt(self._line.positions())
        return facts

    def _connect_in_turn(self) -> None:
        """The child of a book whose process died may be at its last call; it ends, and its lock with it."""
        until = machine.monotonic() + TURN_S
        while True:
            try:
                return self._line.connect()
            except (BridgeBusyError, BridgeDownError):
                if machine.monotonic() > until:
                    raise
                machine.sleep(TURN_S / 50)

    def close(self) -> None:
        """Let the child end."""
        self._line.end()

    def rows(self) -> list[Rows]:
        """Quotes that have come since the last call, by symbol; none while the terminal is away.

        Raises `ServerClockError`, `WrongTerminalError`, `BridgeProtocolError`.
        """
        found: list[Rows] = []
        for poll in self._polls:
            try:
                self._line.connect()
                ticks = poll.poll()
            except TerminalFailedError:
                continue  # this symbol has nothing to say; it is asked again from where it was
            except AWAY:
                break
            rows = poll.rows_of(ticks)
            found += [rows] if rows is not None else []
            self._clock.seen(poll.symbol, int(ticks["time_msc"].max()) if len(ticks) else None)
        return found

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
