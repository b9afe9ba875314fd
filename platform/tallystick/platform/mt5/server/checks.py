"""What the server checks before it takes an order: the table of `docs/fills.md`, section 4, in its order.

Rows 1 and 2 (faults, message limit) are arriving.py's; permissions.py and standing.py hold the others' details.
"""

from collections.abc import Mapping

from tallystick.events.types.trading import OrderSending
from tallystick.market.instrument import Instrument
from tallystick.platform.mt5 import retcodes
from tallystick.platform.mt5.numbers import CLOSE_BY, DEAL, MODIFY, PENDING, REMOVE, SLTP
from tallystick.platform.mt5.server.account import AccountSettings
from tallystick.platform.mt5.server.expiry import expiry_allowed
from tallystick.platform.mt5.server.hours import Hours
from tallystick.platform.mt5.server.order_types import QUOTED, direction_of, fillings_allowed, points_of, sensible
from tallystick.platform.mt5.server.permissions import PASSED, Permissions
from tallystick.platform.mt5.server.prices import limit_price_of, price_broken, stops_broken
from tallystick.platform.mt5.server.standing import Standing
from tallystick.platform.mt5.server.worth import Worth

NEW = frozenset({DEAL, PENDING})
"""Requests for a new order."""
WITHOUT_SYMBOL = {
    SLTP: retcodes.POSITION_CLOSED,
    CLOSE_BY: retcodes.POSITION_CLOSED,
    MODIFY: retcodes.INVALID_ORDER,
    REMOVE: retcodes.INVALID_ORDER,
}
"""Requests that need no symbol where they name what stands; the code when that is not there."""


class Checks:
    """The checks over one account."""

    def __init__(
        self,
        settings: AccountSettings,
        instruments: Mapping[str, Instrument],
        worth: Worth,
        hours: Hours,
        rule: str,
    ) -> None:
        """Works on the state that `worth` looks at; `rule` is the server-time rule."""
        self.instruments = instruments
        self.state = worth.state
        self.rule = rule
        self.permissions = Permissions(settings, instruments, worth, hours)
        self.standing = Standing(settings, instruments, worth.state, rule)

    def first_broken(self, sending: OrderSending, time: int) -> int:
        """Return code of the first rule that is broken, or 0."""
        instrument = self.instruments.get(sending.symbol)
        if instrument is None or not sensible(sending):
            nothing_named = not sending.symbol and sensible(sending)
            return WITHOUT_SYMBOL.get(sending.action, retcodes.INVALID) if nothing_named else retcodes.INVALID
        missing = self.permissions.first_broken(sending, instrument, time)
        if missing:
            return missing
        if sending.action in NEW:
            return self._new(sending, instrument, time)
        if sending.action == SLTP:
            return self.standing.position_stops(sending, instrument)
        if sending.action == CLOSE_BY:
            return self.standing.closing_by(sending)
        return self.standing.order(sending, instrument, time)

    def _new(self, sending: OrderSending, instrument: Instrument, time: int) -> int:
        above = sending.volume - instrument.volume_min
        if above < 0 or sending.volume > instrument.volume_max or above % instrument.volume_step:
            return retcodes.INVALID_VOLUME
        if sending.filling not in fillings_allowed(instrument.filling_modes, instrument.execution, sending.type):
            return retcodes.INVALID_FILL
        broken = PASSED
        if sending.action == DEAL:
            if instrument.execution in QUOTED and instrument.points(sending.price) <= 0:
                return retcodes.INVALID_PRICE
            if sending.position:
                broken = self.standing.closing(sending)
        if not broken and instrument.trade_mode != "full":
            broken = self.permissions.trade_mode(sending, instrument)
        if not broken and sending.action == PENDING:
            broken = self._prices(sending, instrument, time)
        elif not broken and sending.time_type and not expiry_allowed(sending, instrument, time, self.rule):
            broken = retcodes.INVALID_EXPIRATION
        return broken or self.permissions.room(sending, instrument)

    def _prices(self, sending: OrderSending, instrument: Instrument, time: int) -> int:
        """Rules of a pending order's prices and expiry."""
        kind, quote = sending.type, (self.state.bids[sending.symbol], self.state.asks[sending.symbol])
        if price_broken(sending, kind, instrument, quote):
            return retcodes.INVALID_PRICE
        if not expiry_allowed(sending, instrument, time, self.rule):
            return retcodes.INVALID_EXPIRATION
        _, stop, take = points_of(sending, instrument)
        limit = limit_price_of(sending, kind, instrument)
        broken = stops_broken(instrument, direction_of(sending), limit, stop, take)
        return retcodes.INVALID_STOPS if broken else PASSED
