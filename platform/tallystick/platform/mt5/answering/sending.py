"""Trade requests: `order_check`, and the two halves of `order_send`: what is asked, and what its answer says."""

from collections.abc import Container, Mapping
from typing import Any

from tallystick.events.types.trading import OrderAnswered, OrderSending
from tallystick.market.instrument import LOT
from tallystick.platform.mt5 import retcodes
from tallystick.platform.mt5.answering.about import TerminalSettings
from tallystick.platform.mt5.answering.account import AccountBook
from tallystick.platform.mt5.answering.memory import Memory
from tallystick.platform.mt5.answering.reply import Reply, done
from tallystick.platform.mt5.answering.requests import broken_number, order_of, request_values
from tallystick.platform.mt5.answering.server_clock import ServerClock
from tallystick.platform.mt5.numbers import DEAL, PENDING, SLTP
from tallystick.platform.mt5.server.terminal import SimulatedTerminal
from tallystick.platform.mt5.wire import Record

LONGEST_COMMENT = 29
"""Characters of a comment that is not the server's own."""
PRICED = frozenset({retcodes.REQUOTE, retcodes.PRICE_CHANGED, retcodes.PRICE_OFF})
"""Refusals that tell the new prices."""


class Requests:
    """Requests of this terminal; `request_id` counts those that reached the server."""

    def __init__(
        self,
        settings: TerminalSettings,
        server: SimulatedTerminal,
        account: AccountBook,
        memory: Memory,
        clock: ServerClock,
        known: Container[str],
    ) -> None:
        """`server`: whose rules `order_check` asks. `known`: the terminal's symbols, with rows or without."""
        self._settings = settings
        self._server = server
        self._account = account
        self._memory = memory
        self._clock = clock
        self._known = known

    def check(self, request: Mapping[str, Any], now: int) -> Reply:
        """`order_check`: retcode 0 when the server would take the request, and the account as it would be then."""
        refusal = self.refusal(request)
        if refusal:
            return self._checked(request, refusal, (0.0,) * 6)
        checked = self._server.check(self.order(request, 0), now)
        money = self._account.money
        figures = (
            money(checked.balance),
            money(checked.equity),
            money(checked.profit),
            money(checked.margin),
            money(checked.margin_free),
            checked.margin_level,
        )
        return self._checked(request, checked.retcode, figures)

    def _checked(self, request: Mapping[str, Any], retcode: int, figures: tuple[float, ...]) -> Reply:
        comment = "Done" if retcode == 0 else words_of(retcode)
        return done(Record("OrderCheckResult", (retcode, *figures, comment, request_values(request))))

    def refusal(self, request: Mapping[str, Any]) -> int:
        """The return code by which the terminal itself refuses a request, or 0."""
        if not self._settings.trade_allowed:
            return retcodes.CLIENT_DISABLES_AT
        broken = broken_number(request)
        if broken:
            return broken
        symbol = request["symbol"]
        priced = symbol in self._memory.selected and symbol in self._server.instruments
        trades = request["action"] in {DEAL, PENDING} and symbol in self._known
        return retcodes.PRICE_OFF if trades and not priced else 0

    def order(self, request: Mapping[str, Any], number: int) -> OrderSending:
        """The order of a request that was not refused; `number` is the book's."""
        return order_of(request, number=number, account=self._server.settings.name, clock=self._clock)

    def refused(self, request: Mapping[str, Any], retcode: int, comment: str = "") -> Reply:
        """An `order_send` that never reached the server: refused by the terminal, or by risk with its rule."""
        words = comment[:LONGEST_COMMENT] or words_of(retcode)
        return self._result(request, (retcode, 0, 0, 0.0, 0.0, 0.0, 0.0, words, 0))

    def answered(self, request: Mapping[str, Any], answer: OrderAnswered) -> Reply:
        """What `order_send` gives for the server's answer.

        As recorded of real terminals: a pending order that was placed is told as done (10008 is what asynchronous
        sending says, which the module does not have), with its volume and no price; a change of stops has neither, a
        close-by only deal and order; a refusal has zeros, and bid and ask only where they are the reason.
        """
        memory = self._memory
        memory.requests += 1
        retcode, action = answer.retcode, request["action"]
        ticket, volume, price, bid, ask = 0, 0.0, 0.0, 0.0, 0.0
        if retcode in retcodes.CARRIED_OUT:
            ticket = 0 if action == SLTP else answer.ticket
            if action in {DEAL, PENDING}:
                volume = answer.volume / LOT if answer.deal else request["volume"]
                price, bid, ask = answer.price, answer.bid, answer.ask
            if action == PENDING:
                retcode = retcodes.DONE
        elif retcode in PRICED:
            bid, ask = answer.bid, answer.ask
        words = words_of(retcode)
        return self._result(request, (retcode, answer.deal, ticket, volume, price, bid, ask, words, memory.requests))

    def _result(self, request: Mapping[str, Any], values: tuple[Any, ...]) -> Reply:
        return done(Record("OrderSendResult", (*values, 0, request_values(request))))


def words_of(retcode: int) -> str:
    """The server's words for a return code, as a comment holds them."""
    known = retcodes.CODES.get(retcode)
    return known.text if known is not None else f"Unknown return code {retcode}"
