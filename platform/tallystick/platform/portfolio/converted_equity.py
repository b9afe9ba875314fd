"""The account's equity as rows go by where positions pay in other currencies: exact, row by row, not compiled.

A rate between currencies is a quotient of other symbols' prices, so every row of a pair moves the equity too.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import msgspec

from tallystick.events.module import Context
from tallystick.market.arrays import Ints
from tallystick.market.conversion import Leg, Route, route_between
from tallystick.market.instrument import Instrument
from tallystick.market.money import PointMoney
from tallystick.market.rows import Rows
from tallystick.market.terms import NoRateError, converted
from tallystick.platform.accounts.views import PositionView

Beyond = Callable[[int, Ints], bool]


class Held(msgspec.Struct, kw_only=True):
    """One position: units, exact sum of points times units, money of a point, and the pairs that convert it."""

    symbol: str
    direction: int
    units: int
    sums: int
    numerator: int
    denominator: int
    legs: list[tuple[str, int, bool]]

    def profit(self, quotes: Mapping[str, tuple[int, int]]) -> int:
        """Floating profit in minor units; 0 while a price is missing, as in the account view."""
        quoted = quotes.get(self.symbol)
        if quoted is None:
            return 0
        points = self.direction * (quoted[self.direction < 0] * self.units - self.sums)
        route = Route("", "", tuple(Leg(symbol, scale, inverse) for symbol, scale, inverse in self.legs))
        try:
            return converted(route, points * self.numerator, self.denominator, quotes.get)
        except NoRateError:
            return 0


class ConvertedEquity:
    """Positions as of the last event, and the prices of their symbols and pairs."""

    def __init__(self) -> None:
        """Nothing is held."""
        self.held: list[Held] = []
        self._quotes: dict[str, tuple[int, int]] = {}
        self._scales: dict[str, int] = {}

    def look(self, positions: Sequence[PositionView], context: Context, moneys: Mapping[str, PointMoney]) -> None:
        """Take the positions of now; `moneys`: a point's money by symbol."""
        currency = context.account.currency if context.account is not None else ""
        self.held = [self._one(position, context, moneys[position.symbol], currency) for position in positions]
        moving = {one.symbol for one in self.held} | {leg[0] for one in self.held for leg in one.legs}
        self._scales = {symbol: 10 ** context.instruments[symbol].digits for symbol in sorted(moving)}
        self._quotes = {}
        for symbol in self._scales:
            quote = context.quotes.get(symbol)
            if quote is not None:
                self.see(symbol, quote.bid, quote.ask)

    @staticmethod
    def _one(position: PositionView, context: Context, money: PointMoney, currency: str) -> Held:
        instrument: Instrument = context.instruments[position.symbol]
        units, scale = money.units(position.volume), 10**instrument.digits
        route = route_between(instrument.pays_in(currency), currency, context.instruments, position.symbol)
        return Held(
            symbol=position.symbol,
            direction=position.direction,
            units=units,
            sums=open_sum(position.price_open, scale, units),
            numerator=money.numerator if route is not None else 0,
            denominator=money.denominator,
            legs=[(leg.symbol, leg.scale, leg.inverse) for leg in (route.legs if route is not None else ())],
        )

    def floating(self) -> int:
        """Floating profit of all positions at the last rows."""
        return sum(one.profit(self._quotes) for one in self.held)

    def see(self, symbol: str, bid: float, ask: float) -> None:
        """One row of a symbol."""
        scale = self._scales.get(symbol)
        if scale is not None:
            self._quotes[symbol] = round(bid * scale), round(ask * scale)

    def first(self, rows: Rows, symbols: Mapping[int, str], fixed: int, numbers: Ints, beyond: Beyond) -> int:
        """First row at which a limit is passed, or -1; nothing is changed."""
        before = dict(self._quotes)
        found = self.walk(rows, symbols, fixed, numbers.copy(), beyond)
        self._quotes = before
        return found

    def walk(self, rows: Rows, symbols: Mapping[int, str], fixed: int, numbers: Ints, beyond: Beyond) -> int:
        """The same; prices move on, and in `numbers` the highest equity."""
        equity = fixed + self.floating()
        for row, (series, bid, ask) in enumerate(
            zip(rows.series.tolist(), rows.bid.tolist(), rows.ask.tolist(), strict=True)
        ):
            symbol = symbols.get(series, "")
            if symbol in self._scales:
                self.see(symbol, bid, ask)
                equity = fixed + self.floating()
            if beyond(equity, numbers):
                return row
        return -1

    def freeze(self) -> Any:
        """Positions, prices in points, and points in a unit of price."""
        return [[msgspec.to_builtins(one) for one in self.held], list(self._quotes.items()), list(self._scales.items())]

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave."""
        held, quotes, scales = state
        self.held = [msgspec.convert(one, Held, strict=False) for one in held]
        self._quotes = {symbol: (bid, ask) for symbol, (bid, ask) in quotes}
        self._scales = dict(scales)


def open_sum(price: float, scale: int, units: int) -> int:
    """The sum of points times units behind an open price, which is the float nearest to their quotient: exact."""
    return round(Fraction(price) * scale * units)
