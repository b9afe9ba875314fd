"""Margin of positions (`docs/fills.md`, section 9), exact and rounded once a position."""

from fractions import Fraction
from functools import lru_cache
from math import gcd

from tallystick.market.instrument import LOT, Instrument
from tallystick.market.money import rounded, rounded_fraction

CALC_MODES = ("forex", "cfd", "cfd_leverage")
"""MT5's calculation modes that are computed here, in words."""


@lru_cache(maxsize=4096)
def margin_rate(instrument: Instrument, leverage: int, currency_digits: int) -> tuple[int, int]:
    """Margin of one point unit (points times volume units) as a reduced rational of minor units.

    Volume times price is unit times point units, so one constant an instrument is all there is to margin.
    """
    unit = gcd(instrument.volume_min, instrument.volume_step)
    contract = Fraction(repr(instrument.contract_size))
    rate = contract * Fraction(unit, LOT) * Fraction(10**currency_digits, 10**instrument.digits)
    if instrument.calc_mode != "cfd":
        rate /= leverage
    return rate.numerator, rate.denominator


def position_margin(instrument: Instrument, point_units: int, leverage: int, currency_digits: int) -> int:
    """Margin of one position; `point_units` is its exact sum of points times volume units."""
    numerator, denominator = margin_rate(instrument, leverage, currency_digits)
    return rounded(point_units * numerator, denominator)


def order_margin(instrument: Instrument, volume: int, points: int, leverage: int, currency_digits: int) -> int:
    """Margin of one new position at a price in points."""
    unit = gcd(instrument.volume_min, instrument.volume_step)
    return position_margin(instrument, points * (volume // unit), leverage, currency_digits)


def hedged_margin(instrument: Instrument, long: tuple[int, int], short: tuple[int, int]) -> int:
    """Margin of one symbol on a hedging account from (volume, margin) of each side."""
    big, small = (long, short) if long[0] >= short[0] else (short, long)
    if small[0] == 0:
        return big[1]
    uncovered = rounded(big[1] * (big[0] - small[0]), big[0])
    hedged = Fraction(repr(instrument.margin_hedged)) / Fraction(repr(instrument.contract_size))
    covered = hedged * (long[1] + short[1]) * small[0] / (long[0] + short[0])
    return uncovered + rounded_fraction(covered)
