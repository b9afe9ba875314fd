"""Orders that are over and all deals, as `history_orders_get` and `history_deals_get` want them (`docs/fills.md`, 20).

A fold of requests and facts, kept only where it is asked for: a backtest has its log instead.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from tallystick.events.event import Event
from tallystick.events.types.trading import DealMade, OrderAnswered, OrderEnded, OrderSending, OrderTriggered
from tallystick.market.instrument import Instrument
from tallystick.platform.mt5 import retcodes
from tallystick.platform.mt5.numbers import (
    BUY_LIMIT,
    BUY_STOP_LIMIT,
    CLOSE_BY,
    CLOSE_BY_TYPE,
    IMMEDIATE_OR_CANCEL,
    MODIFY,
    PENDING,
)
from tallystick.platform.mt5.server.account import AccountState, Pending

State = Literal["started", "placed", "cancelled", "partial", "filled", "rejected", "expired"]


class OrderRecord(msgspec.Struct, kw_only=True):
    """One order that took a ticket (MT5's TradeOrder): volumes in 1e-8 lots, moments in ns UTC, MT5's own numbers.

    `order` is the caller's number, -1 of an order of the server's own; `expires` the moment it lapses, 0 never.
    """

    ticket: int
    order: int
    symbol: str
    type: int
    state: State
    reason: str
    time_setup: int
    time_done: int = 0
    expires: int = 0
    time_type: int = 0
    filling: int = 0
    magic: int = 0
    position: int = 0
    opposite: int = 0
    volume_initial: int
    volume_current: int
    price: float = 0.0
    stop_limit: float = 0.0
    stop_loss: float = 0.0
    take_profit: float = 0.0
    price_current: float = 0.0
    comment: str = ""


class DealRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One deal (MT5's TradeDeal): volume in 1e-8 lots, money in minor units, `time` in ns UTC.

    `ticket` is the deal's, `order` the ticket of the order it executed, `position` the position's number.
    """

    ticket: int
    order: int
    time: int
    type: Literal["buy", "sell", "balance"]
    entry: Literal["in", "out", "inout", "out_by"]
    reason: str
    position: int
    symbol: str
    volume: int
    price: float
    profit: int
    swap: int
    commission: int
    magic: int
    comment: str


class History(msgspec.Struct, kw_only=True):
    """`orders`: those that are over, in the order in which they ended; `standing`: the others, by ticket."""

    opened: int = 0
    """When the account was opened, ns UTC: the balance deal's time."""
    orders: list[OrderRecord] = []
    deals: list[DealRecord] = []
    standing: dict[int, OrderRecord] = {}

    def sent(
        self,
        sending: OrderSending,
        facts: Iterable[Event],
        time: int,
        state: AccountState,
        instruments: Mapping[str, Instrument],
    ) -> None:
        """A request was taken, and these facts were known at once; `state` is the account's after it."""
        answer = next((fact for fact in facts if isinstance(fact, OrderAnswered)), None)
        if answer is None:
            ticket = state.next_ticket - 1
            self._requested(state.in_flight[ticket].sending, ticket, time)
        elif answer.retcode == retcodes.PLACED:
            pending = state.pendings[answer.ticket]
            self._requested(pending.sending, answer.ticket, time, pending.expires)
        elif answer.retcode == retcodes.DONE and sending.action == CLOSE_BY:
            symbol = next(fact.symbol for fact in facts if isinstance(fact, DealMade))
            self._requested(msgspec.structs.replace(sending, symbol=symbol), answer.ticket, time)
        elif answer.retcode == retcodes.DONE and sending.action == MODIFY:
            pending = state.pendings[sending.ticket]
            self._changed(pending, instruments[pending.sending.symbol])
        self.told(facts)

    def _requested(self, sending: OrderSending, ticket: int, time: int, expires: int = 0) -> None:
        """A request took a ticket."""
        self.standing[ticket] = OrderRecord(
            ticket=ticket,
            order=sending.order,
            symbol=sending.symbol,
            type=CLOSE_BY_TYPE if sending.action == CLOSE_BY else sending.type,
            state="placed" if sending.action == PENDING else "started",
            reason="expert",
            time_setup=time,
            expires=expires,
            time_type=sending.time_type,
            filling=sending.filling,
            magic=sending.magic,
            position=sending.position if sending.action != PENDING else 0,
            opposite=sending.opposite if sending.action == CLOSE_BY else 0,
            volume_initial=sending.volume,
            volume_current=sending.volume,
            price=sending.price,
            stop_limit=sending.stop_limit if sending.type >= BUY_STOP_LIMIT else 0.0,
            stop_loss=sending.stop_loss,
            take_profit=sending.take_profit,
            comment=sending.comment,
        )

    def _changed(self, pending: Pending, instrument: Instrument) -> None:
        """A pending order was changed."""
        record = self.standing[pending.ticket]
        record.price, record.stop_limit = instrument.price(pending.price), instrument.price(pending.stop_limit)
        record.stop_loss, record.take_profit = instrument.price(pending.stop), instrument.price(pending.take)
        record.expires, record.time_type = pending.expires, pending.time_type

    def told(self, facts: Iterable[Event]) -> None:
        """What the server said."""
        for fact in facts:
            if isinstance(fact, DealMade):
                self._deal(fact)
            elif isinstance(fact, OrderTriggered):
                record = self.standing[fact.ticket]
                record.type -= BUY_STOP_LIMIT - BUY_LIMIT
                record.price, record.stop_limit = fact.price, 0.0
            elif isinstance(fact, OrderEnded):
                self._end(fact.ticket, fact.state, fact.moment)
            elif isinstance(fact, OrderAnswered):
                self._answered(fact)

    def _deal(self, deal: DealMade) -> None:
        self.deals.append(
            DealRecord(
                ticket=deal.deal,
                order=deal.ticket,
                time=deal.moment if deal.type != "balance" else self.opened,
                type=deal.type,
                entry=deal.entry,
                reason=deal.reason if deal.reason != "balance" else "client",
                position=deal.position,
                symbol=deal.symbol,
                volume=deal.volume,
                price=deal.price,
                profit=deal.profit,
                swap=deal.swap,
                commission=deal.commission,
                magic=deal.magic,
                comment=deal.comment,
            )
        )
        record = self.standing.get(deal.ticket)
        if record is not None:
            if record.type == CLOSE_BY_TYPE:
                record.volume_initial = deal.volume
                record.volume_current = 0
            else:
                record.volume_current -= deal.volume
                record.state = "partial" if record.state == "placed" else record.state
            record.position = record.position or deal.position
            record.price_current = deal.price
        elif deal.type != "balance":
            self._own(deal)

    def _own(self, deal: DealMade) -> None:
        """The order that the server made for a stop loss, a take profit or a stop-out."""
        record = OrderRecord(
            ticket=deal.ticket,
            order=-1,
            symbol=deal.symbol,
            type=0 if deal.type == "buy" else 1,
            state="filled",
            reason=deal.reason,
            time_setup=deal.moment,
            time_done=deal.moment,
            magic=deal.magic,
            position=deal.position,
            volume_initial=deal.volume,
            volume_current=0,
            price=deal.price,
            price_current=deal.price,
            comment=deal.comment,
        )
        self.orders.append(record)

    def _answered(self, answer: OrderAnswered) -> None:
        """The end of a market order or a close-by, unless a rest of it stands."""
        record = self.standing.get(answer.ticket)
        if record is None or record.order != answer.order:
            return
        if answer.retcode == retcodes.PLACED:
            record.state = "placed"
        elif answer.retcode == retcodes.DONE:
            self._end(answer.ticket, "filled", answer.moment)
        elif answer.retcode != retcodes.DONE_PARTIAL:
            self._end(answer.ticket, "rejected", answer.moment)
        elif record.filling == IMMEDIATE_OR_CANCEL:
            self._end(answer.ticket, "cancelled", answer.moment)
        else:
            record.state = "partial"

    def _end(self, ticket: int, state: State, moment: int) -> None:
        record = self.standing.pop(ticket)
        record.state, record.time_done = state, moment
        self.orders.append(record)
