"""What one volume step of an instrument is worth, exactly, for sizings that go by value."""

from fractions import Fraction
from typing import Any

from tallystick.market.instrument import LOT, Instrument
from tallystick.platform.accounts.views import AccountView


def step_value(instrument: Instrument, account: AccountView, context: Any) -> Fraction | None:
    """Minor units of the account in one volume step at the middle of the quote; None without a quote of the symbol.

    The instrument's profits have to be in the account's currency.
    """
    quote = context.quotes.get(instrument.symbol)
    if quote is None:
        return None
    price = Fraction(instrument.points(quote.bid) + instrument.points(quote.ask), 2 * 10**instrument.digits)
    units = Fraction(repr(instrument.contract_size)) * Fraction(instrument.volume_step, LOT)
    value: Fraction = price * units * 10**account.digits
    return value
