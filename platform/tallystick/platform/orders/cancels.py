"""Cancels that a closed market refused: said again when it opens, if the order still stands then."""

from typing import Any

from tallystick.events.module import Context
from tallystick.events.types.trading import IntentRaised
from tallystick.platform.accounts.views import OrderView
from tallystick.platform.portfolio.flattening import cancelling


class Cancels:
    """Tickets of pending orders that are still to be removed."""

    def __init__(self) -> None:
        """Nothing waits."""
        self._tickets: dict[str, int] = {}

    def wait(self, ticket: int, symbol: str, context: Context) -> str:
        """Keep a cancel; the name of the timer that says it again, empty where the symbol has no such order."""
        if not any(one.symbol == symbol for one in _standing(ticket, context)):
            return ""
        timer = f"cancel/{ticket}"
        self._tickets[timer] = ticket
        return timer

    def due(self, timer: str, context: Context) -> IntentRaised | None:
        """What is said now that the timer has fired: nothing when the order has ended or is being cancelled already."""
        ticket = self._tickets.pop(timer, 0)
        if any(one.ticket == ticket and one.purpose == "cancel" for one in context.orders.values()):
            return None
        return next((cancelling(one) for one in _standing(ticket, context)), None)

    def over(self, ticket: int) -> None:
        """The order has ended: filled, expired or cancelled."""
        self._tickets.pop(f"cancel/{ticket}", None)

    def freeze(self) -> Any:
        """Tickets, in the order of their refusals."""
        return list(self._tickets.values())

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave."""
        self._tickets = {f"cancel/{ticket}": ticket for ticket in state}


def _standing(ticket: int, context: Context) -> list[OrderView]:
    return [one for one in context.orders.values() if one.ticket == ticket and one.stage == "placed"]
