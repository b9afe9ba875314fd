"""From a source's own clock to UTC, by the rule the series declares."""

import re

import numpy as np
from numpy.typing import NDArray

from tallystick.platform.data.errors import UnknownClock

MINUTE_NS = 60_000_000_000
FIXED = re.compile(r"fixed:([+-])(\d{2}):(\d{2})")


def source_ms_to_utc_ns(time_msc: NDArray[np.int64], rule: str) -> NDArray[np.int64]:
    """Source times in ms to ns UTC. Rules: "utc", "fixed:+HH:MM" (the source's clock is UTC plus that).

    Raises `UnknownClock`.
    """
    return time_msc * 1_000_000 - _fixed_offset_ns(rule)


def _fixed_offset_ns(rule: str) -> int:
    if rule == "utc":
        return 0
    found = FIXED.fullmatch(rule)
    if not found:
        what = f'time rule "{rule}" is not known.'
        raise UnknownClock(what, "Say utc, or fixed:-05:00 for a source five hours behind UTC.")
    minutes = int(found[2]) * 60 + int(found[3])
    return (minutes if found[1] == "+" else -minutes) * MINUTE_NS
