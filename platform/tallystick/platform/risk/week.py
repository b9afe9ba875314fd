"""Times of the week on a clock: where a moment falls, and how long it is until a window opens or closes.

A week begins on Monday 00:00 of the clock. Times of the week are in ns from then on, windows are half open.
"""

import re
from collections.abc import Iterable

from tallystick.market.server_time import offset_ns
from tallystick.market.spans import DAY_NS, MINUTE_NS, MONDAY_NS, WEEK_NS

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Window = tuple[int, int]
_HOURS = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])")


def week_time(time: int, rule: str) -> int:
    """Time of the week of a moment in ns UTC on the clock of a rule, as in `market.server_time`."""
    return (time + offset_ns(time, rule) - MONDAY_NS) % WEEK_NS


def minutes_of(text: str) -> int:
    """`08:30` as minutes of the day, at most 24:00; raises `ValueError`."""
    found = _HOURS.fullmatch(text.strip())
    minutes = int(found[1]) * 60 + int(found[2]) if found else -1
    if not 0 <= minutes <= DAY_NS // MINUTE_NS:
        message = f'"{text}" is no time of the day. Write it like 08:30, at most 24:00'
        raise ValueError(message)
    return minutes


def days_of(text: str) -> tuple[int, ...]:
    """`mon-fri`, `sun-thu`, `mon,wed` as weekdays from Monday 0; raises `ValueError`."""
    days: list[int] = []
    for part in text.lower().split(","):
        first, _, last = part.strip().partition("-")
        if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
            message = f'"{text}" is no list of weekdays. Write it like mon-fri, or mon,wed'
            raise ValueError(message)
        start, stop = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        days += [day % 7 for day in range(start, stop + 1 if stop >= start else stop + 8)]
    return tuple(sorted(set(days)))


def windows_of(days: str, hours: str) -> tuple[Window, ...]:
    """Windows of the week; hours such as `08:00-12:00,13:00-17:00`. One that ends before its start ends a day later."""
    found: list[Window] = []
    for part in hours.split(","):
        begins, dash, ends = part.partition("-")
        if not dash:
            message = f'"{part}" is no time window. Write it like 08:00-17:00'
            raise ValueError(message)
        start, stop = minutes_of(begins), minutes_of(ends)
        length = stop - start if stop > start else stop + 1_440 - start
        found += [
            (day * DAY_NS + start * MINUTE_NS, day * DAY_NS + (start + length) * MINUTE_NS) for day in days_of(days)
        ]
    return tuple(sorted(found))


def until_open(now: int, windows: Iterable[Window]) -> int:
    """Time (ns) until the first window that holds, 0 within one; `now` is a time of the week."""
    waits = [
        0 if start <= now < stop or start <= now + WEEK_NS < stop else (start - now) % WEEK_NS
        for start, stop in windows
    ]
    return min(waits, default=WEEK_NS)
