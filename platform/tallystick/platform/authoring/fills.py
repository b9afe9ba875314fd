"""Which deals are a strategy's own, and how it hears of them."""

from decimal import Decimal
from typing import Any

import msgspec

from tallystick.events.types.trading import DealMade, OrderRequested
from tallystick.market.instrument import LOT

KEPT = 512
"""Own order numbers remembered: a deal comes in the same moment as its order's answer, or while the order stands."""


class Fill(msgspec.Struct, frozen=True, kw_only=True):
    """One deal. `lots` is signed: bought above 0. Money in units of the account currency."""

    symbol: str
    lots: Decimal
    price: float
    entry: str
    """in, out, inout or out_by."""
    reason: str
    """expert, client, sl, tp, so or rollover."""
    profit: Decimal
    position: int
    order: int
    deal: int
    time: int
    """Modelled moment in ns UTC."""


class OwnFills:
    """Own order numbers and positions, so that a stop that the terminal carries out is known for one's own."""

    __slots__ = ("_name", "_orders", "_positions")

    def __init__(self, name: str) -> None:
        """Of the strategy with this name."""
        self._name = name
        self._orders: dict[int, None] = {}
        self._positions: set[int] = set()

    def requested(self, event: OrderRequested, context: Any) -> None:
        """An order was asked for, perhaps for this strategy."""
        if event.strategy != self._name:
            return
        self._orders[event.order] = None
        if len(self._orders) > 2 * KEPT:
            late = list(self._orders)[:-KEPT]
            for order in late:
                if order not in context.orders:
                    del self._orders[order]

    def fill_of(self, deal: DealMade, context: Any) -> Fill | None:
        """The deal as a fill when it is one's own."""
        if deal.type == "balance" or (deal.order not in self._orders and deal.position not in self._positions):
            return None
        if deal.position in context.positions:
            self._positions.add(deal.position)
        else:
            self._positions.discard(deal.position)
        direction = 1 if deal.type == "buy" else -1
        account = context.account
        return Fill(
            symbol=deal.symbol,
            lots=Decimal(direction * deal.volume) / LOT,
            price=deal.price,
            entry=deal.entry,
            reason=deal.reason,
            profit=Decimal(deal.profit).scaleb(-(account.digits if account is not None else 2)),
            position=deal.position,
            order=deal.order,
            deal=deal.deal,
            time=deal.moment,
        )

    def freeze(self) -> Any:
        """Orders and positions."""
        return [list(self._orders), sorted(self._positions)]

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave."""
        orders, positions = state
        self._orders, self._positions = dict.fromkeys(orders), set(positions)
