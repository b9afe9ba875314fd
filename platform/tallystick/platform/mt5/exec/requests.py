"""What a bot's trade request means to the book: an order that risk can judge, or none at all.

The server executes the request's own words (`answering.requests.order_of`); risk judges what is made of them here. So
every request that the server could carry out must be read as no less than it is: what is not surely a reduction,
a cancel or a change counts as a new order.
"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import msgspec

from tallystick.events.types.mt5 import OrderAsked
from tallystick.events.types.trading import OrderRequested, OrderSending
from tallystick.platform.accounts.views import OrderView, PositionView
from tallystick.platform.mt5.numbers import ACTIONS, CLOSE_BY, DEAL, MODIFY, PENDING, REMOVE, SELLS, SLTP
from tallystick.platform.orders.requests import market_price, tightens

Kind = Literal["market", "limit", "stop", "stop_limit"]
KINDS: tuple[Kind, ...] = ("market", "market", "limit", "limit", "stop", "stop", "stop_limit", "stop_limit")
"""By ORDER_TYPE."""


class Meaning(NamedTuple):
    """What `order.requested` says beside the request's own numbers."""

    purpose: Literal["open", "close", "pending", "cancel", "protect"]
    symbol: str
    buys: bool
    volume: int
    position: int = 0
    ticket: int = 0
    reduces: bool = False
    kind: Kind = "market"


def is_order(asked: OrderAsked) -> bool:
    """False when no server could carry the request out: it has no action."""
    return asked.action in ACTIONS


def requested(asked: OrderAsked, sending: OrderSending, strategy: str, context: Any) -> OrderRequested:
    """The order that risk judges. `sending`: the request in the server's units."""
    meaning = _MEANINGS[asked.action](sending, context)
    price = sending.price
    if not price and meaning.purpose in {"open", "close"}:
        price = market_price(context.quotes.get(meaning.symbol), 1 if meaning.buys else -1)
    return OrderRequested(
        order=sending.order,
        account=sending.account,
        strategy=strategy,
        symbol=meaning.symbol,
        purpose=meaning.purpose,
        side="buy" if meaning.buys else "sell",
        kind=meaning.kind,
        volume=meaning.volume,
        price=price,
        stop_loss=sending.stop_loss,
        take_profit=sending.take_profit,
        position=meaning.position,
        ticket=meaning.ticket,
        expires=sending.expires,
        reduces=meaning.reduces,
    )


def spelled(sending: OrderSending, request: OrderRequested) -> OrderSending:
    """The sending as the bot said it, with the symbol that MT5 looks up where a request may leave it out."""
    if sending.symbol or sending.action in {DEAL, PENDING}:
        return sending
    return msgspec.structs.replace(sending, symbol=request.symbol)


def _deal(sending: OrderSending, context: Any) -> Meaning:
    """A market order: a close when it is surely within what is held on the other side."""
    buys = sending.type not in SELLS
    new = Meaning("open", sending.symbol, buys, sending.volume, sending.position)
    held, of_symbol = _position(context, sending.position, ""), _position(context, 0, sending.symbol)
    if held is not of_symbol and _nets(context):
        held = of_symbol
    if held is None or held.symbol != sending.symbol or (held.direction > 0) == buys:
        return new
    if not 0 < sending.volume <= held.volume:
        return new
    return Meaning("close", sending.symbol, buys, sending.volume, held.ticket, reduces=True)


def _pending(sending: OrderSending, _context: Any) -> Meaning:
    kind = KINDS[sending.type] if 0 <= sending.type < len(KINDS) else "limit"
    return Meaning(
        "pending",
        sending.symbol,
        sending.type not in SELLS,
        sending.volume,
        kind=kind if kind != "market" else "limit",
    )


def _stops(sending: OrderSending, context: Any) -> Meaning:
    held = _position(context, sending.position, sending.symbol)
    if held is None:
        return Meaning("protect", sending.symbol, buys=True, volume=0, position=sending.position)
    reduces = tightens(held.direction, held.stop_loss, sending.stop_loss)
    return Meaning("protect", held.symbol, held.direction > 0, held.volume, held.ticket, reduces=reduces)


def _modify(sending: OrderSending, context: Any) -> Meaning:
    order = _order(context, sending.ticket)
    if order is None:
        return Meaning("protect", sending.symbol, buys=True, volume=0, ticket=sending.ticket)
    kind: Any = order.kind
    return Meaning("protect", order.symbol, order.direction > 0, order.volume, ticket=sending.ticket, kind=kind)


def _remove(sending: OrderSending, context: Any) -> Meaning:
    order = _order(context, sending.ticket)
    symbol = order.symbol if order is not None else sending.symbol
    buys = order is None or order.direction > 0
    return Meaning("cancel", symbol, buys, order.volume if order else 0, ticket=sending.ticket, reduces=True)


def _close_by(sending: OrderSending, context: Any) -> Meaning:
    """Two opposite positions close one another: the smaller one's volume of both."""
    positions: Mapping[int, PositionView] = context.positions
    held, other = positions.get(sending.position), positions.get(sending.opposite)
    if held is None or other is None:
        return Meaning("close", sending.symbol, buys=True, volume=0, position=sending.position, reduces=True)
    volume = min(held.volume, other.volume)
    return Meaning("close", held.symbol, held.direction < 0, volume, held.ticket, reduces=True)


_MEANINGS = {
    DEAL: _deal,
    PENDING: _pending,
    SLTP: _stops,
    MODIFY: _modify,
    REMOVE: _remove,
    CLOSE_BY: _close_by,
}


def _position(context: Any, ticket: int, symbol: str) -> PositionView | None:
    """The position of a ticket, or where none is named the first of a symbol."""
    positions: Mapping[int, PositionView] = context.positions
    if ticket:
        return positions.get(ticket)
    return next((one for one in positions.values() if symbol and one.symbol == symbol), None)


def _nets(context: Any) -> bool:
    """Whether the account holds one position a symbol, whatever ticket a request names."""
    account = context.account
    return account is not None and account.margin_mode == "netting"


def _order(context: Any, ticket: int) -> OrderView | None:
    orders: Mapping[int, OrderView] = context.orders
    return next((one for one in orders.values() if ticket and one.ticket == ticket and one.stage == "placed"), None)
