"""Right sides and least distances of the prices in a request: rows 19, 21 and 22 of `docs/fills.md`, section 4."""

from tallystick.events.types.trading import OrderSending
from tallystick.market.instrument import Instrument
from tallystick.platform.mt5.numbers import (
    BUY_LIMIT,
    BUY_STOP,
    BUY_STOP_LIMIT,
    SELL_LIMIT,
    SELL_STOP,
    SELL_STOP_LIMIT,
    STOP_LIMIT_TYPES,
)


def stops_broken(instrument: Instrument, direction: int, price: int, stop: int, take: int) -> bool:
    """Whether stop loss or take profit are below 0, on the wrong side of `price` or too near (points; 0 is none)."""
    distance = max(instrument.stops_level, 1)
    stop_near = stop != 0 and direction * (price - stop) < distance
    take_near = take != 0 and direction * (take - price) < distance
    return stop_near or take_near or stop < 0 or take < 0


def limit_price_of(sending: OrderSending, kind: int, instrument: Instrument) -> int:
    """The price in points that the order would be filled at: of a stop-limit order, that of the limit it leaves."""
    return instrument.points(sending.stop_limit if kind in STOP_LIMIT_TYPES else sending.price)


def price_broken(sending: OrderSending, kind: int, instrument: Instrument, quote: tuple[int, int]) -> bool:
    """Whether a pending order's prices are out of bounds, on the wrong side, or too near to the quote in points."""
    (bid, ask), price, distance = quote, instrument.points(sending.price), max(instrument.stops_level, 1)
    room = {
        BUY_LIMIT: ask - price,
        BUY_STOP: price - ask,
        BUY_STOP_LIMIT: price - ask,
        SELL_LIMIT: price - bid,
        SELL_STOP: bid - price,
        SELL_STOP_LIMIT: bid - price,
    }[kind]
    if room < distance or price <= 0 or _out_of_bounds(instrument, price):
        return True
    if kind not in STOP_LIMIT_TYPES:
        return False
    limit = limit_price_of(sending, kind, instrument)
    below = price - limit if kind == BUY_STOP_LIMIT else limit - price
    return below < distance or limit <= 0 or _out_of_bounds(instrument, limit)


def _out_of_bounds(instrument: Instrument, price: int) -> bool:
    """Whether a price lies outside the symbol's price limits."""
    least, most = instrument.price_limit_min, instrument.price_limit_max
    return bool((least and price < instrument.points(least)) or (most and price > instrument.points(most)))
