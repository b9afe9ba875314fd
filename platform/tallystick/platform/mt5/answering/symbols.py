"""Symbols and Market Watch: `symbols_total`, `symbols_get`, `symbol_info`, `symbol_select`, and the market depth.

Assumed where only a real terminal can settle it: the depth of a symbol is subscribed to while it is in Market Watch,
and a symbol with a position, an order or a subscription cannot be taken out.
"""

from collections.abc import Callable, Mapping
from typing import Any

from tallystick.platform.mt5.answering.groups import in_group
from tallystick.platform.mt5.answering.memory import Memory
from tallystick.platform.mt5.answering.reply import (
    CALL_FAILED,
    NOT_FOUND,
    TRUE,
    Reply,
    done,
    refused,
)
from tallystick.platform.mt5.answering.symbol_values import SymbolValues
from tallystick.platform.mt5.server.account import AccountState
from tallystick.platform.mt5.wire import Plain, Record, Records


class Symbols:
    """The symbols of the definition, and which of them are in Market Watch."""

    def __init__(self, values: SymbolValues, memory: Memory, state: Callable[[], AccountState]) -> None:
        """`state`: the server's present state."""
        self._values = values
        self._memory = memory
        self._state = state

    def functions(self) -> dict[str, Callable[[Mapping[str, Any]], Reply]]:
        """The functions answered here."""
        return {
            "symbols_total": self._symbols_total,
            "symbols_get": self._symbols_get,
            "symbol_info": self._symbol_info,
            "symbol_select": self._symbol_select,
        }

    def _symbols_total(self, _: Mapping[str, Any]) -> Reply:
        return done(Plain(len(self._values.names)))

    def _symbols_get(self, arguments: Mapping[str, Any]) -> Reply:
        group = arguments.get("group")
        names = [name for name in self._values.names if group is None or in_group(name, group)]
        return done(Records("SymbolInfo", tuple(self._values.row(name) for name in names)))

    def _symbol_info(self, arguments: Mapping[str, Any]) -> Reply:
        symbol = arguments["symbol"]
        return done(Record("SymbolInfo", self._values.row(symbol))) if symbol in self._values.names else NOT_FOUND

    def _symbol_select(self, arguments: Mapping[str, Any]) -> Reply:
        symbol, selected = arguments["symbol"], self._memory.selected
        if symbol not in self._values.names:
            return refused(CALL_FAILED)
        if arguments.get("enable", True):
            selected[symbol] = True
        elif symbol in selected:
            if self._in_use(symbol):
                return refused(CALL_FAILED)
            del selected[symbol]
        return TRUE

    def _in_use(self, symbol: str) -> bool:
        state = self._state()
        held = any(position.symbol == symbol for position in state.positions.values())
        waiting = any(pending.sending.symbol == symbol for pending in state.pendings.values())
        return held or waiting or symbol in self._memory.books
