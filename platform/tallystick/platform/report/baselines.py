"""What doing nothing, and buying once, would have made: printed beside every result.

Flat: no trade at all. Buy and hold: the deposit in equal parts over the symbols, without leverage, bought at the first
ask in whole volume steps (rounded down), valued at the latest bid, with commission for the purchase and swap for each
calendar night (a week charges seven). Another currency is converted by the book's pairs; symbols whose first row has
no rate yet are left out.
"""

from dataclasses import dataclass

import numpy as np

from tallystick.market.instrument import LOT, Instrument
from tallystick.market.money import point_money
from tallystick.market.spans import DAY_NS
from tallystick.platform.report.equity import Money, profit_of
from tallystick.platform.report.prices import Prices, Times
from tallystick.platform.report.rates import Rates
from tallystick.platform.report.trades import Holding


@dataclass(frozen=True, slots=True)
class BuyAndHold:
    """Equity in minor units over the given times, and what was bought in 1e-8 lots by symbol."""

    equity: Money
    bought: dict[str, int]

    def result(self, deposit: int) -> int:
        """What it made."""
        return int(self.equity[-1]) - deposit if len(self.equity) else 0


def buy_and_hold(
    time: Times, prices: list[Prices], instruments: dict[str, Instrument], deposit: int, currency: str, digits: int
) -> BuyAndHold:
    """Buy each symbol once and hold it to the end."""
    rates = Rates(instruments, prices, currency)
    known = {one.symbol: one for one in reversed(prices) if one.symbol in instruments}
    chosen = {symbol: one for symbol, one in known.items() if _first_rate(rates, one)}
    equity = np.full(len(time), deposit, dtype=np.int64)
    bought: dict[str, int] = {}
    for symbol, one in sorted(chosen.items()):
        instrument = instruments[symbol]
        spent = deposit / len(chosen) / 10**digits / _first_rate(rates, one)
        volume = _affordable(spent, float(one.ask[0]), instrument)
        bought[symbol] = volume
        if not volume:
            continue
        begin = int(one.time[0])
        holding = Holding(0, symbol, 1, volume, float(one.ask[0]), 0, begin, -1)
        first = int(np.searchsorted(time, begin))
        row = np.searchsorted(one.time, time[first:], side="right") - 1
        rate = rates.of(symbol, time[first:])
        equity[first:] += profit_of(one.bid[row], holding, instrument, digits, rate)
        equity[first:] -= round(instrument.commission_per_lot * volume / LOT)
        nights = time[first:] // DAY_NS - begin // DAY_NS
        swap = (nights * _swap_a_night(instrument, volume, digits)).astype(np.float64)
        if rate is not None and instrument.swap_mode == "points":
            swap = rate.of(swap)
        equity[first:] += np.rint(swap).astype(np.int64)
    return BuyAndHold(equity, bought)


def _first_rate(rates: Rates, one: Prices) -> float:
    """What a unit of the profit currency costs at a symbol's first row; 0.0 before the rate is known."""
    rate = rates.of(one.symbol, one.time[:1])
    return 1.0 if rate is None else float(rate.loss[0])


def _affordable(money: float, price: float, instrument: Instrument) -> int:
    """The volume whose whole value `money` pays, in whole steps; 0 below the smallest volume."""
    lots = money / (instrument.contract_size * price)
    steps = int(lots * LOT) // instrument.volume_step
    volume = min(steps * instrument.volume_step, instrument.volume_max)
    return volume if volume >= instrument.volume_min else 0


def _swap_a_night(instrument: Instrument, volume: int, digits: int) -> float:
    """Swap of a long position for one night in minor units."""
    if instrument.swap_mode == "points":
        money = point_money(instrument, digits)
        return instrument.swap_long * money.units(volume) * money.numerator / money.denominator
    if instrument.swap_mode == "currency":
        return instrument.swap_long * volume / LOT * float(10**digits)
    return 0.0
