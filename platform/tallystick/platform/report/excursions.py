"""How far the price went for and against each trade while it was held (MFE and MAE), and how results follow from that.

Longs are valued at the bid, shorts at the ask. The rows taken are those whose whole span lies within the trade, and the
exit price itself; of a bar in which the trade was opened or closed part way nothing else is taken, since a bar does not
say what came first.
"""

from dataclasses import dataclass

import numpy as np

from tallystick.market.arrays import Floats, Ints
from tallystick.market.instrument import Instrument
from tallystick.platform.report.prices import Prices
from tallystick.platform.report.rates import Rates
from tallystick.platform.report.trades import Trade


@dataclass(frozen=True, slots=True)
class Excursions:
    """By trade: the furthest for it (0 or more) and against it (0 or less), in points and in minor units of money."""

    mfe_points: Ints
    mae_points: Ints
    mfe: Ints
    mae: Ints


@dataclass(frozen=True, slots=True)
class Correlations:
    """Pearson's, over trades; 0.0 where one side does not vary."""

    profits_mfe: float
    profits_mae: float
    mfe_mae: float


def excursions_of(
    trades: list[Trade], prices: list[Prices], instruments: dict[str, Instrument], money_digits: int, currency: str = ""
) -> Excursions:
    """Excursions of every trade; zero where its symbol has no prices or no conditions.

    Money in another currency than the account's is converted at the rates of the exit.
    """
    rates = Rates(instruments, prices, currency)
    found = [np.zeros(len(trades), dtype=np.int64) for _ in range(4)]
    by_symbol = {one.symbol: one for one in reversed(prices)}
    places: dict[tuple[str, int], list[int]] = {}
    for place, trade in enumerate(trades):
        places.setdefault((trade.symbol, trade.direction), []).append(place)
    for (symbol, direction), chosen in places.items():
        one, instrument = by_symbol.get(symbol), instruments.get(symbol)
        if one is None or instrument is None:
            continue
        some = [trades[place] for place in chosen]
        best, worst = _extremes(some, one, direction)
        scale = 10**instrument.digits
        entry = np.array([trade.price_open for trade in some])
        exits = np.array([trade.price_close for trade in some])
        favour = np.rint((np.where(np.isnan(best), exits, best) - entry) * direction * scale)
        against = np.rint((np.where(np.isnan(worst), exits, worst) - entry) * direction * scale)
        last = np.rint((exits - entry) * direction * scale)
        points = (
            np.maximum(np.maximum(favour, last), 0.0),
            np.minimum(np.minimum(against, last), 0.0),
        )
        worth = float(instrument.money_per_point_step(money_digits)) / instrument.volume_step
        volume = np.array([trade.volume for trade in some], dtype=np.float64)
        rate = rates.of(symbol, np.array([trade.closed for trade in some], dtype=np.int64))
        amounts = [value * volume * worth for value in points]
        money = amounts if rate is None else [rate.of(amount) for amount in amounts]
        for column, amount in enumerate((*points, *(np.rint(value) for value in money))):
            found[column][chosen] = amount.astype(np.int64)
    return Excursions(*found)


def _extremes(trades: list[Trade], one: Prices, direction: int) -> tuple[Floats, Floats]:
    """Best and worst price within each trade; NaN where no whole row lies within it."""
    begin = one.time - one.period_ns
    first = np.searchsorted(begin, [trade.entry_moment for trade in trades], side="left")
    stop = np.searchsorted(one.time, [trade.exit_moment for trade in trades], side="right")
    stop = np.maximum(stop, first)
    high, low = (one.bid_high, one.bid_low) if direction > 0 else (one.ask_high, one.ask_low)
    top, bottom = _reduced(np.maximum, high, first, stop), _reduced(np.minimum, low, first, stop)
    return (top, bottom) if direction > 0 else (bottom, top)


def _reduced(take: np.ufunc, values: Floats, first: Ints, stop: Ints) -> Floats:
    """`take` over each [first, stop); NaN for an empty one."""
    padded = np.append(values, values[-1])
    pairs = np.stack([first, stop], axis=1).ravel()
    reduced = take.reduceat(padded, np.minimum(pairs, len(values)))[::2].astype(np.float64)
    reduced[stop <= first] = np.nan
    return reduced


def correlations_of(trades: list[Trade], excursions: Excursions) -> Correlations:
    """How results go with excursions, in money."""
    results = np.array([trade.result for trade in trades], dtype=np.float64)
    mfe, mae = excursions.mfe.astype(np.float64), excursions.mae.astype(np.float64)
    return Correlations(_pearson(results, mfe), _pearson(results, mae), _pearson(mfe, mae))


def _pearson(one: Floats, other: Floats) -> float:
    if len(one) < 2 or not one.std() or not other.std():
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])
