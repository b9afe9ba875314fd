"""When a server quotes and trades a symbol: ranges of its own clock by weekday, and days on which it does neither.

Times are the server's wall clock written as if it were an epoch, in ns (`server_time.offset_ns` makes it from UTC), as
MT5 states sessions: from 00:00 of a weekday to 24:00 of it. A symbol without stated sessions is open while quotes come.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from tallystick.market.server_time import weekday_of
from tallystick.market.spans import DAY_NS, DAY_S, SECOND_NS

EVERY = "default"
"""In tables by symbol: what holds for symbols that are not named."""
WEEK_DAYS = 7


class SessionError(ValueError):
    """Sessions that no week has; say seven lists of ranges within 0 to 86,400 seconds, in order."""


class Range(NamedTuple):
    """From one second of the server's day to before another: (0, 86400) is the whole day."""

    from_s: int
    to_s: int


Week = tuple[tuple[Range, ...], ...]
"""Ranges of each weekday, Monday first."""


@dataclass(frozen=True, slots=True)
class Sessions:
    """Trading sessions of one symbol by weekday, and holidays as days since 1970-01-01 on the server's clock.

    `week` empty: nothing is stated, and it is open on every day that is no holiday. `quotes`: the ranges in which
    quotes come, where they differ from those in which orders are taken. Raises `SessionError` for ranges no day has.
    """

    week: Week = ()
    holidays: frozenset[int] = frozenset()
    quotes: Week = ()

    def __post_init__(self) -> None:
        _require_week(self.week)
        _require_week(self.quotes)

    @property
    def stated(self) -> bool:
        """Whether anything here can close the market."""
        return bool(self.week or self.holidays)

    def open_at(self, server_ns: int) -> bool:
        """Whether orders are taken at a moment of the server's clock, in ns."""
        if not self.week and not self.holidays:
            return True
        day = server_ns // DAY_NS
        if day in self.holidays:
            return False
        if not self.week:
            return True
        second = server_ns % DAY_NS // SECOND_NS
        return any(one.from_s <= second < one.to_s for one in self.week[weekday_of(day)])

    def next_open(self, server_ns: int) -> int | None:
        """The first moment at or after this one, in ns of the server's clock, at which orders are taken.

        None when there is none within the next four weeks (every day a holiday, or a week without ranges).
        """
        if self.open_at(server_ns):
            return server_ns
        today = server_ns // DAY_NS
        for day in range(today, today + 4 * WEEK_DAYS + 1):
            if day in self.holidays:
                continue
            ranges = self.week[weekday_of(day)] if self.week else (Range(0, DAY_S),)
            starts = [day * DAY_NS + one.from_s * SECOND_NS for one in ranges]
            later = [start for start in starts if start >= server_ns]
            if later:
                return later[0]
        return None


def same_every_day(days: Mapping[int, tuple[int, int]]) -> Week:
    """A week from one range a weekday (Monday 0), in seconds; days that are left out are closed."""
    return tuple((Range(*days[day]),) if day in days else () for day in range(WEEK_DAYS))


def _require_week(week: Week) -> None:
    if not week:
        return
    if len(week) != WEEK_DAYS:
        message = f"sessions of {len(week)} weekdays: say seven lists, Monday first, or none."
        raise SessionError(message)
    for day, ranges in enumerate(week):
        edge = 0
        for begin, end in ranges:
            if not edge <= begin < end <= DAY_S:
                message = f"session {begin}-{end} s of weekday {day} does not fit: say ranges of 0..86400 s, in order."
                raise SessionError(message)
            edge = end


WEEKDAYS = Sessions(((Range(0, DAY_S),),) * 5 + ((),) * 2)
"""Open from Monday to Friday, all day."""
