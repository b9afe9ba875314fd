"""What modules may see of an account: frozen values, replaced whenever an event changes them."""

from typing import Literal

import msgspec

from tallystick.events.types.trading import DealMade


class PositionView(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One open position. Volumes in 1e-8 lots, prices as at the terminal, money in minor units, times in ns UTC."""

    ticket: int
    symbol: str
    strategy: str
    direction: int
    volume: int
    price_open: float
    stop_loss: float
    take_profit: float
    swap: int
    order: int
    opened: int


class OrderView(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One order that has not ended: asked for, approved, on its way, or pending at the terminal."""

    order: int
    strategy: str
    symbol: str
    purpose: str
    direction: int
    kind: str
    volume: int
    price: float
    stop_loss: float
    take_profit: float
    position: int
    ticket: int
    reduces: bool
    requested: int
    stage: Literal["requested", "approved", "sending", "placed"]


def opened_by(deal: DealMade, order: OrderView | None, direction: int, time: int) -> PositionView:
    """The position that a deal opens at a book time; `order` is the one that led to it, if the book still knows it."""
    return PositionView(
        ticket=deal.position,
        symbol=deal.symbol,
        strategy=order.strategy if order else "",
        direction=direction,
        volume=deal.volume,
        price_open=deal.price,
        stop_loss=order.stop_loss if order else 0.0,
        take_profit=order.take_profit if order else 0.0,
        swap=0,
        order=deal.order,
        opened=time,
    )


class AccountView(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The account valued at the latest quotes: bid for longs, ask for shorts. Money in minor units."""

    account: str
    currency: str
    digits: int
    leverage: int
    margin_mode: str
    balance: int
    equity: int
    margin: int
    day_start_balance: int
    peak_balance: int
    restricted: bool
    halted: bool

    @property
    def margin_free(self) -> int:
        """Equity less margin."""
        return self.equity - self.margin
