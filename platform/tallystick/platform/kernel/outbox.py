"""From an approval to the call: what exactly the terminal will be told.

Only `order.approved` opens this door. The magic number is the strategy's base plus the order number: servers keep it,
and it is how an order is found again. The comment is a courtesy.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from tallystick.events.types.mt5 import OrderAsked
from tallystick.events.types.trading import OrderAbandoned, OrderRequested, OrderSending
from tallystick.market.instrument import Instrument
from tallystick.platform.mt5 import numbers

replace = msgspec.structs.replace

ORDER_TYPES = {
    ("buy", "market"): numbers.BUY,
    ("sell", "market"): numbers.SELL,
    ("buy", "limit"): numbers.BUY_LIMIT,
    ("sell", "limit"): numbers.SELL_LIMIT,
    ("buy", "stop"): numbers.BUY_STOP,
    ("sell", "stop"): numbers.SELL_STOP,
    ("buy", "stop_limit"): numbers.BUY_STOP_LIMIT,
    ("sell", "stop_limit"): numbers.SELL_STOP_LIMIT,
}
ACTIONS = {"cancel": numbers.REMOVE, "pending": numbers.PENDING, "protect": numbers.SLTP}
"""What is asked of the terminal for a purpose; of any other a deal."""
Spelling = Callable[[OrderAsked, OrderRequested], OrderSending]
"""The sending of an order that a bot asked for in the terminal's own words."""
MAGIC_SPAN = 1_000_000_000
"""Order numbers a strategy's range of magic numbers holds; ranges are disjoint per strategy."""


class Outbox:
    """Requests that wait for their verdict."""

    def __init__(self, strategies: Sequence[str], deviation: int, spelling: Spelling | None = None) -> None:
        """`strategies` in module order, `deviation` in points for markets that honour it."""
        self._spelling = spelling
        self._asking: OrderAsked | None = None
        self._bots: dict[int, OrderAsked] = {}
        self._bases = {name: (index + 1) * MAGIC_SPAN for index, name in enumerate(strategies)}
        # What an order of ours does not say of itself. Python gives a call more than 15 names by way of a dictionary,
        # which takes three times as long as changing these 14.
        self._plain = OrderSending(
            order=0, account="", action=0, type=0, symbol="", volume=0, price=0.0, stop_loss=0.0, take_profit=0.0,
            deviation=deviation, filling=0, expires=0, position=0, ticket=0, magic=0, comment="", stop_limit=0.0,
            time_type=numbers.GTC, opposite=0,
        )  # fmt: skip
        self._requests: dict[int, OrderRequested] = {}

    def asked(self, request: OrderRequested, _time: int, _seq: int) -> None:
        """An order was requested; right after a bot's asking, in its cascade, it is that bot's."""
        self._requests[request.order] = request
        if self._asking is not None:
            self._bots[request.order], self._asking = self._asking, None

    def asked_by_bot(self, asked: OrderAsked | None) -> None:
        """A bot asked for an order in the terminal's own words; None: its asking came to nothing."""
        self._asking = asked

    def denied(self, order: int) -> None:
        """An order was refused."""
        self._requests.pop(order, None)
        self._bots.pop(order, None)

    def adds(self, order: int) -> bool:
        """True when the waiting request may add exposure."""
        request = self._requests[order]
        return not request.reduces and request.purpose != "cancel"

    def take(self, order: int, instruments: Mapping[str, Instrument], *, barred: str) -> OrderSending | OrderAbandoned:
        """The sending of an approved order, or its end when the book may only reduce since: `barred` says why."""
        if barred and self.adds(order):
            self.denied(order)
            return OrderAbandoned(order=order, reason=barred)
        request = self._requests.pop(order)
        asked = self._bots.pop(order, None) if self._bots else None
        if asked is not None and self._spelling is not None:
            return self._spelling(asked, request)
        action = ACTIONS.get(request.purpose, numbers.DEAL)
        if action == numbers.SLTP and request.ticket:
            action = numbers.MODIFY
        instrument = instruments.get(request.symbol)
        sending = replace(
            self._plain,
            order=order,
            account=request.account,
            action=action,
            type=ORDER_TYPES[request.side, request.kind],
            symbol=request.symbol,
            volume=request.volume,
            price=request.price,
            stop_loss=request.stop_loss,
            take_profit=request.take_profit,
            filling=_filling(action, instrument),
            position=request.position,
            ticket=request.ticket,
            magic=self._bases.get(request.strategy, 0) + order % MAGIC_SPAN,
            comment=f"tallystick {order}",
        )
        if request.expires:
            return replace(sending, expires=request.expires, time_type=numbers.SPECIFIED)
        return sending

    def freeze(self) -> Any:
        """Waiting requests as plain values."""
        assert not self._bots  # a bot waits for each of its orders, and no snapshot is taken meanwhile
        return msgspec.to_builtins(self._requests, str_keys=False)

    def thaw(self, state: Any) -> None:
        """Take a frozen state back."""
        self._requests = msgspec.convert(state, dict[int, OrderRequested], strict=False)


def _filling(action: int, instrument: Instrument | None) -> int:
    """The first mode the instrument allows; a pending order may rest."""
    if action == numbers.PENDING or instrument is None:
        return numbers.RETURN
    if instrument.filling_modes & 1:
        return numbers.FILL_OR_KILL
    return numbers.IMMEDIATE_OR_CANCEL if instrument.filling_modes & 2 else numbers.RETURN
