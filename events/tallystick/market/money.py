"""Money: one rounding rule, and the exact money of points and volume without overflow.

The rule is R of `docs/fills.md`: to the nearest integer, halves away from zero, once per figure.
"""

from dataclasses import dataclass
from fractions import Fraction

from tallystick.market.instrument import LOT, Instrument

INT64_MAX = 2**63 - 1
LARGEST_POINTS = 2**33
"""Prices beyond this many points are refused: 85,899 at five digits."""


class MoneyOverflowError(OverflowError, ValueError):
    """A product that compiled code would wrap silently; trade less, or declare the instrument in coarser units."""


def rounded(numerator: int, denominator: int) -> int:
    """R(numerator / denominator) with a positive denominator: nearest, halves away from zero."""
    if numerator >= 0:
        return (2 * numerator + denominator) // (2 * denominator)
    return -((-2 * numerator + denominator) // (2 * denominator))


def rounded_fraction(value: Fraction) -> int:
    """R of an exact rational."""
    return rounded(value.numerator, value.denominator)


@dataclass(frozen=True, slots=True)
class PointMoney:
    """Minor units of the account per point and volume unit, as a reduced rational; a unit is `unit` 1e-8 lots."""

    numerator: int
    denominator: int
    unit: int

    def units(self, volume: int) -> int:
        """A tradable volume in units."""
        return volume // self.unit

    def profit(self, point_units: int) -> int:
        """R of the money of `point_units`: points times units, signed."""
        return rounded(point_units * self.numerator, self.denominator)

    def require_fits(self, points: int, volume: int) -> None:
        """Raise `MoneyOverflowError` when points x units x numerator could leave int64 in compiled code."""
        size = abs(points)
        largest = 8 * max(size, 1) * (volume // self.unit) * max(self.numerator, 1)
        if size > LARGEST_POINTS or largest + 2 * self.denominator > INT64_MAX:
            message = f"{volume / LOT:g} lots at {points} points do not fit into 63 bits; trade less in one position"
            raise MoneyOverflowError(message)


def point_money(instrument: Instrument, currency_digits: int) -> PointMoney:
    """The instrument's exact money of a point: in the profit currency, or by the constant rate in the account's.

    Minor units are the account's in either case, so that a rate between currencies is all that is left to do.
    """
    unit = instrument.volume_unit
    rate = instrument.profit_per_unit * Fraction(unit, LOT) * Fraction(10**currency_digits, 10**instrument.digits)
    if instrument.profit_rate:
        rate *= Fraction(repr(instrument.profit_rate))
    return PointMoney(rate.numerator, rate.denominator, unit)


def commission(instrument: Instrument, volume: int) -> int:
    """What a deal of this volume costs, as a negative amount."""
    return -rounded(instrument.commission_per_lot * volume, LOT)
