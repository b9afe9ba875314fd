"""A book without limits of its own: every order is let through, and the record says so.

Only for programs that are tested as they are (`mt5 exec` without `--risk`). Nothing leaves without `order.approved`
even here, so whoever reads the log finds the same road of an order as everywhere.
"""

from collections.abc import Sequence
from typing import Any

from tallystick.events.event import Event
from tallystick.events.module import Context, OnFailure
from tallystick.events.types.running import RiskRulesDeclared
from tallystick.events.types.trading import OrderApproved, OrderRequested

NO_RULES = RiskRulesDeclared(rules=(), limits={"none": "no risk rules were asked for"})
"""What the log says of such a book's rules."""


class Unasked:
    """Risk that has no rule."""

    role = "risk"
    on_failure: OnFailure = "halt"
    hears: tuple[type, ...] = (OrderRequested,)

    def __init__(self, *, name: str = "risk") -> None:
        """`name`: of the module."""
        self.name = name
        self.settings = dict(NO_RULES.limits)

    def react(self, event: Any, _context: Context) -> Sequence[Event]:
        """The order may leave; no rule was near its limit."""
        return (OrderApproved(order=event.order, rule="", limit=0, value=0),)

    def freeze(self) -> Any:
        """Nothing is remembered."""
        return None

    def thaw(self, state: Any) -> None:
        """Nothing to take back."""
