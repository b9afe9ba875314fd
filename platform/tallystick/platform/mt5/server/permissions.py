"""Whether account, symbol and hour let a request through at all, and whether the account has room for it.

Rows 5 to 10, 15 and 25 to 28 of `docs/fills.md`, section 4.
"""

from collections.abc import Mapping

from tallystick.events.types.trading import OrderSending
from tallystick.market.instrument import Instrument
from tallystick.platform.mt5 import retcodes
from tallystick.platform.mt5.numbers import CLOSE_BY, DEAL, MODIFY, PENDING, SLTP
from tallystick.platform.mt5.server.account import AccountSettings, AccountState, Position
from tallystick.platform.mt5.server.hours import Hours
from tallystick.platform.mt5.server.order_types import (
    CLOSE_BY_MODE,
    STOP_LOSS_MODE,
    TAKE_PROFIT_MODE,
    direction_of,
    order_mode,
)
from tallystick.platform.mt5.server.worth import Worth

PASSED = 0
ALL_MODES = 127


class Permissions:
    """What one account may do, and how much of it."""

    def __init__(
        self, settings: AccountSettings, instruments: Mapping[str, Instrument], worth: Worth, hours: Hours
    ) -> None:
        """Works on the state that `worth` looks at."""
        self.settings = settings
        self.worth = worth
        self.state: AccountState = worth.state
        self.hours = hours
        self._limits = bool(settings.limit_orders or settings.limit_positions or settings.hedge_prohibited)
        may_trade = settings.trade_allowed and settings.trade_expert
        self._free = frozenset(symbol for symbol, one in instruments.items() if may_trade and _free(one))

    def first_broken(self, sending: OrderSending, instrument: Instrument, time: int) -> int:
        """Return code of the first permission that is missing, or 0."""
        if sending.symbol in self._free:
            return retcodes.PRICE_OFF if self.worth.unpriced(sending.symbol) else PASSED
        if not self.settings.trade_allowed:
            return retcodes.TRADE_DISABLED
        if not self.settings.trade_expert:
            return retcodes.SERVER_DISABLES_AT
        if instrument.trade_mode == "disabled" or time < instrument.trades_from:
            return retcodes.TRADE_DISABLED
        if instrument.trades_until and time >= instrument.trades_until:
            return retcodes.TRADE_DISABLED
        if self.worth.unpriced(sending.symbol):
            return retcodes.PRICE_OFF
        if not self.hours.open(sending.symbol, time):
            return retcodes.MARKET_CLOSED
        return PASSED if _modes_allow(sending, instrument.order_modes) else retcodes.INVALID_ORDER

    def trade_mode(self, sending: OrderSending, instrument: Instrument) -> int:
        """Return code when a symbol whose mode is not full may not be traded in this direction, or only closed."""
        mode = instrument.trade_mode
        if sending.action == DEAL and self.only_closes(sending):
            return PASSED
        if mode == "close_only":
            return retcodes.CLOSE_ONLY
        if mode == "long_only":
            return retcodes.LONG_ONLY if direction_of(sending) < 0 else PASSED
        return retcodes.SHORT_ONLY if direction_of(sending) > 0 else PASSED

    def room(self, sending: OrderSending, instrument: Instrument) -> int:
        """Return code of the first limit of account or symbol that a new order would break, or 0."""
        if not self._limits and not instrument.volume_limit:
            return PASSED
        settings, state = self.settings, self.state
        pending = sending.action == PENDING
        opens = not pending and self.opens(sending)
        if settings.limit_orders and pending and len(state.pendings) >= settings.limit_orders:
            return retcodes.LIMIT_ORDERS
        if settings.limit_positions and (pending or opens) and self._positions_full(sending.symbol):
            return retcodes.LIMIT_POSITIONS
        if opens and self.hedges(sending.symbol, direction_of(sending)):
            return retcodes.HEDGE_PROHIBITED
        if instrument.volume_limit and (pending or opens) and self._volume_full(sending, instrument.volume_limit):
            return retcodes.LIMIT_VOLUME
        return PASSED

    def opens(self, sending: OrderSending) -> bool:
        """Whether a market order opens a position or adds to one."""
        if self.settings.margin_mode == "hedging":
            return sending.position == 0
        held = netting_position(self.state, sending.symbol)
        return held is None or held.direction == direction_of(sending)

    def only_closes(self, sending: OrderSending) -> bool:
        """Whether a market order can only reduce."""
        if self.settings.margin_mode == "hedging":
            return sending.position != 0
        held = netting_position(self.state, sending.symbol)
        return held is not None and held.direction != direction_of(sending) and held.volume >= sending.volume

    def hedges(self, symbol: str, direction: int) -> bool:
        """Whether a new position of that direction would stand against another, where the account forbids it."""
        if not self.settings.hedge_prohibited or self.settings.margin_mode != "hedging":
            return False
        return any(one.symbol == symbol and one.direction != direction for one in self.state.positions.values())

    def _positions_full(self, symbol: str) -> bool:
        state, limit = self.state, self.settings.limit_positions
        if self.settings.margin_mode == "netting":
            return netting_position(state, symbol) is None and len(state.positions) >= limit
        opening = sum(one.sending.position == 0 for one in state.in_flight.values())
        return len(state.positions) + len(state.pendings) + opening >= limit

    def _volume_full(self, sending: OrderSending, limit: int) -> bool:
        state, symbol, direction = self.state, sending.symbol, direction_of(sending)
        held = sum(
            one.volume for one in state.positions.values() if one.symbol == symbol and one.direction == direction
        )
        waiting = sum(
            one.sending.volume
            for one in state.pendings.values()
            if one.sending.symbol == symbol and direction_of(one.sending) == direction
        )
        return held + waiting + sending.volume > limit


def _free(instrument: Instrument) -> bool:
    """Whether a symbol forbids nothing at any time."""
    plain = instrument.trade_mode == "full" and instrument.order_modes & ALL_MODES == ALL_MODES
    return plain and not (instrument.sessions or instrument.trades_from or instrument.trades_until)


def netting_position(state: AccountState, symbol: str) -> Position | None:
    """The one position of a symbol on a netting account."""
    return next((position for position in state.positions.values() if position.symbol == symbol), None)


def _modes_allow(sending: OrderSending, modes: int) -> bool:
    """Whether a symbol that does not take every order takes this one."""
    if sending.action in {DEAL, PENDING} and not modes & order_mode(sending.type):
        return False
    if sending.action == CLOSE_BY and not modes & CLOSE_BY_MODE:
        return False
    if sending.action not in {DEAL, PENDING, SLTP, MODIFY}:
        return True
    stop_taken = sending.stop_loss == 0 or modes & STOP_LOSS_MODE
    return bool(stop_taken and (sending.take_profit == 0 or modes & TAKE_PROFIT_MODE))
