"""From `order.sending` to the request the package takes: lots and prices as floats, the expiry on the server's time."""

from typing import Any

from tallystick.events.types.trading import OrderSending
from tallystick.market.instrument import LOT
from tallystick.market.server_time import offset_ns
from tallystick.market.spans import SECOND_NS


def request_of(sending: OrderSending, time_rule: str) -> dict[str, Any]:
    """All 17 fields; the package refuses an int where it wants a float, and the other way round."""
    return {
        "action": sending.action,
        "magic": sending.magic,
        "order": sending.ticket,
        "symbol": sending.symbol,
        "volume": lots(sending.volume),
        "price": float(sending.price),
        "stoplimit": float(sending.stop_limit),
        "sl": float(sending.stop_loss),
        "tp": float(sending.take_profit),
        "deviation": sending.deviation,
        "type": sending.type,
        "type_filling": sending.filling,
        "type_time": sending.time_type,
        "expiration": server_seconds(sending.expires, time_rule) if sending.expires else 0,
        "comment": sending.comment,
        "position": sending.position,
        "position_by": sending.opposite,
    }


def lots(volume: int) -> float:
    """1e-8 lots as the nearest float64 of lots."""
    return volume / LOT


def volume_of(lots_seen: float) -> int:
    """Lots as the terminal gives them in 1e-8 lots, nearest."""
    return round(lots_seen * LOT)


def server_seconds(time: int, time_rule: str) -> int:
    """A moment in ns UTC as seconds of the server's clock, written as if it were an epoch."""
    return (time + offset_ns(time, time_rule)) // SECOND_NS
