"""A trade request as the module checked it, and the order it becomes: floats to prices, lots to 1e-8 lots."""

from collections.abc import Mapping
from math import isfinite
from typing import Any, NamedTuple

from tallystick.events.types.trading import OrderSending
from tallystick.market.instrument import LOT
from tallystick.platform.mt5 import retcodes
from tallystick.platform.mt5.answering.server_clock import ServerClock

REQUEST_FIELDS = (
    "action",
    "magic",
    "order",
    "symbol",
    "volume",
    "price",
    "stoplimit",
    "sl",
    "tp",
    "deviation",
    "type",
    "type_filling",
    "type_time",
    "expiration",
    "comment",
    "position",
    "position_by",
)
"""Fields of TradeRequest, in its order."""

LARGEST_PRICE = 1e9
"""Prices from here on are refused as such: in points of eight decimals they would leave 63 bits."""
LARGEST_VOLUME = 2**62
"""Volumes beyond this many 1e-8 lots are sent as it: every server refuses them."""


class Asked(NamedTuple):
    """A request by its 17 fields, and the order it becomes."""

    request: Mapping[str, Any]
    sending: OrderSending


def request_values(request: Mapping[str, Any]) -> tuple[Any, ...]:
    """TradeRequest's values in its order."""
    return tuple(request[name] for name in REQUEST_FIELDS)


def broken_number(request: Mapping[str, Any]) -> int:
    """The return code for a number that no server reckons with (NaN, infinite, beyond all prices), or 0."""
    if not isfinite(request["volume"]):
        return retcodes.INVALID_VOLUME
    if not (is_price(request["price"]) and is_price(request["stoplimit"])):
        return retcodes.INVALID_PRICE
    return 0 if is_price(request["sl"]) and is_price(request["tp"]) else retcodes.INVALID_STOPS


def is_price(number: float) -> bool:
    """Whether a number can be a price at all."""
    return abs(number) < LARGEST_PRICE  # false for NaN too


def order_of(request: Mapping[str, Any], *, number: int, account: str, clock: ServerClock) -> OrderSending:
    """The order a request asks for; its numbers are finite. `number` is the book's, which no server sees."""
    lots = min(max(request["volume"] * LOT, -1.0), float(LARGEST_VOLUME))
    expires = request["expiration"]
    return OrderSending(
        order=number,
        account=account,
        action=request["action"],
        type=request["type"],
        symbol=request["symbol"],
        volume=round(lots),
        price=request["price"],
        stop_loss=request["sl"],
        take_profit=request["tp"],
        deviation=request["deviation"],
        filling=request["type_filling"],
        expires=clock.utc(expires * 1_000) if expires else 0,
        position=request["position"],
        ticket=request["order"],
        magic=request["magic"],
        comment=request["comment"],
        stop_limit=request["stoplimit"],
        time_type=request["type_time"],
        opposite=request["position_by"],
    )
