"""Functions of positions, orders, history and trade requests."""

from typing import Any

from tallystick.platform.mt5.connecting import LINE
from tallystick.platform.mt5.dropin.arguments import (
    GROUP_LENGTH,
    INVALID,
    NAME_LENGTH,
    ULONG_LONG,
    Refused,
    date,
    kind_of_order,
    real,
    request,
    text,
    whole,
)
from tallystick.platform.mt5.dropin.calling import asking, function
from tallystick.platform.mt5.dropin.native import Style


def _standing(name: str) -> Any:
    """A function that gives what stands now: by ticket, or else by symbol, or else by group, or else everything."""

    def body(*unnamed: Any, **named: Any) -> Any:
        if unnamed:
            raise Refused("Unnamed arguments not allowed")
        arguments: dict[str, Any] = {}
        if "ticket" in named:
            arguments["ticket"] = whole(named["ticket"], 0, ULONG_LONG, "ticket")
        elif "symbol" in named:
            arguments["symbol"] = text(named["symbol"], NAME_LENGTH, 'Invalid "symbol" argument')
        elif "group" in named:
            arguments["group"] = text(named["group"], GROUP_LENGTH, 'Invalid "group" argument')
        return LINE.ask(name, arguments)

    body.__name__ = name
    return function(Style.NAMED, f'{name}([symbol="SYMBOL"],[ticket=TICKET],[group="GROUP"])')(body)


def _past(name: str) -> Any:
    """A function that gives what is over: between two unnamed dates (then with a group), or by ticket or position."""

    def body(*unnamed: Any, **named: Any) -> Any:
        arguments: dict[str, Any] = {}
        if len(unnamed) == 2:
            arguments = {"date_from": date(unnamed[0]), "date_to": date(unnamed[1])}
            if "group" in named:
                arguments["group"] = text(named["group"], GROUP_LENGTH, 'Invalid "group" argument')
            return LINE.ask(name, arguments)
        chosen = next((key for key in ("ticket", "position") if key in named), "")
        if not chosen:
            raise Refused(INVALID)
        if unnamed:
            raise Refused("Unnamed arguments not allowed")
        return LINE.ask(name, {chosen: whole(named[chosen], 0, ULONG_LONG, chosen)})

    body.__name__ = name
    doc = f'{name}([date_from, date_to, [group="GROUP"]],[position=POSITION],[ticket=TICKET])'
    return function(Style.NAMED, doc)(body)


def _past_total(name: str) -> Any:
    """How much is over between two dates."""

    def body(*unnamed: Any) -> Any:
        if len(unnamed) != 2:
            raise Refused(INVALID)
        return LINE.ask(name, {"date_from": date(unnamed[0]), "date_to": date(unnamed[1])})

    body.__name__ = name
    return function(Style.POSITIONAL, f"{name}(date_from, date_to)")(body)


def _requesting(name: str) -> Any:
    """A function that takes a trade request: one dict, or its fields by name."""

    def body(*unnamed: Any, **named: Any) -> Any:
        if named and unnamed:
            raise Refused("Unnamed arguments not allowed")
        if not named and len(unnamed) != 1:
            raise Refused("Invalid number of arguments")
        return LINE.ask(name, {"request": request(named or unnamed[0])})

    body.__name__ = name
    return function(Style.NAMED, f"{name}(request)")(body)


def _calculating(name: str, prices: tuple[str, ...], doc: str) -> Any:
    """A calculation of margin or profit."""

    def body(*unnamed: Any) -> Any:
        if len(unnamed) != 3 + len(prices):
            raise Refused(INVALID)
        action, symbol, *numbers = unnamed
        kind, values = kind_of_order(action), [real(value) for value in numbers]
        arguments: dict[str, Any] = {"action": kind, "symbol": text(symbol, NAME_LENGTH, INVALID)}
        arguments.update(zip(("volume", *prices), values, strict=True))
        return LINE.ask(name, arguments)

    body.__name__ = name
    return function(Style.POSITIONAL, doc)(body)


positions_total = asking("positions_total", "positions_total()")
positions_get = _standing("positions_get")
orders_total = asking("orders_total", "orders_total()")
orders_get = _standing("orders_get")
history_orders_total = _past_total("history_orders_total")
history_orders_get = _past("history_orders_get")
history_deals_total = _past_total("history_deals_total")
history_deals_get = _past("history_deals_get")
order_check = _requesting("order_check")
order_send = _requesting("order_send")
order_calc_margin = _calculating("order_calc_margin", ("price",), "order_calc_margin(action, symbol, volume, price,)")
order_calc_profit = _calculating(
    "order_calc_profit",
    ("price_open", "price_close"),
    "order_calc_profit(action, symbol, volume, price_open, price_close)",
)
