"""Rates between the currencies of a book, through its own pairs: exact, and each with a side (`docs/fills.md`, 21).

A pair quotes one currency in another. What is sold is paid at the bid, what is bought is charged at the ask; of a pair
that is quoted the other way round the two change places. A rate's cheap side is the lower one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tallystick.market.instrument import Instrument

PAIR_MODES = ("forex", "forex_no_leverage")
"""Calculation modes of instruments that exchange one currency for another."""

Prices = Callable[[str], tuple[int, int] | None]
"""Bid and ask of a symbol in points, None before its first price."""


class CurrencyError(ValueError):
    """No pair of the book leads from one currency to another; add its data, or state a constant rate."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One pair on a route; `inverse`: it is quoted the other way round. `scale`: points in a unit of price."""

    symbol: str
    scale: int
    inverse: bool

    def rate(self, prices: Prices, *, dear: bool) -> tuple[int, int] | None:
        """Its rate as a fraction of whole numbers, None without a price above 0."""
        quoted = prices(self.symbol)
        if quoted is None or min(quoted) <= 0:
            return None
        points = quoted[1] if dear is not self.inverse else quoted[0]
        return (self.scale, points) if self.inverse else (points, self.scale)


@dataclass(frozen=True, slots=True)
class Route:
    """The way from one currency to another: no pair when they are the same, else one or two."""

    source: str
    target: str
    legs: tuple[Leg, ...] = ()

    def rate(self, prices: Prices, *, dear: bool) -> tuple[int, int] | None:
        """Units of the target for one of the source, None while a pair has no price."""
        numerator = denominator = 1
        for leg in self.legs:
            one = leg.rate(prices, dear=dear)
            if one is None:
                return None
            numerator, denominator = numerator * one[0], denominator * one[1]
        return numerator, denominator


def route_between(source: str, target: str, instruments: Mapping[str, Instrument], own: str = "") -> Route | None:
    """The route from `source` to `target`, or None.

    Of several: the fewest pairs; `own`, the instrument whose money is converted; a pair quoted in that direction; the
    first by name.
    """
    if source == target:
        return Route(source, target)
    legs = [leg for pair in sorted(instruments) for leg in _legs(instruments[pair], own)]
    direct = [leg for leg in legs if (leg.source, leg.target) == (source, target)]
    if direct:
        return Route(source, target, (min(direct, key=_Way.rank).leg,))
    twice = [
        (first, then)
        for first in legs
        if first.source == source
        for then in legs
        if then.source == first.target and then.target == target
    ]
    if not twice:
        return None
    first, then = min(twice, key=lambda two: (two[0].rank(), two[1].rank()))
    return Route(source, target, (first.leg, then.leg))


def required_route(source: str, target: str, instruments: Mapping[str, Instrument], own: str, rate: str) -> Route:
    """The same; raises `CurrencyError` with the pair that is missing. `rate`: the field that states a constant."""
    found = route_between(source, target, instruments, own)
    if found is None:
        what = f"{own} is in {source}, the account in {target}, and no pair of the book leads from one to the other"
        wanted = f"{source}{target} or {target}{source}"
        raise CurrencyError(f"E118 {what}. Add the data of {wanted}, or state {rate} of {own}.")
    return found


@dataclass(frozen=True, slots=True)
class _Way:
    """A leg in one direction."""

    source: str
    target: str
    leg: Leg
    own: bool

    def rank(self) -> tuple[bool, bool, str]:
        """The least is taken."""
        return not self.own, self.leg.inverse, self.leg.symbol


def _legs(pair: Instrument, own: str) -> list[_Way]:
    base, quote = pair.currency_base, pair.currency_profit
    if pair.calc_mode not in PAIR_MODES or not base or base == quote:
        return []
    scale: int = 10**pair.digits
    mine = pair.symbol == own
    there = _Way(base, quote, Leg(pair.symbol, scale, inverse=False), mine)
    return [there, _Way(quote, base, Leg(pair.symbol, scale, inverse=True), mine)]
