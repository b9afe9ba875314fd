"""An order on its way, and what the terminal's answers mean for the target behind it."""

import msgspec

from tallystick.events.types.trading import OrderRequested
from tallystick.platform.mt5.retcodes import (
    INVALID_ORDER,
    MARKET_CLOSED,
    POSITION_CLOSED,
    PRICE_CHANGED,
    PRICE_OFF,
    REQUOTE,
    TOO_MANY_REQUESTS,
)

Key = tuple[str, str]
"""Strategy and symbol."""

AGAIN_AT_ONCE = frozenset({INVALID_ORDER, POSITION_CLOSED})
"""MT5 return codes after which positions are compared anew at once: the order or position was gone already."""
AGAIN_LATER = frozenset({REQUOTE, MARKET_CLOSED, PRICE_CHANGED, PRICE_OFF, TOO_MANY_REQUESTS})
"""Requote, market closed, price changed, no price, too many requests: worth another try after a while."""
DENIED_FOR_NOW = frozenset({"market_state", "stale_quote", "message_throttle"})
"""Risk's rules whose refusal time alone can lift."""

LIFTED_BY_TIME = frozenset({"session", "news", "friday_flat"})
"""Risk's rules whose value is the time (ns) until they pass again."""


class Flight(msgspec.Struct, kw_only=True):
    """One order asked for and not ended. Volumes in 1e-8 lots; `owed` is what the answer said was done, or -1."""

    order: int
    key: Key
    purpose: str
    direction: int
    volume: int
    position: int
    ticket: int
    of_target: bool
    filled: int = 0
    owed: int = -1


def flight_of(request: OrderRequested, *, of_target: bool) -> Flight:
    """The flight of a request."""
    return Flight(
        order=request.order,
        key=(request.strategy, request.symbol),
        purpose=request.purpose,
        direction=1 if request.side == "buy" else -1,
        volume=request.volume,
        position=request.position,
        ticket=request.ticket,
        of_target=of_target,
    )


class Desired(msgspec.Struct, kw_only=True):
    """A target that stands, and how its orders fared. `resting`: purpose to whether a timer ends the rest."""

    volume: int
    stop_points: int
    take_points: int
    failures: int = 0
    resting: dict[str, bool] = {}


def timer_of(key: Key) -> str:
    """Name of the timer of a target."""
    return "/".join(key)
