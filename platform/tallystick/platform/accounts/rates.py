"""Rates to the account's currency as a module sees them: at the latest quotes, on the dearer side."""

from fractions import Fraction
from typing import Any

from tallystick.market.conversion import route_between
from tallystick.market.instrument import Instrument
from tallystick.platform.accounts.valuation import prices_of
from tallystick.platform.accounts.views import AccountView


def account_rate(instrument: Instrument, account: AccountView, context: Any) -> Fraction | None:
    """Units of the account's currency for one that the instrument pays in, or None without quotes that lead there."""
    return rate_between(instrument.pays_in(account.currency), instrument.symbol, account, context)


def rate_between(currency: str, symbol: str, account: AccountView, context: Any) -> Fraction | None:
    """Units of the account's currency for one of `currency`, which the money of `symbol` is in, or None."""
    if currency == account.currency:
        return Fraction(1)
    route = route_between(currency, account.currency, context.instruments, symbol)
    if route is None:
        return None
    rate = route.rate(prices_of(context.quotes, context.instruments), dear=True)
    return None if rate is None else Fraction(*rate)
