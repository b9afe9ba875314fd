"""What an event is: a frozen value, one fact in the past tense, and the card that describes its type.

An event knows no clock and no identity: who said it, when, why and under which number stand in the record's
header. Its type carries a `Fact`: name, version, whether it counts as trading, and which roles may say it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, TypeVar, dataclass_transform

import msgspec


@dataclass(frozen=True, slots=True)
class Fact:
    """The card of an event type, declared in the log before first use."""

    name: str
    version: int
    trading: bool
    said_by: tuple[str, ...]


# Type checkers learn here that every event is frozen; at run time msgspec inherits that by itself.
@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Event(msgspec.Struct, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Base of every event. Fields are plain values; see `field` for unit and meaning."""

    FACT: ClassVar[Fact]


EventType = TypeVar("EventType", bound=type[Event])


def fact(
    name: str, *, said_by: str | tuple[str, ...], trading: bool = False, version: int = 1
) -> Callable[[EventType], EventType]:
    """Give an event type its card.

    Parameters: `name` such as "order.approved"; `said_by`, the role or roles that may say it (see `ROLES`);
    `trading`, true when it counts in the decision digest; `version`, raised whenever the fields change.
    """
    roles = (said_by,) if isinstance(said_by, str) else said_by
    unknown = set(roles) - ROLES
    if unknown:
        message = f"{name}: unknown role {sorted(unknown)}; roles are {sorted(ROLES)}"
        raise ValueError(message)

    def register(event_type: EventType) -> EventType:
        event_type.FACT = Fact(name, version, trading, tuple(sorted(roles)))
        return event_type

    return register


ROLES = frozenset(
    {
        "log",  # the log itself (source id 0)
        "kernel",  # the sequencer: runs, timers, rhythms, failures
        "feed",  # market data coming in
        "strategy",
        "portfolio",
        "orders",
        "risk",
        "gateway",  # the place with outside effects
        "terminal",  # a real or simulated MT5 terminal
        "worker",  # heavy work, answered as an input
        "person",
        "bot",  # a program of somebody's that calls the MetaTrader5 module, and what answers it
    }
)


def field(meaning: str, unit: str = "") -> msgspec.Meta:
    """Describe a field for `Annotated`: its meaning in one sentence and its unit ("" where it has none)."""
    return msgspec.Meta(description=meaning, extra={"unit": unit})


def column(dtype: str, meaning: str, unit: str = "") -> msgspec.Meta:
    """Describe a `bytes` field that holds a little-endian NumPy column, such as `column("<i8", ...)`."""
    return msgspec.Meta(description=meaning, extra={"unit": unit, "column": dtype})


def wide(meaning: str, unit: str = "") -> msgspec.Meta:
    """Describe a `bytes` field that holds one unsigned 256-bit amount, big-endian."""
    return msgspec.Meta(description=meaning, extra={"unit": unit, "wide": True}, min_length=32, max_length=32)
