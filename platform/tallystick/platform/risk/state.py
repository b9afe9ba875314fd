"""What risk remembers between orders: pace, duplicates, reference prices, and which strategies are latched."""

from typing import Any

import msgspec

from tallystick.events.types.trading import OrderRequested

Content = tuple[str, str, str, str, str, int, float, float, float, int, int]


def content_of(request: OrderRequested) -> Content:
    """Everything of an order but its number: two orders with equal content are duplicates."""
    return (
        request.strategy,
        request.symbol,
        request.purpose,
        request.side,
        request.kind,
        request.volume,
        request.price,
        request.stop_loss,
        request.take_profit,
        request.position,
        request.ticket,
    )


class RiskState(msgspec.Struct, kw_only=True):
    """Risk's whole memory, all in book time (ns UTC)."""

    messages_until: int = 0
    """When the message bucket would be full again (a generic cell rate: one whole number)."""
    recent: list[tuple[int, Content]] = []
    """Approved orders of the duplicate window, oldest first."""
    executions: dict[str, list[int]] = {}
    """Times of approved new orders, by strategy, symbol and side."""
    latched: dict[str, int] = {}
    """Strategies stopped by the repeated-execution throttle, and since when."""
    references: dict[str, tuple[int, int]] = {}
    """By symbol: start of the collar's period and the price then, in points."""
    reached: dict[str, tuple[int, int, int]] = {}
    """Limits of the account that were reached: until when (0: until a person resumes), the limit and the loss."""


def execution_key(request: OrderRequested) -> str:
    """What counts as the same execution repeated."""
    return f"{request.strategy}/{request.symbol}/{request.side}"


def frozen(state: RiskState) -> Any:
    """The state as plain values."""
    return msgspec.to_builtins(state)


def thawed(state: Any) -> RiskState:
    """The state out of plain values."""
    return msgspec.convert(state, RiskState)
