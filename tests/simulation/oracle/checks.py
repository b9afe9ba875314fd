"""Section 4 of docs/fills.md: the first rule an order breaks, as its return code; 0 when it breaks none."""

from fractions import Fraction
from typing import TYPE_CHECKING

from tallystick.events.types.trading import OrderSending
from tests.simulation.oracle.account import BUY, SELL, Order, Position
from tests.simulation.oracle.arithmetic import to_points

if TYPE_CHECKING:
    from tests.simulation.oracle.oracle import Oracle

MARKET, PENDING, PROTECT, MODIFY, REMOVE = 1, 5, 6, 7, 8
INVALID, PRICE_OFF, NO_POSITION, NO_ORDER, CLOSE_MORE = 10013, 10021, 10036, 10035, 10038
BAD_VOLUME, BAD_FILLING, BAD_PRICE, BAD_EXPIRY, BAD_STOPS = 10014, 10030, 10015, 10022, 10016
FROZEN, NO_CHANGES, LIMIT_VOLUME, CLOSE_EXISTS = 10029, 10025, 10034, 10039


def direction_of(order_type: int) -> int:
    """Even types buy, odd types sell."""
    return BUY if order_type % 2 == 0 else SELL


def refusal(oracle: "Oracle", sending: OrderSending, time: int) -> int:  # noqa: PLR0911 -- one return a rule
    """The return code of the first broken rule, or 0."""
    if sending.action not in (1, 5, 6, 7, 8) or not 0 <= sending.type <= 5:
        return INVALID
    if (sending.action, sending.type > 1) in {(MARKET, True), (PENDING, False)}:
        return INVALID
    if sending.symbol not in oracle.instruments:
        return INVALID
    if sending.symbol not in oracle.quotes:
        return PRICE_OFF
    if sending.action == MARKET:
        return _volume(oracle, sending) or _filling(oracle, sending) or _closing(oracle, sending) or (
            _volume_limit(oracle, sending) if _adds(oracle, sending) else 0
        )  # fmt: skip
    if sending.action == PENDING:
        return (
            _volume(oracle, sending)
            or _filling(oracle, sending)
            or _price(oracle, sending.symbol, sending, sending.type)
            or (BAD_EXPIRY if sending.expires != 0 and sending.expires <= time else 0)
            or _order_stops(oracle, sending.symbol, sending, direction_of(sending.type))
            or _volume_limit(oracle, sending)
        )
    if sending.action == PROTECT:
        position = oracle.positions.get(sending.position)
        if position is None or position.symbol != sending.symbol:
            return NO_POSITION
        return _protect(oracle, sending, position)
    order = oracle.pending.get(sending.ticket)
    if order is None or order.symbol != sending.symbol:
        return NO_ORDER
    if sending.action == REMOVE:
        return _frozen(oracle, order.symbol, order.direction, [order.price], pending=True)
    return _modify(oracle, sending, order, time)


def _volume(oracle: "Oracle", sending: OrderSending) -> int:
    terms = oracle.instruments[sending.symbol]
    inside = terms.volume_min <= sending.volume <= terms.volume_max
    return 0 if inside and (sending.volume - terms.volume_min) % terms.volume_step == 0 else BAD_VOLUME


def _filling(oracle: "Oracle", sending: OrderSending) -> int:
    flags = oracle.instruments[sending.symbol].filling_modes
    allowed = {filling for filling, flag in ((0, 1), (1, 2)) if flags & flag}
    if sending.action == PENDING:
        allowed.add(2)
    return 0 if sending.filling in allowed else BAD_FILLING


def _closing(oracle: "Oracle", sending: OrderSending) -> int:
    if sending.position == 0:
        return 0
    position = oracle.positions.get(sending.position)
    if position is None:
        return NO_POSITION
    if position.symbol != sending.symbol or position.direction == direction_of(sending.type):
        return INVALID
    if not oracle.netting:
        coming = sum(o.volume for o in oracle.in_flight.values() if o.position == position.number)
        if sending.volume > position.volume:
            return CLOSE_MORE
        if coming + sending.volume > position.volume:
            return CLOSE_EXISTS
    return _frozen(oracle, position.symbol, position.direction, [position.stop, position.take], pending=False)


def _adds(oracle: "Oracle", sending: OrderSending) -> bool:
    if not oracle.netting:
        return sending.position == 0
    held = [p for p in oracle.positions.values() if p.symbol == sending.symbol]
    return not held or held[0].direction == direction_of(sending.type)


def _volume_limit(oracle: "Oracle", sending: OrderSending) -> int:
    limit = oracle.instruments[sending.symbol].volume_limit
    side = (sending.symbol, direction_of(sending.type))
    held = sum(p.volume for p in oracle.positions.values() if (p.symbol, p.direction) == side)
    waiting = sum(o.volume for o in oracle.pending.values() if (o.symbol, o.direction) == side)
    return LIMIT_VOLUME if limit > 0 and held + waiting + sending.volume > limit else 0


def _nearest_allowed(oracle: "Oracle", symbol: str) -> int:
    return max(oracle.instruments[symbol].stops_level, 1)


def _price(oracle: "Oracle", symbol: str, sending: OrderSending, order_type: int) -> int:
    bid, ask = oracle.quotes[symbol]
    price = to_points(sending.price, oracle.instruments[symbol].digits)
    room = {2: ask - price, 3: price - bid, 4: price - ask, 5: bid - price}[order_type]
    return 0 if price > 0 and room >= _nearest_allowed(oracle, symbol) else BAD_PRICE


def wrong_stops(oracle: "Oracle", symbol: str, direction: int, stop: int, take: int, price: int | Fraction) -> bool:
    """True when a stop loss or take profit is on the wrong side of the price or nearer than d to it."""
    least = _nearest_allowed(oracle, symbol)
    bad_stop = stop != 0 and direction * (price - stop) < least
    bad_take = take != 0 and direction * (take - price) < least
    return bad_stop or bad_take


def _order_stops(oracle: "Oracle", symbol: str, sending: OrderSending, direction: int) -> int:
    digits = oracle.instruments[symbol].digits
    stop, take, price = (to_points(x, digits) for x in (sending.stop_loss, sending.take_profit, sending.price))
    return BAD_STOPS if wrong_stops(oracle, symbol, direction, stop, take, price) else 0


def _frozen(oracle: "Oracle", symbol: str, direction: int, levels: list[int], *, pending: bool) -> int:
    freeze = oracle.instruments[symbol].freeze_level
    bid, ask = oracle.quotes[symbol]
    # A pending buy is triggered by the ask; a bought position is closed at the bid.
    current = ask if (direction == BUY) == pending else bid
    near = any(level != 0 and abs(current - level) <= freeze for level in levels)
    return FROZEN if freeze > 0 and near else 0


def _protect(oracle: "Oracle", sending: OrderSending, position: Position) -> int:
    digits = oracle.instruments[position.symbol].digits
    stop, take = to_points(sending.stop_loss, digits), to_points(sending.take_profit, digits)
    closing = oracle.closing_price(position.symbol, position.direction)
    if wrong_stops(oracle, position.symbol, position.direction, stop, take, closing):
        return BAD_STOPS
    frozen = _frozen(oracle, position.symbol, position.direction, [position.stop, position.take], pending=False)
    return frozen or (NO_CHANGES if (stop, take) == (position.stop, position.take) else 0)


def _modify(oracle: "Oracle", sending: OrderSending, order: Order, time: int) -> int:
    digits = oracle.instruments[order.symbol].digits
    price, stop, take = (to_points(x, digits) for x in (sending.price, sending.stop_loss, sending.take_profit))
    asked = (price, stop, take, sending.expires)
    order_type = {(True, BUY): 2, (True, SELL): 3, (False, BUY): 4, (False, SELL): 5}[order.limit, order.direction]
    return (
        _price(oracle, order.symbol, sending, order_type)
        or (BAD_EXPIRY if sending.expires != 0 and sending.expires <= time else 0)
        or _order_stops(oracle, order.symbol, sending, order.direction)
        or _frozen(oracle, order.symbol, order.direction, [order.price], pending=True)
        or (NO_CHANGES if asked == (order.price, order.stop, order.take, order.expires) else 0)
    )
