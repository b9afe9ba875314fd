"""Moments: what happens at one book time. Of bars, consecutive rows with one close; of quotes, each row."""

from tallystick.market.rows import Rows


def moment_start(rows: Rows, index: int, lowest: int = 0) -> int:
    """First row of the moment that row `index` belongs to, not before `lowest`."""
    if rows.kind == "quote":
        return index
    at = rows.time.item
    time = at(index)
    while index > lowest and at(index - 1) == time:
        index -= 1
    return index


def moment_end(rows: Rows, index: int) -> int:
    """One past the last row of the moment that row `index` belongs to."""
    if rows.kind == "quote":
        return index + 1
    at, count = rows.time.item, len(rows.time)
    time = at(index)
    index += 1
    while index < count and at(index) == time:
        index += 1
    return index


def rows_before(rows: Rows, due: int, start: int) -> int:
    """Index of the first row, from `start`, at or after a deadline: at equal times the deadline comes first."""
    return start + int(rows.time[start:].searchsorted(due, side="left"))


def rows_owing(rows: Rows, due: int, start: int) -> int:
    """Index of the first row, from `start`, that comes after what the terminal owes at `due` (a swap, an expiry).

    A quote at that very time comes after it; a bar that closes then was over by then, so it comes before.
    """
    if rows.kind == "quote":
        return rows_before(rows, due, start)
    return start + int(rows.time[start:].searchsorted(due, side="right"))
