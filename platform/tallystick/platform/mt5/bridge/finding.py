"""Looks for an order whose outcome is unknown.

Market and pending orders are found by their magic, in orders and deals that stand and those of the history. Of the
other actions servers keep no magic: the state of the terminal is compared with what was asked for.
"""

from collections.abc import Sequence

from tallystick.events.event import Event
from tallystick.events.types.trading import OrderAnswered, OrderSending
from tallystick.market.spans import DAY_NS
from tallystick.platform.mt5.bridge.account import EXPERT, AccountWatch
from tallystick.platform.mt5.bridge.line import TerminalLine
from tallystick.platform.mt5.bridge.requests import lots, server_seconds, volume_of
from tallystick.platform.mt5.bridge.seen import DealSeen, OrderSeen
from tallystick.platform.mt5.numbers import CLOSE_BY, DEAL, PENDING, REMOVE, SLTP
from tallystick.platform.mt5.retcodes import DONE, DONE_PARTIAL, INVALID_ORDER, PLACED, REJECT

CANCELED, FILLED, REJECTED, EXPIRED = 2, 4, 5, 6
OUT_BY = 3
FOUND = "found in the history"
COMPARED = "found by comparing the state"
NEAR = 1e-9
"""Prices come back as they were sent, but for the server's rounding to its digits."""


class Finder:
    """Looks through one line, and tells of deals through one account's watch."""

    def __init__(self, line: TerminalLine, watch: AccountWatch, rule: str) -> None:
        """`rule` of the server's clock."""
        self._line = line
        self._watch = watch
        self._rule = rule

    def find(self, sending: OrderSending, time: int) -> Sequence[Event] | None:
        """Its facts, each once; None while the terminal knows of none. Raises what the line raises."""
        if sending.action == DEAL:
            return self._deal(sending, time)
        if sending.action == PENDING:
            return self._pending(sending, time)
        if sending.action == REMOVE:
            return self._removed(sending, time)
        if sending.action == CLOSE_BY:
            return self._closed_by(sending, time)
        as_asked = self._protected(sending) if sending.action == SLTP else self._modified(sending)
        return [_answer(sending, DONE, time, COMPARED, ticket=sending.ticket)] if as_asked else None

    def _deal(self, sending: OrderSending, time: int) -> Sequence[Event] | None:
        """Deals come first; an order of the history without any tells why."""
        if any(_is_of(order, sending) for order in self._line.orders()):
            return None  # the server is still at it
        over = [order for order in self._over(sending, time) if _is_of(order, sending)]
        deals = [deal for deal in self._deals(sending, time) if deal.magic == sending.magic and deal.reason == EXPERT]
        filled = sum(volume_of(deal.volume) for deal in deals)
        done = sum(volume_of(order.volume_initial) - volume_of(order.volume_current) for order in over)
        if over and filled < done:
            return None  # a deal is still missing from the history
        if deals:
            code = DONE if filled >= sending.volume else DONE_PARTIAL
            return [*self._watch.told_of(deals, time), _of_deals(sending, code, deals, time)]
        if any(order.state in {CANCELED, REJECTED, EXPIRED} for order in over):
            return [_answer(sending, REJECT, time, FOUND, ticket=over[0].ticket)]
        return None

    def _pending(self, sending: OrderSending, time: int) -> Sequence[Event] | None:
        """It stands, or it stood: what became of it is told as of any pending order."""
        known = [*self._line.orders(), *self._over(sending, time)]
        found = next((order for order in known if _is_of(order, sending)), None)
        if found is None:
            return None
        if found.state == REJECTED:
            return [_answer(sending, REJECT, time, FOUND, ticket=found.ticket)]
        return [_answer(sending, PLACED, time, FOUND, ticket=found.ticket)]

    def _removed(self, sending: OrderSending, time: int) -> Sequence[Event] | None:
        if any(order.ticket == sending.ticket for order in self._line.orders()):
            return None
        over = next((order for order in self._over(sending, time) if order.ticket == sending.ticket), None)
        if over is None:
            return None
        code = DONE if over.state == CANCELED else INVALID_ORDER  # it was filled, or had lapsed, before
        return [_answer(sending, code, time, COMPARED, ticket=sending.ticket)]

    def _closed_by(self, sending: OrderSending, time: int) -> Sequence[Event] | None:
        """Both have a deal out by one another: the smaller ends with it, so no pair can have two such."""
        pair = {sending.position, sending.opposite}
        deals = [each for each in self._deals(sending, time) if each.entry == OUT_BY and each.position_id in pair]
        if {deal.position_id for deal in deals} != pair:
            return None
        return [*self._watch.told_of(deals, time), _of_deals(sending, DONE, deals, time)]

    def _protected(self, sending: OrderSending) -> bool:
        return any(
            position.identifier == sending.position
            and _same(position.sl, sending.stop_loss)
            and _same(position.tp, sending.take_profit)
            for position in self._line.positions()
        )

    def _modified(self, sending: OrderSending) -> bool:
        expires = server_seconds(sending.expires, self._rule) if sending.expires else 0
        return any(
            order.ticket == sending.ticket
            and _same(order.price_open, sending.price)
            and _same(order.sl, sending.stop_loss)
            and _same(order.tp, sending.take_profit)
            and _same(order.price_stoplimit, sending.stop_limit)
            and order.time_expiration == expires
            for order in self._line.orders()
        )

    def _over(self, sending: OrderSending, time: int) -> list[OrderSeen]:
        return self._line.orders_over(self._since(sending, time), server_seconds(time + DAY_NS, self._rule))

    def _deals(self, sending: OrderSending, time: int) -> list[DealSeen]:
        return self._line.deals(self._since(sending, time), server_seconds(time + DAY_NS, self._rule))

    def _since(self, sending: OrderSending, time: int) -> int:
        return self._watch.since(self._watch.standing.sent.get(sending.order, time))


def _is_of(order: OrderSeen, sending: OrderSending) -> bool:
    """True for the order itself; a stop of the position it opened bears the same magic and another reason."""
    return order.magic == sending.magic and order.reason == EXPERT


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= NEAR * max(1.0, abs(other))


def _of_deals(sending: OrderSending, code: int, deals: Sequence[DealSeen], time: int) -> OrderAnswered:
    """The answer as it would have been: volume of the deals, and their mean price."""
    volume = sum(volume_of(deal.volume) for deal in deals)
    price = sum(volume_of(deal.volume) * deal.price for deal in deals) / volume if volume else 0.0
    first = deals[0]
    if len({deal.price for deal in deals}) == 1:
        price = first.price
    volume = volume if sending.action == DEAL else volume_of(lots(sending.volume))
    return _answer(sending, code, time, FOUND, ticket=first.order, deal=first.ticket, volume=volume, price=price)


def _answer(
    sending: OrderSending,
    retcode: int,
    time: int,
    comment: str,
    *,
    ticket: int,
    deal: int = 0,
    volume: int = 0,
    price: float = 0.0,
) -> OrderAnswered:
    return OrderAnswered(
        order=sending.order,
        retcode=retcode,
        deal=deal,
        ticket=ticket,
        volume=volume or sending.volume,
        price=price or sending.price,
        bid=0.0,
        ask=0.0,
        moment=time,
        comment=comment,
    )
