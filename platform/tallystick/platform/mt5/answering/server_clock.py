"""Times at the edge: inside ns UTC, outside the server's wall clock written as if it were an epoch.

In the hour that the server's clock shows twice, the first reading is meant (`market/server_time.py`).
"""

import numpy as np

from tallystick.market.server_time import offset_ns, to_utc_ns
from tallystick.market.spans import MS_NS, SECOND_NS


class ServerClock:
    """The server's clock under one rule."""

    def __init__(self, rule: str) -> None:
        """Raises `TimeRuleError` for a rule nobody knows."""
        self.rule = rule
        offset_ns(0, rule)

    def milliseconds(self, time: int) -> int:
        """What the clock shows at a moment in ns UTC, in ms."""
        return (time + offset_ns(time, self.rule)) // MS_NS

    def seconds(self, time: int) -> int:
        """What the clock shows at a moment in ns UTC, in whole seconds; 0 stays 0."""
        return (time + offset_ns(time, self.rule)) // SECOND_NS if time else 0

    def utc(self, milliseconds: int) -> int:
        """The moment in ns UTC at which the clock shows that many ms."""
        return int(to_utc_ns(np.array([milliseconds], dtype=np.int64), self.rule)[0])
