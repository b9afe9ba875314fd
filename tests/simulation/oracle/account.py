"""Sections 8 and 9 of docs/fills.md: deals, positions, tickets; equity, margin, enough money."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from tallystick.events.event import Event
from tallystick.events.types.trading import DealMade, PositionProtected
from tallystick.market.instrument import Instrument
from tests.simulation.oracle.arithmetic import LOT, nearest, to_price

BUY, SELL = 1, -1


@dataclass
class Position:
    """An open position; prices in points, `open` exact, volume in 1e-8 lots, swap in minor units."""

    number: int
    symbol: str
    direction: int
    volume: int
    open: Fraction
    stop: int
    take: int
    magic: int
    swap: int = 0


@dataclass
class Order:
    """An order that passed section 4; `price` (points) and `expires` are a pending order's."""

    number: int
    ticket: int
    symbol: str
    direction: int
    volume: int
    stop: int
    take: int
    position: int
    magic: int
    comment: str
    due: int
    price: int = 0
    limit: bool = False
    expires: int = 0


class AccountOfTheOracle:
    """Balance, positions and the last bid and ask of every symbol."""

    def __init__(self, settings: Any, instruments: dict[str, Instrument]) -> None:
        """A new account; its opening balance is deal 1. `lot_point` is rho of one lot."""
        self.settings = settings
        self.instruments = instruments
        self.balance: int = settings.balance
        self.positions: dict[int, Position] = {}
        self.quotes: dict[str, tuple[int, int]] = {}
        self.lot_point = {
            symbol: Fraction(repr(one.contract_size)) * Fraction(10**settings.digits, 10**one.digits)
            for symbol, one in instruments.items()
        }
        self.order_tickets = 0
        self.deal_tickets = 1

    @property
    def netting(self) -> bool:
        """One position a symbol."""
        return bool(self.settings.margin_mode == "netting")

    def next_ticket(self) -> int:
        """A new order ticket."""
        self.order_tickets += 1
        return self.order_tickets

    # -- money

    def rho(self, symbol: str, volume: int) -> Fraction:
        """Minor units for one point on a volume."""
        return Fraction(volume, LOT) * self.lot_point[symbol]

    def closing_price(self, symbol: str, direction: int) -> int:
        """Bid for a buy, ask for a sell, in points."""
        bid, ask = self.quotes[symbol]
        return bid if direction == BUY else ask

    def profit(self, position: Position, price: int, volume: int) -> int:
        """Profit of closing `volume` of a position at a price in points."""
        return nearest(position.direction * (price - position.open) * self.rho(position.symbol, volume))

    def floating(self, position: Position) -> int:
        """Profit of closing the whole position now."""
        return self.profit(position, self.closing_price(position.symbol, position.direction), position.volume)

    def commission(self, symbol: str, volume: int) -> int:
        """What a deal of this volume costs, as the (negative) amount it brings."""
        return -nearest(Fraction(self.instruments[symbol].commission_per_lot * volume, LOT))

    @property
    def equity(self) -> int:
        """Balance, floating profits and the swaps kept on positions."""
        return self.balance + sum(self.floating(p) + p.swap for p in self.positions.values())

    @property
    def margin(self) -> int:
        """Margin of the account."""
        return self.margin_of(self.positions.values())

    def margin_of(self, positions: Iterable[Position]) -> int:
        """Margin of any set of positions."""
        held = list(positions)
        return sum(self._margin_of_symbol(s, [p for p in held if p.symbol == s]) for s in {p.symbol for p in held})

    def _margin_of_symbol(self, symbol: str, held: list[Position]) -> int:
        if self.netting:
            return sum(self._margin_of_position(p) for p in held)
        long_volume = sum(p.volume for p in held if p.direction == BUY)
        short_volume = sum(p.volume for p in held if p.direction == SELL)
        long_margin = sum(self._margin_of_position(p) for p in held if p.direction == BUY)
        short_margin = sum(self._margin_of_position(p) for p in held if p.direction == SELL)
        if long_volume >= short_volume:
            big_margin, big, small = long_margin, long_volume, short_volume
        else:
            big_margin, big, small = short_margin, short_volume, long_volume
        terms = self.instruments[symbol]
        hedged = Fraction(repr(terms.margin_hedged)) / Fraction(repr(terms.contract_size))
        uncovered = nearest(Fraction(big_margin) * (big - small) / big)
        covered = nearest(Fraction(long_margin + short_margin) * small * hedged / (long_volume + short_volume))
        return uncovered + covered

    def _margin_of_position(self, position: Position) -> int:
        terms = self.instruments[position.symbol]
        value = self.rho(position.symbol, position.volume) * position.open
        return nearest(value if terms.calc_mode == "cfd" else value / self.settings.leverage)

    # -- what an order does to positions

    def held(self, order: Order) -> Position | None:
        """The position the order meets: the one it names, on a netting account the symbol's one."""
        if self.netting:
            return next((p for p in self.positions.values() if p.symbol == order.symbol), None)
        return self.positions.get(order.position) if order.position else None

    def entry(self, order: Order) -> str:
        """in, out or inout: what a deal for this order would be."""
        held = self.held(order)
        if held is None or held.direction == order.direction:
            return "in"
        return "out" if order.volume <= held.volume else "inout"

    def position_after(self, order: Order, price: int) -> Position:
        """The position an order leaves, filled at a price in points."""
        held, entry = self.held(order), self.entry(order)
        if held is None:
            return Position(
                order.ticket, order.symbol, order.direction, order.volume, Fraction(price), order.stop, order.take,
                order.magic,
            )  # fmt: skip
        stop, take = (order.stop, order.take) if order.stop or order.take else (held.stop, held.take)
        if entry == "in":
            volume = held.volume + order.volume
            mean = (held.open * held.volume + Fraction(price) * order.volume) / volume
            return replace(held, volume=volume, open=mean, stop=stop, take=take)
        closed = min(order.volume, held.volume)
        rest_swap = 0 if closed == held.volume else held.swap - nearest(Fraction(held.swap * closed, held.volume))
        if entry == "out":
            rest = held.volume - closed
            return replace(held, volume=rest, open=self._open_after(held, rest), swap=rest_swap)
        return replace(
            held, direction=order.direction, volume=order.volume - held.volume, open=Fraction(price),
            stop=order.stop, take=order.take, swap=0, magic=order.magic,
        )  # fmt: skip

    def _open_after(self, held: Position, rest: int) -> Fraction:
        """The open price that `rest` keeps: the sum of points x units is rounded to a whole one."""
        if rest == 0:
            return held.open
        terms = self.instruments[held.symbol]
        units = Fraction(rest, math.gcd(terms.volume_min, terms.volume_step))
        return Fraction(nearest(held.open * units)) / units

    def can_pay(self, order: Order, price: int) -> bool:
        """Section 9, enough money."""
        if self.entry(order) == "out":
            return True
        after = self.position_after(order, price)
        others = [p for p in self.positions.values() if p.number != after.number]
        return self.margin_of([*others, after]) <= self.equity + self.commission(order.symbol, order.volume)

    def fill(self, order: Order, price: int, moment: int) -> list[Event]:
        """The deal of an order, and on a netting account the stops it changed."""
        held, entry, after = self.held(order), self.entry(order), self.position_after(order, price)
        closed = 0 if entry == "in" or held is None else min(order.volume, held.volume)
        profit = swap = 0
        if closed and held is not None:
            profit = self.profit(held, price, closed)
            swap = held.swap - after.swap
        if after.volume:
            self.positions[after.number] = after
        else:
            del self.positions[after.number]
        side = "buy" if order.direction == BUY else "sell"
        facts: list[Event] = [
            self._deal(order, after, side, entry, "expert", order.volume, price, profit, swap, moment, order.comment)
        ]
        if held is not None and after.volume and (held.stop, held.take) != (after.stop, after.take):
            facts.append(self.protected(after, moment))
        return facts

    def close(self, position: Position, price: int, reason: str, comment: str, moment: int) -> list[Event]:
        """The terminal closes a whole position by itself."""
        order = Order(-1, self.next_ticket(), position.symbol, -position.direction, position.volume, 0, 0, 0, 0, "", 0)
        profit = self.profit(position, price, position.volume)
        del self.positions[position.number]
        side = "sell" if position.direction == BUY else "buy"
        return [
            self._deal(
                order, position, side, "out", reason, position.volume, price, profit, position.swap, moment, comment
            )
        ]

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
        position: Position,
        side: Any,
        entry: Any,
        reason: Any,
        volume: int,
        price: int,
        profit: int,
        swap: int,
        moment: int,
        comment: str,
    ) -> DealMade:
        commission = self.commission(position.symbol, volume)
        self.balance += profit + swap + commission
        self.deal_tickets += 1
        return DealMade(
            deal=self.deal_tickets,
            ticket=order.ticket,
            order=order.number,
            position=position.number,
            symbol=position.symbol,
            type=side,
            entry=entry,
            reason=reason,
            volume=volume,
            price=to_price(price, self.instruments[position.symbol].digits),
            profit=profit,
            swap=swap,
            commission=commission,
            balance=self.balance,
            magic=position.magic,
            moment=moment,
            comment=comment,
        )
