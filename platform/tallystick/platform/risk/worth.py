"""What a volume is worth in the account's currency, in whole minor units, rounded up: limits are never flattered.

    value = price in points * volume * money of a point * rate

The rate from the profit currency to the account's is the book's own (`docs/fills.md`, section 21), on its dearer side
at the latest quotes; without one there is no value, and what needs it refuses.
"""

from fractions import Fraction
from functools import lru_cache
from typing import Any

from tallystick.market.instrument import Instrument
from tallystick.market.margin import order_rule
from tallystick.market.money import point_money
from tallystick.platform.accounts.rates import account_rate, rate_between
from tallystick.platform.accounts.views import AccountView


@lru_cache(maxsize=1024)
def _value_rate(instrument: Instrument, currency_digits: int) -> tuple[int, int]:
    """Minor units of one point on one 1e-8 lot, as a reduced fraction."""
    worth = instrument.money_per_point_step(currency_digits) / instrument.volume_step
    return worth.numerator, worth.denominator


@lru_cache(maxsize=1024)
def _margin_rate(
    instrument: Instrument, leverage: int, currency_digits: int, currency: str
) -> tuple[str, bool, tuple[int, int]]:
    """Currency of an order's margin, whether it goes by price, and that of one 1e-8 lot on its dearer side."""
    rule = order_rule(instrument, max(leverage, 1), currency_digits, currency)
    dearer = max(Fraction(*rule.buy), Fraction(*rule.sell)) / point_money(instrument, currency_digits).unit
    return rule.currency, rule.priced, (dearer.numerator, dearer.denominator)


def value_of(instrument: Instrument, volume: int, price_points: int, account: AccountView, context: Any) -> int | None:
    """Worth of `volume` at a price, or None when no rate to the account's currency is known."""
    numerator, denominator = _value_rate(instrument, account.digits)
    numerator *= price_points * volume
    if instrument.currency_profit != account.currency:
        rate = account_rate(instrument, account, context)
        if rate is None:
            return None
        numerator, denominator = numerator * rate.numerator, denominator * rate.denominator
    return -(-numerator // denominator)


def margin_of(instrument: Instrument, volume: int, price_points: int, account: AccountView, context: Any) -> int | None:
    """Margin of a new position on its dearer side, without relief for opposite ones; None when no rate is known."""
    currency, priced, (numerator, denominator) = _margin_rate(
        instrument, account.leverage, account.digits, account.currency
    )
    numerator *= volume * price_points if priced else volume
    if currency != account.currency:
        rate = rate_between(currency, instrument.symbol, account, context)
        if rate is None:
            return None
        numerator, denominator = numerator * rate.numerator, denominator * rate.denominator
    return -(-numerator // denominator)
