"""The broker's clock against the rule that the plan states for it.

A tick that lies in the future, or one that came since the last look and is old already, says that the clock is not what
the rule says: a wrong rule would shift every expiry, every day limit and every session.
"""

from collections.abc import Callable

import numpy as np

from tallystick.market.server_time import to_utc_ns
from tallystick.market.spans import SECOND_NS
from tallystick.platform.mt5.bridge.errors import ServerClockError

TOLERANCE_NS = 90 * SECOND_NS
"""What machine and broker may differ by, network and all; rules differ by whole quarters of an hour."""
LOOKS = 3
"""Old ticks are believed to be late ones until this many looks in a row brought nothing else."""
QUARTER_NS = 900 * SECOND_NS


class ServerClock:
    """Watches one broker's clock."""

    def __init__(self, rule: str, now: Callable[[], int]) -> None:
        """`now` gives ns UTC."""
        self._rule = rule
        self._now = now
        self._looked: dict[str, int] = {}
        self._old: dict[str, int] = {}

    def seen(self, symbol: str, time_msc: int | None) -> None:
        """One look at a symbol: the newest tick since the last look, or None. Raises `ServerClockError`."""
        now, before = self._now(), self._looked.get(symbol)
        self._looked[symbol] = now
        if time_msc is None:
            return
        age = now - int(to_utc_ns(np.array([time_msc]), self._rule)[0])
        if age < -TOLERANCE_NS:
            raise self._differs(symbol, age)
        if before is None or age <= now - before + TOLERANCE_NS:
            self._old[symbol] = 0
            return
        self._old[symbol] = self._old.get(symbol, 0) + 1
        if self._old[symbol] >= LOOKS:
            raise self._differs(symbol, age)

    def _differs(self, symbol: str, age: int) -> ServerClockError:
        shift = round(-age / QUARTER_NS) * 15
        message = (
            f"the broker's clock is not {self._rule}: a new tick of {symbol} is {-age / SECOND_NS:+.0f} s from this"
            f" machine's time, about {shift:+d} minutes by its clock"
        )
        return ServerClockError(message, "set server_time to the broker's clock, or this machine's clock right")
