"""Nobody gets round risk: what the catalogue and the modules must look like, asked by the kernel and by a test."""

from collections.abc import Iterable
from typing import Protocol

from tallystick.events.event import Event
from tallystick.events.types.trading import (
    IntentRaised,
    OrderApproved,
    OrderDenied,
    OrderRequested,
    OrderSending,
    ProtectionAsked,
    SignalRaised,
    TargetAsked,
    TargetSet,
)

OUTSIDE_ROLES = frozenset({"gateway", "terminal", "worker", "feed"})
"""Roles with effects outside the book."""

BEFORE_THE_VERDICT: frozenset[type[Event]] = frozenset(
    {SignalRaised, TargetAsked, ProtectionAsked, IntentRaised, TargetSet, OrderRequested}
)
"""What leads to an order and has not been before risk."""


class Hearer(Protocol):
    """Anything that declares its role and what it hears."""

    name: str
    role: str
    hears: tuple[type, ...]


class RiskBypassed(RuntimeError):
    """Somebody with outside effects could act on an order without its verdict."""


def ways_round_risk(hearers: Iterable[Hearer], types: Iterable[type[Event]]) -> tuple[str, ...]:
    """Every way in which an order could leave without risk's approval, in words; empty when there is none.

    1. Only risk says `order.approved` and `order.denied`, only orders says `order.requested`, only a gateway
       `order.sending`.
    2. Nobody with outside effects hears `order.requested` or anything that leads to it before the verdict.
    3. Somebody in the book is risk and hears `order.requested`.
    """
    sayers: dict[type[Event], tuple[str, ...]] = {
        OrderApproved: ("risk",),
        OrderDenied: ("risk",),
        OrderRequested: ("orders",),
        OrderSending: ("gateway",),
    }
    ways = [
        f"{event.FACT.name} may be said by {', '.join(event.FACT.said_by)}, not only by {', '.join(expected)}"
        for event, expected in sayers.items()
        if event.FACT.said_by != expected
    ]
    names = {event.FACT.name for event in sayers}
    ways += [
        f"{event.__name__} passes itself off as {event.FACT.name}"
        for event in types
        if event.FACT.name in names and event not in sayers
    ]
    hearers = tuple(hearers)
    for hearer in hearers:
        if hearer.role not in OUTSIDE_ROLES:
            continue
        heard = sorted(event.FACT.name for event in BEFORE_THE_VERDICT if event in hearer.hears)
        ways += [f"{hearer.name} ({hearer.role}) hears {name}, which has no verdict yet" for name in heard]
    if not any(hearer.role == "risk" and OrderRequested in hearer.hears for hearer in hearers):
        ways.append("no module of role risk hears order.requested")
    return tuple(ways)


def refuse_ways_round_risk(hearers: Iterable[Hearer], types: Iterable[type[Event]]) -> None:
    """Raise `RiskBypassed` when an order could leave without its verdict."""
    ways = ways_round_risk(hearers, types)
    if ways:
        message = f"E602 risk can be bypassed: {'; '.join(ways)}. Let gateways hear order.approved only."
        raise RiskBypassed(message)
