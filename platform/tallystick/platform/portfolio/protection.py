"""How one position is protected as it moves: where its stop should be, and from which price on.

Everything is in whole points and counted in the position's own direction: u = price for a long, -price for a short, so
that more is better for both. The price is the one that closes the position: bid for a long, ask for a short.

1. Trailing: the stop belongs at u - max(trail, stops level). It is moved when that is at least `step` better.
2. Break-even: from a profit of `break_even` on, the stop belongs at the opening price plus `lock`, once the stops level
   allows it. This one move needs no step.
3. A stop is never loosened. Where both hold, the better one counts.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from tallystick.market.instrument import Instrument
from tallystick.platform.accounts.views import PositionView

NO_STOP = -(2**62)
NEVER = 2**62
FIELDS = ("trail_points", "break_even_points", "lock_points", "step_points")
MOST_POINTS = 10**8


class Protection(NamedTuple):
    """Distances in points; 0 is none, and a step of 0 is a tenth of the trailing distance, at least one point."""

    trail_points: int = 0
    break_even_points: int = 0
    lock_points: int = 0
    step_points: int = 0

    @property
    def step(self) -> int:
        """Points by which a trailing stop has to move at least."""
        return self.step_points or max(self.trail_points // 10, 1)


class Watch(msgspec.Struct, kw_only=True):
    """One open position and how it is protected; stop and open price in points, counted in its direction."""

    ticket: int
    strategy: str
    symbol: str
    direction: int
    opened: int
    stop: int
    protection: tuple[int, int, int, int]
    stops_level: int
    digits: int
    asked: int = NO_STOP
    """The stop asked for and not yet answered."""
    waiting: bool = False
    """An order that changes the position's stops is on its way."""
    not_before: int = 0
    """Book time before which nothing is asked again, after a refusal."""

    def threshold(self) -> int:
        """The least u at which the stop moves; `NEVER` where nothing could move it."""
        trail, break_even = self._thresholds()
        return NEVER if self.waiting else min(trail, break_even)

    def stop_at(self, price_points: int) -> int | None:
        """The better stop in points at this price, or None where it stays."""
        reached = self.direction * price_points
        if self.waiting:
            return None
        trail_from, break_even_from = self._thresholds()
        better = NO_STOP
        if reached >= trail_from:
            better = reached - self._distance()
        if reached >= break_even_from:
            better = max(better, self.opened + self.protection[2])
        return self.direction * better if better > NO_STOP else None

    def _thresholds(self) -> tuple[int, int]:
        protection, standing = Protection(*self.protection), max(self.stop, self.asked)
        trail = break_even = NEVER
        if protection.trail_points:
            trail = standing + protection.step + self._distance() if standing > NO_STOP else NO_STOP
            if self.direction > 0:
                trail = max(trail, self._distance() + 1)  # a stop is a price above 0
        locked = self.opened + protection.lock_points
        if protection.break_even_points and locked > standing and self.direction * locked > 0:
            break_even = max(self.opened + protection.break_even_points, locked + max(self.stops_level, 1))
        return trail, break_even

    def _distance(self) -> int:
        return max(self.protection[0], self.stops_level, 1)


def watch_of(position: PositionView, protection: Protection, instrument: Instrument) -> Watch:
    """The watch over a position."""
    side = position.direction
    return Watch(
        ticket=position.ticket,
        strategy=position.strategy,
        symbol=position.symbol,
        direction=side,
        opened=side * instrument.points(position.price_open),
        stop=side * instrument.points(position.stop_loss) if position.stop_loss else NO_STOP,
        protection=protection,
        stops_level=instrument.stops_level,
        digits=instrument.digits,
    )


def protection_from(plan: Mapping[str, Any]) -> Protection:
    """A protection as a plan writes it; raises `ValueError` (E117) for other fields or numbers that do not fit."""
    wrong = sorted(set(plan) - set(FIELDS))
    if wrong:
        message = f'E117 protection: got a field "{wrong[0]}" / expected {", ".join(FIELDS)}. Correct it in the plan.'
        raise ValueError(message)
    for name, points in plan.items():
        if type(points) is not int or not 0 <= points <= MOST_POINTS:
            message = f"E117 protection.{name}: got {points!r} / expected points from 0 to {MOST_POINTS}. Correct it."
            raise ValueError(message)
    found = Protection(**plan)
    if found.lock_points > found.break_even_points:
        message = (
            f"E117 protection.lock_points: got {found.lock_points} / expected at most break_even_points,"
            f" {found.break_even_points}: a stop cannot secure more than has been won. Lower it."
        )
        raise ValueError(message)
    return found
