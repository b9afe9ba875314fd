"""One instrument's money in one account: what a move earns, what a position binds, what a night costs.

Everything that values a position goes by these terms, so that the server, the book and the report cannot differ.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from tallystick.market.conversion import Prices, Route, required_route
from tallystick.market.instrument import Instrument
from tallystick.market.margin import MarginRule, held_rule, order_rule
from tallystick.market.money import PointMoney, point_money, rounded, rounded_fraction
from tallystick.market.swap import night_swap, nights, swap_currency


class NoRateError(LookupError):
    """A pair that converts has no price yet; wait for its first row."""


@dataclass(frozen=True, slots=True)
class Terms:
    """`digits`: of the account. `profit`: the route of profits; `ordered`, `held`: margins of orders and positions."""

    instrument: Instrument
    digits: int
    money: PointMoney
    profit: Route
    ordered: MarginRule
    ordered_route: Route
    held: MarginRule
    held_route: Route
    swap_route: Route

    @property
    def converts(self) -> bool:
        """Whether profits go through a pair."""
        return bool(self.profit.legs)

    @property
    def keeps_margin(self) -> bool:
        """Whether a position's margin is fixed where it opens, because a rate between currencies is in it."""
        return bool(self.held_route.legs)

    @property
    def pairs(self) -> tuple[str, ...]:
        """Symbols whose prices are needed."""
        routes = self.profit, self.ordered_route, self.held_route, self.swap_route
        return tuple(dict.fromkeys(leg.symbol for route in routes for leg in route.legs))

    def profit_of(self, point_units: int, prices: Prices, *, denominator: int = 1) -> int:
        """R of the money of `point_units / denominator` points times units. Raises `NoRateError`."""
        numerator = point_units * self.money.numerator
        return self.in_account(numerator, self.money.denominator * denominator, prices)

    def in_account(self, numerator: int, denominator: int, prices: Prices) -> int:
        """R of an amount of the profit currency: a gain is sold at the bid, a loss bought at the ask."""
        return converted(self.profit, numerator, denominator, prices)

    def swap(
        self, direction: int, units: int, weekday: int, prices: Prices, *, closing: int, point_units: int
    ) -> tuple[int, int]:
        """Whole nights that a rollover charges and what they cost, R once; `weekday` ends with it.

        Raises `NoRateError`.
        """
        count = nights(self.instrument, weekday)
        if not count:
            return 0, 0
        rate = Fraction(self.money.numerator * units, self.money.denominator)
        price = Fraction(point_units, units) if self.instrument.swap_mode == "interest_open" else Fraction(closing)
        volume = units * self.money.unit
        amount = count * night_swap(self.instrument, rate, direction, volume, price, self.digits)
        return rounded_fraction(count), converted(self.swap_route, amount.numerator, amount.denominator, prices)

    def fixed_night(self, direction: int, weekday: int) -> tuple[int, int, int] | None:
        """Whole nights of a rollover and their money for a unit of volume, a fraction; None where prices are in it."""
        if self.swap_route.legs or self.instrument.swap_mode.startswith("interest"):
            return None
        count, rate = nights(self.instrument, weekday), Fraction(self.money.numerator, self.money.denominator)
        if not count:
            return 0, 0, 1
        money = count * night_swap(self.instrument, rate, direction, self.money.unit, rate, self.digits)
        return rounded_fraction(count), money.numerator, money.denominator

    def order_margin(self, direction: int, units: int, points: int, prices: Prices, *, denominator: int = 1) -> int:
        """Margin that an order of `units / denominator` at `points` must find. Raises `NoRateError`."""
        numerator, divisor = self.ordered.amount(direction, units, points * units)
        return _bound(self.ordered_route, direction, numerator, divisor * denominator, prices)

    def held_margin(self, direction: int, units: int, point_units: int, prices: Prices) -> int:
        """Margin that a position binds. Raises `NoRateError`."""
        numerator, denominator = self.held.amount(direction, units, point_units)
        return _bound(self.held_route, direction, numerator, denominator, prices)


class AccountTerms:
    """The terms of every instrument of a book in one account, made where they are first asked for."""

    def __init__(self, instruments: Mapping[str, Instrument], currency: str, digits: int, leverage: int) -> None:
        """`instruments` may grow; pairs are looked for among all of them."""
        self._instruments = instruments
        self._currency = currency
        self._digits = digits
        self._leverage = leverage
        self._known: dict[str, Terms] = {}
        self._count = 0

    def __getitem__(self, symbol: str) -> Terms:
        """Terms of a symbol. Raises `CurrencyError`, and `KeyError` for one that is not declared."""
        if self._count != len(self._instruments):
            self._known.clear()
            self._count = len(self._instruments)
        known = self._known.get(symbol)
        if known is None or known.instrument is not self._instruments[symbol]:
            known = self._known[symbol] = self._make(self._instruments[symbol])
        return known

    def _make(self, instrument: Instrument) -> Terms:
        account = self._leverage, self._digits, self._currency
        ordered, held = order_rule(instrument, *account), held_rule(instrument, *account)
        paid = instrument.pays_in(self._currency)
        return Terms(
            instrument,
            self._digits,
            point_money(instrument, self._digits),
            self.route(paid, instrument.symbol, "profit_rate"),
            ordered,
            self.route(ordered.currency, instrument.symbol, "margin_rate"),
            held,
            self.route(held.currency, instrument.symbol, "margin_rate"),
            self.route(swap_currency(instrument, self._currency), instrument.symbol, 'swap_mode = "currency"'),
        )

    def route(self, source: str, symbol: str, rate: str) -> Route:
        """The route from a currency of an instrument to the account's. Raises `CurrencyError` naming `rate`."""
        return required_route(source, self._currency, self._instruments, symbol, rate)

    def require(self, symbols: Iterable[str]) -> None:
        """Raise `CurrencyError` for the first of some symbols that cannot be converted."""
        for symbol in symbols:
            self[symbol]


def converted(route: Route, numerator: int, denominator: int, prices: Prices) -> int:
    """R of a signed amount through a route: what is gained is sold at the bid, what is lost bought at the ask."""
    if not route.legs:
        return rounded(numerator, denominator)
    rate = route.rate(prices, dear=numerator < 0)
    if rate is None:
        raise _no_rate(route)
    return rounded(numerator * rate[0], denominator * rate[1])


def _bound(route: Route, direction: int, numerator: int, denominator: int, prices: Prices) -> int:
    """R of a margin through a route: a buy's is converted at the ask, a sell's at the bid."""
    if not route.legs:
        return rounded(numerator, denominator)
    rate = route.rate(prices, dear=direction > 0)
    if rate is None:
        raise _no_rate(route)
    return rounded(numerator * rate[0], denominator * rate[1])


def _no_rate(route: Route) -> NoRateError:
    pairs = " and ".join(leg.symbol for leg in route.legs)
    return NoRateError(f"no price of {pairs} yet leads from {route.source} to {route.target}; wait for its first row")
