"""Section 9 of docs/fills.md, and the money of section 8: profit, commission, equity, margin."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from tallystick.market.instrument import Instrument
from tests.simulation.oracle.arithmetic import LOT, nearest
from tests.simulation.oracle.conversion import Conversion
from tests.simulation.oracle.orders import BUY, SELL, Position


class AccountOfTheOracle(Conversion):
    """Balance and positions."""

    def __init__(self, settings: Any, instruments: dict[str, Instrument]) -> None:
        """A new account; its opening balance is deal 1."""
        super().__init__(settings, instruments)
        self.balance: int = settings.balance
        self.positions: dict[int, Position] = {}
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

    def named(self, number: int) -> Position | None:
        """The position with a number or, after a reversal, with a ticket."""
        by_ticket = (p for p in self.positions.values() if p.ticket == number != 0)
        return self.positions.get(number) or next(by_ticket, None)

    def of_symbol(self, symbol: str) -> list[Position]:
        """Its positions, in order of number."""
        return [p for _, p in sorted(self.positions.items()) if p.symbol == symbol]

    def in_the_way(self, symbol: str, direction: int) -> bool:
        """Hedging is prohibited, and a position of the symbol is on the other side."""
        prohibited = self.settings.hedge_prohibited and not self.netting
        return prohibited and any(p.direction != direction for p in self.of_symbol(symbol))

    def closing_price(self, symbol: str, direction: int) -> int:
        """Bid for a buy, ask for a sell, in points."""
        bid, ask = self.quotes[symbol]
        return bid if direction == BUY else ask

    def profit(self, position: Position, price: int, volume: int) -> int:
        """Profit of closing `volume` of a position at a price in points."""
        exact = position.direction * (price - position.open) * self.rho(position.symbol, volume)
        return self.booked(position.symbol, exact)

    def floating(self, position: Position) -> int:
        """Profit of closing the whole position now."""
        return self.profit(position, self.closing_price(position.symbol, position.direction), position.volume)

    def commission(self, symbol: str, volume: int) -> int:
        """What a deal of this volume costs, as the (negative) amount it brings."""
        return -nearest(Fraction(self.instruments[symbol].commission_per_lot * volume, LOT))

    @property
    def equity(self) -> int:
        """Balance, credit, floating profits and the swaps kept on positions."""
        own: int = self.balance + self.settings.credit
        return own + sum(self.floating(p) + p.swap for p in self.positions.values())

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
        if terms.margin_hedged_larger_leg and long_volume and short_volume:
            return max(long_margin, short_margin)
        whole = terms.margin_maintenance or terms.margin_initial or terms.contract_size
        hedged = Fraction(repr(terms.margin_hedged)) / Fraction(repr(whole))
        uncovered = nearest(Fraction(big_margin) * (big - small) / big)
        covered = nearest(Fraction(long_margin + short_margin) * small * hedged / (long_volume + short_volume))
        return uncovered + covered

    def _margin_of_position(self, position: Position) -> int:
        if position.margin is not None:
            return position.margin
        return self.bound(position.symbol, position.direction, position.volume, position.open, ordered=False)
