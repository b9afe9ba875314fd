"""MT5's numbers of requests and orders, and what they say: actions, types, filling and time, flags of a symbol."""

from tallystick.events.types.trading import OrderSending
from tallystick.market.instrument import Instrument

DEAL, PENDING, SLTP, MODIFY, REMOVE, CLOSE_BY = 1, 5, 6, 7, 8, 10
ACTIONS = frozenset({DEAL, PENDING, SLTP, MODIFY, REMOVE, CLOSE_BY})
BUY, SELL, BUY_LIMIT, SELL_LIMIT, BUY_STOP, SELL_STOP, BUY_STOP_LIMIT, SELL_STOP_LIMIT, CLOSE_BY_TYPE = range(9)
MARKET_TYPES = frozenset({BUY, SELL})
LIMIT_TYPES = frozenset({BUY_LIMIT, SELL_LIMIT})
STOP_TYPES = frozenset({BUY_STOP, SELL_STOP})
STOP_LIMIT_TYPES = frozenset({BUY_STOP_LIMIT, SELL_STOP_LIMIT})
FILL_OR_KILL, IMMEDIATE_OR_CANCEL, RETURN, BOOK_OR_CANCEL = range(4)
GTC, DAY, SPECIFIED, SPECIFIED_DAY = range(4)
ORDER_MODES = {BUY: 1, BUY_LIMIT: 2, BUY_STOP: 4, BUY_STOP_LIMIT: 8}
"""SYMBOL_ORDER flag by type, of a buy (a sell's is the same)."""
STOP_LOSS_MODE, TAKE_PROFIT_MODE, CLOSE_BY_MODE = 16, 32, 64
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
    points, stop, take = instrument.points, sending.stop_loss, sending.take_profit
    return points(sending.price), points(stop) if stop else 0, points(take) if take else 0


def sensible(sending: OrderSending) -> bool:
    """Action and type are known and belong together."""
    action, kind = sending.action, sending.type
    if action == DEAL:
        return kind in MARKET_TYPES
    if action == PENDING:
        return BUY_LIMIT <= kind <= SELL_STOP_LIMIT
    return action in ACTIONS and BUY <= kind <= CLOSE_BY_TYPE


def filling_allowed(sending: OrderSending, instrument: Instrument) -> bool:
    """Whether a symbol takes the order's filling mode: the table of `docs/fills.md`, section 13."""
    flags, pending, quoted = instrument.filling_modes, sending.action == PENDING, instrument.execution in QUOTED
    if sending.filling == FILL_OR_KILL:
        return quoted or bool(flags & 1)
    if sending.filling == IMMEDIATE_OR_CANCEL:
        return bool(flags & 2)
    if sending.filling == RETURN:
        return pending or instrument.execution == "exchange"
    limits = sending.type in LIMIT_TYPES | STOP_LIMIT_TYPES
    return sending.filling == BOOK_OR_CANCEL and pending and limits and not quoted and bool(flags & 4)
