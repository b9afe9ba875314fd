"""What the ledger remembers of one account, as plain values that a snapshot keeps."""

import msgspec

from tallystick.events.types.account import AccountOpened
from tallystick.platform.accounts.views import OrderView, PositionView


class LedgerState(msgspec.Struct, kw_only=True):
    """Everything the ledger remembers, as one value."""

    account: AccountOpened | None = None
    balance: int = 0
    peak_balance: int = 0
    day: int = -1
    day_start_balance: int = 0
    restricted: bool = False
    halted: bool = False
    positions: dict[int, PositionView] = {}
    orders: dict[int, OrderView] = {}
    placed: dict[int, int] = {}
    sums: dict[int, tuple[int, int]] = {}
    margins: dict[int, int] = {}
