"""At most once, and no fill unaccounted: what happens to an order whose outcome is unknown at a real terminal.

1. An approved order is sent once; `order.sending` is durable before the call.
2. An order that certainly was not sent (no connection, too late) is abandoned at once.
3. No answer (crash, timeout, a return code that leaves it open): the account may only reduce risk
   (`account.restricted`); an approval that is not sent yet and would add exposure is withdrawn.
4. The order is looked for: by its magic in orders and deals, or by comparing the terminal's state with what was asked
   for. Found: its facts are inputs, as if answered then.
5. Not found after the quiet period: `order.abandoned`. It is never sent again; strategies decide anew.
6. When no order is unknown any more the account is released.
7. Deals that are not ours become `foreign_trade.seen` and count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tallystick.events.event import Event
from tallystick.events.reader import LogReader
from tallystick.events.types.account import AccountReleased, AccountRestricted, ForeignTradeSeen
from tallystick.events.types.trading import OrderAbandoned, OrderAnswered, OrderSending
from tallystick.platform.kernel.kernel import Kernel
from tallystick.platform.mt5.bridge.outcomes import STATE_CHECK

QUIET_NS = 60_000_000_000
"""Default quiet period: one minute in which the terminal could be asked and knew nothing."""


class NotSentError(ConnectionError):
    """The call was certainly not made; the order ends."""


class OutcomeUnknownError(TimeoutError):
    """The call to the terminal ended without an answer; the order may or may not stand there."""


class TerminalUnreachableError(ConnectionError):
    """The terminal cannot be asked just now."""


class RealTerminal(Protocol):
    """A terminal outside this process, which cannot be asked the same thing twice."""

    name: str

    def begin(self, log: LogReader | None, time: int) -> Sequence[Event]:
        """Connect; of a new book (no log) the opening facts, else the log says what has been told."""
        ...

    def send(self, sending: OrderSending, time: int) -> Sequence[Event]:
        """Make the call; raises `NotSentError`, or `OutcomeUnknownError` when no answer came."""
        ...

    def news(self, time: int) -> Sequence[Event]:
        """Facts since the last call that answer nothing; raises `TerminalUnreachableError`."""
        ...

    def find(self, sending: OrderSending, time: int) -> Sequence[Event] | None:
        """Facts of this order that the terminal knows; None when it knows of none. Raises as `news`."""
        ...

    def foreign_deals(self) -> Sequence[ForeignTradeSeen]:
        """Deals since the last call that are not ours."""
        ...

    def close(self) -> None:
        """Give back what it holds."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """What the terminal said when it was asked; nothing of it has been heard yet."""

    reachable: bool
    news: Sequence[Event] = ()
    foreign: Sequence[ForeignTradeSeen] = ()
    found: Mapping[int, Sequence[Event]] = field(default_factory=dict)
    """Facts by order of unknown outcome."""


class AtMostOnce:
    """Keeps the promise for one account of one book."""

    def __init__(self, kernel: Kernel, terminal: RealTerminal, account: str, quiet_ns: int = QUIET_NS) -> None:
        """The kernel must have been brought to the end of its log."""
        self._kernel = kernel
        self._terminal = terminal
        self._account = account
        self._quiet_ns = quiet_ns
        self._unknown: dict[int, tuple[OrderSending, int | None]] = {}

    @property
    def unknown(self) -> Sequence[int]:
        """Order numbers whose outcome is not known."""
        return sorted(self._unknown)

    def send(self, sending: OrderSending) -> Sequence[Event]:
        """Make the one call for an order whose `order.sending` is durable; the facts that are known at once."""
        try:
            facts = self._terminal.send(sending, self._kernel.desk.time)
        except NotSentError as error:
            self._say(OrderAbandoned(order=sending.order, reason=f"not sent: {error}"))
            return ()
        except OutcomeUnknownError as error:
            self.outcome_unknown(sending, str(error) or "no answer")
            return ()
        answers = [one for one in facts if type(one) is OrderAnswered and one.order == sending.order]
        open_code = next((one.retcode for one in answers if one.retcode in STATE_CHECK), 0)
        if open_code:
            self.outcome_unknown(sending, f"return code {open_code} leaves it open")
            return [one for one in facts if one not in answers]
        return facts

    def after_crash(self, reader: LogReader) -> None:
        """Sendings in the book's log that nothing ended: their process died between the call and its answer."""
        for sending in unanswered(reader):
            self.outcome_unknown(sending, "the process ended before the answer was recorded")

    def outcome_unknown(self, sending: OrderSending, reason: str) -> None:
        """From here on the account only reduces risk; also called for sendings a crash left unanswered."""
        if sending.order in self._unknown:
            return
        self._unknown[sending.order] = (sending, None)
        self._say(AccountRestricted(account=self._account, order=sending.order, reason=reason))

    def look(self, time: int) -> None:
        """Ask the terminal, and take in what it says, at book time `time`."""
        self.take_in(self.ask(time), time)

    def ask(self, time: int) -> Asked:
        """Ask the terminal what has happened, and for every order of unknown outcome. Nothing is heard yet."""
        found: dict[int, Sequence[Event]] = {}
        news: Sequence[Event] = ()
        reachable = True
        try:
            news = self._terminal.news(time)
            for order, (sending, _) in sorted(self._unknown.items()):
                facts = self._terminal.find(sending, time)
                if facts is not None:
                    found[order] = facts
        except TerminalUnreachableError:
            reachable = False  # what it said before it went away is taken in all the same
        return Asked(reachable, news, self._terminal.foreign_deals(), found)

    def take_in(self, asked: Asked, time: int) -> None:
        """Hear what the terminal said, and give up what it did not know for the quiet period.

        The quiet period begins with the first look at which the terminal can be asked, and anew after each at which it
        cannot.
        """
        self._kernel.at(time)
        for fact in asked.news:
            self._kernel.hear_fact(fact)
        for seen in asked.foreign:
            self._say(seen)
        for order, (sending, asked_since) in sorted(self._unknown.items()):
            since = time if asked_since is None else asked_since
            self._unknown[order] = (sending, since if asked.reachable else None)
            if order in asked.found:
                for fact in asked.found[order]:
                    self._kernel.hear_fact(fact)
            elif asked.reachable and time - since >= self._quiet_ns:
                reason = f"not in the terminal's history for {(time - since) // 10**9} s"
                self._say(OrderAbandoned(order=order, reason=reason))
            else:
                continue
            del self._unknown[order]
            if not self._unknown:
                self._say(AccountReleased(account=self._account, order=order))

    def _say(self, event: Event) -> None:
        self._kernel.hear(event, "gateway", "gateway")


def unanswered(reader: LogReader) -> list[OrderSending]:
    """Every `order.sending` of a log that has neither an answer nor an end, in order."""
    found: dict[int, OrderSending] = {}
    ids = reader.declarations.ids
    wanted = {ids.get(each.FACT.name) for each in (OrderSending, OrderAnswered, OrderAbandoned)}
    for _, (_, fields) in reader.raw():
        if fields[10] not in wanted:
            continue
        event = reader.fetch(fields[4]).event
        if isinstance(event, OrderSending):
            found[event.order] = event
        elif isinstance(event, OrderAnswered | OrderAbandoned):
            found.pop(event.order, None)
    return list(found.values())
