"""Numbers in the words of the trade, for details that a person reads."""

from datetime import UTC, datetime
from decimal import Decimal

from tallystick.market.instrument import Instrument
from tallystick.market.spans import SECOND_NS
from tallystick.platform.accounts.views import AccountView


def money(amount: int, account: AccountView) -> str:
    """An amount with its currency: 349,621.00 USD."""
    return f"{Decimal(amount).scaleb(-account.digits):,} {account.currency}"


def price(points: int, instrument: Instrument) -> str:
    """A price with all its digits."""
    return str(Decimal(points).scaleb(-instrument.digits))


def percent(ppm: int) -> str:
    """A share: 2 %."""
    return f"{format((Decimal(ppm) / 10_000).normalize(), 'f')} %"


def server_clock(server_ns: int) -> str:
    """A moment of the server's wall clock, in ns as if it were an epoch: 2014-05-05 00:05."""
    return datetime.fromtimestamp(server_ns // SECOND_NS, UTC).strftime("%Y-%m-%d %H:%M")
