"""Sections 8 and 15 of docs/fills.md: what orders and closings do to positions; enough money of section 9."""

import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

from tallystick.events.event import Event
from tallystick.events.types.account import PositionMarginFixed, PositionProtected
from tallystick.events.types.trading import DealMade
from tests.simulation.oracle.account import AccountOfTheOracle
from tests.simulation.oracle.arithmetic import nearest, to_price
from tests.simulation.oracle.orders import BUY, Order, Position


class Dealing(AccountOfTheOracle):
    """The account, and everything that makes a deal."""

    def held(self, order: Order) -> Position | None:
        """The position an order meets: on a netting account the symbol's, else the one it names or has opened."""
        if self.netting:
            return next(iter(self.of_symbol(order.symbol)), None)
        if order.position:
            return self.positions.get(order.position)
        return self.positions.get(order.ticket) if order.opened else None

    def entry(self, order: Order) -> str:
        """in, out or inout: what a deal for the whole of this order would be."""
        held = self.held(order)
        if held is None or held.direction == order.direction:
            return "in"
        return "out" if order.volume <= held.volume else "inout"

    def position_after(self, order: Order, price: int) -> Position:
        """The position an order leaves, filled whole at a price in points."""
        held, entry = self.held(order), self.entry(order)
        if held is None:
            return Position(
                order.ticket, order.symbol, order.direction, order.volume, Fraction(price), order.stop, order.take,
                order.magic, ticket=order.ticket,
            )  # fmt: skip
        if entry == "in":
            volume = held.volume + order.volume
            mean = (held.open * held.volume + Fraction(price) * order.volume) / volume
            new_stops = self.netting and (order.stop or order.take)
            stop, take = (order.stop, order.take) if new_stops else (held.stop, held.take)
            return replace(held, volume=volume, open=mean, stop=stop, take=take)
        if entry == "out":
            return self.rest_of(held, order.volume)
        return replace(
            held, direction=order.direction, volume=order.volume - held.volume, open=Fraction(price),
            stop=order.stop, take=order.take, swap=0, magic=order.magic, ticket=order.ticket,
            margin=None,
        )  # fmt: skip

    def rest_of(self, held: Position, closed: int) -> Position:
        """What remains after a closing: the sum of points x units is rounded to a whole one, swap is paid out."""
        rest = held.volume - closed
        if rest == 0:
            return replace(held, volume=0, swap=0)
        units = Fraction(rest, self.unit(held.symbol))
        swap = held.swap - nearest(Fraction(held.swap * closed, held.volume))
        mean = Fraction(nearest(held.open * units)) / units
        margin = None if held.margin is None else nearest(Fraction(held.margin * rest, held.volume))
        return replace(held, volume=rest, open=mean, swap=swap, margin=margin)

    def unit(self, symbol: str) -> int:
        """The volume of one unit."""
        terms = self.instruments[symbol]
        return math.gcd(terms.volume_min, terms.volume_step)

    def with_margin(self, order: Order, after: Position, price: int, *, ordered: bool) -> Position:
        """The position an order leaves, with the margin that what is new of it binds at the rates of now."""
        held = self.held(order)
        grown = held if held is not None and held.direction == after.direction else None
        new = after.volume - (grown.volume if grown else 0)
        margin = self.bound(order.symbol, order.direction, new, price, ordered=ordered)
        return replace(after, margin=margin + (self.margin_of([grown]) if grown else 0))

    def can_pay(self, order: Order, price: int) -> bool:
        """Section 9, enough money."""
        if self.entry(order) == "out":
            return True
        after = self.position_after(order, price)
        if self.fixes_margin(order.symbol) or self.orders_bind_otherwise(order.symbol):
            after = self.with_margin(order, after, price, ordered=True)
        others = [p for p in self.positions.values() if p.number != after.number]
        return self.margin_of([*others, after]) <= self.equity + self.commission(order.symbol, order.volume)

    def fill(self, order: Order, price: int, moment: int) -> list[Event]:
        """The deal of an order, and on a netting account the stops it changed."""
        held, entry, after = self.held(order), self.entry(order), self.position_after(order, price)
        profit = swap = 0
        if entry != "in" and held is not None:
            profit = self.profit(held, price, min(order.volume, held.volume))
            swap = held.swap - after.swap
        if entry != "out" and self.fixes_margin(order.symbol):
            after = self.with_margin(order, after, price, ordered=False)
        facts: list[Event] = [self._deal(order, after, entry, order.volume, price, profit, swap, moment)]
        if held is not None and after.volume and (held.stop, held.take) != (after.stop, after.take):
            facts.append(self.protected(after, moment))
        return facts

    def close(self, position: Position, price: int, reason: str, comment: str, moment: int) -> list[Event]:
        """The terminal closes a whole position by itself."""
        type_ = 1 if position.direction == BUY else 0
        order = Order(-1, self.next_ticket(), position.symbol, type_, position.volume, 0, 0, 0, 0, comment, 0)
        profit = self.profit(position, price, position.volume)
        after = self.rest_of(position, position.volume)
        return [self._deal(order, after, "out", position.volume, price, profit, position.swap, moment, reason=reason)]

    def close_by(self, first: Position, second: Position, number: int, comment: str, moment: int) -> list[Event]:
        """Two opposite positions close each other: paid at the open price of the second, each shows the other's."""
        ticket, closed, price = self.next_ticket(), min(first.volume, second.volume), nearest(second.open)
        facts: list[Event] = []
        for one, shown in (first, price), (second, nearest(first.open)):
            type_ = 1 if one.direction == BUY else 0
            order = Order(number, ticket, one.symbol, type_, closed, 0, 0, 0, 0, comment, 0)
            after = self.rest_of(one, closed)
            profit, swap = self.profit(one, price, closed), one.swap - after.swap
            facts.append(self._deal(order, after, "out_by", closed, shown, profit, swap, moment))
        return facts

    def with_margins_fixed(self, told: list[tuple[int, Event]]) -> list[tuple[int, Event]]:
        """Section 21: before a position's last deal of a moment the margin that it keeps, if it is still there."""
        last = {fact.position: place for place, (_, fact) in enumerate(told) if isinstance(fact, DealMade)}
        facts: list[tuple[int, Event]] = []
        for place, (row, fact) in enumerate(told):
            if isinstance(fact, DealMade) and last[fact.position] == place and fact.position in self.positions:
                position = self.positions[fact.position]
                if position.margin is not None:
                    margin = PositionMarginFixed(
                        position=position.number, symbol=position.symbol, margin=position.margin, moment=fact.moment
                    )
                    facts.append((row, margin))
            facts.append((row, fact))
        return facts

    def protected(self, position: Position, moment: int) -> PositionProtected:
        """The position's stops as they stand."""
        digits = self.instruments[position.symbol].digits
        return PositionProtected(
            position=position.number,
            stop_loss=to_price(position.stop, digits),
            take_profit=to_price(position.take, digits),
            moment=moment,
        )

    def _deal(
        self,
        order: Order,
        after: Position,
        entry: Any,
        volume: int,
        price: int,
        profit: int,
        swap: int,
        moment: int,
        reason: Any = "expert",
    ) -> DealMade:
        """Book a deal that leaves the position as `after`; with no volume left it is gone."""
        if after.volume:
            self.positions[after.number] = after
        else:
            del self.positions[after.number]
        commission = self.commission(after.symbol, volume)
        self.balance += profit + swap + commission
        self.deal_tickets += 1
        return DealMade(
            deal=self.deal_tickets,
            ticket=order.ticket,
            order=order.number,
            position=after.number,
            symbol=after.symbol,
            type="buy" if order.direction == BUY else "sell",
            entry=entry,
            reason=reason,
            volume=volume,
            price=to_price(price, self.instruments[after.symbol].digits),
            profit=profit,
            swap=swap,
            commission=commission,
            balance=self.balance,
            magic=after.magic,
            moment=moment,
            comment=order.comment,
        )
