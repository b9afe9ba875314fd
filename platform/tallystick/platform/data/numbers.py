"""Columns of decimal numbers, read exactly as Python reads them one by one, a million in a fraction of a second.

Cells of one layout (length, place of the point) are read together: their digits make a whole number below 2**53,
divided by a power of ten of at most 10**22. Both are exact, so the quotient is the float64 nearest to the decimal.
Whatever has another form (a sign, an exponent, more digits) is read by itself.
"""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tallystick.market.arrays import Ints
from tallystick.platform.data.cells import Column

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
MOST_DIGITS = 15
"""Digits of a whole number that float64 holds exactly, whatever they are."""
BLOCK = 32_768
"""Cells that are read together: few enough to stay in the processor's cache."""
ZERO, POINT = 48, 46


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column's values: NaN where `empty` or `bad`; `decimals` is the greatest number of decimal places written."""

    values: NDArray[np.float64]
    empty: NDArray[np.bool_]
    bad: NDArray[np.bool_]
    decimals: int


def read_numbers(column: Column) -> Numbers:
    """The numbers of a column; what is none is marked, not raised."""
    values = np.full(len(column), np.nan)
    empty = column.length == 0
    decimals = 0
    for begin in range(0, len(column), BLOCK):
        rows = np.arange(begin, min(begin + BLOCK, len(column)))
        lengths = column.length[rows]
        for length in np.flatnonzero(np.bincount(lengths)).tolist():
            if length:
                found = _of_length(column, rows[lengths == length], length, values)
                decimals = max(decimals, found)
    return Numbers(values, empty, np.isnan(values) & ~empty, decimals)


def _of_length(column: Column, rows: Ints, length: int, values: NDArray[np.float64]) -> int:
    """Read cells of one length into `values`; returns the decimal places met."""
    if length > MOST_DIGITS + 1:
        return _one_by_one(column, rows, values)
    cells = column.matrix(rows, length)
    digits = cells - ZERO
    other = digits > 9
    points = cells == POINT
    where = int(points[0].argmax()) if points[0].any() else length
    has_point = where < length
    # The usual case, all cells laid out like the first, needs no look at each row.
    alike = other.sum() == len(rows) * has_point and (not has_point or points[:, where].all())
    if alike and where > 0 and length - has_point <= MOST_DIGITS:
        values[rows] = _decimal(digits, where)
        return max(length - where - 1, 0)
    plain = (other == points).all(axis=1)
    count = points.sum(axis=1)
    place = np.where(count == 1, points.argmax(axis=1), length)
    fast = plain & (count <= 1) & (length - count <= MOST_DIGITS) & (place > 0)
    decimals = 0
    for where in np.flatnonzero(np.bincount(place[fast])).tolist():
        chosen = fast & (place == where)
        values[rows[chosen]] = _decimal(digits[chosen], where)
        decimals = max(decimals, length - where - 1)
    return max(decimals, _one_by_one(column, rows[~fast], values))


def _decimal(digits: NDArray[np.uint8], where: int) -> NDArray[np.float64]:
    """The numbers of cells whose point is at `where`, or that have none where that is their length."""
    length = digits.shape[1]
    powers = [length - 1 - place - (place < where < length) for place in range(length)]
    weights = np.array([0.0 if place == where else 10.0**power for place, power in enumerate(powers)])
    found: NDArray[np.float64] = (digits @ weights) / 10.0 ** max(length - where - 1, 0)
    return found


def _one_by_one(column: Column, rows: Ints, values: NDArray[np.float64]) -> int:
    decimals = 0
    for row in rows.tolist():
        begin, length = int(column.start[row]), int(column.length[row])
        cell = column.data[begin : begin + length].tobytes().decode("utf-8", "replace")
        if length <= 64 and NUMBER.fullmatch(cell):
            value = float(cell)
            values[row] = value if np.isfinite(value) else np.nan
            mantissa = re.split("[eE]", cell)[0]
            decimals = max(decimals, len(mantissa.partition(".")[2]))
    return decimals
