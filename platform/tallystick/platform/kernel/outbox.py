"""From an approval to the call: what exactly the terminal will be told.

Only `order.approved` opens this door. The magic number is the strategy's base plus the order number: servers keep it,
and it is how an order is found again. The comment is a courtesy.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tallystick.events.types.trading import OrderAbandoned, OrderRequested, OrderSending
from tallystick.market.instrument import Instrument

DEAL, PENDING, SLTP, MODIFY, REMOVE = 1, 5, 6, 7, 8
FILL_OR_KILL, IMMEDIATE_OR_CANCEL, RETURN = 0, 1, 2
GTC, SPECIFIED = 0, 2
ORDER_TYPES = {
    ("buy", "market"): 0,
    ("sell", "market"): 1,
    ("buy", "limit"): 2,
    ("sell", "limit"): 3,
    ("buy", "stop"): 4,
    ("sell", "stop"): 5,
    ("buy", "stop_limit"): 6,
    ("sell", "stop_limit"): 7,
}
MAGIC_SPAN = 1_000_000_000
"""Order numbers a strategy's range of magic numbers holds; ranges are disjoint per strategy."""


class Outbox:
    """Requests that wait for their verdict."""

    def __init__(self, strategies: Sequence[str], deviation: int) -> None:
        """`strategies` in module order, `deviation` in points for markets that honour it."""
        self._bases = {name: (index + 1) * MAGIC_SPAN for index, name in enumerate(strategies)}
        self._deviation = deviation
        self._requests: dict[int, OrderRequested] = {}

    def asked(self, request: OrderRequested) -> None:
        """An order was requested."""
        self._requests[request.order] = request

    def denied(self, order: int) -> None:
        """An order was refused."""
        self._requests.pop(order, None)

    def take(self, order: int, instruments: Mapping[str, Instrument], *, halted: bool) -> OrderSending | OrderAbandoned:
        """The sending of an approved order, or its end when the book has been halted in between."""
        request = self._requests.pop(order)
        if halted and not request.reduces and request.purpose != "cancel":
            return OrderAbandoned(order=order, reason="the book was halted before the order was sent")
        action = _action(request)
        instrument = instruments.get(request.symbol)
        return OrderSending(
            order=order,
            account=request.account,
            action=action,
            type=ORDER_TYPES[request.side, request.kind],
            symbol=request.symbol,
            volume=request.volume,
            price=request.price,
            stop_loss=request.stop_loss,
            take_profit=request.take_profit,
            deviation=self._deviation,
            filling=_filling(action, instrument),
            expires=request.expires,
            position=request.position,
            ticket=request.ticket,
            magic=self._bases.get(request.strategy, 0) + order % MAGIC_SPAN,
            comment=f"tallystick {order}",
            stop_limit=0.0,
            time_type=SPECIFIED if request.expires else GTC,
            opposite=0,
        )

    def freeze(self) -> Any:
        """Waiting requests as plain values."""
        return msgspec.to_builtins(self._requests, str_keys=False)

    def thaw(self, state: Any) -> None:
        """Take a frozen state back."""
        self._requests = msgspec.convert(state, dict[int, OrderRequested], strict=False)


def _action(request: OrderRequested) -> int:
    if request.purpose == "cancel":
        return REMOVE
    if request.purpose == "protect":
        return MODIFY if request.ticket else SLTP
    return PENDING if request.purpose == "pending" else DEAL


def _filling(action: int, instrument: Instrument | None) -> int:
    """The first mode the instrument allows; a pending order may rest."""
    if action == PENDING or instrument is None:
        return RETURN
    if instrument.filling_modes & 1:
        return FILL_OR_KILL
    return IMMEDIATE_OR_CANCEL if instrument.filling_modes & 2 else RETURN
