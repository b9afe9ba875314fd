"""What falls due by itself at the simulated server: expiries of pending orders, the nightly rollover and its swap."""

from collections.abc import Mapping

from tallystick.events.event import Event
from tallystick.events.types.account import SwapCharged
from tallystick.events.types.trading import OrderEnded
from tallystick.market.instrument import Instrument
from tallystick.market.rows import Rows
from tallystick.market.server_time import next_midnight, server_day, weekday_of
from tallystick.market.spans import NEVER
from tallystick.platform.mt5.server.executing import protected
from tallystick.platform.mt5.server.worth import Worth

LONG_AGO = -1
"""A midnight that no clock is before."""


class Deadlines:
    """The deadlines of an account state, after its clock."""

    def __init__(self, instruments: Mapping[str, Instrument], worth: Worth, rule: str) -> None:
        """Works on the state that `worth` looks at; `rule` is the server-time rule."""
        self._instruments = instruments
        self._worth = worth
        self._rule = rule
        self._midnight, self._due = LONG_AGO, NEVER
        self._stops_last_a_day = any(one.gtc_mode == "daily" for one in instruments.values())

    def next_due(self) -> int:
        """The next rollover while there are positions, or the next expiry; `NEVER` when there is none."""
        return self._due

    def changed(self) -> None:
        """Orders or positions have changed, or a deadline has passed: what is due next is looked for anew."""
        state, due = self._worth.state, NEVER
        if state.positions:
            if state.clock >= self._midnight:  # the clock only rises: one night's is looked up once
                self._midnight = next_midnight(state.clock, self._rule)
            due = self._midnight
        for pending in state.pendings.values():
            if pending.expires:
                due = min(due, pending.expires)
        self._due = due

    def shown(self) -> None:
        """The state is another, whose clock may be an earlier one."""
        self._midnight = LONG_AGO
        self.changed()

    def pass_time(self, rows: Rows) -> None:
        """Rows are over: a deadline at a quote's own time has passed, one at a bar's close has not."""
        state = self._worth.state
        last: int = rows.time.item(-1)
        # A bar may follow a quote of its own closing time: what passed before that quote does not pass again.
        state.clock = max(state.clock, last if rows.kind == "quote" else last - 1)
        if state.clock >= self._due:
            self.changed()

    def reach(self, time: int) -> list[Event]:
        """Everything due up to `time`, in order of time; of equal ones the expiries first."""
        state, facts = self._worth.state, list[Event]()
        while (due := self._due) <= time:
            if state.pendings:
                facts += self._expire(due)
            if state.positions and due == self._midnight:
                facts += self._roll_over(due)
            state.clock = max(state.clock, due)
            self.changed()
        return facts

    def _expire(self, due: int) -> list[Event]:
        pendings = self._worth.state.pendings
        over = [one for _, one in sorted(pendings.items()) if one.expires and one.expires <= due]
        for pending in over:
            del pendings[pending.ticket]
        return [
            OrderEnded(order=one.sending.order, ticket=one.ticket, state="expired", moment=one.expires) for one in over
        ]

    def _roll_over(self, midnight: int) -> list[Event]:
        weekday = weekday_of(server_day(midnight, self._rule) - 1)
        facts: list[Event] = []
        for _, position in sorted(self._worth.state.positions.items()):
            count, amount = self._worth.night(position, weekday)
            if amount:
                position.swap += amount
                night = SwapCharged(
                    position=position.ticket,
                    symbol=position.symbol,
                    amount=amount,
                    nights=count,
                    moment=midnight,
                )
                facts.append(night)
        return facts + self._daily_stops(midnight) if self._stops_last_a_day else facts

    def _daily_stops(self, midnight: int) -> list[Event]:
        """Stops of symbols whose orders last a day are gone with it (`docs/fills.md`, section 17)."""
        facts: list[Event] = []
        for _, position in sorted(self._worth.state.positions.items()):
            instrument = self._instruments[position.symbol]
            if instrument.gtc_mode == "daily" and (position.stop or position.take):
                position.stop = position.take = 0
                position.updated = midnight
                facts.append(protected(position, instrument, midnight))
        return facts
