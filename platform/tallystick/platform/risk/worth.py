"""What a volume is worth in the account's currency, in whole minor units, rounded up: limits are never flattered.

    value = price in points * volume * contract size * rate / (10**digits * 1e8), scaled to minor units

The rate from the profit currency to the account's comes from the quotes of a pair of the two; without one there is
no value, and what needs it refuses.
"""

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from tallystick.market.instrument import LOT, Instrument
from tallystick.platform.accounts.views import AccountView


@lru_cache(maxsize=1024)
def _minor_units(contract_size: float, digits: int, currency_digits: int) -> tuple[int, int]:
    """Minor units of one point on one 1e-8 lot, as a reduced fraction."""
    worth = Fraction(repr(contract_size)) * Fraction(10**currency_digits, LOT * 10**digits)
    return worth.numerator, worth.denominator


def value_of(instrument: Instrument, volume: int, price_points: int, account: AccountView, context: Any) -> int | None:
    """Worth of `volume` at a price, or None when no rate to the account's currency is known."""
    numerator, denominator = _minor_units(instrument.contract_size, instrument.digits, account.digits)
    if instrument.currency_profit != account.currency:
        rate = rate_between(instrument.currency_profit, account.currency, context.quotes, context.instruments)
        if rate is None:
            return None
        numerator, denominator = numerator * rate[0], denominator * rate[1]
    return -(-(price_points * volume * numerator) // denominator)


def margin_of(instrument: Instrument, volume: int, price_points: int, account: AccountView, context: Any) -> int | None:
    """Margin of a new position, without relief for opposite ones: its value, divided by leverage unless a plain CFD."""
    value = value_of(instrument, volume, price_points, account, context)
    if value is None or instrument.calc_mode == "cfd":
        return value
    return -(-value // max(account.leverage, 1))


def rate_between(
    source: str, target: str, quotes: Mapping[str, Any], instruments: Mapping[str, Instrument]
) -> tuple[int, int] | None:
    """Units of `target` for one of `source` as a fraction, from a pair's ask side (the dearer), or None."""
    for symbol in sorted(instruments):
        pair = instruments[symbol]
        if {pair.currency_base, pair.currency_profit} != {source, target} or symbol not in quotes:
            continue
        quote = quotes[symbol]
        if pair.currency_base == source:
            return pair.points(quote.ask), 10**pair.digits
        bid = pair.points(quote.bid)
        return (10**pair.digits, bid) if bid > 0 else None
    return None
