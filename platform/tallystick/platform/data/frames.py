"""Prices in memory as a table: pandas frames, and the structured arrays that MetaTrader's Python package gives.

A frame's moments are its index, if that holds times, else its time column; zone-aware ones are converted to UTC.
MetaTrader's `time` counts seconds and its `time_msc` milliseconds, both on the server's clock as if it were UTC.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tallystick.market.arrays import Ints
from tallystick.market.spans import DAY_MS
from tallystick.platform.data.errors import UnfitRequest, UnreadableData
from tallystick.platform.data.headings import roles_by_name
from tallystick.platform.data.moments import FIRST_MS, LAST_MS
from tallystick.platform.data.table import MAY_BE_EMPTY, SIZES, USED, Table, bad_rows_remedy, beyond

INDEX = "index"
MOST_DECIMALS = 8
MS_PER = {9: 1_000.0, 10: 1_000.0, 12: 1.0, 13: 1.0, 15: 1e-3, 16: 1e-3, 18: 1e-6, 19: 1e-6}
"""Milliseconds in one unit of an epoch by the number of its digits: seconds, ms, us, ns."""


def is_tabular(source: object) -> bool:
    """True for a pandas frame and for a structured array."""
    return (hasattr(source, "columns") and hasattr(source, "index")) or (
        isinstance(source, np.ndarray) and source.dtype.names is not None
    )


def table_from(
    source: Any, mapping: Mapping[str, str | int] | None = None, *, title: str = "the frame", skip_bad: bool = False
) -> Table:
    """The table in a frame or structured array. Raises `UnreadableData` (E105: row, column), `UnfitRequest`."""
    if not len(source):
        raise UnreadableData(f"{title} holds no rows.", "Give at least one.")
    columns = _columns_of(source, title)
    roles = roles_by_name(list(columns), mapping, title)
    values = list(columns.values())
    names = list(columns)
    if "date" in roles:
        raise UnfitRequest(f"{title} has its date and its time in two columns.", "Join them into one of datetimes.")
    time_msc, zoned, clocked, bad = _moments(values[roles["time"]], title)
    first: tuple[int, str, str] | None = _first(bad, names[roles["time"]], "time")
    numbers: dict[str, NDArray[np.float64]] = {}
    for role, number in sorted(roles.items(), key=lambda entry: entry[1]):
        if role not in USED:
            continue
        found = _floats(values[number])
        wrong = np.isinf(found) | beyond(role, found)
        wrong |= np.isnan(found) & (_stated(values[number]) | (role not in MAY_BE_EMPTY))
        first = first or _first(wrong & ~bad, names[number], "size" if role in SIZES else "price")
        bad |= wrong
        numbers[role] = found
    what = "" if first is None else _said(title, columns, first)
    if what and not skip_bad:
        raise UnreadableData(what, bad_rows_remedy(int(bad.sum()), len(bad)))
    if bad.all():
        raise UnreadableData(f"{title}: none of its {len(bad):,} rows can be read.", "Look at its columns.")
    kept = {role: column[~bad] for role, column in numbers.items()}
    prices = [column for role, column in kept.items() if role not in SIZES]
    line = np.arange(1, len(bad) + 1)[~bad]
    return Table(title, time_msc[~bad], line, kept, decimals_of(prices), zoned, clocked, int(bad.sum()), what)


def _said(title: str, columns: Mapping[str, Any], first: tuple[int, str, str]) -> str:
    row, name, kind = first
    cell = str(np.asarray(columns[name])[row])[:40]
    return f'{title} row {row + 1}, column {name}: "{cell}" is not a {kind}.'


def decimals_of(prices: list[NDArray[np.float64]]) -> int:
    """The fewest decimals, at most 8, that all prices can be written with."""
    left = [column[~np.isnan(column)] for column in prices]
    for decimals in range(MOST_DECIMALS):
        scale = 10.0**decimals
        left = [column[np.abs(np.rint(column * scale) / scale - column) > 1e-12 * np.abs(column)] for column in left]
        if not any(len(column) for column in left):
            return decimals
    return MOST_DECIMALS


def _columns_of(source: Any, title: str) -> dict[str, Any]:
    if isinstance(source, np.ndarray):
        return {name: source[name] for name in source.dtype.names or ()}
    names = [str(name) for name in source.columns]
    if len(set(names)) < len(names):
        raise UnfitRequest(f"{title} has two columns of one name, or columns in levels.", "Give it plain columns.")
    found = {str(name): source[name] for name in source.columns}
    if getattr(source.index.dtype, "kind", "O") == "M" or hasattr(source.index, "tz"):
        return {INDEX: source.index} | {name: column for name, column in found.items() if not _is_time(name)}
    return found


def _is_time(name: str) -> bool:
    """A column of times beside an index of times: the index counts."""
    return name.strip("<>").lower() in ("time", "date", "datetime", "timestamp", "time_msc", INDEX)


def _moments(column: Any, title: str) -> tuple[Ints, bool, bool, NDArray[np.bool_]]:
    """Times in ms, whether they are UTC, whether they have a time of day, and which are missing."""
    zone = getattr(column, "tz", None) or getattr(getattr(column, "dtype", None), "tz", None)
    if zone is not None:
        column = (
            (column.dt if hasattr(column, "dt") else column).tz_convert("UTC").tz_localize(None)
            if not hasattr(column, "dt")
            else column.dt.tz_convert("UTC").dt.tz_localize(None)
        )
    values = np.asarray(column)
    if values.dtype.kind in "OUS":
        values = _parsed(values, title)
    if values.dtype.kind == "M":
        bad = np.isnat(values)
        ms = values.astype("datetime64[ms]").astype(np.int64)
    else:
        numbers = values.astype(np.float64)
        bad = ~np.isfinite(numbers)
        largest = int(np.abs(numbers[~bad]).max()) if (~bad).any() else 0
        if len(str(largest)) not in MS_PER:
            raise UnreadableData(f"{title}: times such as {largest} are no epoch.", "Give datetimes.")
        unit = MS_PER[len(str(largest))]
        ms = np.where(bad, 0, np.floor(numbers * unit) if unit != 1e-6 else values // 1_000_000).astype(np.int64)
    bad |= (ms < FIRST_MS) | (ms >= LAST_MS)
    ms = np.where(bad, 0, ms)
    return ms, zone is not None, bool((ms % DAY_MS).any()), bad


def _parsed(values: NDArray[Any], title: str) -> NDArray[Any]:
    import pandas as pd

    try:
        return np.asarray(pd.to_datetime([str(value).replace(".", "-", 2) for value in values]))
    except (ValueError, TypeError) as error:
        message = f"{title}: its times cannot be read ({error})."
        raise UnreadableData(message, "Give datetimes: pd.to_datetime(column, format=...)") from error


def _floats(column: Any) -> NDArray[np.float64]:
    """The column as float64, NaN where it is none."""
    values = np.asarray(column)
    if values.dtype.kind in "fiub":
        return values.astype(np.float64)
    import pandas as pd

    return np.asarray(pd.to_numeric(pd.Series(values), errors="coerce"), dtype=np.float64)


def _stated(column: Any) -> NDArray[np.bool_]:
    """True where something is written, be it no number."""
    values = np.asarray(column)
    if values.dtype.kind in "fiub":
        return np.zeros(len(values), dtype=np.bool_)
    return np.array([str(value) not in ("", "None", "nan", "NaN", "NaT", "<NA>") for value in values], dtype=np.bool_)


def _first(bad: NDArray[np.bool_], name: str, kind: str) -> tuple[int, str, str] | None:
    return (int(np.argmax(bad)), name, kind) if bad.any() else None
