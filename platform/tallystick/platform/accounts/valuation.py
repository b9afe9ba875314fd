"""What the account is worth at the latest quotes: exact points, one rounding per position."""

from collections.abc import Mapping

from tallystick.market.instrument import Instrument
from tallystick.market.rows import Quote
from tallystick.platform.accounts.ledger import Ledger
from tallystick.platform.accounts.views import AccountView


def account_view(
    ledger: Ledger, quotes: Mapping[str, Quote], instruments: Mapping[str, Instrument], time: int
) -> AccountView:
    """The account now; a position whose symbol has no quote yet is valued at its open price."""
    raise NotImplementedError
