"""What the server checks before it takes an order: the table of `docs/fills.md`, section 4, in its order."""

from collections.abc import Mapping
from dataclasses import dataclass

from tallystick.events.types.trading import OrderSending
from tallystick.market.instrument import Instrument
from tallystick.platform.mt5 import retcodes
from tallystick.platform.mt5.server.account import AccountSettings, AccountState, Pending, Position

DEAL, PENDING, SLTP, MODIFY, REMOVE = 1, 5, 6, 7, 8
BUY_TYPES = frozenset({0, 2, 4})
MARKET_TYPES = frozenset({0, 1})
BUY_LIMIT, SELL_LIMIT, BUY_STOP, SELL_STOP = 2, 3, 4, 5
PENDING_TYPES = frozenset({BUY_LIMIT, SELL_LIMIT, BUY_STOP, SELL_STOP})
FILL_OR_KILL, IMMEDIATE_OR_CANCEL, RETURN = 0, 1, 2
PASSED = 0


def direction_of(sending: OrderSending) -> int:
    """+1 for a buy, -1 for a sell."""
    return 1 if sending.type in BUY_TYPES else -1


@dataclass(frozen=True, slots=True)
class Checks:
    """The checks over one account."""

    settings: AccountSettings
    instruments: Mapping[str, Instrument]
    state: AccountState

    def first_broken(self, sending: OrderSending, time: int) -> int:
        """Return code of the first rule that is broken, or 0."""
        if not _sensible(sending) or sending.symbol not in self.instruments:
            return retcodes.INVALID
        if sending.symbol not in self.state.bids:
            return retcodes.PRICE_OFF
        instrument = self.instruments[sending.symbol]
        if sending.action in {DEAL, PENDING}:
            return self._new(sending, instrument, time)
        if sending.action == SLTP:
            return self._position_stops(sending, instrument)
        return self._standing_order(sending, instrument, time)

    def stops_broken(self, instrument: Instrument, direction: int, price: int, stop: int, take: int) -> bool:
        """Whether stop loss or take profit stand on the wrong side of `price` or too near (points; 0 is none)."""
        distance = max(instrument.stops_level, 1)
        stop_near = stop != 0 and direction * (price - stop) < distance
        take_near = take != 0 and direction * (take - price) < distance
        return stop_near or take_near

    # -- new orders

    def _new(self, sending: OrderSending, instrument: Instrument, time: int) -> int:
        if not _tradable(sending.volume, instrument):
            return retcodes.INVALID_VOLUME
        if not _filling_allowed(sending, instrument):
            return retcodes.INVALID_FILL
        if sending.action == DEAL:
            return self._closing(sending) or self._limit_volume(sending, instrument)
        price, stop, take = points_of(sending, instrument)
        if self._price_broken(sending, instrument, price):
            return retcodes.INVALID_PRICE
        if sending.expires != 0 and sending.expires <= time:
            return retcodes.INVALID_EXPIRATION
        if self.stops_broken(instrument, direction_of(sending), price, stop, take):
            return retcodes.INVALID_STOPS
        return self._limit_volume(sending, instrument)

    def _closing(self, sending: OrderSending) -> int:
        """Rules of a market order that names a position."""
        if sending.position == 0:
            return PASSED
        position = self.state.positions.get(sending.position)
        if position is None:
            return retcodes.POSITION_CLOSED
        if position.symbol != sending.symbol or position.direction == direction_of(sending):
            return retcodes.INVALID
        if self.settings.margin_mode == "hedging" and sending.volume > position.volume:
            return retcodes.INVALID_CLOSE_VOLUME
        return PASSED

    def _limit_volume(self, sending: OrderSending, instrument: Instrument) -> int:
        limit = instrument.volume_limit
        direction = direction_of(sending)
        if limit == 0 or not self._adds(sending, direction):
            return PASSED
        held = sum(
            position.volume
            for position in self.state.positions.values()
            if position.symbol == sending.symbol and position.direction == direction
        )
        waiting = sum(
            pending.sending.volume
            for pending in self.state.pendings.values()
            if pending.sending.symbol == sending.symbol and direction_of(pending.sending) == direction
        )
        return retcodes.LIMIT_VOLUME if held + waiting + sending.volume > limit else PASSED

    def _adds(self, sending: OrderSending, direction: int) -> bool:
        if sending.action == PENDING:
            return True
        if self.settings.margin_mode == "hedging":
            return sending.position == 0
        return not any(
            position.symbol == sending.symbol and position.direction != direction
            for position in self.state.positions.values()
        )

    def _price_broken(self, sending: OrderSending, instrument: Instrument, price: int) -> bool:
        """Whether a pending order's price is on the wrong side of the quote, or too near to it."""
        bid, ask = self.state.bids[sending.symbol], self.state.asks[sending.symbol]
        room = {
            BUY_LIMIT: ask - price,
            BUY_STOP: price - ask,
            SELL_LIMIT: price - bid,
            SELL_STOP: bid - price,
        }[sending.type]
        return room < max(instrument.stops_level, 1) or price <= 0

    # -- what stands already

    def _position_stops(self, sending: OrderSending, instrument: Instrument) -> int:
        position = self.state.positions.get(sending.position)
        if position is None or position.symbol != sending.symbol:
            return retcodes.POSITION_CLOSED
        prices = self.state.bids if position.direction > 0 else self.state.asks
        price = prices[position.symbol]
        _, stop, take = points_of(sending, instrument)
        if self.stops_broken(instrument, position.direction, price, stop, take):
            return retcodes.INVALID_STOPS
        if _frozen(instrument, price, position.stop, position.take):
            return retcodes.FROZEN
        return retcodes.NO_CHANGES if (stop, take) == (position.stop, position.take) else PASSED

    def _standing_order(self, sending: OrderSending, instrument: Instrument, time: int) -> int:
        pending = self.state.pendings.get(sending.ticket)
        if pending is None or pending.sending.symbol != sending.symbol:
            return retcodes.INVALID_ORDER
        if sending.action == MODIFY:
            broken = self._changed_order(pending, sending, instrument, time)
            if broken:
                return broken
        buys = direction_of(pending.sending) > 0
        price = (self.state.asks if buys else self.state.bids)[sending.symbol]
        if _frozen(instrument, price, pending.price):
            return retcodes.FROZEN
        if sending.action == REMOVE:
            return PASSED
        now = (*points_of(sending, instrument), sending.expires)
        return retcodes.NO_CHANGES if now == (pending.price, pending.stop, pending.take, pending.expires) else PASSED

    def _changed_order(self, pending: Pending, sending: OrderSending, instrument: Instrument, time: int) -> int:
        price, stop, take = points_of(sending, instrument)
        if self._price_broken(pending.sending, instrument, price):
            return retcodes.INVALID_PRICE
        if sending.expires != 0 and sending.expires <= time:
            return retcodes.INVALID_EXPIRATION
        broken = self.stops_broken(instrument, direction_of(pending.sending), price, stop, take)
        return retcodes.INVALID_STOPS if broken else PASSED


def points_of(sending: OrderSending, instrument: Instrument) -> tuple[int, int, int]:
    """Price, stop loss and take profit of a request in points."""
    points, stop, take = instrument.points, sending.stop_loss, sending.take_profit
    return points(sending.price), points(stop) if stop else 0, points(take) if take else 0


def netting_position(state: AccountState, symbol: str) -> Position | None:
    """The one position of a symbol on a netting account."""
    return next((position for position in state.positions.values() if position.symbol == symbol), None)


def _sensible(sending: OrderSending) -> bool:
    """Action and type are known and belong together."""
    if sending.action == DEAL:
        return sending.type in MARKET_TYPES
    if sending.action == PENDING:
        return sending.type in PENDING_TYPES
    return sending.action in {SLTP, MODIFY, REMOVE} and sending.type in MARKET_TYPES | PENDING_TYPES


def _tradable(volume: int, instrument: Instrument) -> bool:
    within = instrument.volume_min <= volume <= instrument.volume_max
    return within and (volume - instrument.volume_min) % instrument.volume_step == 0


def _filling_allowed(sending: OrderSending, instrument: Instrument) -> bool:
    flag = {FILL_OR_KILL: 1, IMMEDIATE_OR_CANCEL: 2}.get(sending.filling, 0)
    if sending.filling == RETURN:
        return sending.action == PENDING
    return bool(instrument.filling_modes & flag)


def _frozen(instrument: Instrument, price: int, *levels: int) -> bool:
    freeze = instrument.freeze_level
    return freeze > 0 and any(level != 0 and abs(price - level) <= freeze for level in levels)
