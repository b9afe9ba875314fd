"""MT5's trade server return codes: number, name, the server's words, what it means and what to do about it.

`text` is what a server writes into `OrderSendResult.comment` (as far as real ones were seen; only a recording settles
it). `retry`: "never" for what the same request will always get; "fresh price" where asking again at the new price is
safe, because nothing was done; "look first" where the order may have been executed although the answer says otherwise.
"""

from typing import Literal, NamedTuple

REQUOTE, REJECT, CANCEL, PLACED, DONE, DONE_PARTIAL = 10004, 10006, 10007, 10008, 10009, 10010
ERROR, TIMEOUT = 10011, 10012
INVALID, INVALID_VOLUME, INVALID_PRICE, INVALID_STOPS = 10013, 10014, 10015, 10016
TRADE_DISABLED, MARKET_CLOSED, NO_MONEY, PRICE_CHANGED, PRICE_OFF = 10017, 10018, 10019, 10020, 10021
INVALID_EXPIRATION, ORDER_CHANGED, TOO_MANY_REQUESTS, NO_CHANGES = 10022, 10023, 10024, 10025
SERVER_DISABLES_AT, CLIENT_DISABLES_AT, LOCKED, FROZEN, INVALID_FILL = 10026, 10027, 10028, 10029, 10030
CONNECTION, ONLY_REAL, LIMIT_ORDERS, LIMIT_VOLUME = 10031, 10032, 10033, 10034
INVALID_ORDER, POSITION_CLOSED, INVALID_CLOSE_VOLUME, CLOSE_ORDER_EXIST = 10035, 10036, 10038, 10039
LIMIT_POSITIONS, REJECT_CANCEL, LONG_ONLY, SHORT_ONLY = 10040, 10041, 10042, 10043
CLOSE_ONLY, FIFO_CLOSE, HEDGE_PROHIBITED = 10044, 10045, 10046

TAKEN = frozenset({PLACED, DONE})
"""The order stands in the server's book or has been carried out whole."""
CARRIED_OUT = frozenset({PLACED, DONE, DONE_PARTIAL})
"""Every other answer refuses the request, or does not know what became of it."""

Retry = Literal["done", "never", "fresh price", "later", "look first"]


class Code(NamedTuple):
    """One return code."""

    number: int
    name: str
    text: str
    meaning: str
    remedy: str
    retry: Retry


_CODES = (
    Code(REQUOTE, "REQUOTE", "Requote",
         "the price moved further than the request's deviation",
         "look at the answer's bid and ask and decide again, or allow more deviation", "fresh price"),
    Code(REJECT, "REJECT", "Request rejected",
         "the server refused: the volume was not to be had, or a rule named in the comment",
         "read the comment; try a smaller volume or another filling mode", "never"),
    Code(CANCEL, "CANCEL", "Request canceled by trader",
         "the trader, or the dealer for him, cancelled the request", "ask who did", "never"),
    Code(PLACED, "PLACED", "Order placed",
         "the order stands in the server's book", "follow it by its ticket", "done"),
    Code(DONE, "DONE", "Request executed",
         "carried out whole", "nothing", "done"),
    Code(DONE_PARTIAL, "DONE_PARTIAL", "Request executed partially",
         "only the answer's volume was carried out", "look at the volume; ask for the rest if you still want it",
         "done"),
    Code(ERROR, "ERROR", "Request processing error",
         "the server failed while it worked on the request", "look at orders and positions before asking again",
         "look first"),
    Code(TIMEOUT, "TIMEOUT", "Request timed out",
         "no answer came in time; the order may still be executed", "look at orders, deals and positions first",
         "look first"),
    Code(INVALID, "INVALID", "Invalid request",
         "the request contradicts itself: action, type, symbol or position do not belong together",
         "check action, type, symbol and position", "never"),
    Code(INVALID_VOLUME, "INVALID_VOLUME", "Invalid volume",
         "the volume is outside minimum, maximum or step",
         "round it to volume_min plus a multiple of volume_step, up to volume_max", "never"),
    Code(INVALID_PRICE, "INVALID_PRICE", "Invalid price",
         "the price is 0, on the wrong side of the market, or too near to it",
         "a limit goes below the ask or above the bid, a stop the other way, by trade_stops_level points", "never"),
    Code(INVALID_STOPS, "INVALID_STOPS", "Invalid stops",
         "stop loss or take profit on the wrong side, or too near",
         "keep trade_stops_level points between them and the closing price (an order's: its own price)", "never"),
    Code(TRADE_DISABLED, "TRADE_DISABLED", "Trade is disabled",
         "trading is disabled for the symbol or the account",
         "see symbol_info().trade_mode and account_info().trade_allowed", "never"),
    Code(MARKET_CLOSED, "MARKET_CLOSED", "Market closed",
         "the symbol is out of its trading session", "wait for the next session", "later"),
    Code(NO_MONEY, "NO_MONEY", "No money",
         "the free margin does not cover the order", "trade less; order_calc_margin says how much is needed", "never"),
    Code(PRICE_CHANGED, "PRICE_CHANGED", "Price changed",
         "the price changed while the request was worked on", "take the new price and decide again", "fresh price"),
    Code(PRICE_OFF, "PRICE_OFF", "No prices",
         "there is no price for the symbol", "wait for a quote, and see that the symbol is in Market Watch",
         "fresh price"),
    Code(INVALID_EXPIRATION, "INVALID_EXPIRATION", "Invalid expiration",
         "the expiration has passed, is missing, or its kind is not allowed for the symbol",
         "see symbol_info().expiration_mode; expiration is server time", "never"),
    Code(ORDER_CHANGED, "ORDER_CHANGED", "Order changed",
         "the order changed while the request was worked on", "look at the order again and decide anew", "look first"),
    Code(TOO_MANY_REQUESTS, "TOO_MANY_REQUESTS", "Too many requests",
         "more requests than the server takes in that time", "send fewer; wait a second before the next", "later"),
    Code(NO_CHANGES, "NO_CHANGES", "No changes",
         "everything stands like that already", "nothing; compare before you ask", "never"),
    Code(SERVER_DISABLES_AT, "SERVER_DISABLES_AT", "AutoTrading disabled by server",
         "the server does not let this account trade by program", "ask the broker; see account_info().trade_expert",
         "never"),
    Code(CLIENT_DISABLES_AT, "CLIENT_DISABLES_AT", "AutoTrading disabled by client",
         "the terminal's Algo Trading button is off", "switch it on; see terminal_info().trade_allowed", "never"),
    Code(LOCKED, "LOCKED", "Request locked",
         "the server holds the request back for processing", "look at orders and positions before asking again",
         "look first"),
    Code(FROZEN, "FROZEN", "Order or position frozen",
         "the price is within the freeze level of the order or of the position's stops",
         "wait until it is further than trade_freeze_level points", "later"),
    Code(INVALID_FILL, "INVALID_FILL", "Unsupported filling mode",
         "the symbol does not allow that type_filling",
         "choose one by symbol_info().filling_mode: flag 1 is ORDER_FILLING_FOK (0), flag 2 ORDER_FILLING_IOC (1)",
         "never"),
    Code(CONNECTION, "CONNECTION", "No connection",
         "the terminal has lost its trade server; the order may have gone out", "look first, once it is back",
         "look first"),
    Code(ONLY_REAL, "ONLY_REAL", "Only real accounts allowed",
         "the operation is for real accounts only", "nothing can be done on this account", "never"),
    Code(LIMIT_ORDERS, "LIMIT_ORDERS", "Limit of pending orders reached",
         "the account has as many pending orders as it may have", "remove one; see account_info().limit_orders",
         "later"),
    Code(LIMIT_VOLUME, "LIMIT_VOLUME", "Volume limit reached",
         "positions and orders on that side would exceed the symbol's limit",
         "trade less; see symbol_info().volume_limit", "never"),
    Code(INVALID_ORDER, "INVALID_ORDER", "Invalid order",
         "there is no such pending order, or the symbol does not allow that type",
         "look at orders_get(); see symbol_info().order_mode", "never"),
    Code(POSITION_CLOSED, "POSITION_CLOSED", "Position doesn't exist",
         "there is no such position, or it has just been closed", "look at positions_get()", "never"),
    Code(INVALID_CLOSE_VOLUME, "INVALID_CLOSE_VOLUME", "Invalid close volume",
         "more than the position holds", "close at most its volume", "never"),
    Code(CLOSE_ORDER_EXIST, "CLOSE_ORDER_EXIST", "Close order already exists",
         "orders to close the position are on their way, and with this one more than it holds",
         "wait for their answers", "later"),
    Code(LIMIT_POSITIONS, "LIMIT_POSITIONS", "Limit of positions reached",
         "the account has as many positions as it may have", "close one", "later"),
    Code(REJECT_CANCEL, "REJECT_CANCEL", "Request rejected, order canceled",
         "a triggered pending order could not be executed and was cancelled",
         "see whether money or a rule was missing", "never"),
    Code(LONG_ONLY, "LONG_ONLY", "Only long positions allowed",
         "the symbol may only be bought", "see symbol_info().trade_mode", "never"),
    Code(SHORT_ONLY, "SHORT_ONLY", "Only short positions allowed",
         "the symbol may only be sold", "see symbol_info().trade_mode", "never"),
    Code(CLOSE_ONLY, "CLOSE_ONLY", "Only position closing allowed",
         "positions of the symbol may only be closed", "see symbol_info().trade_mode", "never"),
    Code(FIFO_CLOSE, "FIFO_CLOSE", "Position closing only by FIFO rule",
         "the account closes the symbol's oldest position first", "close the position with the lowest ticket", "never"),
    Code(HEDGE_PROHIBITED, "HEDGE_PROHIBITED", "Hedge prohibited",
         "the account may not hold both sides of a symbol", "close the opposite position first", "never"),
)  # fmt: skip
CODES = {one.number: one for one in _CODES}
"""Every code of the package's documentation, and 10046, which has no constant there."""
