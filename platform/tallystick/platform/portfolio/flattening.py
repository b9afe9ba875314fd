"""Closing everything: targets of 0 for whatever was ever asked for, and pending orders cancelled.

A target of 0 is carried out, retried and recorded as any other, on hedging and netting accounts alike, and closes what
single orders opened too. The strategy stays flat until it asks for something new.
"""

from collections.abc import Callable, Sequence
from typing import Any

from tallystick.events.event import Event
from tallystick.events.module import Context
from tallystick.events.types.trading import IntentRaised, OrderApproved, TargetSet
from tallystick.platform.accounts.views import OrderView

Concerns = Callable[[str, str], bool]
"""Whether a strategy and a symbol are meant."""


class Flattening:
    """Remembers whose orders in what were approved, and says what closes it all."""

    def __init__(self) -> None:
        """Nobody has asked for anything."""
        self._keys: dict[tuple[str, str], None] = {}

    def __bool__(self) -> bool:
        """True when something may be open."""
        return bool(self._keys)

    def note(self, event: OrderApproved, context: Context) -> None:
        """An order that may open something, and may leave."""
        order: OrderView = context.orders[event.order]
        if order.purpose in {"open", "pending"}:
            self._keys[order.strategy, order.symbol] = None

    def flat(self, context: Context, concerns: Concerns) -> list[Event]:
        """Cancel what is pending, then hold nothing."""
        said: list[Event] = [
            cancelling(order)
            for order in context.orders.values()
            if order.stage == "placed" and concerns(order.strategy, order.symbol)
        ]
        said += [
            TargetSet(strategy=strategy, symbol=symbol, volume=0, stop_points=0, take_points=0)
            for strategy, symbol in self._keys
            if concerns(strategy, symbol)
        ]
        return said

    def freeze(self) -> Any:
        """Strategies and symbols."""
        return [list(key) for key in self._keys]

    def thaw(self, state: Sequence[Sequence[str]]) -> None:
        """Take back what `freeze` gave."""
        self._keys = dict.fromkeys((strategy, symbol) for strategy, symbol in state)


def cancelling(order: OrderView) -> IntentRaised:
    """The cancel of a pending order, in the name of the strategy that placed it."""
    return IntentRaised(
        strategy=order.strategy,
        symbol=order.symbol,
        action="cancel",
        side="buy" if order.direction > 0 else "sell",
        kind="limit",
        volume=0,
        price=0.0,
        stop_loss=0.0,
        take_profit=0.0,
        ticket=order.ticket,
        expires=0,
    )
