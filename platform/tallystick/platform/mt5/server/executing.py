"""Carrying orders out at a step: market orders that are due, orders that are triggered, and what remains of either.

Sections 5, 6 and 14 of `docs/fills.md`.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from tallystick.events.event import Event
from tallystick.events.types.account import PositionProtected
from tallystick.events.types.trading import DealMade, OrderAnswered, OrderEnded, OrderSending, OrderTriggered
from tallystick.market.instrument import Instrument
from tallystick.platform.mt5 import retcodes
from tallystick.platform.mt5.numbers import (
    BUY,
    BUY_LIMIT,
    BUY_STOP_LIMIT,
    DEAL,
    FILL_OR_KILL,
    GTC,
    IMMEDIATE_OR_CANCEL,
    SELL,
    STOP_TYPES,
)
from tallystick.platform.mt5.server.account import AccountSettings, AccountState, InFlight, Pending, Position
from tallystick.platform.mt5.server.checks import Checks
from tallystick.platform.mt5.server.dealing import Dealing, Trade
from tallystick.platform.mt5.server.expiry import expiry_of_rest
from tallystick.platform.mt5.server.hours import Hours
from tallystick.platform.mt5.server.liquidity import Liquidity
from tallystick.platform.mt5.server.order_types import QUOTED, direction_of, stops_of
from tallystick.platform.mt5.server.prices import stops_broken

PASSED = 0
End = Literal["filled", "cancelled", "rejected"]


class Executing:
    """Executes orders on an account state at its current quotes."""

    def __init__(
        self,
        settings: AccountSettings,
        instruments: Mapping[str, Instrument],
        checks: Checks,
        dealing: Dealing,
        hours: Hours,
        liquidity: Liquidity,
    ) -> None:
        """All parts share one state."""
        self._settings = settings
        self._instruments = instruments
        self._checks = checks
        self._state: AccountState = checks.state
        self._dealing = dealing
        self._hours = hours or None
        self.liquidity = liquidity

    def market(self, order: InFlight, moment: int) -> list[Event]:
        """Carry a due market order out at the current quote, or refuse it."""
        sending, ticket = order.sending, order.ticket
        symbol, asked = sending.symbol, sending.volume
        trade, stops = self._dealing.trade(sending), stops_of(sending, self._instruments[symbol])
        volume = asked
        if symbol in self.liquidity.stated:
            volume = self.liquidity.to_be_had(symbol, trade.direction, asked)
        refused = self._refused(trade, ticket, stops, moment)
        if volume < asked and not refused:
            if _needs_more(sending.filling, volume):
                refused = retcodes.REJECT
            elif not volume:
                self._rest(self._standing(order, stops, moment), asked)
                return [self.answer(sending, retcodes.PLACED, ticket=ticket, moment=moment)]
            else:
                trade = self._dealing.trade(msgspec.structs.replace(sending, volume=volume), trade.points)
        if not refused and not self._dealing.enough_money(trade):
            refused = retcodes.NO_MONEY
        if refused:
            return [self.answer(trade.sending, refused, ticket=ticket, moment=moment)]
        told, code = self._deal(trade, ticket, stops, moment), retcodes.DONE
        if volume < asked:
            code = retcodes.DONE_PARTIAL
            if sending.filling != IMMEDIATE_OR_CANCEL:
                self._rest(self._standing(order, stops, moment), asked - volume)
        deal = told[0]
        answer = self.answer(trade.sending, code, ticket=ticket, moment=moment, deal=deal.deal, price=deal.price)
        return [*told, answer]

    def _refused(self, trade: Trade, ticket: int, stops: tuple[int, int], moment: int) -> int:
        """Return code of the first rule that a market order breaks at its execution, money apart, or 0."""
        sending, direction = trade.sending, trade.direction
        instrument = self._instruments[sending.symbol]
        if self._hours is not None and not self._hours.open(sending.symbol, moment):
            return retcodes.MARKET_CLOSED
        if instrument.execution in QUOTED and abs(instrument.points(sending.price) - trade.points) > sending.deviation:
            return retcodes.REQUOTE
        if sending.position:
            gone = self._gone(sending, ticket)
            if gone or self._settings.margin_mode == "hedging":
                return gone
        if self._settings.hedge_prohibited and self._checks.permissions.hedges(sending.symbol, direction):
            return retcodes.HEDGE_PROHIBITED
        if trade.after is not None and any(stops):
            closing = (self._state.bids if direction > 0 else self._state.asks)[sending.symbol]
            if stops_broken(instrument, direction, closing, *stops):
                return retcodes.INVALID_STOPS
        return PASSED

    def _gone(self, sending: OrderSending, ticket: int) -> int:
        """Return code when the position an order names is no longer there to be closed (its rest: to be added to)."""
        if sending.action != DEAL or not sending.position:
            return PASSED
        named = self._state.position(sending.position)
        if sending.position == ticket:
            return PASSED if named is not None else retcodes.POSITION_CLOSED
        # An order that is to close never opens: on a netting account too its position may be gone, or turned over.
        if named is None or named.direction == direction_of(sending):
            return retcodes.POSITION_CLOSED
        too_much = self._settings.margin_mode == "hedging" and sending.volume > named.volume
        return retcodes.INVALID_CLOSE_VOLUME if too_much else PASSED

    def trigger(self, order: Pending, moment: int) -> OrderTriggered:
        """A stop-limit order reached its price: it is a limit order from now on."""
        instrument = self._instruments[order.sending.symbol]
        order.kind -= BUY_STOP_LIMIT - BUY_LIMIT
        order.price, order.stop_limit = order.stop_limit, 0
        return OrderTriggered(
            order=order.sending.order, ticket=order.ticket, price=instrument.price(order.price), moment=moment
        )

    def fill(self, order: Pending, points: int, moment: int) -> list[Event]:
        """Carry a triggered order, or a rest, out at `points`; it leaves the book unless something remains."""
        sending, ticket = order.sending, order.ticket
        direction = direction_of(sending)
        volume = self.liquidity.to_be_had(sending.symbol, direction, sending.volume)
        short = volume < sending.volume
        if self._refused_late(order):
            return [self._end(order, "rejected", moment)]
        if short and _needs_more(sending.filling, volume):
            return [self._end(order, "rejected" if sending.filling == FILL_OR_KILL else "cancelled", moment)]
        if not volume:
            if order.kind in STOP_TYPES:
                self._rest(order, sending.volume)  # triggered is triggered: from now on it takes the market's price
            return []
        part = sending if not short else msgspec.structs.replace(sending, volume=volume)
        trade = self._dealing.trade(part, points)
        if not self._dealing.enough_money(trade):
            return [self._end(order, "rejected", moment)]
        facts = self._deal(trade, ticket, (order.stop, order.take), moment)
        if not short:
            return [*facts, self._end(order, "filled", moment)]
        if sending.filling == IMMEDIATE_OR_CANCEL:
            return [*facts, self._end(order, "cancelled", moment)]
        self._rest(order, sending.volume - volume)
        return [*facts]

    def _refused_late(self, order: Pending) -> bool:
        """Whether a triggered order may not be executed any more; money apart."""
        sending = order.sending
        if self._gone(sending, order.ticket):
            return True
        opens = sending.action != DEAL or not sending.position
        prohibited = self._settings.hedge_prohibited and opens
        return prohibited and self._checks.permissions.hedges(sending.symbol, direction_of(sending))

    def _rest(self, order: Pending, volume: int) -> None:
        """What remains of an order stands under its ticket; hedging, it adds to what the first part opened."""
        sending, ticket = order.sending, order.ticket
        named = sending.position if sending.action == DEAL else 0
        if not named and self._settings.margin_mode == "hedging" and ticket in self._state.positions:
            named = ticket
        order.partial = order.partial or volume < order.initial
        order.sending = msgspec.structs.replace(sending, action=DEAL, volume=volume, position=named)
        if order.kind in STOP_TYPES:
            order.kind = BUY if direction_of(sending) > 0 else SELL
        self._state.pendings[ticket] = order

    def _standing(self, order: InFlight, stops: tuple[int, int], moment: int) -> Pending:
        """A market order as it stands in the book with what is not filled of it."""
        sending, (stop, take) = order.sending, stops
        expires = expiry_of_rest(sending, self._instruments[sending.symbol], moment, self._checks.rule)
        return Pending(
            ticket=order.ticket,
            sending=sending,
            kind=sending.type,
            price=0,
            stop=stop,
            take=take,
            expires=expires,
            live=moment,
            time_type=sending.time_type if expires else GTC,
            placed=order.sent,
            initial=sending.volume,
        )

    def _end(self, order: Pending, state: End, moment: int) -> OrderEnded:
        del self._state.pendings[order.ticket]
        return OrderEnded(order=order.sending.order, ticket=order.ticket, state=state, moment=moment)

    def _deal(
        self, trade: Trade, ticket: int, stops: tuple[int, int], moment: int
    ) -> tuple[DealMade] | tuple[DealMade, PositionProtected]:
        """A deal, and behind it what it changed of the stops of a position that was there before."""
        sending, target = trade.sending, trade.target
        if sending.symbol in self.liquidity.stated:
            self.liquidity.take(sending.symbol, trade.direction, sending.volume)
        deal = self._dealing.execute(trade, ticket, stops, moment)
        if target is None:
            return (deal,)
        now = self._state.positions.get(deal.position)
        if now is None or (now.stop, now.take) == (target.stop, target.take):
            return (deal,)
        return deal, protected(now, self._instruments[sending.symbol], moment)

    def answer(
        self, sending: OrderSending, retcode: int, *, ticket: int, moment: int, deal: int = 0, price: float = 0.0
    ) -> OrderAnswered:
        """An answer at the current quote."""
        symbol, bid, ask = sending.symbol, 0.0, 0.0
        instrument, points = self._instruments.get(symbol), self._state.bids.get(symbol)
        if instrument is not None and points is not None:
            bid, ask = instrument.price(points), instrument.price(self._state.asks[symbol])
        return OrderAnswered(
            order=sending.order,
            retcode=retcode,
            deal=deal,
            ticket=ticket,
            volume=sending.volume if deal else 0,
            price=price,
            bid=bid,
            ask=ask,
            moment=moment,
            comment=retcodes.CODES[retcode].name,
        )


def _needs_more(filling: int, volume: int) -> bool:
    """Whether an order of this filling mode does not content itself with the volume that is left."""
    return filling == FILL_OR_KILL or (filling == IMMEDIATE_OR_CANCEL and not volume)


def protected(position: Position, instrument: Instrument, moment: int) -> PositionProtected:
    """A position's stops as they now stand."""
    return PositionProtected(
        position=position.ticket,
        stop_loss=instrument.price(position.stop),
        take_profit=instrument.price(position.take),
        moment=moment,
    )
