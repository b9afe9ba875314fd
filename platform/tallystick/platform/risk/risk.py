"""Risk: the only one who approves. Hears `order.requested`, answers each with exactly one verdict.

1. The order becomes a case: new, change or reduce.
2. The rules of its kind are asked in the order of the table; the first that refuses denies the order.
3. If none does, the order is approved, the rule nearest to its limit is named, and the order counts for every pace.

It fails closed: what a rule cannot know it refuses, and an error in a rule is no approval (the module's policy is
`halt`). A strategy that the repeated-execution throttle stops stays latched until a person says `book.resumed`, and so
does a limit of the account that was reached for good.
"""

from collections.abc import Sequence
from typing import Any

from tallystick.events.event import Event
from tallystick.events.module import Context, OnFailure
from tallystick.events.types.account import AccountLimitReached
from tallystick.events.types.running import BookResumed
from tallystick.events.types.trading import OrderApproved, OrderDenied, OrderRequested
from tallystick.platform.risk.case import Case, case_of
from tallystick.platform.risk.entries import Entries
from tallystick.platform.risk.pace_rules import noted
from tallystick.platform.risk.rules import BY_KIND, rules_declared
from tallystick.platform.risk.settings import RiskSettings
from tallystick.platform.risk.state import RiskState, frozen, thawed

SOMETIMES = {"session": "session", "news": "news", "spread": "spread", "friday_flat": "friday"}
"""Rules that most books do not have, and what `Entries` calls them: absent ones let everything pass, unasked."""


class Risk:
    """The book's risk module."""

    role = "risk"
    on_failure: OnFailure = "halt"
    hears: tuple[type, ...] = (OrderRequested, BookResumed, AccountLimitReached)

    def __init__(self, settings: RiskSettings | None = None, *, name: str = "risk") -> None:
        """Without settings the defaults hold, every one of them finite."""
        self.name = name
        self.limits = settings if settings is not None else RiskSettings()
        self.settings = dict(rules_declared(self.limits).limits)
        self._state = RiskState()
        self._entries = Entries(self.limits)
        absent = {rule for rule, name in SOMETIMES.items() if not getattr(self._entries, name)}
        self._asked = {
            kind: tuple((rule.reads, rule) for rule in rules if rule.name not in absent)
            for kind, rules in BY_KIND.items()
        }

    @property
    def latched(self) -> dict[str, int]:
        """Strategies that the repeated-execution throttle stopped, and since when (ns UTC)."""
        return dict(self._state.latched)

    def react(self, event: Any, context: Context) -> Sequence[Event]:
        """One verdict for one order; a person's `book.resumed` lets what was latched go on."""
        if type(event) is OrderRequested:
            return (self._verdict(case_of(event, context, self.limits, self._state, self._entries)),)
        if type(event) is BookResumed:
            self._state.latched.clear()
            self._state.executions.clear()
            self._state.reached.clear()
        elif event.closes:
            self._state.reached[event.rule] = (event.until, event.limit, event.value)
        return ()

    def _verdict(self, case: Case) -> Event:
        nearest, nearest_limit, nearest_value = "", 0, -1  # nothing yet: every limit is nearer
        for reads, rule in self._asked[case.kind]:
            reading = reads(case)
            if reading is None:
                continue
            limit, value = reading
            if value > limit:
                if rule.name == "repeated_execution":
                    self._state.latched.setdefault(case.request.strategy, case.time)
                detail = rule.says(case, limit, value)
                return OrderDenied(order=case.request.order, rule=rule.name, limit=limit, value=value, detail=detail)
            if value * nearest_limit > nearest_value * limit:  # never of a limit that is not above 0
                nearest, nearest_limit, nearest_value = rule.name, limit, value
        noted(case, self._state)
        if not nearest:
            nearest_value = 0
        return OrderApproved(order=case.request.order, rule=nearest, limit=nearest_limit, value=nearest_value)

    def freeze(self) -> Any:
        """Pace, duplicates, reference prices and latched strategies."""
        return frozen(self._state)

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave."""
        self._state = thawed(state)
