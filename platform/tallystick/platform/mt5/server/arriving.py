"""What becomes of a request when it arrives: refused, in flight, placed, or carried out at once.

`docs/fills.md`, section 4 (rows 1 and 2, and what is done with a request that passes), sections 15 and 18.
"""

from collections.abc import Mapping

import msgspec

from tallystick.events.event import Event
from tallystick.events.types.trading import OrderEnded, OrderSending
from tallystick.market.instrument import Instrument
from tallystick.market.money import rounded
from tallystick.market.spans import SECOND_NS
from tallystick.platform.mt5 import retcodes
from tallystick.platform.mt5.numbers import CLOSE_BY, DEAL, MODIFY, PENDING, REMOVE, SLTP, STOP_LIMIT_TYPES
from tallystick.platform.mt5.server import faults
from tallystick.platform.mt5.server.account import AccountSettings, AccountState, InFlight, Pending
from tallystick.platform.mt5.server.checks import WITHOUT_SYMBOL, Checks
from tallystick.platform.mt5.server.dealing import Dealing
from tallystick.platform.mt5.server.executing import Executing, protected
from tallystick.platform.mt5.server.expiry import expiry_of
from tallystick.platform.mt5.server.order_types import points_of
from tallystick.platform.mt5.server.permissions import netting_position


class Arriving:
    """Takes requests on an account state."""

    def __init__(
        self,
        settings: AccountSettings,
        instruments: Mapping[str, Instrument],
        checks: Checks,
        dealing: Dealing,
        executing: Executing,
        latency_ns: int,
    ) -> None:
        """All parts share one state."""
        self._settings = settings
        self._instruments = instruments
        self._checks = checks
        self._state: AccountState = checks.state
        self._dealing = dealing
        self._answer = executing.answer
        self._latency = latency_ns

    def take(self, sending: OrderSending, time: int) -> list[Event]:
        """Take one request; facts that are known at once."""
        asked = self.named(sending)
        refused = self._unheard(asked, time) if self._state.faults or self._settings.message_limit else 0
        refused = refused or self._checks.first_broken(asked, time)
        if refused:
            return [self._answer(asked, refused, ticket=0, moment=time)]
        if asked.action == DEAL:
            ticket = self._dealing.next_ticket()
            due = time + self._latency
            self._state.in_flight[ticket] = InFlight(ticket=ticket, sending=asked, due=due, sent=time)
            return []
        if asked.action == PENDING:
            return [self._place(asked, time)]
        if asked.action == CLOSE_BY:
            return self._close_by(asked, time)
        return [*self._change(asked, time), self._answer(asked, retcodes.DONE, ticket=asked.ticket, moment=time)]

    def _unheard(self, sending: OrderSending, time: int) -> int:
        """A fault that was injected for the request, or the message limit."""
        state, limit = self._state, self._settings.message_limit
        if state.faults and (code := faults.taken(state.faults, sending)):
            return code
        if not limit:
            return 0
        recent = [one for one in state.recent if one > time - SECOND_NS]
        state.recent = [*recent, time]
        return retcodes.TOO_MANY_REQUESTS if len(recent) >= limit else 0

    def named(self, sending: OrderSending) -> OrderSending:
        """The request with what it leaves to the position or order it names: symbol, and a position's own number."""
        state, action = self._state, sending.action
        if action == PENDING or (action == DEAL and (not sending.position or sending.position in state.positions)):
            return sending  # nearly every request
        changes, position = dict[str, object](), None
        if action in {SLTP, CLOSE_BY, DEAL}:
            position = state.position(sending.position)
            if position is None and action == SLTP and not sending.position and self._settings.margin_mode == "netting":
                position = netting_position(state, sending.symbol)
            if position is not None:
                changes["position"] = position.ticket
        if action == CLOSE_BY and (opposite := state.position(sending.opposite)) is not None:
            changes["opposite"] = opposite.ticket
        if not sending.symbol and action in WITHOUT_SYMBOL:
            order = state.pendings.get(sending.ticket) if action in {MODIFY, REMOVE} else None
            changes["symbol"] = position.symbol if position is not None else order.sending.symbol if order else ""
        return msgspec.structs.replace(sending, **changes) if changes else sending

    def _place(self, sending: OrderSending, time: int) -> Event:
        instrument = self._instruments[sending.symbol]
        ticket = self._dealing.next_ticket()
        price, stop, take = points_of(sending, instrument)
        limit = instrument.points(sending.stop_limit) if sending.type in STOP_LIMIT_TYPES else 0
        self._state.pendings[ticket] = Pending(
            ticket=ticket,
            sending=sending,
            kind=sending.type,
            price=price,
            stop=stop,
            take=take,
            expires=expiry_of(sending, instrument, time, self._checks.rule),
            live=time + self._latency,
            stop_limit=limit,
            time_type=sending.time_type,
            placed=time,
            initial=sending.volume,
        )
        return self._answer(sending, retcodes.PLACED, ticket=ticket, moment=time)

    def _change(self, sending: OrderSending, time: int) -> list[Event]:
        """Stops of a position, or a pending order changed or removed."""
        state, instrument = self._state, self._instruments[sending.symbol]
        price, stop, take = points_of(sending, instrument)
        if sending.action == SLTP:
            position = state.positions[sending.position]
            position.stop, position.take, position.updated = stop, take, time
            return [protected(position, instrument, time)]
        if sending.action == MODIFY:
            pending = state.pendings[sending.ticket]
            pending.price, pending.stop, pending.take = price, stop, take
            pending.expires = expiry_of(sending, instrument, time, self._checks.rule)
            pending.time_type = sending.time_type
            if pending.kind in STOP_LIMIT_TYPES:
                pending.stop_limit = instrument.points(sending.stop_limit)
            pending.live = max(pending.live, time)
            return []
        removed = state.pendings.pop(sending.ticket)
        return [OrderEnded(order=removed.sending.order, ticket=removed.ticket, state="cancelled", moment=time)]

    def _close_by(self, sending: OrderSending, time: int) -> list[Event]:
        """Two positions of a symbol close one another: each deal shows the opening price of the opposite position."""
        position, opposite = self._state.positions[sending.position], self._state.positions[sending.opposite]
        volume = min(position.volume, opposite.volume)
        points, shown = (rounded(one.point_units, one.units) for one in (opposite, position))
        ticket = self._dealing.next_ticket()
        first, second = (
            self._dealing.close(one, volume, points, "expert", time, ticket=ticket, sending=sending, entry="out_by")
            for one in (position, opposite)
        )
        done = msgspec.structs.replace(sending, volume=volume)
        instrument = self._instruments[sending.symbol]
        second = msgspec.structs.replace(second, price=instrument.price(shown))
        price = instrument.price(points)
        answer = self._answer(done, retcodes.DONE, ticket=ticket, moment=time, deal=first.deal, price=price)
        return [first, second, answer]
