"""Calculations: `order_calc_margin` and `order_calc_profit`, by the server's own rules."""

from collections.abc import Callable, Mapping
from typing import Any

from tallystick.market.instrument import LOT
from tallystick.platform.mt5.answering.account import AccountBook
from tallystick.platform.mt5.answering.reply import CALL_FAILED, INVALID_PARAMS, NOT_FOUND, Reply, done
from tallystick.platform.mt5.answering.requests import is_price
from tallystick.platform.mt5.numbers import BUYS, SELLS
from tallystick.platform.mt5.server.terminal import SimulatedTerminal
from tallystick.platform.mt5.wire import Plain

"""ORDER_TYPE by side."""


class Calculations:
    """Margin and profit of orders that nobody sends."""

    def __init__(self, server: SimulatedTerminal, account: AccountBook) -> None:
        """`server`: whose rules are asked."""
        self._server = server
        self._account = account

    def functions(self) -> dict[str, Callable[[Mapping[str, Any]], Reply]]:
        """The functions answered here."""
        return {"order_calc_margin": self._margin, "order_calc_profit": self._profit}

    def _margin(self, arguments: Mapping[str, Any]) -> Reply:
        broken = self._broken(arguments, "price")
        if broken is not None:
            return broken
        symbol, volume, price = arguments["symbol"], round(arguments["volume"] * LOT), arguments["price"]
        return self._money(self._server.order_margin(symbol, _direction(arguments), volume, price))

    def _profit(self, arguments: Mapping[str, Any]) -> Reply:
        broken = self._broken(arguments, "price_open", "price_close")
        if broken is not None:
            return broken
        symbol, volume = arguments["symbol"], round(arguments["volume"] * LOT)
        prices = arguments["price_open"], arguments["price_close"]
        return self._money(self._server.order_profit(symbol, _direction(arguments), volume, *prices))

    def _money(self, minor: int | None) -> Reply:
        return CALL_FAILED if minor is None else done(Plain(self._account.money(minor)))

    def _broken(self, arguments: Mapping[str, Any], *prices: str) -> Reply | None:
        """What is wrong with the arguments, or None."""
        if arguments["action"] not in BUYS | SELLS:
            return INVALID_PARAMS
        numbers = [arguments["volume"], *(arguments[name] for name in prices)]
        if not all(number > 0.0 and is_price(number) for number in numbers):
            return INVALID_PARAMS
        return None if arguments["symbol"] in self._server.instruments else NOT_FOUND


def _direction(arguments: Mapping[str, Any]) -> int:
    return 1 if arguments["action"] in BUYS else -1
