"""Rates to the account's currency along a book's time: of gains and of losses, in float64, as the terminal's rule says.

What a gain brings is sold at the bid of the pairs that lead to the account's currency, what a loss costs is bought at
their ask; each pair at its latest row. Where no pair leads there, or before its first row, the rate is 0.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tallystick.market.arrays import Floats
from tallystick.market.conversion import Leg, route_between
from tallystick.market.instrument import Instrument
from tallystick.platform.report.prices import Prices, Times


class RatePair(NamedTuple):
    """Units of the account's currency for one of a symbol's profit currency, at some times."""

    gain: Floats
    loss: Floats

    def part(self, first: int, stop: int) -> "RatePair":
        """Those from one place to before another."""
        return RatePair(self.gain[first:stop], self.loss[first:stop])

    def of(self, amount: Floats) -> Floats:
        """Amounts of the profit currency in the account's."""
        converted: Floats = amount * np.where(amount >= 0, self.gain, self.loss)
        return converted


class Rates:
    """The rates of a book's symbols."""

    def __init__(self, instruments: dict[str, Instrument], prices: list[Prices], currency: str) -> None:
        """`currency` is the account's; empty converts nothing."""
        self.currency = currency
        self._instruments = instruments
        self._prices = {one.symbol: one for one in reversed(prices)}

    def of(self, symbol: str, time: Times) -> RatePair | None:
        """The rates of a symbol's profits at some times; None where nothing is to convert."""
        source = self._instruments[symbol].pays_in(self.currency)
        if not self.currency or source == self.currency:
            return None
        route = route_between(source, self.currency, self._instruments, symbol)
        if route is None:
            return RatePair(np.zeros(len(time)), np.zeros(len(time)))
        gain, loss = np.ones(len(time)), np.ones(len(time))
        for leg in route.legs:
            gain, loss = gain * self._leg(leg, time, dear=False), loss * self._leg(leg, time, dear=True)
        return RatePair(gain, loss)

    def _leg(self, leg: Leg, time: Times, *, dear: bool) -> Floats:
        one = self._prices.get(leg.symbol)
        if one is None:
            return np.zeros(len(time))
        row = np.searchsorted(one.time, time, side="right") - 1
        side = one.ask if dear is not leg.inverse else one.bid
        quoted = side[np.maximum(row, 0)]
        known: NDArray[np.bool_] = (row >= 0) & (quoted > 0)
        price = np.where(known, quoted, 1.0)
        return np.where(known, 1.0 / price if leg.inverse else price, 0.0)
