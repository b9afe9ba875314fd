"""The simulated account: settings, positions and pending orders as the server holds them."""

from fractions import Fraction
from functools import lru_cache

import msgspec

from tallystick.events.types.trading import OrderSending
from tallystick.platform.mt5.server.faults import Fault
from tallystick.platform.plan import AccountPlan

AccountSettings = AccountPlan
"""What the server goes by is the account as a plan states it."""


@lru_cache(256)
def _price(point_units: int, units: int) -> float:
    return float(Fraction(point_units, units))


class Position(msgspec.Struct, kw_only=True):
    """An open position. `point_units` is the exact sum of points times units, so `point_units / units` is its price.

    `ticket` is its number (MT5's identifier), which never changes; `turned` the ticket of the order that turned it over
    last, or 0. `opened` and `updated` are moments in ns UTC. `margin`: what it keeps from its opening where a rate
    between currencies is in it; -1 where the rule gives it at any time.
    """

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
    margin: int = -1
    turned: int = 0
    opened: int = 0
    updated: int = 0
    comment: str = ""
    reason: str = "expert"

    def price(self, digits: int) -> float:
        """Its open price as a float64."""
        return _price(self.point_units, self.units * 10**digits)

    @property
    def shown_ticket(self) -> int:
        """The ticket MT5 shows: that of the order which opened it, or turned it over last."""
        return self.turned or self.ticket


class Pending(msgspec.Struct, kw_only=True):
    """An order that stands: a pending order, or the rest of one that was filled in part (`docs/fills.md`, section 14).

    `kind` is its present ORDER_TYPE: a triggered stop-limit order is a limit order, the rest of a market or stop order
    a market order. `live` is the moment from which it can be triggered; `price`, `stop`, `take` and `stop_limit` are
    points; `sending.volume` is what remains of `initial`. `placed` is a moment in ns UTC.
    """

    ticket: int
    sending: OrderSending
    kind: int
    price: int
    stop: int
    take: int
    expires: int
    live: int
    stop_limit: int = 0
    time_type: int = 0
    placed: int = 0
    initial: int = 0
    partial: bool = False


class InFlight(msgspec.Struct, kw_only=True):
    """A market order on its way; it is executed at the first step at or after `due`. `sent` is a moment in ns UTC."""

    ticket: int
    sending: OrderSending
    due: int
    sent: int = 0


class AccountState(msgspec.Struct, kw_only=True):
    """Everything the server remembers, as one value. `recent`: times of the requests of the last second."""

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
    recent: list[int] = []
    faults: list[Fault] = []

    def position(self, number: int) -> Position | None:
        """The position with a number, or with the ticket that a reversal gave it."""
        found = self.positions.get(number)
        if found is None and number:
            found = next((one for one in self.positions.values() if one.turned == number), None)
        return found
