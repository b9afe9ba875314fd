"""The simulated account: settings, positions and pending orders as the server holds them."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import msgspec

from tallystick.events.types.trading import OrderSending


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """Money in minor units, stop-out levels in hundredths of a percent; a limit of 0 is none.

    The fields are those of `account.opened`, which says what each means.
    """

    name: str = "demo"
    currency: str = "USD"
    digits: int = 2
    balance: int = 1_000_000
    leverage: int = 30
    margin_mode: Literal["netting", "hedging"] = "hedging"
    stop_out_call: int = 10_000
    stop_out_level: int = 5_000
    credit: int = 0
    limit_orders: int = 0
    limit_positions: int = 0
    message_limit: int = 0
    fifo_close: bool = False
    hedge_prohibited: bool = False
    trade_allowed: bool = True
    trade_expert: bool = True


class Position(msgspec.Struct, kw_only=True):
    """An open position. `point_units` is the exact sum of points times units, so `point_units / units` is its price."""

    ticket: int
    symbol: str
    direction: int
    volume: int
    units: int
    point_units: int
    stop: int
    take: int
    swap: int
    magic: int

    def price(self, digits: int) -> float:
        """Its open price as a float64."""
        return float(Fraction(self.point_units, self.units * 10**digits))


class Pending(msgspec.Struct, kw_only=True):
    """A pending order; `live` is the moment from which it can be triggered, `price`, `stop` and `take` are points."""

    ticket: int
    sending: OrderSending
    price: int
    stop: int
    take: int
    expires: int
    live: int


class InFlight(msgspec.Struct, kw_only=True):
    """A market order on its way; it is executed at the first step at or after `due`."""

    ticket: int
    sending: OrderSending
    due: int


class AccountState(msgspec.Struct, kw_only=True):
    """Everything the server remembers, as one value."""

    balance: int
    next_ticket: int = 1
    next_deal: int = 2
    opened: bool = False
    positions: dict[int, Position] = {}
    pendings: dict[int, Pending] = {}
    in_flight: dict[int, InFlight] = {}
    bids: dict[str, int] = {}
    asks: dict[str, int] = {}
    clock: int = -1
