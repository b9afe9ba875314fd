"""Swap: what holding a position over the server's midnight costs or pays (`docs/fills.md`, section 11)."""

from fractions import Fraction
from functools import lru_cache

from tallystick.market.instrument import LOT, Instrument
from tallystick.market.money import PointMoney, rounded

SATURDAY = 5
SWAP_MODES = ("disabled", "points", "currency")
"""MT5's swap modes that are computed here, in words."""


def nights(instrument: Instrument, weekday: int) -> int:
    """Nights that the rollover ending server weekday `weekday` (Monday 0) charges."""
    if weekday >= SATURDAY or instrument.swap_mode == "disabled":
        return 0
    return 3 if weekday == instrument.swap_triple_weekday else 1


def night_swap(
    instrument: Instrument, money: PointMoney, direction: int, volume: int, count: int, currency_digits: int
) -> int:
    """Amount for `count` nights of a position, in minor units; negative when it costs."""
    numerator, denominator = _rate(instrument, direction)
    if instrument.swap_mode == "points":
        return rounded(numerator * count * money.units(volume) * money.numerator, denominator * money.denominator)
    return rounded(numerator * count * volume * 10**currency_digits, denominator * LOT)


@lru_cache(maxsize=4096)
def _rate(instrument: Instrument, direction: int) -> tuple[int, int]:
    """The declared rate of a night as an exact rational."""
    rate = Fraction(repr(instrument.swap_long if direction > 0 else instrument.swap_short))
    return rate.numerator, rate.denominator
