"""Sections 5, 6 and 14 of docs/fills.md: market orders due, pending orders triggered, what liquidity leaves of them."""

import math
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

import msgspec

from tallystick.events.event import Event
from tallystick.events.types.trading import OrderAnswered, OrderTriggered
from tallystick.market.instrument import Instrument
from tests.simulation.oracle.arithmetic import to_price
from tests.simulation.oracle.calendar import GTC, Calendar
from tests.simulation.oracle.names import (
    BAD_STOPS,
    CLOSE_MORE,
    CLOSED,
    DONE,
    DONE_PARTIAL,
    HEDGE,
    NO_MONEY,
    NO_POSITION,
    PLACED,
    REJECT,
    REQUOTE,
    WORDS,
)
from tests.simulation.oracle.orders import BUY, LIMITS, STOP_LIMITS, STOPS, Order
from tests.simulation.oracle.path import Step
from tests.simulation.oracle.prices import wrong_stops

if TYPE_CHECKING:
    from tests.simulation.oracle.oracle import Oracle

FILL_OR_KILL, CANCEL_REST = 0, 1


class Execution(Calendar):
    """Orders in flight, and orders that stand, at a step of their symbol."""

    def __init__(
        self, settings: Any, instruments: dict[str, Instrument], rule: str, calendars: Mapping[str, Any]
    ) -> None:
        """No order is in flight, nothing of a step is taken."""
        super().__init__(settings, instruments, rule, calendars)
        self.in_flight: dict[int, Order] = {}
        self.taken = {"bid": 0, "ask": 0}

    def available(self, order: Order) -> int:
        """How much of an order there is volume for at this step."""
        liquidity = self.instruments[order.symbol].liquidity_volume
        if not liquidity:
            return order.volume
        unit = self.unit(order.symbol)
        whole = max(liquidity // unit, 1) * unit
        return min(order.volume, whole - self.taken["ask" if order.direction == BUY else "bid"])

    def take(self, order: Order, volume: int) -> None:
        """What an order takes is not there for the next one."""
        self.taken["ask" if order.direction == BUY else "bid"] += volume

    def execute(self, order: Order, step: Step) -> list[Event]:
        """A market order whose time has come."""
        bid, ask, moment = step.bid, step.ask, max(order.due, step.moment)
        if step.before is not None:
            moment = max(order.due, step.before.moment)
            part = Fraction(moment - step.before.moment, step.moment - step.before.moment)
            bid = math.floor(step.before.bid + part * (step.bid - step.before.bid))
            ask = math.ceil(step.before.ask + part * (step.ask - step.before.ask))
        self.quotes[step.symbol] = (bid, ask)
        price, volume = ask if order.direction == BUY else bid, self.available(order)
        code = self._refused_at_execution(order, price, moment) or self._refused_in_part(order, volume, price)
        facts, deal = [], 0
        if not code and volume:
            facts = self.fill(replace(order, volume=volume), price, moment)
            self.take(order, volume)
            deal = self.deal_tickets
        if not code and volume < order.volume and order.filling != CANCEL_REST:
            rest = replace(order, volume=order.volume - volume, resting=True, opened=volume > 0, due=moment)
            self.pending[order.ticket] = replace(rest, expires=self._rest_lapses(order, moment))
        if not code:
            code = DONE if volume == order.volume else DONE_PARTIAL if volume else PLACED
        digits = self.instruments[order.symbol].digits
        answer = OrderAnswered(
            order=order.number, retcode=code, deal=deal, ticket=order.ticket, volume=volume if deal else 0,
            price=to_price(price, digits) if deal else 0.0, bid=to_price(bid, digits), ask=to_price(ask, digits),
            moment=moment, comment=WORDS[code],
        )  # fmt: skip
        return [*facts, answer]

    def _refused_at_execution(self, order: Order, price: int, moment: int) -> int:
        """The rules that look at the whole order."""
        if not self.in_session(order.symbol, moment):
            return CLOSED
        at_a_quote = self.instruments[order.symbol].execution in {"instant", "request"}
        if at_a_quote and abs(price - order.price) > order.deviation:
            return REQUOTE
        if code := self._cannot_close(order):
            return code
        if order.position and not self.netting:
            return 0
        if self.in_the_way(order.symbol, order.direction):
            return HEDGE
        closing = self.closing_price(order.symbol, order.direction)
        oracle = cast("Oracle", self)
        wrong = wrong_stops(oracle, order.symbol, order.direction, order.stop, order.take, closing)
        return BAD_STOPS if self.entry(order) != "out" and wrong else 0

    def _cannot_close(self, order: Order) -> int:
        if not order.position:
            return 0
        position = self.positions.get(order.position)
        if position is None or position.direction == order.direction:
            return NO_POSITION
        return CLOSE_MORE if not self.netting and position.volume < order.volume else 0

    def _refused_in_part(self, order: Order, volume: int, price: int) -> int:
        """The rules that look at what would be filled."""
        if volume < order.volume and (order.filling == FILL_OR_KILL or (order.filling == CANCEL_REST and not volume)):
            return REJECT
        return 0 if not volume or self.can_pay(replace(order, volume=volume), price) else NO_MONEY

    def _rest_lapses(self, order: Order, moment: int) -> int | None:
        """Section 14: by section 6 from the moment it stands; an expiry that is over by then is none."""
        assert order.asked is not None
        lapses = self.expiry(order.asked, moment)
        if lapses is None or lapses > moment:
            return lapses
        return self.expiry(msgspec.structs.replace(order.asked, time_type=GTC), moment)

    def trigger(self, order: Order, step: Step) -> list[Event]:
        """An order that stands, at a step in session: what it does when its price is reached."""
        if not self._reached(order, step):
            return []
        if order.type in STOP_LIMITS:
            limit = 2 if order.direction == BUY else 3
            self.pending[order.ticket] = replace(
                order, type=limit, price=order.stop_limit, stop_limit=0, due=step.moment
            )
            price = to_price(order.stop_limit, self.instruments[order.symbol].digits)
            return [OrderTriggered(order=order.number, ticket=order.ticket, price=price, moment=step.moment)]
        price, volume = self._price(order, step), self.available(order)
        lost = order.opened and not order.position and not self.netting and self.held(order) is None
        prohibited = not (order.position and not self.netting) and self.in_the_way(order.symbol, order.direction)
        no_volume = order.filling == FILL_OR_KILL and volume < order.volume
        part = replace(order, volume=volume)
        if lost or self._cannot_close(order) or prohibited or no_volume or (volume and not self.can_pay(part, price)):
            return self._gone(order, "rejected", step.moment)
        facts = self.fill(part, price, step.moment) if volume else []
        self.take(order, volume)
        if volume == order.volume:
            return [*facts, *self._gone(order, "filled", step.moment)]
        if order.filling == CANCEL_REST:
            return [*facts, *self._gone(order, "cancelled", step.moment)]
        self.pending[order.ticket] = replace(
            order,
            volume=order.volume - volume,
            resting=order.resting or order.type in STOPS,
            opened=order.opened or volume > 0,
        )
        return facts

    def _reached(self, order: Order, step: Step) -> bool:
        if order.resting:
            return True
        market = step.ask if order.direction == BUY else step.bid
        falls_to = (order.direction == BUY) == (order.type in LIMITS)
        return market <= order.price if falls_to else market >= order.price

    def _price(self, order: Order, step: Step) -> int:
        market = step.ask if order.direction == BUY else step.bid
        late_stop = order.type in STOPS and step.before is not None and order.due > step.before.moment
        return market if order.resting or late_stop or self.fresh(step) else order.price

    def fresh(self, step: Step) -> bool:
        """A quote, the open of a bar, or the first step after a pause of the session."""
        return step.before is None or not self.in_session(step.symbol, step.before.moment)

    def _gone(self, order: Order, state: str, moment: int) -> list[Event]:
        del self.pending[order.ticket]
        return [self.ended(order, state, moment)]
