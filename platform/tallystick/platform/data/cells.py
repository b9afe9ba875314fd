"""A text cut into rows and cells without an object for any of them: where each cell begins and how long it is.

A million lines are cut in well under a second, and every cell still knows its line.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tallystick.market.arrays import Ints
from tallystick.platform.data.errors import UnreadableData
from tallystick.platform.data.text import LONGEST_LINE, Text

NEWLINE, SPACE = 10, 32
STRETCH = 2**18
"""Bytes that are looked at together: what is made of them stays in the processor's cache."""
SMALL = 2**31
"""Places in a shorter text are kept in 32 bits: touching fresh memory takes longer than finding them."""
Places = NDArray[np.signedinteger[Any]]


@dataclass(frozen=True, slots=True)
class Column:
    """The cells of one column: `start` and `length` of each in the text's bytes."""

    name: str
    data: NDArray[np.uint8]
    start: Places
    length: Places

    def __len__(self) -> int:
        """Number of cells."""
        return len(self.start)

    def text(self, row: int) -> str:
        """One cell, shortened for a message."""
        begin = int(self.start[row])
        return self.data[begin : begin + min(int(self.length[row]), 40)].tobytes().decode("utf-8", "replace")

    def matrix(self, rows: Ints, length: int) -> NDArray[np.uint8]:
        """The bytes of cells of one length, a row for each."""
        runs = np.ndarray((len(self.data) - length + 1,), f"V{length}", self.data, strides=(1,))
        return runs[self.start[rows]].view(np.uint8).reshape(len(rows), length)


@dataclass(frozen=True, slots=True)
class Cells:
    """The rows of a text: the line (from 1) of each row, its cells by column, and the lines left out as ragged."""

    title: str
    names: tuple[str, ...]
    data: NDArray[np.uint8]
    start: Places
    """Where each row begins in the text."""
    ends: Places
    """Where its cells end, of shape (rows, columns)."""
    padded: bool
    line: Ints
    ragged: Ints
    ragged_columns: Ints

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.line)

    def column(self, number: int) -> Column:
        """The cells of a column."""
        end = self.ends[:, number]
        start = self.ends[:, number - 1] + 1 if number else self.start
        column = Column(self.names[number], self.data, start, end - start)
        return _trimmed(column) if self.padded else column


def cut(text: Text, first_line: int, names: tuple[str, ...]) -> Cells:
    """The rows from line `first_line` on; blank lines are no rows. Raises `UnreadableData` for an endless line."""
    data = np.frombuffer(text.data, dtype=np.uint8)
    ends, closing = _ends(data, text.separator[0])
    line_end = ends[closing]
    counts = np.diff(closing, prepend=closing.dtype.type(-1))
    line_start = np.concatenate([line_end[:0], [0], line_end[:-1] + 1], dtype=ends.dtype)
    if (line_end - line_start).max() > LONGEST_LINE:
        long = int(np.argmax(line_end - line_start > LONGEST_LINE)) + 1
        raise UnreadableData(f"{text.title} line {long} is longer than {LONGEST_LINE:,} bytes.", "Remove that line.")
    used = line_end > line_start
    used[: first_line - 1] = False
    for row in np.flatnonzero(used & (counts != len(names))).tolist()[:LONGEST_LINE]:
        used[row] = bool(text.data[line_start[row] : line_end[row]].strip(b" " + text.separator))
    whole = np.flatnonzero(used & (counts == len(names)))
    bad = np.flatnonzero(used & (counts != len(names)))
    padded = b" " in text.data and any(
        pair in text.data for pair in (b" " + text.separator, text.separator + b" ", b"\n ", b" \n")
    )
    return Cells(
        text.title,
        names,
        data,
        line_start[whole],
        _of_lines(ends, closing, whole, len(names)),
        padded,
        whole + 1,
        bad + 1,
        counts[bad].astype(np.int64),
    )


def _of_lines(ends: Places, closing: Places, lines: Ints, width: int) -> Places:
    """Where the cells of some lines end, each of `width` cells; a view where the lines follow one another."""
    if not len(lines):
        return ends[:0].reshape(0, width)
    first, last = lines[0], lines[-1]
    if last - first == len(lines) - 1:
        stop = int(closing[last]) + 1
        return ends[stop - width * len(lines) : stop].reshape(-1, width)
    places: Places = ends[closing[lines][:, np.newaxis] + np.arange(1 - width, 1)]
    return places


def _ends(data: NDArray[np.uint8], separator: int) -> tuple[Places, Places]:
    """Where cells end in the text, and which of these places end a line."""
    kind = np.int32 if len(data) < SMALL else np.int64
    stretches = [(begin, data[begin : begin + STRETCH]) for begin in range(0, len(data), STRETCH)]
    # Counted first: one array of the right size is touched, and touching memory takes longer than a second look.
    ends: Places = np.empty(sum(np.count_nonzero(_closes(part, separator)) for _, part in stretches), dtype=kind)
    closing, count = [], 0
    for begin, part in stretches:
        found = np.flatnonzero(_closes(part, separator))
        closing.append((np.flatnonzero(part[found] == NEWLINE) + count).astype(kind))
        ends[count : count + len(found)] = found + begin
        count += len(found)
    return ends, np.concatenate(closing)


def _closes(part: NDArray[np.uint8], separator: int) -> NDArray[np.bool_]:
    """Which bytes end a cell."""
    found: NDArray[np.bool_] = (part == separator) | (part == NEWLINE)
    return found


def _trimmed(column: Column) -> Column:
    """Without the spaces around cells, which some programs write after a comma."""
    start, length = column.start.copy(), column.length.copy()
    while (padded := (length > 0) & (column.data[start] == SPACE)).any():
        start[padded] += 1
        length[padded] -= 1
    while (padded := (length > 0) & (column.data[np.maximum(start + length - 1, 0)] == SPACE)).any():
        length[padded] -= 1
    return Column(column.name, column.data, start, length)
