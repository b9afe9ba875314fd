"""Columns of dates and times, in the ways that terminals and tables write them.

Dates 2014.05.05, 2014-05-05, 2014/05/05, 20140505 and, day first, 05.05.2014; times 13:45, 13:45:00, 13:45:00.123; both
in one cell with a space or a T between, then also 20140505 134500; a zone at the end (Z, +00:00); or a whole number
since 1970 in seconds, ms, us or ns by its length. Finer than a millisecond is cut off. Cells of one layout are read
together.
"""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tallystick.market.arrays import Ints
from tallystick.market.spans import DAY_MS
from tallystick.platform.data.cells import Column

FIRST_YEAR, LAST_YEAR = 1900, 2100
"""Years that fit into ns since 1970 and for which the rules of server time are known."""
FIRST_MS, LAST_MS = -2_208_988_800_000, 4_102_444_800_000
DATE = r"(?P<year>\d{4})(?P<mark>[.\-/]?)(?P<month>\d\d)(?P=mark)(?P<day>\d\d)"
CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,9}))?)?"
ZONE = r"(?P<zone>Z|(?P<sign>[+-])(?P<ahead>\d\d):?(?P<past>\d\d))"
MOMENT = re.compile(rf"{DATE}(?:[ T]{CLOCK} ?{ZONE}?)?", re.ASCII)
DAY_FIRST = re.compile(rf"(?P<day>\d\d)\.(?P<month>\d\d)\.(?P<year>\d{{4}})(?:[ T]{CLOCK} ?{ZONE}?)?", re.ASCII)
COMPACT = re.compile(
    rf"{DATE}[ T](?P<hour>\d\d)(?P<minute>\d\d)(?:(?P<second>\d\d)(?P<fraction>\d{{3}})?)?{ZONE}?", re.ASCII
)
TIME = re.compile(CLOCK, re.ASCII)
SINCE_1970 = re.compile(r"(?P<epoch>\d{9,10}|\d{12,13}|\d{15,16}|\d{18,19})", re.ASCII)
LAYOUTS = (MOMENT, DAY_FIRST, COMPACT, TIME, SINCE_1970)
MOST_LAYOUTS = 16
"""Layouts in one column and length; real files have one or two, and each costs a pass."""
BLOCK = 32_768
"""Cells that are read together: few enough to stay in the processor's cache."""
RUN = 16
"""Cells that are equal to the one before them are read once where, on the whole, so many follow each change."""
ZERO, NINE = 48, 57
MONTH_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


@dataclass(frozen=True, slots=True)
class Moments:
    """A column's times in ms: since 1970, or since midnight where no cell has a date.

    `zoned` is true where the cell said its own offset (it is applied), `dated` where it had a date.
    """

    ms: Ints
    bad: NDArray[np.bool_]
    zoned: NDArray[np.bool_]
    dated: NDArray[np.bool_]
    clocked: NDArray[np.bool_]


def read_moments(column: Column) -> Moments:
    """The times of a column; what is none is marked, not raised."""
    size = len(column)
    found = Moments(
        np.zeros(size, dtype=np.int64), np.ones(size, dtype=np.bool_), np.zeros(size, dtype=np.bool_),
        np.zeros(size, dtype=np.bool_), np.zeros(size, dtype=np.bool_),
    )  # fmt: skip
    for length in np.flatnonzero(np.bincount(column.length)).tolist():
        left = np.flatnonzero(column.length == length)
        for _ in range(MOST_LAYOUTS if 0 < length <= 40 else 0):
            if not len(left):
                break
            left = _of_layout(column, left, found)
    return found


def _of_layout(column: Column, rows: Ints, found: Moments) -> Ints:
    """Read the cells laid out like the first of `rows`, or leave out those equal to one that is none; the others."""
    first = column.text(int(rows[0]))
    layout = next((match for form in LAYOUTS if (match := form.fullmatch(first))), None)
    if layout is None:
        cells = column.matrix(rows, int(column.length[rows[0]]))
        others: Ints = rows[(cells != cells[0]).any(axis=1)]
        return others
    template = np.frombuffer(first.encode(), dtype=np.uint8)
    blocks = (rows[begin : begin + BLOCK] for begin in range(0, len(rows), BLOCK))
    return np.concatenate([_like(layout, template, column, block, found) for block in blocks])


def _like(layout: re.Match[str], template: NDArray[np.uint8], column: Column, rows: Ints, found: Moments) -> Ints:
    """Read the cells of some rows that are laid out like `template`; returns the others."""
    cells = column.matrix(rows, len(template))
    begins = _begins(cells)
    alike, ms, valid = _read(layout, template, cells if begins is None else cells[begins])
    if begins is not None:
        lengths = np.diff(begins, append=len(cells))
        alike, ms, valid = np.repeat(alike, lengths), np.repeat(ms, lengths), np.repeat(valid, lengths)
    others = rows[~alike]
    if len(others):
        rows, ms, valid = rows[alike], ms[alike], valid[alike]
    found.ms[rows] = ms
    found.bad[rows] = ~valid
    named = layout.groupdict()
    found.zoned[rows] = bool(named.get("zone"))
    found.dated[rows] = "year" in named or "epoch" in named
    found.clocked[rows] = bool(named.get("hour") or named.get("epoch"))
    return others


def _begins(cells: NDArray[np.uint8]) -> Ints | None:
    """The first of each run of equal cells, where runs are long: a date stands in all the rows of its day."""
    changed = cells[1:] != cells[:-1]
    if np.count_nonzero(changed) * RUN > len(cells):
        return None
    begins = np.zeros(len(cells), dtype=np.bool_)
    begins[0] = True
    begins[np.flatnonzero(changed) // cells.shape[1] + 1] = True
    return np.flatnonzero(begins)


def _read(
    layout: re.Match[str], template: NDArray[np.uint8], cells: NDArray[np.uint8]
) -> tuple[NDArray[np.bool_], Ints, NDArray[np.bool_]]:
    """Which cells are laid out like `template`; and of each the ms, and whether they are a time, if it is."""
    places = np.ascontiguousarray(cells.T)
    digits = places - ZERO
    alike = np.ones(len(cells), dtype=np.bool_)
    for place, byte in enumerate(template.tolist()):
        # The sign of an offset is read from the template too, so cells with the other sign are another layout.
        alike &= digits[place] <= 9 if ZERO <= byte <= NINE else places[place] == byte
    ms, valid = _epoch(layout, digits) if "epoch" in layout.re.groupindex else _written(layout, digits)
    return alike, ms, valid


def _whole(layout: re.Match[str], name: str, digits: NDArray[np.uint8], missing: int = 0) -> Ints:
    """The whole number a named group holds in every cell; `digits`: a row for each place in a cell."""
    begin, end = layout.span(name) if name in layout.re.groupindex else (-1, -1)
    if begin < 0:
        return np.full(digits.shape[1], missing, dtype=np.int64)
    found = np.zeros(digits.shape[1], dtype=np.int64)
    for place in range(begin, end):
        found *= 10
        found += digits[place]
    return found


def _epoch(layout: re.Match[str], digits: NDArray[np.uint8]) -> tuple[Ints, NDArray[np.bool_]]:
    value = _whole(layout, "epoch", digits)
    length = len(digits)
    ms = value * 1000 if length <= 10 else value // 10 ** (3 * ((length - 12) // 3))
    return ms, ms < LAST_MS


def _written(layout: re.Match[str], digits: NDArray[np.uint8]) -> tuple[Ints, NDArray[np.bool_]]:
    hour, minute, second = (_whole(layout, name, digits) for name in ("hour", "minute", "second"))
    valid = (hour < 24) & (minute < 60) & (second < 60)
    ms = ((hour * 60 + minute) * 60 + second) * 1000
    fraction = layout.groupdict().get("fraction")
    if fraction:
        ms += _whole(layout, "fraction", digits) * 1000 // 10 ** len(fraction)
    if "year" in layout.re.groupindex:
        year, month, day = (_whole(layout, name, digits, 1) for name in ("year", "month", "day"))
        leap = (month == 2) & (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
        valid &= (month >= 1) & (month <= 12) & (day >= 1) & (year >= FIRST_YEAR) & (year < LAST_YEAR)
        valid &= day <= MONTH_DAYS[np.clip(month, 0, 12)] + leap
        ms += _days(year, month, day) * DAY_MS
    if layout.groupdict().get("sign"):
        offset = (_whole(layout, "ahead", digits) * 60 + _whole(layout, "past", digits)) * 60_000
        ms -= offset if layout["sign"] == "+" else -offset
    return ms, valid


def _days(year: Ints, month: Ints, day: Ints) -> Ints:
    """Days since 1970-01-01 in the Gregorian calendar (Hinnant, chrono-compatible date algorithms, 2013)."""
    year = year - (month <= 2)
    era_year = year % 400
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    days: Ints = (year // 400) * 146_097 + era_year * 365 + era_year // 4 - era_year // 100 + day_of_year - 719_468
    return days
