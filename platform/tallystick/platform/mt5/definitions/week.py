"""Trading hours as a person writes them: ranges of the server's clock by weekday, and holidays by date.

    {"monday": [["00:05", "23:55"]], "friday": [["00:05", "23:50"]], "holidays": ["2014-12-25"]}

A weekday that is left out is closed; with holidays alone every other day is open.
"""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from tallystick.market.sessions import DAY_S, Range, SessionError, Sessions
from tallystick.platform.data.errors import BadConditions

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOLIDAYS = "holidays"
CLOCK = re.compile(r"([01]\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?")
EPOCH = dt.date(1970, 1, 1)


def sessions_from(symbol: str, written: Any) -> Sessions:
    """The sessions of one symbol. Raises `BadConditions` (E131) that names symbol, weekday and range."""
    if not isinstance(written, Mapping):
        raise _unfit(symbol, f"they are {written!r}")
    unknown = sorted(name for name in written if name not in {*WEEKDAYS, HOLIDAYS})
    if unknown:
        raise _unfit(symbol, f"no weekday is called {', '.join(unknown)}")
    holidays = written.get(HOLIDAYS, [])
    if not isinstance(holidays, list):
        raise _unfit(symbol, f"holidays are {holidays!r}")
    days = frozenset(_day(symbol, one) for one in holidays)
    if not any(name in written for name in WEEKDAYS):
        return Sessions(holidays=days)
    week = tuple(_ranges(symbol, name, written.get(name, [])) for name in WEEKDAYS)
    try:
        return Sessions(week, days)
    except SessionError as error:
        raise _unfit(symbol, str(error)) from error


def sessions_written(sessions: Sessions) -> dict[str, Any]:
    """The same as a person writes them."""
    week = {
        name: [[_clock(begin), _clock(end)] for begin, end in ranges]
        for name, ranges in zip(WEEKDAYS, sessions.week, strict=False)
        if ranges
    }
    if sessions.week and not week:
        week = {WEEKDAYS[0]: []}
    days = [(EPOCH + dt.timedelta(days=day)).isoformat() for day in sorted(sessions.holidays)]
    return week | ({HOLIDAYS: days} if days else {})


def _ranges(symbol: str, weekday: str, written: Any) -> tuple[Range, ...]:
    if not isinstance(written, list):
        raise _unfit(symbol, f"{weekday} is {written!r}")
    found = []
    for one in written:
        if not (isinstance(one, list) and len(one) == 2):
            raise _unfit(symbol, f"a range of {weekday} is {one!r}")
        found.append(Range(_second(symbol, weekday, one[0]), _second(symbol, weekday, one[1])))
    return tuple(found)


def _second(symbol: str, weekday: str, text: Any) -> int:
    read = CLOCK.fullmatch(text) if isinstance(text, str) else None
    second = (
        sum(int(part or 0) * unit for part, unit in zip(read.groups(), (3_600, 60, 1), strict=True)) if read else -1
    )
    if not 0 <= second <= DAY_S:
        raise _unfit(symbol, f"{text!r} on {weekday} is no time from 00:00 to 24:00")
    return second


def _day(symbol: str, text: Any) -> int:
    try:
        return (dt.date.fromisoformat(text) - EPOCH).days
    except (TypeError, ValueError):
        raise _unfit(symbol, f"{text!r} is no date of a holiday") from None


def _clock(second: int) -> str:
    hours, rest = divmod(second, 3_600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours:02d}:{minutes:02d}" + (f":{seconds:02d}" if seconds else "")


def _unfit(symbol: str, why: str) -> BadConditions:
    what = f"sessions of {symbol} do not fit: {why}."
    return BadConditions(what, 'Write them as {"monday": [["00:05", "23:55"]], "holidays": ["2014-12-25"]}.')
