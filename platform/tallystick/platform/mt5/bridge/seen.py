"""What the terminal shows, as values of ours: the fields we use of the package's struct sequences.

The names of every field, in order, are those of the package 5.0.6231 (`dropin/fields.py`); a row of another length is
refused, because its values would stand under wrong names.
"""

from typing import Any, TypeVar

import msgspec

from tallystick.platform.mt5.bridge.errors import BridgeProtocolError
from tallystick.platform.mt5.dropin.fields import FIELDS


class PositionSeen(msgspec.Struct, frozen=True):
    """An open position. Volumes in lots, `swap` in units of the account's currency, times of the server's clock."""

    ticket: int
    identifier: int
    type: int
    magic: int
    volume: float
    price_open: float
    sl: float
    tp: float
    swap: float
    time_update_msc: int
    symbol: str


class OrderSeen(msgspec.Struct, frozen=True):
    """An order, pending or in the history. `state` is MT5's ORDER_STATE."""

    ticket: int
    time_done_msc: int
    time_expiration: int
    type: int
    state: int
    magic: int
    position_id: int
    position_by_id: int
    reason: int
    volume_initial: float
    volume_current: float
    price_open: float
    sl: float
    tp: float
    price_stoplimit: float
    symbol: str


class DealSeen(msgspec.Struct, frozen=True):
    """A deal of the history. Money in units of the account's currency."""

    ticket: int
    order: int
    time_msc: int
    type: int
    entry: int
    magic: int
    position_id: int
    reason: int
    volume: float
    price: float
    commission: float
    swap: float
    profit: float
    fee: float
    symbol: str
    comment: str


class ResultSeen(msgspec.Struct, frozen=True):
    """What `order_send` answered."""

    retcode: int
    deal: int
    order: int
    volume: float
    price: float
    bid: float
    ask: float
    comment: str


class TickSeen(msgspec.Struct, frozen=True):
    """The last tick of a symbol."""

    time_msc: int
    bid: float
    ask: float


class AccountSeen(msgspec.Struct, frozen=True):
    """The account the terminal stands on."""

    login: int
    trade_mode: int
    leverage: int
    limit_orders: int
    margin_so_mode: int
    trade_allowed: bool
    trade_expert: bool
    margin_mode: int
    currency_digits: int
    fifo_close: bool
    balance: float
    credit: float
    margin_so_call: float
    margin_so_so: float
    server: str
    currency: str


class TerminalSeen(msgspec.Struct, frozen=True):
    """The terminal itself."""

    connected: bool
    trade_allowed: bool
    tradeapi_disabled: bool
    build: int
    name: str
    path: str


class SymbolSeen(msgspec.Struct, frozen=True):
    """Conditions of a symbol that have to be those of the plan. Volumes in lots."""

    digits: int
    trade_mode: int
    filling_mode: int
    trade_contract_size: float
    volume_min: float
    volume_max: float
    volume_step: float
    currency_profit: str
    name: str


Seen = TypeVar("Seen", PositionSeen, OrderSeen, DealSeen, ResultSeen, TickSeen, AccountSeen, TerminalSeen, SymbolSeen)


def seen(kind: type[Seen], name: str, values: tuple[Any, ...]) -> Seen:
    """One struct sequence's values as ours. Raises `BridgeProtocolError` for what the package does not document."""
    fields = FIELDS[name]
    if len(values) != len(fields):
        message = f"the package's {name} has {len(values)} fields, expected {len(fields)}"
        raise BridgeProtocolError(message, "use a version of MetaTrader5 that docs/guarantees.md names")
    try:
        return msgspec.convert(dict(zip(fields, values, strict=True)), kind)
    except msgspec.ValidationError as error:
        message = f"the package's {name} holds what it should not: {error}"
        raise BridgeProtocolError(message, "use a version of MetaTrader5 that docs/guarantees.md names") from error
