"""Section 21 of docs/fills.md: rates between currencies, and the money that goes through them; rho of section 1."""

from fractions import Fraction
from typing import Any

from tallystick.market.instrument import Instrument
from tests.simulation.oracle.arithmetic import LOT, nearest
from tests.simulation.oracle.orders import BUY

PAIRS = ("forex", "forex_no_leverage")
LEVERED = ("forex", "cfd_leverage")
OF_TICKS = ("futures", "exch_futures")
Leg = tuple[str, bool]
"""A pair, and whether it is quoted the other way round."""


class Conversion:
    """Settings, instruments and current quotes, and what money is worth by them."""

    def __init__(self, settings: Any, instruments: dict[str, Instrument]) -> None:
        """`settings` are the account's."""
        self.settings = settings
        self.instruments = instruments
        self.quotes: dict[str, tuple[int, int]] = {}
        self._routes: dict[tuple[str, str], list[Leg]] = {}
        self._lot_points = {symbol: self._lot_point(one) for symbol, one in instruments.items()}

    def route(self, source: str, own: str) -> list[Leg]:
        """The pairs from a currency to the account's; `own` is the instrument whose money it is."""
        if (source, own) not in self._routes:
            self._routes[source, own] = self._found(source, own)
        return self._routes[source, own]

    def _found(self, source: str, own: str) -> list[Leg]:
        target: str = self.settings.currency
        if source == target:
            return []
        ways = [
            (first, second, (symbol, inverse))
            for symbol, one in self.instruments.items()
            if one.calc_mode in PAIRS and one.currency_base
            for first, second, inverse in (
                (one.currency_base, one.currency_profit, False), (one.currency_profit, one.currency_base, True),
            )
        ]  # fmt: skip
        routes = [[leg] for first, second, leg in ways if (first, second) == (source, target)]
        routes += [
            [leg, then] for first, middle, leg in ways for again, last, then in ways
            if first == source and again == middle and last == target
        ]  # fmt: skip
        return min(
            routes, key=lambda legs: (len(legs), *((symbol != own, inverse, symbol) for symbol, inverse in legs))
        )

    def rate(self, source: str, own: str, constant: float) -> tuple[Fraction, Fraction]:
        """Bid and ask of a currency in the account's."""
        if constant and source != self.settings.currency:
            return Fraction(repr(constant)), Fraction(repr(constant))
        bid = ask = Fraction(1)
        for symbol, inverse in self.route(source, own):
            scale = 10 ** self.instruments[symbol].digits
            low, high = (Fraction(points, scale) for points in self.quotes[symbol])
            bid, ask = (bid / high, ask / low) if inverse else (bid * low, ask * high)
        return bid, ask

    def priced(self, symbol: str) -> bool:
        """Whether the symbol, and every pair that its money goes through, has had a price."""
        terms = self.instruments[symbol]
        needed = {symbol}
        if not terms.profit_rate:
            needed |= {pair for pair, _ in self.route(terms.currency_profit, symbol)}
        if not terms.margin_rate:
            for ordered in (True, False):
                needed |= {pair for pair, _ in self.route(self._lot_margin(terms, ordered=ordered)[2], symbol)}
        if terms.swap_mode in {"currency_symbol", "currency_margin"}:
            needed |= {pair for pair, _ in self.route(self.swap_currency(terms), symbol)}
        return needed <= self.quotes.keys()

    def _lot_point(self, terms: Instrument) -> Fraction:
        size = Fraction(repr(terms.contract_size))
        if terms.calc_mode in OF_TICKS and terms.tick_value and terms.tick_size:
            size = Fraction(repr(terms.tick_value)) / Fraction(repr(terms.tick_size))
        return size * Fraction(10**self.settings.digits, 10**terms.digits)

    def rho(self, symbol: str, volume: int) -> Fraction:
        """The money of one point on a volume, in the profit currency."""
        return Fraction(volume, LOT) * self._lot_points[symbol]

    def booked(self, symbol: str, exact: Fraction) -> int:
        """R of an amount of the profit currency: what was gained is sold, what was lost is bought."""
        terms = self.instruments[symbol]
        if terms.currency_profit == self.settings.currency:
            return nearest(exact)
        return self._turned(exact, self.rate(terms.currency_profit, symbol, terms.profit_rate))

    def _turned(self, exact: Fraction, rate: tuple[Fraction, Fraction]) -> int:
        bid, ask = rate
        return nearest(exact * (bid if exact > 0 else ask))

    def swap_currency(self, terms: Instrument) -> str:
        """Of modes currency_symbol and currency_margin."""
        margin = terms.swap_mode == "currency_margin" and terms.currency_margin
        return margin or terms.currency_base

    def paid_in(self, symbol: str, exact: Fraction, currency: str) -> int:
        """R of an amount of another currency."""
        return self._turned(exact, self.rate(currency, symbol, 0.0))

    def _lot_margin(self, terms: Instrument, *, ordered: bool) -> tuple[Fraction, bool, str]:
        """Margin of a lot (before the side's rate), whether it is for each unit of the price, and its currency."""
        fixed = terms.margin_initial if ordered else terms.margin_maintenance or terms.margin_initial
        lever = self.settings.leverage if terms.calc_mode in LEVERED else 1
        base, size = terms.currency_base, Fraction(repr(terms.contract_size))
        currency = terms.currency_margin or base
        if fixed or terms.calc_mode in OF_TICKS:
            return Fraction(repr(fixed)) / lever, False, currency or terms.currency_profit
        if terms.calc_mode in PAIRS:
            by_own_price = currency == base and terms.currency_profit == self.settings.currency != base
            return size / lever, by_own_price, terms.currency_profit if by_own_price else currency
        if terms.calc_mode == "cfd_index" and terms.tick_size and terms.tick_value:
            size *= Fraction(repr(terms.tick_value)) / Fraction(repr(terms.tick_size))
        return size / lever, True, currency if currency and currency != base else terms.currency_profit

    def bound(self, symbol: str, direction: int, volume: int, price: Fraction | int, *, ordered: bool) -> int:
        """R of the margin of a volume at a price in points, at the rates of now."""
        terms = self.instruments[symbol]
        lot, by_price, currency = self._lot_margin(terms, ordered=ordered)
        long = direction == BUY
        side = terms.margin_rate_long if long else terms.margin_rate_short
        if not ordered:
            side = (terms.maintenance_rate_long if long else terms.maintenance_rate_short) or side
        exact = lot * Fraction(volume, LOT) * Fraction(repr(side)) * 10**self.settings.digits
        if by_price:
            exact *= Fraction(price) / 10**terms.digits
        bid, ask = self.rate(currency, symbol, terms.margin_rate)
        return nearest(exact * (ask if long else bid))

    def fixes_margin(self, symbol: str) -> bool:
        """Whether a position's margin goes through a pair, and is fixed where it opens."""
        terms = self.instruments[symbol]
        return not terms.margin_rate and bool(self.route(self._lot_margin(terms, ordered=False)[2], symbol))

    def orders_bind_otherwise(self, symbol: str) -> bool:
        """Whether the margin of an order is another than that of a position."""
        terms = self.instruments[symbol]
        sides = (terms.maintenance_rate_long, terms.margin_rate_long), (
            terms.maintenance_rate_short, terms.margin_rate_short,
        )  # fmt: skip
        other_rates = any(held not in {0.0, ordered} for held, ordered in sides)
        return other_rates or self._lot_margin(terms, ordered=True) != self._lot_margin(terms, ordered=False)
