"""History: `history_orders_get`, `history_deals_get` and their totals.

A ticket is an order's: of deals it chooses those of that order. A position chooses by its number (MT5's identifier).
Dates are the server's clock, both included: of deals their time, of orders the time they were done (assumed). Orders
that stand are no history. Rows are made once, when they are first asked for: history only grows.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any, NamedTuple

from tallystick.market.instrument import LOT
from tallystick.platform.mt5.answering.account import AccountBook
from tallystick.platform.mt5.answering.groups import in_group
from tallystick.platform.mt5.answering.reply import Reply, done
from tallystick.platform.mt5.answering.server_clock import ServerClock
from tallystick.platform.mt5.server.history import DealRecord, OrderRecord
from tallystick.platform.mt5.server.terminal import SimulatedTerminal
from tallystick.platform.mt5.wire import Plain, Records

SECOND_MS = 1_000
ORDER_STATES = {"started": 0, "placed": 1, "cancelled": 2, "partial": 3, "filled": 4, "rejected": 5, "expired": 6}
"""ORDER_STATE by the server's word."""
DEAL_TYPES = {"buy": 0, "sell": 1, "balance": 2}
DEAL_ENTRIES = {"in": 0, "out": 1, "inout": 2, "out_by": 3}
REASONS = {"client": 0, "mobile": 1, "web": 2, "expert": 3, "sl": 4, "tp": 5, "so": 6, "rollover": 7}
"""ORDER_REASON and DEAL_REASON by the server's word."""


class _Line(NamedTuple):
    """One row, and what it is chosen by."""

    milliseconds: int
    order: int
    positions: tuple[int, ...]
    symbol: str
    row: tuple[Any, ...]


class _Ledger:
    """Rows of one kind in the order of their end."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lines: list[_Line] = []
        self._latest: list[int] = []
        """The latest time up to each line: where to begin, for times may stand a little out of order."""

    def __len__(self) -> int:
        return len(self._lines)

    def add(self, line: _Line) -> None:
        """A further row."""
        self._latest.append(max(line.milliseconds, self._latest[-1] if self._latest else line.milliseconds))
        self._lines.append(line)

    def chosen(self, arguments: Mapping[str, Any]) -> Sequence[_Line]:
        """The rows that a ticket, a position or two dates (and a group) choose."""
        if "ticket" in arguments:
            return [line for line in self._lines if line.order == arguments["ticket"]]
        if "position" in arguments:
            return [line for line in self._lines if arguments["position"] in line.positions]
        first, last = (round(arguments[name] * SECOND_MS) for name in ("date_from", "date_to"))
        # A date is a whole second of the clock: all of it is in.
        last += SECOND_MS - 1
        begin = bisect_left(self._latest, first)
        within = [line for line in self._lines[begin:] if first <= line.milliseconds <= last]
        group = arguments.get("group")
        return within if group is None else [line for line in within if in_group(line.symbol, group)]

    def get(self, arguments: Mapping[str, Any]) -> Reply:
        """The rows as structs."""
        return done(Records(self._name, tuple(line.row for line in self.chosen(arguments))))

    def total(self, arguments: Mapping[str, Any]) -> Reply:
        """How many."""
        return done(Plain(len(self.chosen(arguments))))


class History:
    """Orders that are over, and all deals."""

    def __init__(self, server: SimulatedTerminal, account: AccountBook, clock: ServerClock) -> None:
        """`server`: one that keeps its history."""
        self._server = server
        self._account = account
        self._clock = clock
        self._orders, self._deals = _Ledger("TradeOrder"), _Ledger("TradeDeal")

    def functions(self) -> dict[str, Callable[[Mapping[str, Any]], Reply]]:
        """The functions answered here."""
        return {
            "history_orders_get": lambda arguments: self._current_orders().get(arguments),
            "history_orders_total": lambda arguments: self._current_orders().total(arguments),
            "history_deals_get": lambda arguments: self._current_deals().get(arguments),
            "history_deals_total": lambda arguments: self._current_deals().total(arguments),
        }

    def forget(self) -> None:
        """The server has taken back another state: read its history anew."""
        self._orders, self._deals = _Ledger("TradeOrder"), _Ledger("TradeDeal")

    def _current_orders(self) -> _Ledger:
        for order in self._server.history.orders[len(self._orders) :]:
            self._orders.add(self._order(order))
        return self._orders

    def _current_deals(self) -> _Ledger:
        for deal in self._server.history.deals[len(self._deals) :]:
            self._deals.add(self._deal(deal))
        return self._deals

    def _order(self, order: OrderRecord) -> _Line:
        placed, done = self._clock.milliseconds(order.time_setup), self._clock.milliseconds(order.time_done)
        row = (
            order.ticket,
            placed // SECOND_MS,
            placed,
            done // SECOND_MS,
            done,
            self._clock.seconds(order.expires),
            order.type,
            order.time_type,
            order.filling,
            ORDER_STATES[order.state],
            order.magic,
            order.position,
            order.opposite,
            REASONS[order.reason],
            order.volume_initial / LOT,
            order.volume_current / LOT,
            self._at_points(order.symbol, order.price),
            self._at_points(order.symbol, order.stop_loss),
            self._at_points(order.symbol, order.take_profit),
            order.price_current,
            self._at_points(order.symbol, order.stop_limit),
            order.symbol,
            order.comment,
            "",
        )
        positions = (order.position, order.opposite) if order.opposite else (order.position,)
        return _Line(done, order.ticket, positions, order.symbol, row)

    def _at_points(self, symbol: str, price: float) -> float:
        """A request's price as the server takes it, at the nearest point."""
        instrument = self._server.instruments.get(symbol)
        return instrument.price(instrument.points(price)) if instrument and isfinite(price) else price

    def _deal(self, deal: DealRecord) -> _Line:
        time, money = self._clock.milliseconds(deal.time), self._account.money
        row = (
            deal.ticket,
            deal.order,
            time // SECOND_MS,
            time,
            DEAL_TYPES[deal.type],
            DEAL_ENTRIES[deal.entry],
            deal.magic,
            deal.position,
            REASONS[deal.reason],
            deal.volume / LOT,
            deal.price,
            money(deal.commission),
            money(deal.swap),
            money(deal.profit),
            0.0,
            deal.symbol,
            deal.comment,
            "",
        )
        return _Line(time, deal.order, (deal.position,), deal.symbol, row)
