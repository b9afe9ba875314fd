"""The shape of a module and of what it may see.

A module is a pure reactor: it hears events, answers with events, and touches neither clock, randomness, thread,
environment nor I/O. `react`, row by row, is the truth; `scan` and `advance` are only a shortcut over market rows.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

from tallystick.events.event import Event

OnFailure = Literal["halt", "bypass", "wait"]


class Module(Protocol):
    """A name, the types it hears and says, and `react`.

    `hears` may name event types and the row types `Quote` and `BarClosed` of `tallystick.market.rows`.
    """

    name: str
    role: str
    hears: tuple[type, ...]
    on_failure: OnFailure

    def react(self, event: Any, context: "Context") -> Sequence[Event]:
        """Answer one event (or row) with zero or more events; called exactly once for each, in log order."""
        ...

    def freeze(self) -> Any:
        """The module's whole state as one value msgpack can hold (no pickles)."""
        ...

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave, as it comes out of msgpack."""
        ...


class Scanner(Module, Protocol):
    """A module that can look over many market rows at once."""

    def scan(self, rows: Any) -> int:
        """Index of the first row of `rows` (a `market.Rows`) that `react` would answer, or -1. Changes nothing."""
        ...

    def advance(self, rows: Any) -> None:
        """Take `rows` in, all of which `scan` said need no answer, exactly as `react` would have."""
        ...


class Context(Protocol):
    """What a module may look at: read-only views as of the event it hears, and nothing else."""

    @property
    def time(self) -> int:
        """Book time of the event, in nanoseconds UTC."""
        ...

    @property
    def random(self) -> Any:
        """A `random.Random` seeded from run seed, module and the module's own draw ordinal."""
        ...

    @property
    def quotes(self) -> Mapping[str, Any]:
        """Latest `Quote` by symbol (a closed bar counts as a quote at its close)."""
        ...

    @property
    def instruments(self) -> Mapping[str, Any]:
        """`market.Instrument` by symbol."""
        ...

    @property
    def positions(self) -> Mapping[int, Any]:
        """Open positions by ticket."""
        ...

    @property
    def orders(self) -> Mapping[int, Any]:
        """Orders of the book that have not ended, by order number."""
        ...

    @property
    def account(self) -> Any:
        """Balance, equity, margin, free margin, in minor units, valued at the latest quotes."""
        ...
