"""What the kernel needs of a terminal, simulated or real.

The full drop-in for the `MetaTrader5` module is built on the same server; this is the narrow side the book uses.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from tallystick.events.event import Event
from tallystick.events.types.trading import OrderSending
from tallystick.market.rows import Rows


class Terminal(Protocol):
    """A terminal with one account: takes orders, answers with facts."""

    name: str
    idempotent: bool
    """True when the same order number may be presented again after a crash (the simulated terminal)."""

    def opening(self) -> Sequence[Event]:
        """Facts at the start: account, instruments, server time rule and, on a new account, the balance deal."""
        ...

    def send(self, sending: OrderSending, time: int) -> Sequence[Event]:
        """Take one order at book time `time`; facts that are known at once (a refusal, a placed pending order)."""
        ...


class MarketTerminal(Terminal, Protocol):
    """A terminal that lives in the market rows of a simulation."""

    def scan(self, rows: Rows) -> int:
        """Index of the first row on which it would act, or -1. Changes nothing. Exact, not conservative."""
        ...

    def advance(self, rows: Rows) -> None:
        """Take in rows on which it does not act (whole moments)."""
        ...

    def settle(self, rows: Rows) -> Sequence[tuple[int, Event]]:
        """Take in one moment (rows of one time; of quotes, one row): facts, each with the row index that caused it."""
        ...

    def next_due(self) -> int:
        """Book time of its next own deadline (rollover, expiry); a very large number when there is none."""
        ...

    def reach(self, time: int) -> Sequence[Event]:
        """Its deadlines up to and including `time` pass: swaps, expiries."""
        ...

    def close(self) -> None:
        """Give back what it holds open."""
        ...

    def freeze(self) -> Any:
        """Whole state as one value msgpack can hold."""
        ...

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave, as it comes out of msgpack."""
        ...
