"""What stands on the account of the oracle: positions (section 8 of docs/fills.md) and orders (sections 5, 6, 14)."""

from dataclasses import dataclass
from fractions import Fraction

from tallystick.events.types.trading import OrderSending

BUY, SELL = 1, -1
LIMITS, STOPS, STOP_LIMITS = (2, 3), (4, 5), (6, 7)
"""ORDER_TYPE of the pending orders; 0 and 1 are market orders."""


def direction_of(order_type: int) -> int:
    """Even types buy, odd types sell."""
    return BUY if order_type % 2 == 0 else SELL


@dataclass
class Position:
    """An open position; prices in points, `open` exact, volume in 1e-8 lots, swap in minor units.

    `ticket` is the number until a reversal replaces it; `margin` is what was fixed where it opened, None by rule.
    """

    number: int
    symbol: str
    direction: int
    volume: int
    open: Fraction
    stop: int
    take: int
    magic: int
    swap: int = 0
    ticket: int = 0
    margin: int | None = None


@dataclass
class Order:
    """An order that passed section 4; prices in points, `volume` what remains of it.

    `type` is its present ORDER_TYPE. `resting`: the rest of a market or stop order. `opened`: a part of it was filled.
    `asked`: the request.
    """

    number: int
    ticket: int
    symbol: str
    type: int
    volume: int
    stop: int
    take: int
    position: int
    magic: int
    comment: str
    due: int
    filling: int = 0
    deviation: int = 0
    price: int = 0
    stop_limit: int = 0
    expires: int | None = None
    resting: bool = False
    opened: bool = False
    asked: OrderSending | None = None

    @property
    def direction(self) -> int:
        """Buy or sell."""
        return direction_of(self.type)

    @property
    def limit_price(self) -> int:
        """Price of the limit order that a stop-limit order leaves; of any other order its own."""
        return self.stop_limit if self.type in STOP_LIMITS else self.price
