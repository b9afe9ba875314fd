"""Margin of positions (`docs/fills.md`, section 9), exact and rounded once a position."""

from fractions import Fraction

from tallystick.market.instrument import LOT, Instrument
from tallystick.market.money import rounded, rounded_fraction


def position_margin(
    instrument: Instrument, volume: int, point_units: int, units: int, leverage: int, currency_digits: int
) -> int:
    """Margin of one position; `point_units` / `units` is its exact open price in points."""
    contract = Fraction(repr(instrument.contract_size))
    price = Fraction(point_units, units * 10**instrument.digits)
    exact = Fraction(volume, LOT) * contract * price * 10**currency_digits
    return rounded_fraction(exact if instrument.calc_mode == "cfd" else exact / leverage)


def order_margin(instrument: Instrument, volume: int, points: int, leverage: int, currency_digits: int) -> int:
    """Margin of one new position at a price in points."""
    return position_margin(instrument, volume, points, 1, leverage, currency_digits)


def hedged_margin(instrument: Instrument, long: tuple[int, int], short: tuple[int, int]) -> int:
    """Margin of one symbol on a hedging account from (volume, margin) of each side."""
    big, small = (long, short) if long[0] >= short[0] else (short, long)
    if small[0] == 0:
        return big[1]
    uncovered = rounded(big[1] * (big[0] - small[0]), big[0])
    hedged = Fraction(repr(instrument.margin_hedged)) / Fraction(repr(instrument.contract_size))
    covered = hedged * (long[1] + short[1]) * small[0] / (long[0] + short[0])
    return uncovered + rounded_fraction(covered)
