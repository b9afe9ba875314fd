"""A terminal's answers to all functions of the `MetaTrader5` module, from a server, a price store and a definition.

Pure: what it says follows from these three, its own memory (`Memory`) and the call. It moves no market: whoever holds
it brings server and store to the call's time first. `order_send` comes in two halves, because between them lies the
way of an order: `asked` makes the request an order or refuses it, `answered` or `denied` say what came of it.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from tallystick.events.types.trading import OrderAnswered
from tallystick.platform.mt5 import retcodes
from tallystick.platform.mt5.answering.about import About, TerminalSettings
from tallystick.platform.mt5.answering.account import AccountBook
from tallystick.platform.mt5.answering.calculations import Calculations
from tallystick.platform.mt5.answering.depth import Depth
from tallystick.platform.mt5.answering.history import History
from tallystick.platform.mt5.answering.memory import Memory
from tallystick.platform.mt5.answering.prices import Prices
from tallystick.platform.mt5.answering.reply import API_DISABLED, NO_CONNECTION, UNSUPPORTED, Reply, refused
from tallystick.platform.mt5.answering.requests import Asked
from tallystick.platform.mt5.answering.sending import Requests
from tallystick.platform.mt5.answering.server_clock import ServerClock
from tallystick.platform.mt5.answering.standing import Standing
from tallystick.platform.mt5.answering.symbol_values import SymbolValues
from tallystick.platform.mt5.answering.symbols import Symbols
from tallystick.platform.mt5.answering.tick_worth import TickWorth
from tallystick.platform.mt5.definitions.definition import Definition
from tallystick.platform.mt5.prices.store import PriceStore
from tallystick.platform.mt5.server.account import AccountState
from tallystick.platform.mt5.server.terminal import SimulatedTerminal
from tallystick.platform.mt5.wire import Call

WITHOUT_CONNECTION = frozenset({"initialize", "shutdown"})
ANSWER_FALSE = frozenset({"initialize", "login", "symbol_select", "market_book_add", "market_book_release"})
"""Functions that fail with False; all others with None."""
LOOKS = frozenset(
    {
        *("version", "terminal_info", "account_info", "symbols_total", "symbols_get", "symbol_info"),
        *("symbol_info_tick", "market_book_get", "copy_rates_from", "copy_rates_from_pos", "copy_rates_range"),
        *("copy_ticks_from", "copy_ticks_range", "positions_total", "positions_get", "orders_total", "orders_get"),
        *("order_calc_margin", "order_calc_profit"),
    }
)
"""Functions whose answers follow from the prices so far and from what `Answers.seen` tells, and that change nothing."""


class Seen(msgspec.Struct, frozen=True, array_like=True):
    """What looks show besides prices: the account, and the terminal's own memory."""

    account: AccountState
    memory: Memory


_SEEN = msgspec.msgpack.Decoder(Seen)
_encode = msgspec.msgpack.Encoder().encode


class Answers:
    """One terminal."""

    def __init__(
        self,
        definition: Definition,
        server: SimulatedTerminal,
        store: PriceStore,
        settings: TerminalSettings | None = None,
    ) -> None:
        """`server` and `store` are looked at, never moved. A new terminal is not connected."""
        self.settings = settings or TerminalSettings()
        self.clock = ServerClock(definition.server_time_rule)
        self._memory = Memory(selected={one.name: True for one in definition.symbols if one.selected})
        self._server = server
        account = AccountBook(definition, server, self._memory)
        instruments = server.instruments
        values = SymbolValues(definition, store, self._memory, TickWorth(server).of)
        self._requests = Requests(self.settings, server, account, self._memory, self.clock, values)
        self._history = History(server, account, self.clock)
        self._functions: dict[str, Callable[[Mapping[str, Any]], Reply]] = {}
        for part in (
            About(self.settings, account, self._memory),
            Symbols(values, self._memory, lambda: server.state),
            Prices(store, self._memory, self.settings.maxbars),
            Depth(instruments, store, self._memory),
            Standing(server, instruments, account, self.clock),
            self._history,
            Calculations(server, account),
        ):
            self._functions.update(part.functions())

    def answer(self, call: Call) -> Reply:
        """The answer to any call but `order_send`, server and store being at `call.now`.

        An `order_send` that cannot stand in a log (numbers that are none, text beyond Unicode's normal form) may be
        given here too: it is refused.
        """
        function = call.function
        if not self._memory.connected and function not in WITHOUT_CONNECTION:
            return refused(NO_CONNECTION) if function in ANSWER_FALSE else NO_CONNECTION
        answering = self._functions.get(function)
        if answering is not None:
            return answering(call.arguments)
        if function == "order_check":
            return self._requests.check(call.arguments["request"], call.now)
        if function == "order_send":
            asked = self.asked(call.arguments["request"], 0)
            return asked if isinstance(asked, Reply) else self._requests.refused(asked.request, retcodes.INVALID)
        return UNSUPPORTED

    def asked(self, request: Mapping[str, Any], number: int) -> Asked | Reply:
        """The order of an `order_send`, under the book's order number, or the terminal's own refusal of it.

        `request`: the 17 fields of TradeRequest by name.
        """
        if not self._memory.connected:
            return NO_CONNECTION
        if self.settings.tradeapi_disabled:
            return API_DISABLED
        refusal = self._requests.refusal(request)
        if refusal:
            return self._requests.refused(request, refusal)
        return Asked(request, self._requests.order(request, number))

    def answered(self, request: Mapping[str, Any], answer: OrderAnswered) -> Reply:
        """What `order_send` gives for the server's answer to its order."""
        return self._requests.answered(request, answer)

    def denied(self, request: Mapping[str, Any], rule: str) -> Reply:
        """What `order_send` gives when risk denied its order: 10006, with the rule as comment."""
        return self._requests.refused(request, retcodes.REJECT, rule)

    def seen(self) -> bytes:
        """What looks show at this moment besides prices."""
        return _encode(Seen(self._server.priced().state, self._memory))

    def see(self, seen: bytes) -> None:
        """Show what another terminal of the same definition does: what its `seen` gave."""
        shown = _SEEN.decode(seen)
        self._server.show(shown.account)
        self._remember(shown.memory)

    def freeze(self) -> Any:
        """The terminal's own memory as plain values; server and prices have their own."""
        return msgspec.to_builtins(self._memory)

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave; the server has its own state back before."""
        self._history.forget()
        self._remember(msgspec.convert(state, Memory))

    def _remember(self, told: Memory) -> None:
        for name in Memory.__struct_fields__:
            setattr(self._memory, name, getattr(told, name))
