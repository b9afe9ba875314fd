"""Deadlines and hours: expiry of section 6 of docs/fills.md, rollovers of 11, sessions of 16, a day's orders of 17."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from tallystick.events.event import Event
from tallystick.events.types.account import SwapCharged
from tallystick.events.types.trading import OrderEnded, OrderSending
from tallystick.market.instrument import Instrument
from tests.simulation.oracle.arithmetic import (
    DAY,
    LOT,
    SATURDAY,
    SECOND,
    SUNDAY,
    THURSDAY,
    nearest,
    next_midnight,
    server_offset,
)
from tests.simulation.oracle.dealing import Dealing
from tests.simulation.oracle.orders import BUY, Order, Position

GTC, FOR_A_DAY, SPECIFIED, SPECIFIED_DAY = range(4)


class Calendar(Dealing):
    """The account in time: what its deadlines do, and when a symbol is traded."""

    def __init__(
        self, settings: Any, instruments: dict[str, Instrument], rule: str, calendars: Mapping[str, Any]
    ) -> None:
        """`calendars`: sessions by name, each with `week` (ranges of seconds a weekday) and `holidays` (days)."""
        super().__init__(settings, instruments)
        self.rule = rule
        self.calendars = calendars
        self.pending: dict[int, Order] = {}
        self.reached: int | None = None

    def in_session(self, symbol: str, moment: int) -> bool:
        """Whether a symbol is traded at a moment."""
        name = self.instruments[symbol].sessions
        if not name:
            return True
        clock = moment + server_offset(self.rule, moment)
        day, second = clock // DAY, clock % DAY // SECOND
        hours = self.calendars[name]
        inside = any(first <= second < end for first, end in hours.week[(day + THURSDAY) % 7])
        return inside and day not in hours.holidays

    def expiry(self, sending: OrderSending, time: int) -> int | None:
        """When an order sent (or changed) at `time` lapses; None is never."""
        own = None
        if sending.time_type == FOR_A_DAY:
            own = next_midnight(self.rule, time)[0]
        elif sending.time_type == SPECIFIED:
            own = sending.expires
        elif sending.time_type == SPECIFIED_DAY:
            own = next_midnight(self.rule, sending.expires)[0]
        if self.instruments[sending.symbol].gtc_mode == "gtc":
            return own
        day_end = next_midnight(self.rule, time)[0]
        return day_end if own is None else min(own, day_end)

    def reach(self, time: int) -> list[Event]:
        """Rollovers and expiries up to and including `time`, in order of time; at one time expiries come first."""
        facts: list[Event] = []
        if self.reached is None:
            self.reached = time
        while True:
            midnight, weekday = next_midnight(self.rule, self.reached)
            expiring = [(o.expires, o.ticket) for o in self.pending.values() if o.expires is not None]
            first, ticket = min(expiring, default=(time + 1, 0))
            if midnight <= time and midnight < first:
                facts += self._rollover(midnight, weekday)
                self.reached = midnight
            elif first <= time:
                facts.append(self.ended(self.pending.pop(ticket), "expired", first))
            else:
                self.reached = max(self.reached, time)
                return facts

    def ended(self, order: Order, state: Any, moment: int) -> OrderEnded:
        """A pending order is gone."""
        return OrderEnded(order=order.number, ticket=order.ticket, state=state, moment=moment)

    def _rollover(self, midnight: int, weekday: int) -> list[Event]:
        facts: list[Event] = []
        for _, position in sorted(self.positions.items()):
            nights = self._nights(self.instruments[position.symbol], weekday)
            amount = self.night(position, nights) if nights else 0
            if amount:
                position.swap += amount
                charged = SwapCharged(
                    position=position.number,
                    symbol=position.symbol,
                    amount=amount,
                    nights=nearest(Fraction(nights)),
                    moment=midnight,
                )
                facts.append(charged)
        for _, position in sorted(self.positions.items()):
            daily = self.instruments[position.symbol].gtc_mode == "daily"
            if daily and (position.stop or position.take):
                position.stop = position.take = 0
                facts.append(self.protected(position, midnight))
        return facts

    def _nights(self, terms: Instrument, weekday: int) -> Fraction | int:
        if terms.swap_mode == "disabled":
            return 0
        if terms.swap_multipliers:
            return Fraction(repr(terms.swap_multipliers[weekday]))
        if weekday in {SATURDAY, SUNDAY}:
            return 0
        return 3 if weekday == terms.swap_triple_weekday else 1

    def night(self, position: Position, nights: Fraction | int) -> int:
        """What so many nights bring a position."""
        symbol, terms = position.symbol, self.instruments[position.symbol]
        rate = Fraction(repr(terms.swap_long if position.direction == BUY else terms.swap_short)) * nights
        money = self.rho(symbol, position.volume)
        if terms.swap_mode == "points":
            return self.booked(symbol, rate * money)
        if terms.swap_mode.startswith("interest"):
            by_open = terms.swap_mode == "interest_open"
            price = position.open if by_open else Fraction(self.closing_price(symbol, position.direction))
            return self.booked(symbol, rate / 100 / terms.swap_year_days * money * price)
        amount = rate * Fraction(position.volume, LOT) * 10**self.settings.digits
        if terms.swap_mode == "currency":
            return nearest(amount)
        return self.paid_in(symbol, amount, self.swap_currency(terms))
