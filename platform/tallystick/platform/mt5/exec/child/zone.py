"""The recorded time zone: this process's local time, whatever the machine's.

POSIX takes any name of the IANA database through TZ and `tzset`. Windows reads TZ once, at a process's start, and knows
only names with a fixed offset ("UTC0"): the parent sets it, and zones that change their clocks are refused there.
Either way local time is compared with the database before the script begins.
"""

import os
import sys
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tallystick.market.zones import named_zone
from tallystick.platform.mt5.exec.child.refusals import ZoneRefusedError

WEEK_S = 7 * 86_400
FIX = "pass --tz UTC, or run it on Linux or macOS with the time zone database installed (tzdata)"


def words_for(name: str, at_s: int) -> str:
    """What TZ must say at a process's start on this system. Raises `ZoneRefusedError`."""
    if sys.platform == "win32":
        return posix_offset(name, at_s)
    return known(name).key


def posix_offset(name: str, at_s: int) -> str:
    """TZ as the C runtime of Windows reads it, for a zone of one offset. Raises `ZoneRefusedError`."""
    zone = known(name)
    offsets = {_offset_s(zone, moment_s) for moment_s in _year_around(at_s)}
    if len(offsets) > 1:
        raise ZoneRefusedError(f'the time zone "{name}" changes its clocks: Windows cannot be told of one process', FIX)
    west_s = -offsets.pop()
    sign = "-" if west_s < 0 else ""
    hours, minutes = divmod(abs(west_s) // 60, 60)
    return f"TIX{sign}{hours}:{minutes:02d}" if west_s else "UTC0"


def set_zone(name: str, at_s: int) -> None:
    """Set local time to a zone. `at_s`: a moment of the run, s UTC. Raises `ZoneRefusedError`."""
    zone = known(name)
    if hasattr(time, "tzset"):
        os.environ["TZ"] = name
        time.tzset()
    for moment_s in _year_around(at_s):
        if time.localtime(moment_s).tm_gmtoff != _offset_s(zone, moment_s):
            raise ZoneRefusedError(f'local time does not follow the time zone "{name}" on this system', FIX)


def known(name: str) -> ZoneInfo:
    """The zone of this name. Raises `ZoneRefusedError`."""
    try:
        return named_zone(name)
    except ZoneInfoNotFoundError as error:
        raise ZoneRefusedError(f'no time zone "{name}" in the database', FIX) from error


def _year_around(at_s: int) -> list[int]:
    """A moment of each week, s UTC: a zone may keep other hours for a month only."""
    return [max(0, at_s + week * WEEK_S) for week in range(-26, 27)]


def _offset_s(zone: ZoneInfo, at_s: int) -> int:
    offset = datetime.fromtimestamp(at_s, UTC).astimezone(zone).utcoffset()
    assert offset is not None, "a zone of the database has an offset at any time"
    return round(offset.total_seconds())
