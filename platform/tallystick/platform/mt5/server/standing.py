"""What the server checks before it changes what stands: a position's stops, a pending order, two positions at once.

Rows 14, 16 to 18 and 22 to 24 of `docs/fills.md`, section 4.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tallystick.events.types.trading import OrderSending
from tallystick.market.instrument import Instrument
from tallystick.platform.mt5 import retcodes
from tallystick.platform.mt5.numbers import MARKET_TYPES, MODIFY, REMOVE, STOP_LIMIT_TYPES
from tallystick.platform.mt5.server.account import AccountSettings, AccountState, Pending, Position
from tallystick.platform.mt5.server.expiry import expiry_allowed, expiry_of
from tallystick.platform.mt5.server.order_types import direction_of, points_of
from tallystick.platform.mt5.server.prices import limit_price_of, price_broken, stops_broken

PASSED = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """The checks over what stands on one account; `rule` is the server-time rule."""

    settings: AccountSettings
    instruments: Mapping[str, Instrument]
    state: AccountState
    rule: str

    def closing(self, sending: OrderSending) -> int:
        """Rules of a market order that names a position."""
        position = self.state.position(sending.position)
        if position is None:
            return retcodes.POSITION_CLOSED
        if position.symbol != sending.symbol or position.direction == direction_of(sending):
            return retcodes.INVALID
        if self.settings.margin_mode == "hedging":
            if sending.volume > position.volume:
                return retcodes.INVALID_CLOSE_VOLUME
            if self.state.in_flight and self._on_their_way(position) + sending.volume > position.volume:
                return retcodes.CLOSE_ORDER_EXIST
            if self.settings.fifo_close and self._younger(position):
                return retcodes.FIFO_CLOSE
        return retcodes.FROZEN if self._position_frozen(position) else PASSED

    def closing_by(self, sending: OrderSending) -> int:
        """Rules of a close-by."""
        if self.settings.margin_mode == "netting":
            return retcodes.INVALID
        position, opposite = self.state.position(sending.position), self.state.position(sending.opposite)
        if position is None or opposite is None:
            return retcodes.POSITION_CLOSED
        if position.symbol != sending.symbol or opposite.symbol != sending.symbol:
            return retcodes.INVALID
        if position.direction == opposite.direction:
            return retcodes.INVALID
        if self._on_their_way(position) or self._on_their_way(opposite):
            return retcodes.CLOSE_ORDER_EXIST
        if self.settings.fifo_close and self._younger(position):
            return retcodes.FIFO_CLOSE
        frozen = self._position_frozen(position) or self._position_frozen(opposite)
        return retcodes.FROZEN if frozen else PASSED

    def position_stops(self, sending: OrderSending, instrument: Instrument) -> int:
        """Rules of new stops for a position."""
        position = self.state.position(sending.position)
        if position is None or position.symbol != sending.symbol:
            return retcodes.POSITION_CLOSED
        price = self._closing_price(position)
        _, stop, take = points_of(sending, instrument)
        if stops_broken(instrument, position.direction, price, stop, take):
            return retcodes.INVALID_STOPS
        if self._position_frozen(position):
            return retcodes.FROZEN
        return retcodes.NO_CHANGES if (stop, take) == (position.stop, position.take) else PASSED

    def _closing_price(self, position: Position) -> int:
        return (self.state.bids if position.direction > 0 else self.state.asks)[position.symbol]

    def _on_their_way(self, position: Position) -> int:
        """Volume of the market orders in flight that close a position."""
        names = {position.ticket, position.turned}
        return sum(one.sending.volume for one in self.state.in_flight.values() if one.sending.position in names - {0})

    def _younger(self, position: Position) -> bool:
        """Whether an older position of the symbol has to be closed first."""
        same = (one for one in self.state.positions.values() if one.symbol == position.symbol)
        return any(one.ticket < position.ticket for one in same)

    def _position_frozen(self, position: Position) -> bool:
        instrument = self.instruments[position.symbol]
        if not instrument.freeze_level:
            return False
        return _frozen(instrument, self._closing_price(position), position.stop, position.take)

    def order(self, sending: OrderSending, instrument: Instrument, time: int) -> int:
        """Rules of changing or removing a pending order."""
        pending = self.state.pendings.get(sending.ticket)
        if pending is None or pending.sending.symbol != sending.symbol:
            return retcodes.INVALID_ORDER
        rests = pending.kind in MARKET_TYPES
        if sending.action == MODIFY:
            broken = retcodes.INVALID_ORDER if rests else self._changed(pending, sending, instrument, time)
            if broken:
                return broken
        buys = direction_of(pending.sending) > 0
        price = (self.state.asks if buys else self.state.bids)[sending.symbol]
        if not rests and _frozen(instrument, price, pending.price):
            return retcodes.FROZEN
        if sending.action == REMOVE:
            return PASSED
        asked = (*points_of(sending, instrument), expiry_of(sending, instrument, time, self.rule))
        now = (pending.price, pending.stop, pending.take, pending.expires)
        same_limit = pending.kind not in STOP_LIMIT_TYPES or instrument.points(sending.stop_limit) == pending.stop_limit
        return retcodes.NO_CHANGES if asked == now and same_limit else PASSED

    def _changed(self, pending: Pending, sending: OrderSending, instrument: Instrument, time: int) -> int:
        _, stop, take = points_of(sending, instrument)
        quote = self.state.bids[sending.symbol], self.state.asks[sending.symbol]
        if price_broken(sending, pending.kind, instrument, quote):
            return retcodes.INVALID_PRICE
        if not expiry_allowed(sending, instrument, time, self.rule):
            return retcodes.INVALID_EXPIRATION
        direction = direction_of(pending.sending)
        broken = stops_broken(instrument, direction, limit_price_of(sending, pending.kind, instrument), stop, take)
        return retcodes.INVALID_STOPS if broken else PASSED


def _frozen(instrument: Instrument, price: int, *levels: int) -> bool:
    freeze = instrument.freeze_level
    return freeze > 0 and any(level != 0 and abs(price - level) <= freeze for level in levels)
