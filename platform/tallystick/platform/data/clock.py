"""From a source's own clock to UTC, by the rule the series declares; see `tallystick.market.server_time`."""

import numpy as np
from numpy.typing import NDArray

from tallystick.market.server_time import TimeRuleError, to_utc_ns
from tallystick.platform.data.errors import UnknownClock


def source_ms_to_utc_ns(time_msc: NDArray[np.int64], rule: str) -> NDArray[np.int64]:
    """Source times in ms to ns UTC. Raises `UnknownClock` for a rule nobody knows."""
    try:
        return to_utc_ns(time_msc, rule)
    except TimeRuleError as error:
        what = f'time rule "{rule}" is not known.'
        fix = "Say utc, fixed:-05:00 for a source five hours behind UTC, or new_york+7 for most MT5 brokers."
        raise UnknownClock(what, fix) from error
