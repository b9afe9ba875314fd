"""At most once, and no fill unaccounted: what happens to an order whose outcome is unknown at a real terminal.

1. An approved order is sent once; `order.sending` is durable before the call.
2. No answer (crash, timeout): the account may only reduce risk (`account.restricted`).
3. The order is looked for in the terminal's history by its magic. Found: its facts are inputs, as if answered then.
4. Not found after the quiet period: `order.abandoned`. It is never sent again; strategies decide anew.
5. When no order is unknown any more the account is released.
6. Deals with a magic that is not ours become `foreign_trade.seen` and count.
"""

from collections.abc import Sequence
from typing import Protocol

from tallystick.events.event import Event
from tallystick.events.types.trading import (
    AccountReleased,
    AccountRestricted,
    ForeignTradeSeen,
    OrderAbandoned,
    OrderSending,
)
from tallystick.platform.kernel.kernel import Kernel

QUIET_NS = 60_000_000_000
"""Default quiet period: one minute in which the terminal could be asked and knew nothing."""


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
        self._unknown: dict[int, tuple[OrderSending, int]] = {}

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
        self._hear(facts, cause)

    def outcome_unknown(self, sending: OrderSending, reason: str) -> None:
        """From here on the account only reduces risk; also called for sendings a crash left unanswered."""
        if sending.order in self._unknown:
            return
        self._unknown[sending.order] = (sending, self._kernel.desk.time)
        restricted = AccountRestricted(account=self._account, order=sending.order, reason=reason)
        self._kernel.hear(restricted, "gateway", "gateway")

    def look(self, time: int, *, reachable: bool = True) -> None:
        """Look for unknown orders at book time `time`; a terminal that cannot be asked extends the quiet period."""
        self._kernel.at(time)
        for order, (sending, since) in sorted(self._unknown.items()):
            if not reachable:
                self._unknown[order] = (sending, time)
                continue
            facts = self._terminal.find(sending.magic)
            if facts is not None:
                self._hear(facts, self._kernel.sending_of(order))
            elif time - since >= self._quiet_ns:
                reason = f"not in the terminal's history {(time - since) // 10**9} s after sending"
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
