"""Swap: what holding a position over the server's midnight costs or pays (`docs/fills.md`, sections 11 and 21).

| mode | a night of a lot | in |
|---|---|---|
| points | rate x the money of a point | profit currency |
| currency | rate | account currency (MT5's deposit currency) |
| currency_symbol | rate | base currency |
| currency_margin | rate | margin currency |
| interest_current | rate percent a year of the lot's worth at its closing price | profit currency |
| interest_open | rate percent a year of the lot's worth at the open price | profit currency |

MT5's two modes of reopening (7 and 8) close and open the position at another price; they are refused.
"""

from fractions import Fraction
from functools import lru_cache

from tallystick.market.instrument import LOT, Instrument

SATURDAY = 5
SWAP_MODES = (
    "disabled", "points", "currency", "currency_symbol", "currency_margin", "interest_current", "interest_open",
)  # fmt: skip
"""MT5's swap modes that are computed here, in words."""
OF_PROFIT = ("points", "interest_current", "interest_open")
"""Modes whose amount is in the profit currency."""


def nights(instrument: Instrument, weekday: int) -> Fraction:
    """Nights that the rollover ending server weekday `weekday` (Monday 0) charges."""
    if instrument.swap_mode == "disabled":
        return Fraction(0)
    if instrument.swap_multipliers:
        return Fraction(repr(instrument.swap_multipliers[weekday]))
    if weekday >= SATURDAY:
        return Fraction(0)
    return Fraction(3 if weekday == instrument.swap_triple_weekday else 1)


def swap_currency(instrument: Instrument, account_currency: str) -> str:
    """The currency in which `night_swap` counts."""
    if instrument.swap_mode in OF_PROFIT:
        return account_currency if instrument.profit_rate else instrument.currency_profit
    if instrument.swap_mode == "currency_symbol":
        return instrument.currency_base or account_currency
    if instrument.swap_mode == "currency_margin":
        return instrument.currency_margin or instrument.currency_base or account_currency
    return account_currency


def night_swap(
    instrument: Instrument, rate_of_point: Fraction, direction: int, volume: int, price: Fraction, currency_digits: int
) -> Fraction:
    """Amount of one night in minor units of `swap_currency`, not rounded; negative when it costs.

    `rate_of_point`: the money of a point on the whole volume. `price`: in points, the open price in mode
    interest_open, else the closing price.
    """
    rate = _rate(instrument, direction)
    if instrument.swap_mode == "points":
        return rate * rate_of_point
    if instrument.swap_mode in OF_PROFIT:
        return rate * rate_of_point * price / (100 * instrument.swap_year_days)
    minor: int = 10**currency_digits
    return rate * volume * minor / LOT


@lru_cache(maxsize=4096)
def _rate(instrument: Instrument, direction: int) -> Fraction:
    """The declared rate of a night as an exact rational."""
    return Fraction(repr(instrument.swap_long if direction > 0 else instrument.swap_short))
