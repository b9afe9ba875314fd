"""A table of prices before it is bars or quotes: a moment and named numbers for each row, whatever it came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tallystick.market.arrays import Ints
from tallystick.platform.data.cells import Cells, Column, cut
from tallystick.platform.data.errors import UnreadableData
from tallystick.platform.data.headings import POINTS, is_heading, roles_by_name, roles_by_place
from tallystick.platform.data.moments import read_moments
from tallystick.platform.data.numbers import read_numbers
from tallystick.platform.data.text import Text, read_text

SIZES = ("tick_volume", "volume", "spread", "flags")
LARGEST_SIZE, LARGEST_FLAGS, LARGEST_PRICE = 2.0**53, 2.0**32 - 1, 1e9
MAY_BE_EMPTY = ("bid", "ask", "tick_volume", "volume", "flags")
USED = {"bid", "ask", *SIZES, *POINTS, *(f"{side}_{point}" for side in ("bid", "ask") for point in POINTS)}


@dataclass(frozen=True, slots=True)
class Table:
    """Rows by role (see `headings.NAMES`); NaN where a cell is empty.

    `time_msc` is the source's clock in ms since 1970, or UTC where `zoned`; `clocked` is false where rows have only
    dates. `decimals` is the greatest number of decimals of a price; `dropped` counts rows left out as unreadable,
    `first_dropped` says what was wrong with the first of them.
    """

    title: str
    time_msc: Ints
    line: Ints
    numbers: Mapping[str, NDArray[np.float64]]
    decimals: int
    zoned: bool
    clocked: bool
    dropped: int = 0
    first_dropped: str = ""

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.line)


@dataclass(slots=True)
class _Faults:
    """Rows with a cell that cannot be read, and of the first in each column what it should have been."""

    bad: NDArray[np.bool_]
    column: dict[int, tuple[Column, str]]

    def add(self, bad: NDArray[np.bool_], column: Column, kind: str) -> None:
        """Bad cells of one column."""
        first = bad & ~self.bad
        if first.any():
            self.column.setdefault(int(np.argmax(first)), (column, kind))
        self.bad |= bad


def read_table(path: Path, mapping: Mapping[str, str | int] | None = None, *, skip_bad: bool = False) -> Table:
    """The table in a CSV or TSV file. Raises `UnreadableData` (E105: file, line, column), `MissingData` (E111)."""
    return table_of(read_text(path), mapping, skip_bad=skip_bad)


def table_of(text: Text, mapping: Mapping[str, str | int] | None = None, *, skip_bad: bool = False) -> Table:
    """The table in a text; `skip_bad` leaves out rows that cannot be read. Raises as `read_table`."""
    number, first = text.first_line()
    head = [cell.decode() for cell in first.split(text.separator)]
    named = is_heading(head)
    roles = roles_by_name(head, mapping, text.title) if named else roles_by_place(head, text.title)
    if not named and mapping:
        roles = roles_by_name([str(n) for n in range(len(head))], mapping, text.title)
    by_column = {column: role for role, column in roles.items()}
    names = tuple(head[n].strip("<> ").lower() if named else by_column.get(n, f"{n + 1}") for n in range(len(head)))
    cells = cut(text, number + 1 if named else number, names)
    if not len(cells) and not len(cells.ragged):
        raise UnreadableData(f"{text.title} holds no rows.", "Leave it out, or export it again.")
    return _read(cells, roles, skip_bad=skip_bad)


def _read(cells: Cells, roles: Mapping[str, int], *, skip_bad: bool) -> Table:
    faults = _Faults(np.zeros(len(cells), dtype=np.bool_), {})
    numbers: dict[str, NDArray[np.float64]] = {}
    decimals = 0
    time_msc, zoned, clocked = _times(cells, roles, faults)
    for role, number in sorted(roles.items(), key=lambda entry: entry[1]):
        if role not in USED:
            continue
        column = cells.column(number)
        found = read_numbers(column)
        is_size = role in SIZES
        faults.add(found.bad | beyond(role, found.values), column, "size" if is_size else "price")
        if role not in MAY_BE_EMPTY:
            faults.add(found.empty, column, "size" if is_size else "price")
        numbers[role] = found.values
        decimals = decimals if is_size else max(decimals, found.decimals)
    dropped = int(faults.bad.sum()) + len(cells.ragged)
    fault = _first_fault(cells, faults, dropped) if dropped else None
    good = ~faults.bad
    if fault is not None and not (skip_bad and good.any()):
        raise fault
    rows = slice(None) if good.all() else good
    kept = {role: values[rows] for role, values in numbers.items()}
    return Table(
        cells.title,
        time_msc[rows],
        cells.line[rows],
        kept,
        decimals,
        zoned,
        clocked,
        dropped,
        fault.what if fault else "",
    )


def _times(cells: Cells, roles: Mapping[str, int], faults: _Faults) -> tuple[Ints, bool, bool]:
    """Moments of all rows, whether they are UTC already, and whether they have a time of day."""
    column = cells.column(roles["date" if "date" in roles else "time"])
    days = read_moments(column)
    faults.add(days.bad | ~days.dated, column, "time")
    if "clock" not in roles:
        mixed = days.zoned != (days.zoned[0] if len(days.zoned) else False)
        faults.add(mixed, column, "time like those above it, which say their zone differently")
        return days.ms, bool(days.zoned.any()), bool(days.clocked.any())
    column = cells.column(roles["clock"])
    clock = read_moments(column)
    faults.add(clock.bad | clock.dated, column, "time")
    return days.ms + clock.ms, False, True


def beyond(role: str, values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """True for sizes below zero, and for numbers too large to be a size, or a price whose points can be counted."""
    if role in SIZES:
        return (values < 0) | (values > (LARGEST_FLAGS if role == "flags" else LARGEST_SIZE))
    return np.abs(values) > LARGEST_PRICE


def bad_rows_remedy(count: int, total: int) -> str:
    """What to do about rows that cannot be read."""
    if count == total:
        return (
            "No row can be read: write dates and numbers as docs/data.md lists them,"
            ' or say which column is which: mapping={"time": "WHEN", "open": "O"}.'
        )
    dropped = f"{count:,} of {total:,} here"
    return f'Correct the source, or say strictness="skip_bad", which drops and records such rows: {dropped}.'


def _first_fault(cells: Cells, faults: _Faults, count: int) -> UnreadableData:
    """The error that names the first cell, or line, that cannot be read."""
    total = len(cells) + len(cells.ragged)
    fix = bad_rows_remedy(count, total)
    row = int(np.argmax(faults.bad)) if faults.bad.any() else len(cells)
    line = int(cells.line[row]) if row < len(cells) else -1
    if len(cells.ragged) and (line < 0 or cells.ragged[0] < line):
        what = f"{cells.title} line {cells.ragged[0]} has {cells.ragged_columns[0]} columns, not {len(cells.names)}."
        return UnreadableData(what, fix)
    column, kind = faults.column[row]
    what = f'{cells.title} line {line}, column {column.name}: "{column.text(row)}" is not a {kind}.'
    return UnreadableData(what, fix)
