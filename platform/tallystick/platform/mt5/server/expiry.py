"""When a pending order lapses: `docs/fills.md`, section 6."""

import msgspec

from tallystick.events.types.trading import OrderSending
from tallystick.market.instrument import Instrument
from tallystick.market.server_time import next_midnight
from tallystick.platform.mt5.numbers import DAY, DEAL, GTC, SPECIFIED, SPECIFIED_DAY


def expiry_of(sending: OrderSending, instrument: Instrument, time: int, rule: str) -> int:
    """The moment an order sent at `time` lapses, ns UTC; 0 is never. `rule`: the server-time rule."""
    kind = sending.time_type
    if kind == DAY:
        return next_midnight(time, rule)
    expires = sending.expires if kind in {SPECIFIED, SPECIFIED_DAY} else 0
    if kind == SPECIFIED_DAY and expires:
        expires = next_midnight(expires, rule)
    if instrument.gtc_mode != "gtc":
        tonight = next_midnight(time, rule)
        return min(expires, tonight) if expires else tonight
    return expires


def expiry_of_rest(sending: OrderSending, instrument: Instrument, moment: int, rule: str) -> int:
    """The moment the rest of a market order lapses that came to stand at `moment`, ns UTC; 0 is never.

    An expiry that was ahead when the order was sent and is over by then is none.
    """
    lapses = expiry_of(sending, instrument, moment, rule)
    if lapses == 0 or lapses > moment:
        return lapses
    return expiry_of(msgspec.structs.replace(sending, expires=0), instrument, moment, rule)


def expiry_allowed(sending: OrderSending, instrument: Instrument, time: int, rule: str) -> bool:
    """Whether the expiry is one and lies ahead, and the symbol takes its kind; a market order needs none."""
    kind, market = sending.time_type, sending.action == DEAL
    if not GTC <= kind <= SPECIFIED_DAY or not (market or instrument.expiration_modes & 1 << kind):
        return False
    if kind in {GTC, DAY} or (market and not sending.expires):
        return True
    return sending.expires != 0 and expiry_of(sending, instrument, time, rule) > time
