"""Trading hours as a person writes them: ranges of the server's clock by weekday, and holidays by date.

    {"monday": [["00:05", "23:55"]], "friday": [["00:05", "23:50"]], "holidays": ["2014-12-25"]}

A weekday that is left out is closed; with holidays alone every other day is open.
"""

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Any

from tallystick.market.sessions import Range, Sessions
from tallystick.market.spans import DAY_S
from tallystick.platform.data.errors import BadConditions

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOLIDAYS = "holidays"
CLOCK = re.compile(r"([01]\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?")
EPOCH = dt.date(1970, 1, 1)
USUAL_FIX = 'Write them as {"monday": [["00:05", "23:55"]], "holidays": ["2014-12-25"]}.'


class BadHours(ValueError):
    """Hours of one day, or holidays, that no calendar has; whoever reads them knows where they stand."""

    def __init__(self, what: str, fix: str = USUAL_FIX) -> None:
        """Say what is wrong, and what to do about it."""
        super().__init__(f"{what}. {fix}")
        self.what = what
        self.fix = fix


def sessions_from(symbol: str, written: Any, of: str = "") -> Sessions:
    """The sessions of one symbol. Raises `BadConditions` (E131) that names symbol, weekday and range.

    `of` stands before the key in messages: "the plan's ".
    """
    where = f"{of}sessions.{symbol}"
    if not isinstance(written, Mapping):
        raise _unfit(where, BadHours(f"it is {written!r}"))
    unknown = sorted(name for name in written if name not in {*WEEKDAYS, HOLIDAYS})
    if unknown:
        raise _unfit(where, BadHours(f"no weekday is called {', '.join(unknown)}"))
    key = HOLIDAYS
    try:
        days = holidays_from(written.get(HOLIDAYS, []))
        if not any(name in written for name in WEEKDAYS):
            return Sessions(holidays=days)
        week = []
        for key in WEEKDAYS:
            week.append(ranges_from(written.get(key, [])))
    except BadHours as error:
        raise _unfit(f"{where}.{key}", error) from None
    return Sessions(tuple(week), days)


def require_open(symbol: str, sessions: Sessions, of: str = "") -> None:
    """Raise `BadConditions` (E131) for hours that say nothing, and for those of a market that is never open.

    A terminal's definition may have both: its file is exported with empty tables, and brokers list symbols that nobody
    may trade.
    """
    why = "" if sessions.stated else "says no hours"
    if sessions.week and not any(sessions.week):
        why = "is closed all week"
    if why:
        fix = "Write its hours, or leave the table out for a market that is always open."
        raise BadConditions(f"{of}sessions.{symbol} {why}.", fix)


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


def ranges_from(written: Any) -> tuple[Range, ...]:
    """The ranges of one day, in order. Raises `BadHours`."""
    if not isinstance(written, list):
        raise BadHours(f"{written!r} is no list of ranges")
    found: list[Range] = []
    for number, one in enumerate(written):
        if not (isinstance(one, list) and len(one) == 2):
            raise BadHours(f"{one!r} is no range")
        read = Range(_second(one[0]), _second(one[1]))
        if read.from_s == read.to_s:
            raise BadHours(f"{json.dumps(one)} has no length", "Say a later end, or take the range out.")
        if read.from_s > read.to_s:
            split = f'["{one[0]}", "24:00"] on this day and ["00:00", "{one[1]}"] on the next'
            raise BadHours(
                f"{json.dumps(one)} ends before it begins", f"Swap its times; over midnight split it at 24:00: {split}."
            )
        if found and read.from_s < found[-1].to_s:
            how = "overlaps" if read.to_s > found[-1].from_s else "is earlier than"
            fix = "Make one of the two." if how == "overlaps" else "Write the ranges of a day in order."
            raise BadHours(f"{json.dumps(one)} {how} {json.dumps(written[number - 1])}", fix)
        found.append(read)
    return tuple(found)


def holidays_from(written: Any) -> frozenset[int]:
    """Days since 1970-01-01. Raises `BadHours`."""
    if not isinstance(written, list):
        raise BadHours(f"{written!r} is no list of dates")
    return frozenset(_day(one) for one in written)


def _second(text: Any) -> int:
    read = CLOCK.fullmatch(text) if isinstance(text, str) else None
    second = (
        sum(int(part or 0) * unit for part, unit in zip(read.groups(), (3_600, 60, 1), strict=True)) if read else -1
    )
    if not 0 <= second <= DAY_S:
        raise BadHours(f"{text!r} is no time from 00:00 to 24:00")
    return second


def _day(text: Any) -> int:
    try:
        return (dt.date.fromisoformat(text) - EPOCH).days
    except (TypeError, ValueError):
        raise BadHours(f"{text!r} is no date of a holiday") from None


def _clock(second: int) -> str:
    hours, rest = divmod(second, 3_600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours:02d}:{minutes:02d}" + (f":{seconds:02d}" if seconds else "")


def _unfit(where: str, why: BadHours) -> BadConditions:
    return BadConditions(f"{where} does not fit: {why.what}.", why.fix)
