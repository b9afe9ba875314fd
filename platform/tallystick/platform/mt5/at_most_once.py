"""At most once, and no fill unaccounted: what happens to an order whose outcome is unknown at a real terminal.

1. An approved order is sent once; `order.sending` is durable before the call.
2. No answer (crash, timeout, a return code that leaves it open): the account may only reduce risk
   (`account.restricted`).
3. The order is looked for in the terminal's history by its magic. Found: its facts are inputs, as if answered then.
4. Not found after the quiet period: `order.abandoned`. It is never sent again; strategies decide anew.
5. When no order is unknown any more the account is released.
6. Deals with a magic that is not ours become `foreign_trade.seen` and count.
"""

from collections.abc import Sequence
from typing import Protocol

from tallystick.events.event import Event
from tallystick.events.reader import LogReader
from tallystick.events.types.trading import (
    AccountReleased,
    AccountRestricted,
    ForeignTradeSeen,
    OrderAbandoned,
    OrderAnswered,
    OrderSending,
)
from tallystick.platform.kernel.kernel import Kernel

QUIET_NS = 60_000_000_000
"""Default quiet period: one minute in which the terminal could be asked and knew nothing."""


ERROR, TIMEOUT, CONNECTION = 10011, 10012, 10031
UNCERTAIN = frozenset({ERROR, TIMEOUT, CONNECTION})
"""MT5 return codes after which the order may stand at the server all the same."""


class OutcomeUnknownError(TimeoutError):
    """The call to the terminal ended without an answer; the order may or may not stand there."""


class RealTerminal(Protocol):
    """A terminal outside this process, which cannot be asked the same thing twice."""

    name: str

    def send(self, sending: OrderSending, time: int) -> Sequence[Event]:
        """Make the call; raises `OutcomeUnknownError` when no answer came."""
        ...

    def find(self, magic: int) -> Sequence[Event] | None:
        """Facts of the order with this magic from the terminal's history; None when it knows of none."""
        ...

    def foreign_deals(self) -> Sequence[ForeignTradeSeen]:
        """Deals since the last call whose magic is not ours."""
        ...


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

    def send(self, sending: OrderSending, cause: int) -> None:
        """Make the one call for an order whose `order.sending` (seq `cause`) is durable."""
        try:
            facts = self._terminal.send(sending, self._kernel.desk.time)
        except OutcomeUnknownError as error:
            self.outcome_unknown(sending, str(error) or "no answer")
            return
        open_code = next((one.retcode for one in facts if type(one) is OrderAnswered and one.retcode in UNCERTAIN), 0)
        if open_code:
            self.outcome_unknown(sending, f"return code {open_code} leaves it open")
            return
        self._hear(facts, cause)

    def after_crash(self, reader: LogReader) -> None:
        """Sendings in the book's log that nothing ended: their process died between the call and its answer."""
        for sending in unanswered(reader):
            self.outcome_unknown(sending, "the process ended before the answer was recorded")

    def outcome_unknown(self, sending: OrderSending, reason: str) -> None:
        """From here on the account only reduces risk; also called for sendings a crash left unanswered."""
        if sending.order in self._unknown:
            return
        self._unknown[sending.order] = (sending, None)
        restricted = AccountRestricted(account=self._account, order=sending.order, reason=reason)
        self._kernel.hear(restricted, "gateway", "gateway")

    def look(self, time: int, *, reachable: bool = True) -> None:
        """Look for unknown orders at book time `time`.

        The quiet period begins with the first look at which the terminal can be asked, and anew after each at which it
        cannot.
        """
        self._kernel.at(time)
        for order, (sending, asked_since) in sorted(self._unknown.items()):
            since = time if asked_since is None else asked_since
            self._unknown[order] = (sending, since if reachable else None)
            if not reachable:
                continue
            facts = self._terminal.find(sending.magic)
            if facts is not None:
                self._hear(facts, self._kernel.sending_of(order))
            elif time - since >= self._quiet_ns:
                reason = f"not in the terminal's history for {(time - since) // 10**9} s"
                self._kernel.hear(OrderAbandoned(order=order, reason=reason), "gateway", "gateway")
            else:
                continue
            del self._unknown[order]
            if not self._unknown:
                self._kernel.hear(AccountReleased(account=self._account, order=order), "gateway", "gateway")

    def count_foreign(self) -> None:
        """Record what others did on the account."""
        for seen in self._terminal.foreign_deals():
            self._kernel.hear(seen, "gateway", "gateway")

    def _hear(self, facts: Sequence[Event], cause: int) -> None:
        for fact in facts:
            self._kernel.hear(fact, self._terminal.name, "terminal", cause)


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
