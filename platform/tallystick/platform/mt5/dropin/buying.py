"""`Buy`, `Sell` and `Close`: the three functions of the module that are written in Python there too.

They ask for a deal with a deviation of 10 points and no filling mode, and when the server answers with a requote or
without a price they look at the price again, ten times at most. A price given by the caller is tried once.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Literal

from tallystick.platform.mt5.dropin.constants import (
    ORDER_TYPE_BUY,
    ORDER_TYPE_SELL,
    POSITION_TYPE_BUY,
    POSITION_TYPE_SELL,
    TRADE_ACTION_DEAL,
    TRADE_RETCODE_DONE,
    TRADE_RETCODE_PRICE_OFF,
    TRADE_RETCODE_REQUOTE,
)
from tallystick.platform.mt5.dropin.symbol_calls import symbol_info_tick
from tallystick.platform.mt5.dropin.trade_calls import order_send, positions_get

ATTEMPTS = 10
DEVIATION = 10
LOOK_AGAIN = (TRADE_RETCODE_REQUOTE, TRADE_RETCODE_PRICE_OFF)
OPPOSITE = {POSITION_TYPE_BUY: ORDER_TYPE_SELL, POSITION_TYPE_SELL: ORDER_TYPE_BUY}


def Buy(  # noqa: N802 -- the module's own name
    symbol: Any, volume: Any, price: Any = None, *, comment: Any = None, ticket: Any = None
) -> Any:
    """Buy at the ask, or at `price`; `ticket` names the position that this closes. The last answer, or None."""
    return _deal(ORDER_TYPE_BUY, symbol, volume, price, comment, ticket)


def Sell(  # noqa: N802 -- the module's own name
    symbol: Any, volume: Any, price: Any = None, *, comment: Any = None, ticket: Any = None
) -> Any:
    """Sell at the bid, or at `price`; `ticket` names the position that this closes. The last answer, or None."""
    return _deal(ORDER_TYPE_SELL, symbol, volume, price, comment, ticket)


def Close(  # noqa: N802 -- the module's own name
    symbol: Any, *, comment: Any = None, ticket: Any = None
) -> Literal["Partially"] | bool | None:
    """Close a symbol's positions, or the one of `ticket`: True, "Partially", False, or None when a call failed."""
    closed, left = 0, 0
    for position in positions_get(symbol=symbol) if ticket is None else positions_get(ticket=ticket):
        if position.type not in OPPOSITE:
            continue
        kind = OPPOSITE[position.type]
        answer = _tried(_order(kind, symbol, position.volume, comment, position.ticket), partial(_price, symbol, kind))
        if answer is None:
            return None
        done = answer.retcode == TRADE_RETCODE_DONE
        closed, left = closed + done, left + (not done)
    return "Partially" if closed and left else closed > 0


def raw_order(order_type: Any, symbol: Any, volume: Any, price: Any, comment: Any = None, ticket: Any = None) -> Any:
    """One deal at a price, tried once: the module's `_RawOrder`, which libraries call though it is no public name."""
    return order_send({**_order(order_type, symbol, volume, comment, ticket), "price": price})


def _deal(kind: int, symbol: Any, volume: Any, price: Any, comment: Any, ticket: Any) -> Any:
    """One deal; a price given is tried once."""
    if price is not None:
        return raw_order(kind, symbol, volume, price, comment, ticket)
    return _tried(_order(kind, symbol, volume, comment, ticket), lambda: _quoted(symbol_info_tick(symbol), kind))


def _order(kind: int, symbol: Any, volume: Any, comment: Any, ticket: Any) -> dict[str, Any]:
    """The request, its price still missing."""
    order = {"action": TRADE_ACTION_DEAL, "symbol": symbol, "volume": volume, "type": kind, "deviation": DEVIATION}
    if comment is not None:
        order["comment"] = comment
    if ticket is not None:
        order["position"] = ticket
    return order


def _tried(order: dict[str, Any], look: Callable[[], Any]) -> Any:
    """The last answer of up to ten attempts, each at a price just looked at; None without one."""
    answer = None
    for _ in range(ATTEMPTS):
        price = look()
        answer = None if price is None else order_send({**order, "price": price})
        if answer is None or answer.retcode not in LOOK_AGAIN:
            break
    return answer


def _price(symbol: Any, kind: int) -> Any:
    """The symbol's price for an order of a kind; None without a quote."""
    tick = symbol_info_tick(symbol)
    return None if tick is None else _quoted(tick, kind)


def _quoted(tick: Any, kind: int) -> Any:
    """Who buys pays the ask."""
    return tick.ask if kind == ORDER_TYPE_BUY else tick.bid
