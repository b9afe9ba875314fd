"""Prices a request may name (section 4 of docs/fills.md, rules 19 and 21 to 23): right side, distance, freeze."""

from typing import TYPE_CHECKING

from tallystick.events.types.trading import OrderSending
from tests.simulation.oracle.arithmetic import to_points
from tests.simulation.oracle.names import BAD_PRICE, BAD_STOPS, FROZEN
from tests.simulation.oracle.orders import BUY, LIMITS, SELL, STOP_LIMITS, Order, Position, direction_of

if TYPE_CHECKING:
    from tests.simulation.oracle.oracle import Oracle


def points_of(oracle: "Oracle", sending: OrderSending) -> tuple[int, int, int, int]:
    """Price, limit price of a stop-limit order, stop loss and take profit of a request, in points."""
    digits = oracle.instruments[sending.symbol].digits
    return (
        to_points(sending.price, digits),
        to_points(sending.stop_limit, digits),
        to_points(sending.stop_loss, digits),
        to_points(sending.take_profit, digits),
    )


def least_distance(oracle: "Oracle", symbol: str) -> int:
    """The page's d."""
    return max(oracle.instruments[symbol].stops_level, 1)


def bad_price(oracle: "Oracle", sending: OrderSending, order_type: int) -> int:
    """Rule 19, for an order of this (present) type."""
    price, limit_price, _, _ = points_of(oracle, sending)
    terms, least = oracle.instruments[sending.symbol], least_distance(oracle, sending.symbol)
    bid, ask = oracle.quotes[sending.symbol]
    direction = direction_of(order_type)
    beyond = (price - ask) if direction == BUY else (bid - price)  # how far a stop lies beyond the market
    room = -beyond if order_type in LIMITS else beyond
    if price <= 0 or room < least:
        return BAD_PRICE
    prices = [price]
    if order_type in STOP_LIMITS:
        if limit_price <= 0 or direction * (price - limit_price) < least:
            return BAD_PRICE
        prices.append(limit_price)
    lowest, highest = (to_points(x, terms.digits) for x in (terms.price_limit_min, terms.price_limit_max))
    outside = any((lowest and x < lowest) or (highest and x > highest) for x in prices)
    return BAD_PRICE if outside else 0


def wrong_stops(oracle: "Oracle", symbol: str, direction: int, stop: int, take: int, price: int) -> bool:
    """True when a stop loss or take profit is no price, on the wrong side of the price or nearer than d to it."""
    least = least_distance(oracle, symbol)
    bad_stop = stop != 0 and direction * (price - stop) < least
    bad_take = take != 0 and direction * (take - price) < least
    return bad_stop or bad_take or min(stop, take) < 0


def bad_stops_of_order(oracle: "Oracle", sending: OrderSending, order_type: int) -> int:
    """Rule 21: stops against the order's limit price."""
    price, limit_price, stop, take = points_of(oracle, sending)
    around = limit_price if order_type in STOP_LIMITS else price
    wrong = wrong_stops(oracle, sending.symbol, direction_of(order_type), stop, take, around)
    return BAD_STOPS if wrong else 0


def bad_stops_of_position(oracle: "Oracle", sending: OrderSending, position: Position) -> int:
    """Rule 22: stops against the closing price."""
    _, _, stop, take = points_of(oracle, sending)
    closing = oracle.closing_price(position.symbol, position.direction)
    return BAD_STOPS if wrong_stops(oracle, position.symbol, position.direction, stop, take, closing) else 0


def frozen_position(oracle: "Oracle", position: Position) -> int:
    """A present stop of the position is too near to its closing price."""
    freeze = oracle.instruments[position.symbol].freeze_level
    closing = oracle.closing_price(position.symbol, position.direction)
    near = any(level and abs(closing - level) <= freeze for level in (position.stop, position.take))
    return FROZEN if freeze > 0 and near else 0


def frozen_order(oracle: "Oracle", order: Order) -> int:
    """The order's price is too near to the market; the rest of a market or stop order has none."""
    freeze = oracle.instruments[order.symbol].freeze_level
    market = oracle.closing_price(order.symbol, SELL if order.direction == BUY else BUY)
    return FROZEN if freeze > 0 and not order.resting and abs(market - order.price) <= freeze else 0
