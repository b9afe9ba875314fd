"""What stands on the account: `positions_get`, `orders_get` and their totals.

Of the filters only one counts: the ticket before the symbol before the group. A ticket nobody has gives an empty tuple
and no error. A market order on its way is not shown: its caller waits for it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from tallystick.market.instrument import LOT, Instrument
from tallystick.platform.mt5.answering.account import AccountBook
from tallystick.platform.mt5.answering.groups import in_group
from tallystick.platform.mt5.answering.reply import Reply, done
from tallystick.platform.mt5.answering.server_clock import ServerClock
from tallystick.platform.mt5.server.account import Pending, Position
from tallystick.platform.mt5.server.order_types import direction_of
from tallystick.platform.mt5.server.terminal import SimulatedTerminal
from tallystick.platform.mt5.server.worth import Worth
from tallystick.platform.mt5.wire import Plain, Records

REASONS = {"client": 0, "mobile": 1, "web": 2, "expert": 3}
"""POSITION_REASON by the server's word."""
EXPERT = REASONS["expert"]
STATE_PLACED, STATE_PARTIAL = 1, 3


class Standing:
    """Positions and pending orders as rows of TradePosition and TradeOrder, in order of ticket."""

    def __init__(
        self,
        server: SimulatedTerminal,
        instruments: Mapping[str, Instrument],
        account: AccountBook,
        clock: ServerClock,
    ) -> None:
        """`instruments`: the server's, by symbol."""
        self._server = server
        self._instruments = instruments
        self._account = account
        self._clock = clock

    def functions(self) -> dict[str, Callable[[Mapping[str, Any]], Reply]]:
        """The functions answered here."""
        return {
            "positions_total": self._positions_total,
            "positions_get": self._positions_get,
            "orders_total": self._orders_total,
            "orders_get": self._orders_get,
        }

    def _positions_total(self, _: Mapping[str, Any]) -> Reply:
        return done(Plain(len(self._server.state.positions)))

    def _positions_get(self, arguments: Mapping[str, Any]) -> Reply:
        worth = self._server.priced()
        held = worth.state.positions.values()
        chosen = [one for one in held if _chosen(arguments, one.shown_ticket, one.symbol)]
        chosen.sort(key=lambda one: one.shown_ticket)
        return done(Records("TradePosition", tuple([self._position(one, worth) for one in chosen])))

    def _orders_total(self, _: Mapping[str, Any]) -> Reply:
        return done(Plain(len(self._server.state.pendings)))

    def _orders_get(self, arguments: Mapping[str, Any]) -> Reply:
        waiting = self._server.priced().state.pendings.values()
        chosen = [one for one in waiting if _chosen(arguments, one.ticket, one.sending.symbol)]
        chosen.sort(key=lambda one: one.ticket)
        return done(Records("TradeOrder", tuple(map(self._order, chosen))))

    def _position(self, position: Position, worth: Worth) -> tuple[Any, ...]:
        instrument = self._instruments[position.symbol]
        opened = updated = self._clock.milliseconds(position.opened)
        if position.updated != position.opened:
            updated = self._clock.milliseconds(position.updated)
        return (
            position.shown_ticket,
            opened // 1_000,
            opened,
            updated // 1_000,
            updated,
            0 if position.direction > 0 else 1,
            position.magic,
            position.ticket,
            REASONS[position.reason],
            position.volume / LOT,
            position.price(instrument.digits),
            instrument.price(position.stop),
            instrument.price(position.take),
            instrument.price(worth.closing_price(position)),
            self._account.money(position.swap),
            self._account.money(worth.floating(position)),
            position.symbol,
            position.comment,
            "",
        )

    def _order(self, order: Pending) -> tuple[Any, ...]:
        sending, instrument = order.sending, self._instruments[order.sending.symbol]
        placed, state = self._clock.milliseconds(order.placed), self._server.state
        current = (state.asks if direction_of(sending) > 0 else state.bids)[sending.symbol]
        return (
            order.ticket,
            placed // 1_000,
            placed,
            0,
            0,
            self._clock.seconds(order.expires),
            order.kind,
            order.time_type,
            sending.filling,
            STATE_PARTIAL if order.partial else STATE_PLACED,
            sending.magic,
            0,
            0,
            EXPERT,
            order.initial / LOT,
            sending.volume / LOT,
            instrument.price(order.price),
            instrument.price(order.stop),
            instrument.price(order.take),
            instrument.price(current),
            instrument.price(order.stop_limit),
            sending.symbol,
            sending.comment,
            "",
        )


def _chosen(arguments: Mapping[str, Any], ticket: int, symbol: str) -> bool:
    """Whether a position or an order passes the filter that counts."""
    if "ticket" in arguments:
        return bool(arguments["ticket"] == ticket)
    if "symbol" in arguments:
        return bool(arguments["symbol"] == symbol)
    return "group" not in arguments or in_group(symbol, arguments["group"])
