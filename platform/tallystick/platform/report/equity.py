"""Balance and equity over book time, marked to market at every row of the log.

Equity at a book time is the balance after the last deal up to then, plus for each position held its swap and its
profit at the latest price of its symbol (bid for longs, ask for shorts), rounded once a position to whole minor units,
halves away from zero. Between two closes of a bar nothing is measured, as in MT5's tester on closes.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tallystick.market.arrays import Floats
from tallystick.market.instrument import Instrument
from tallystick.platform.report.prices import Prices, Times
from tallystick.platform.report.rates import RatePair, Rates
from tallystick.platform.report.reckoning import opening_balance
from tallystick.platform.report.story import Story
from tallystick.platform.report.trades import Holding

Money = NDArray[np.int64]
EXACT = 2.0**53


@dataclass(frozen=True, slots=True)
class Curve:
    """Book times in ns UTC, balance and equity in minor units there, and the number of positions held."""

    time: Times
    balance: Money
    equity: Money
    held: NDArray[np.int64]

    def __len__(self) -> int:
        """Number of times."""
        return len(self.time)


def curve_of(story: Story, prices: list[Prices], holdings: list[Holding]) -> Curve:
    """The account over all book times of rows and deals."""
    deal_time = np.array([told.time for told in story.deals], dtype=np.int64)
    deal_balance = np.array([told.event.balance for told in story.deals], dtype=np.int64)
    every = np.sort(np.concatenate([deal_time, *(one.time for one in prices)]), kind="stable")  # runs that are sorted
    time = every[np.flatnonzero(np.diff(every, prepend=every[:1] - 1))]
    opening = opening_balance(story)
    last_deal = np.searchsorted(deal_time, time, side="right")
    balance = np.concatenate([[opening], deal_balance])[last_deal].astype(np.int64)
    floating = np.zeros(len(time), dtype=np.int64)
    held = np.zeros(len(time), dtype=np.int64)
    by_symbol = {one.symbol: one for one in reversed(prices)}
    rates = Rates(story.instruments, prices, story.currency)
    converted = {symbol: rates.of(symbol, time) for symbol in by_symbol if symbol in story.instruments}
    latest = {one.symbol: np.searchsorted(one.time, time, side="right") - 1 for one in by_symbol.values()}
    for holding in holdings:
        first = int(np.searchsorted(time, holding.since))
        stop = len(time) if holding.until < 0 else int(np.searchsorted(time, holding.until))
        held[first:stop] += 1
        floating[first:stop] += holding.swap
        one = by_symbol.get(holding.symbol)
        instrument = story.instruments.get(holding.symbol)
        if one is None or instrument is None or first == stop:
            continue
        row = latest[holding.symbol][first:stop]
        side = one.bid if holding.direction > 0 else one.ask
        price = np.where(row >= 0, side[np.maximum(row, 0)], holding.price_open)
        rate = converted[holding.symbol]
        own = rate.part(first, stop) if rate is not None else None
        floating[first:stop] += profit_of(price, holding, instrument, story.digits, own)
    return Curve(time, balance, balance + floating, held)


def profit_of(
    price: Floats, holding: Holding, instrument: Instrument, money_digits: int, rates: RatePair | None = None
) -> Money:
    """Profit in minor units of a holding at each price, converted by `rates`.

    In float64, but exactly: points, volume steps and the rational's numerator are integers below 2^53 together, and
    one division follows (a rate is a float, so that a converted half of a minor unit may be rounded either way).
    Raises `OverflowError` beyond.
    """
    scale = 10**instrument.digits
    points = (np.rint(price * scale) - _points(holding.price_open, scale)) * holding.direction
    rational = _rational(instrument, money_digits)
    steps = holding.volume / instrument.volume_step
    numerator = points * (steps * rational.numerator)
    if len(numerator) and float(np.abs(numerator).max()) >= EXACT:
        message = f"{instrument.symbol}: a position of {holding.volume / 10**8:g} lots is too large to value exactly."
        raise OverflowError(message)
    amount = numerator / rational.denominator
    if rates is not None:
        amount = rates.of(amount)
    rounded: Money = (np.sign(amount) * np.floor(np.abs(amount) + 0.5)).astype(np.int64)
    return rounded


@lru_cache(maxsize=256)
def _rational(instrument: Instrument, money_digits: int) -> Fraction:
    return instrument.money_per_point_step(money_digits)


def _points(price: float, scale: int) -> float:
    """The price in points; the mean price of a netting position may lie between two."""
    points = price * scale
    nearest = round(points)
    return float(nearest) if abs(points - nearest) < 1e-6 else points
