"""What one volume step of an instrument is worth, exactly, for sizings that go by value."""

from fractions import Fraction
from typing import Any

from tallystick.market.instrument import Instrument
from tallystick.platform.accounts.rates import account_rate
from tallystick.platform.accounts.views import AccountView


def step_value(instrument: Instrument, account: AccountView, context: Any) -> Fraction | None:
    """Minor units of the account in one volume step at the middle of the quote; None without a quote.

    Another currency is converted by the dearer side of its pair.
    """
    quote, rate = context.quotes.get(instrument.symbol), account_rate(instrument, account, context)
    if quote is None or rate is None:
        return None
    price = Fraction(instrument.points(quote.bid) + instrument.points(quote.ask), 2 * 10**instrument.digits)
    points = instrument.money_per_point_step(account.digits) * 10**instrument.digits
    value: Fraction = price * points * rate
    return value
