"""From a source's own clock to UTC, by the rule the series declares; see `tallystick.market.server_time`.

A clock may be given in words: `UTC`, `mt5` (New York plus seven hours, as most MT5 brokers keep it), `fixed:+02:00` or
`+02:00`, and the names of the IANA database such as America/New_York. The last are converted to UTC while reading, and
the series then declares `utc`: the database changes with every release, and a replay must not depend on it.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from tallystick.market.server_time import TimeRuleError, offset_ns, to_utc_ns
from tallystick.market.spans import DAY_MS, HOUR_NS
from tallystick.market.zones import named_zone
from tallystick.platform.data.errors import UnknownClock

ALIASES = {"utc": "utc", "gmt": "utc", "z": "utc", "mt5": "new_york+7", "new_york+7": "new_york+7"}
OFFSET = re.compile(r"(?:fixed:|utc|gmt)?([+-]\d\d):?(\d\d)?")
QUARTER_MS = 900_000
"""Every offset from UTC in use since 1970 changes at a quarter of an hour."""
REMEDY = 'Say tz="utc", tz="mt5" (New York plus 7 hours), tz="fixed:-05:00" or tz="America/New_York".'

FRAME = "a frame"
"""What rows in memory are called; no option of a command reads them."""
OF_FRAME = 'Say frame.tz_localize("UTC"), or series_of(frame, symbol="EURUSD", tz="mt5") for the clock of most brokers.'


def source_ms_to_utc_ns(time_msc: NDArray[np.int64], rule: str) -> NDArray[np.int64]:
    """Source times in ms to ns UTC. Raises `UnknownClock` for a rule nobody knows."""
    try:
        return to_utc_ns(time_msc, rule)
    except TimeRuleError as error:
        what = f'time rule "{rule}" is not known.'
        fix = "Say utc, fixed:-05:00 for a source five hours behind UTC, or new_york+7 for most MT5 brokers."
        raise UnknownClock(what, fix) from error


@dataclass(frozen=True, slots=True)
class Clock:
    """A source's clock: the rule a series declares, and the zone to convert from beforehand, if any."""

    rule: str
    zone: str = ""

    def read(self, time_msc: NDArray[np.int64]) -> NDArray[np.int64]:
        """Times as the source wrote them, in ms, on the clock of `rule`."""
        return zone_to_utc_ms(time_msc, self.zone) if self.zone else time_msc

    @property
    def treatment(self) -> str:
        """The name of what was done to the times; empty when nothing was."""
        return f"{self.zone}_to_utc" if self.zone else ""


def clock_of(given: str | tzinfo | None, source: str) -> Clock:
    """The clock that words, or one of Python's time zones, mean.

    Raises `UnknownClock` (E110) when nothing is said or nobody knows it.
    """
    if not given:
        raise UnknownClock(f"{source} has no time zone.", OF_FRAME if source == FRAME else REMEDY)
    text = str(given)
    word = text.strip().lower()
    if word in ALIASES:
        return Clock(ALIASES[word])
    offset = OFFSET.fullmatch(word)
    if offset:
        rule = f"fixed:{offset[1]}:{offset[2] or '00'}"
        source_ms_to_utc_ns(np.zeros(1, dtype=np.int64), rule)
        return Clock(rule)
    _zone(text.strip())
    return Clock("utc", text.strip())


def zone_to_utc_ms(time_msc: NDArray[np.int64], zone: str) -> NDArray[np.int64]:
    """Wall-clock times of an IANA zone in the source's order, in ms as if UTC, to ms UTC.

    An hour that is shown twice is taken as its first showing until the source steps back in it, then as its second;
    an hour that is skipped is read with the offset before the change.
    """
    if not len(time_msc):
        return time_msc
    days = time_msc // DAY_MS
    first = int(days.min())
    midnights = _offsets_ms(np.arange(first, int(days.max()) + 2) * DAY_MS, zone, fold=0)
    offset = midnights[days - first]
    # The offset is the same all day unless it differs between the midnights; then each quarter of an hour is looked at.
    changing = np.flatnonzero(offset != midnights[days - first + 1])
    quarters, place = np.unique(time_msc[changing] // QUARTER_MS, return_inverse=True)
    once, again = (_offsets_ms(quarters * QUARTER_MS, zone, fold=fold)[place] for fold in (0, 1))
    offset[changing] = np.where(_after_a_step_back(time_msc[changing], once > again), again, once)
    utc: NDArray[np.int64] = time_msc - offset
    return utc


def _offsets_ms(wall_ms: NDArray[np.int64], zone: str, *, fold: int) -> NDArray[np.int64]:
    """A zone's offsets from UTC at some wall-clock times."""
    information, begin = _zone(zone), datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    found = np.empty(len(wall_ms), dtype=np.int64)
    for row, ms in enumerate(wall_ms.tolist()):
        wall = (begin + timedelta(milliseconds=ms)).replace(tzinfo=information, fold=fold)
        found[row] = (wall.utcoffset() or timedelta()) // timedelta(milliseconds=1)
    return found


def _after_a_step_back(time_msc: NDArray[np.int64], within: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """True from a step back in time on, in each run of rows that are all `within`."""
    begins = within & ~np.concatenate([[False], within[:-1]])
    steps = np.cumsum(within & ~begins & (np.diff(time_msc, prepend=time_msc[:1]) < 0))
    before = np.maximum.accumulate(np.where(begins, steps, 0))
    return within & (steps > before)


@cache
def _zone(name: str) -> ZoneInfo:
    try:
        return named_zone(name)
    except ZoneInfoNotFoundError as error:
        raise UnknownClock(f'time zone "{name}" is not known.', REMEDY) from error


def utc_ns_to_source_ms(utc: NDArray[np.int64], rule: str) -> NDArray[np.int64]:
    """Moments in ns UTC as a clock under `rule` shows them, in ms."""
    hours, place = np.unique(utc // HOUR_NS, return_inverse=True)
    offsets = np.array([offset_ns(hour * HOUR_NS, rule) for hour in hours.tolist()], dtype=np.int64)
    return (utc + offsets[place]) // 1_000_000
