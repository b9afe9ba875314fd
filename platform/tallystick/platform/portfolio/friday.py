"""Flat on Friday: at a time of the server's Friday everything is closed, by a timer and not by hoping for a row.

The timer is asked for with the first order after the book was last flat. What it closes is closed at the market's next
step after it, as every order is; where no row comes between the timer and the weekend that is Monday's first price, so
the time has to lie before the feed's last row of the week. Risk's rule `friday_flat` opens nothing until Monday.
"""

from collections.abc import Sequence
from typing import Any

from tallystick.events.event import Event
from tallystick.events.module import Context, OnFailure
from tallystick.events.types.running import TimerFired, TimerRequested
from tallystick.events.types.trading import DealMade, OrderApproved
from tallystick.market.server_time import offset_ns
from tallystick.market.spans import DAY_NS, WEEK_NS
from tallystick.platform.portfolio.flattening import Flattening
from tallystick.platform.risk.filters import Friday
from tallystick.platform.risk.week import week_time

TIMER = "close"


class FlatOnFriday:
    """Closes what the chosen strategies hold before the weekend."""

    role = "portfolio"
    on_failure: OnFailure = "halt"
    hears: tuple[type, ...] = (OrderApproved, DealMade, TimerFired)

    def __init__(self, friday: Friday, server_time: str, *, name: str = "flat_on_friday") -> None:
        """`server_time`: the rule of the server's clock."""
        self.name = name
        self.settings = {"close": friday.close, "clock": friday.clock}
        self._friday = friday
        self._rule = server_time if friday.clock == "server" else "utc"
        self._flattening = Flattening()
        self._due = 0

    def react(self, event: Any, context: Context) -> Sequence[Event]:
        """A timer with the first order, and what closes everything when it fires."""
        if type(event) is TimerFired:
            return self._close(context) if event.module == self.name else ()
        if type(event) is DealMade:
            return self._late(event, context)
        self._flattening.note(event, context)
        if self._due or not self._flattening:
            return ()
        self._due = next_close(context.time, self._friday.closed[0], self._rule)
        return (TimerRequested(module=self.name, timer=TIMER, due=self._due),)

    def _close(self, context: Context) -> Sequence[Event]:
        self._due = 0
        return self._flattening.flat(context, self._friday.concerns)

    def _late(self, deal: DealMade, context: Context) -> Sequence[Event]:
        """An order that was on its way at the close was filled after it: closed as well."""
        if deal.entry not in {"in", "inout"} or week_time(context.time, self._rule) < self._friday.closed[0]:
            return ()
        return self._flattening.flat(context, self._friday.concerns)

    def freeze(self) -> Any:
        """When the timer is due, and what may be open."""
        return [self._due, self._flattening.freeze()]

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave."""
        self._due, flattening = state
        self._flattening.thaw(flattening)


def next_close(time: int, close: int, rule: str) -> int:
    """The first moment after `time` (ns UTC) at which the clock shows this time of the week."""
    ahead = (close - week_time(time, rule)) % WEEK_NS or WEEK_NS
    # A clock changes on Sundays; what it shows at the close is asked there, half a day early.
    moment = time + ahead
    return moment + offset_ns(time, rule) - offset_ns(moment - DAY_NS // 2, rule)
