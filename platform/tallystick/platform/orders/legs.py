"""The difference between a target and what is held, as legs: what to close and what to open, in that order."""

from collections.abc import Collection, Iterable, Sequence
from typing import Literal

import msgspec

from tallystick.market.instrument import Instrument
from tallystick.platform.accounts.views import PositionView
from tallystick.platform.orders.flight import Flight
from tallystick.platform.portfolio.lots import rounded_down


class Leg(msgspec.Struct, frozen=True, gc=False):
    """One order to ask for: direction +1 buys, volume in 1e-8 lots, `position` 0 for none."""

    purpose: Literal["open", "close"]
    direction: int
    volume: int
    position: int
    reduces: bool


def hedging_legs(target: int, held: Sequence[PositionView], flights: Collection[Flight]) -> list[Leg]:
    """Legs on an account with many positions a symbol: `held` and `flights` are the strategy's own on the symbol.

    1. Positions against the target's direction are closed by ticket, the oldest first.
    2. On its side the oldest positions are kept up to the target; what is beyond it is closed.
    3. What is missing is opened, unless an open is already in flight. A position with a close in flight is let be.
    """
    closing = {flight.position: flight.volume for flight in flights if flight.purpose == "close"} if flights else {}
    direction = -1 if target < 0 else 1
    wanted = direction * target
    kept = 0
    legs = []
    if len(held) > 1:
        held = sorted(held, key=lambda one: one.ticket)
    for position in held:
        keep = 0
        if position.direction == direction:
            left, missing = position.volume - closing.get(position.ticket, 0), wanted - kept
            keep = missing if left >= missing else max(left, 0)
        kept += keep
        if keep < position.volume and position.ticket not in closing:
            legs.append(Leg("close", -position.direction, position.volume - keep, position.ticket, reduces=True))
    if kept < wanted and "open" not in [flight.purpose for flight in flights]:
        legs.append(Leg("open", direction, wanted - kept, 0, reduces=False))
    return legs


def netting_legs(
    target: int, share: int, held: Sequence[PositionView], own: Collection[Flight], others: Iterable[Flight]
) -> list[Leg]:
    """Legs on an account with one position a symbol: the difference to the strategy's share of it, in one order.

    `share` is the signed volume the strategy's own deals came to; `held` the symbol's position, if any; nothing is
    asked for while an order of the strategy on the symbol is in flight. The order closes when it fits into what is
    left of the position, and otherwise opens (a reversal is one order, as at the terminal).
    """
    difference = target - share
    if difference == 0 or any(flight.purpose in {"open", "close"} for flight in own):
        return []
    direction = 1 if difference > 0 else -1
    volume = abs(difference)
    if held and held[0].direction == -direction:
        closing = sum(flight.volume - flight.filled for flight in others if flight.direction == direction)
        if volume <= held[0].volume - closing:
            return [Leg("close", direction, volume, held[0].ticket, reduces=True)]
    return [Leg("open", direction, volume, 0, reduces=False)]


def tradable_part(leg: Leg, instrument: Instrument | None, held: Iterable[PositionView]) -> Leg | None:
    """The leg rounded down to the volume step; a whole position closes as it is; None when nothing is left.

    An unknown instrument is let through: risk refuses it with words.
    """
    if instrument is None:
        return leg
    if leg.reduces:
        for one in held:
            if one.ticket == leg.position and one.volume == leg.volume:
                return leg
    limit = leg.volume if leg.volume > instrument.volume_max else rounded_down(leg.volume, instrument)
    if limit == leg.volume:
        return leg
    return msgspec.structs.replace(leg, volume=limit) if limit > 0 else None
