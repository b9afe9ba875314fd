"""MT5's numbers of requests and orders, under short names: actions, order types, filling, time.

All 223 of the module's own names stand in `dropin/constants.py`, for bots; return codes in `retcodes.py`.
"""

DEAL, PENDING, SLTP, MODIFY, REMOVE, CLOSE_BY = 1, 5, 6, 7, 8, 10
ACTIONS = frozenset({DEAL, PENDING, SLTP, MODIFY, REMOVE, CLOSE_BY})
"""Every TRADE_ACTION there is: a request with another is no order, whatever else it says."""
BUY, SELL, BUY_LIMIT, SELL_LIMIT, BUY_STOP, SELL_STOP, BUY_STOP_LIMIT, SELL_STOP_LIMIT, CLOSE_BY_TYPE = range(9)
MARKET_TYPES = frozenset({BUY, SELL})
LIMIT_TYPES = frozenset({BUY_LIMIT, SELL_LIMIT})
STOP_TYPES = frozenset({BUY_STOP, SELL_STOP})
STOP_LIMIT_TYPES = frozenset({BUY_STOP_LIMIT, SELL_STOP_LIMIT})
BUYS = frozenset({BUY, BUY_LIMIT, BUY_STOP, BUY_STOP_LIMIT})
SELLS = frozenset({SELL, SELL_LIMIT, SELL_STOP, SELL_STOP_LIMIT})
FILL_OR_KILL, IMMEDIATE_OR_CANCEL, RETURN, BOOK_OR_CANCEL = range(4)
GTC, DAY, SPECIFIED, SPECIFIED_DAY = range(4)
