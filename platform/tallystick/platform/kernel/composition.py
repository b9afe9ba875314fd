"""What a run is made of: modules, terminal, days, the user's sources, and how a bot's calls are answered again."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tallystick.events.module import Module
from tallystick.events.types.mt5 import CallsMade
from tallystick.platform.kernel.outbox import Spelling
from tallystick.platform.mt5.terminal import MarketTerminal


class Recall(NamedTuple):
    """One call: after how many rows of its block it was made, when (ns UTC), and how it is answered again."""

    place: int
    now: int
    answer: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Composition:
    """What a run is made of. `server_day` numbers the server's days; `strategies` own the magic ranges, in order."""

    modules: Sequence[Module]
    terminal: MarketTerminal | None
    server_day: Callable[[int], int]
    strategies: Sequence[str]
    seed: int = 0
    cascade_limit: int = 10_000
    deviation: int = 20
    sources: Mapping[str, bytes] = field(default_factory=dict)
    """Content of the user's own source files that the modules rest on, by name."""
    models: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 in hex of what the modules computed over the sample before its first row, by name."""
    during: Callable[[], AbstractContextManager[Any]] = nullcontext
    """What modules are asked within: the guard of user code."""
    spelling: Spelling | None = None
    """How an order that a bot asked for in the terminal's own words is sent."""
    recalled: Callable[[CallsMade], Sequence[Recall]] | None = None
    """The calls of a record that were answered while the rows of the block before it came in."""
