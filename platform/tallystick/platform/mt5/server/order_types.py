"""What the numbers of a request say: its direction, its points, and which of a symbol's flags let it pass."""

from functools import lru_cache

from tallystick.events.types.trading import OrderSending
from tallystick.market.instrument import Instrument
from tallystick.platform.mt5.numbers import (
    ACTIONS,
    BOOK_OR_CANCEL,
    BUY,
    BUY_LIMIT,
    BUY_STOP,
    BUY_STOP_LIMIT,
    CLOSE_BY_TYPE,
    DEAL,
    FILL_OR_KILL,
    IMMEDIATE_OR_CANCEL,
    LIMIT_TYPES,
    MARKET_TYPES,
    PENDING,
    RETURN,
    SELL_STOP_LIMIT,
    STOP_LIMIT_TYPES,
)

ORDER_MODES = {BUY: 1, BUY_LIMIT: 2, BUY_STOP: 4, BUY_STOP_LIMIT: 8}
"""SYMBOL_ORDER flag by type, of a buy (a sell's is the same)."""
STOP_LOSS_MODE, TAKE_PROFIT_MODE, CLOSE_BY_MODE = 16, 32, 64
NO_STOPS = 0, 0
"""Stop loss and take profit of most requests, in points."""
QUOTED = frozenset({"instant", "request"})
"""Execution at a price that the request must name."""


def direction_of(sending: OrderSending) -> int:
    """+1 for a buy, -1 for a sell."""
    return -1 if sending.type & 1 else 1


def order_mode(kind: int) -> int:
    """SYMBOL_ORDER flag of an order type below close-by."""
    return ORDER_MODES[kind & ~1]


def points_of(sending: OrderSending, instrument: Instrument) -> tuple[int, int, int]:
    """Price, stop loss and take profit of a request in points."""
    return (instrument.points(sending.price), *stops_of(sending, instrument))


def stops_of(sending: OrderSending, instrument: Instrument) -> tuple[int, int]:
    """Stop loss and take profit of a request in points; 0 is none."""
    stop, take = sending.stop_loss, sending.take_profit
    if not (stop or take):
        return NO_STOPS
    return instrument.points(stop) if stop else 0, instrument.points(take) if take else 0


def sensible(sending: OrderSending) -> bool:
    """Action and type are known and belong together."""
    action, kind = sending.action, sending.type
    if action == DEAL:
        return kind in MARKET_TYPES
    if action == PENDING:
        return BUY_LIMIT <= kind <= SELL_STOP_LIMIT
    return action in ACTIONS and BUY <= kind <= CLOSE_BY_TYPE


@lru_cache(1024)
def fillings_allowed(flags: int, execution: str, kind: int) -> frozenset[int]:
    """Filling modes in which a symbol with these flags takes orders of a type: `docs/fills.md`, section 13."""
    pending, quoted, limits = kind not in MARKET_TYPES, execution in QUOTED, kind in LIMIT_TYPES | STOP_LIMIT_TYPES
    allowed = {
        FILL_OR_KILL: quoted or flags & 1,
        IMMEDIATE_OR_CANCEL: flags & 2,
        RETURN: pending or execution == "exchange",
        BOOK_OR_CANCEL: pending and limits and not quoted and flags & 4,
    }
    return frozenset(mode for mode, taken in allowed.items() if taken)
