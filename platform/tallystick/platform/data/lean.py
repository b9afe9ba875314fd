"""Lean's forex and CFD files: a zip with one CSV without a header, or that CSV itself.

Bars: time, bid O H L C, bid size, ask O H L C, ask size. Quotes: time, bid, ask. The time is "yyyymmdd hh:mm" in hour
and daily files; in minute, second and tick files it is ms since midnight and the day stands in the file's name. The
clock is the data vendor's (FXCM: UTC-05 all year, OANDA: UTC), and no file says so: the caller does. Sizes are 0
throughout these files, so a bar's `volume` is the sum of both, 0.
"""

import re
import zipfile
import zlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tallystick.market.spans import DAY_MS, SECOND_NS
from tallystick.platform.counts import count_of
from tallystick.platform.data.cells import cut
from tallystick.platform.data.errors import DataError, UnreadableData
from tallystick.platform.data.moments import read_moments
from tallystick.platform.data.numbers import read_numbers
from tallystick.platform.data.source import Columns, SourceRows, joined, typed
from tallystick.platform.data.text import Text, require_file

EPOCH = date(1970, 1, 1).toordinal()
NAMED_PERIODS = {"tick": 0, "second": SECOND_NS, "minute": 60 * SECOND_NS}
"""Periods that Lean writes into the name of a day's file."""
BAR_CELLS = (
    "time", "bid open", "bid high", "bid low", "bid close", "bid size",
    "ask open", "ask high", "ask low", "ask close", "ask size",
)  # fmt: skip
UNREADABLE = (OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError)
"""What reading an archive raises: the last two for members that are encrypted or packed in an unknown way."""
QUOTE_CELLS = ("time", "bid", "ask")
BAR_POSITIONS = {
    "bid_open": 0, "bid_high": 1, "bid_low": 2, "bid_close": 3,
    "ask_open": 5, "ask_high": 6, "ask_low": 7, "ask_close": 8,
}  # fmt: skip
"""Where each price stands after the time."""


def read_lean(paths: Path | Sequence[Path], *, period_ns: int | None = None) -> SourceRows:
    """Read Lean files of one instrument, in the order given.

    `period_ns` is the length of a bar; by default it is the name's (second, minute) or the commonest distance of two
    bars. Raises `MissingData`, `UnreadableData` (file, line, column).
    """
    chosen = [paths] if isinstance(paths, Path) else list(paths)
    parts = [_read_text(text, period_ns) for path in chosen for text in _texts(path)]
    if not parts:
        what = f"{', '.join(path.name for path in chosen) or 'no file'} holds no CSV."
        raise UnreadableData(what, "Name at least one zip with a CSV in it, or a CSV.")
    kinds = {(part.kind, part.period_ns) for part in parts}
    if len(kinds) > 1:
        what = f"{', '.join(path.name for path in chosen)} mix {len(kinds)} kinds of rows."
        raise UnreadableData(what, "Read bars of one period, or quotes, at a time.")
    return joined(parts)


class _Text(NamedTuple):
    """One CSV: what to call it in messages, the name that may hold day and period, its text."""

    title: str
    name: str
    text: str


def _texts(path: Path) -> list[_Text]:
    """The CSVs in a zip, or the CSV itself."""
    require_file(path)
    try:
        if path.suffix.lower() != ".zip":
            return [_Text(path.name, path.name, path.read_text(encoding="utf-8"))]
        with zipfile.ZipFile(path) as archive:
            names = sorted(name for name in archive.namelist() if name.lower().endswith(".csv"))
            return [_Text(f"{path.name}/{name}", name, archive.read(name).decode("utf-8")) for name in names]
    except (*UNREADABLE, UnicodeDecodeError) as error:
        what = f"{path.name} is not a Lean file: {error}."
        raise UnreadableData(what, "Fetch it again; a cut-off download reads like this.") from error


def is_lean(path: Path) -> bool:
    """True for a file laid out as Lean's: a compact time first, then 2 or 10 numbers, no names.

    Also true for a zip that cannot be looked into: reading it says what is wrong.
    """
    try:
        if path.suffix.lower() == ".zip":
            with zipfile.ZipFile(path) as archive:
                names = sorted(name for name in archive.namelist() if name.lower().endswith(".csv"))
                first = archive.open(names[0]).readline(4096) if names else b""
        else:
            with path.open("rb") as file:
                first = file.readline(4096)
    except UNREADABLE:
        return path.suffix.lower() == ".zip"
    cells = first.strip().split(b",")
    time = cells[0].replace(b" ", b"").replace(b":", b"")
    lean = len(cells) in (len(QUOTE_CELLS), len(BAR_CELLS)) and time.isdigit() and len(time) in (*range(1, 9), 12)
    return lean or (path.suffix.lower() == ".zip" and not first)


def _read_text(file: _Text, period_ns: int | None) -> SourceRows:
    first = file.text.lstrip("\n\r \t").partition("\n")[0]
    if not first:
        what = f"{file.title} holds no rows."
        raise UnreadableData(what, "Leave it out.")
    width = first.count(",") + 1
    if width not in (len(QUOTE_CELLS), len(BAR_CELLS)):
        number = file.text[: file.text.index(first)].count("\n") + 1
        what = f"{file.title} line {number} has {width} columns; Lean quotes have 3, bars 11."
        raise UnreadableData(what, "Give Lean's quote files of forex or CFDs, not trades.")
    parsed = _parsed(file, width)
    if parsed is None:
        lines = enumerate(file.text.split("\n"), 1)
        raise _first_bad_cell(file, [(number, line.rstrip("\r")) for number, line in lines if line.strip()], width)
    time_msc, prices, line, decimals = parsed
    named = next((period for word, period in NAMED_PERIODS.items() if word in file.name.lower()), None)
    period = 0 if width == len(QUOTE_CELLS) else period_ns or named or _commonest_distance_ns(time_msc)
    return SourceRows(
        "quote" if width == len(QUOTE_CELLS) else "bar",
        period,
        decimals,
        _columns(time_msc, prices),
        (file.title,),
        np.zeros(len(line), dtype=np.int64),
        line,
    )


class _Parsed(NamedTuple):
    """Times in ms on the source's clock, the numbers of each row, its line, and the most decimals written."""

    time_msc: NDArray[np.int64]
    numbers: NDArray[np.float64]
    line: NDArray[np.int64]
    decimals: int


def _parsed(file: _Text, width: int) -> _Parsed | None:
    """All rows at once; None where a cell cannot be read."""
    text = Text(file.title, file.text.replace("\r\n", "\n").encode() + b"\n", b",")
    cells = cut(text, 1, BAR_CELLS if width == len(BAR_CELLS) else QUOTE_CELLS)
    found = [read_numbers(cells.column(number)) for number in range(1, len(cells.names))]
    if len(cells.ragged) or not len(cells) or any((one.bad | one.empty).any() for one in found):
        return None
    numbers = np.stack([one.values for one in found], axis=1)
    if width == len(BAR_CELLS) and (numbers[:, [4, 9]] < 0).any():
        return None
    column = cells.column(0)
    if " " in column.text(0):
        moments = read_moments(column)
        times, bad = moments.ms, moments.bad | ~moments.dated | (column.length != len("yyyymmdd hh:mm"))
    else:
        since_midnight = read_numbers(column)
        bad = since_midnight.bad | since_midnight.empty | (since_midnight.values % 1 != 0)
        times = np.where(bad, 0, since_midnight.values).astype(np.int64) + _named_day_ms(file)
    return None if bad.any() else _Parsed(times, numbers, cells.line, max(one.decimals for one in found))


def _columns(time_msc: NDArray[np.int64], prices: NDArray[np.float64]) -> Columns:
    if prices.shape[1] == len(QUOTE_CELLS) - 1:
        flags = np.full(len(prices), 6)  # MT5's TICK_FLAG_BID | TICK_FLAG_ASK: every Lean quote states both sides
        found = {"time_msc": time_msc, "bid": prices[:, 0], "ask": prices[:, 1], "flags": flags}
    else:
        found = {"time_msc": time_msc}
        found |= {name: prices[:, position] for name, position in BAR_POSITIONS.items()}
        found["volume"] = (prices[:, 4] + prices[:, 9]).astype(np.uint64)
    return {name: typed(name, values) for name, values in found.items()}


def _times(file: _Text, cells: list[str]) -> NDArray[np.int64]:
    """Source times in ms since 1970 on the source's clock."""
    if " " not in cells[0]:
        return np.array([int(cell) for cell in cells], dtype=np.int64) + _named_day_ms(file)
    days: dict[str, int] = {}
    times = np.empty(len(cells), dtype=np.int64)
    for row, cell in enumerate(cells):
        day, clock = cell.split(" ")
        if day not in days:
            days[day] = _day_ms(day)
        times[row] = days[day] + _clock_ms(clock)
    return times


def _day_ms(day: str) -> int:
    return (date(int(day[:4]), int(day[4:6]), int(day[6:])).toordinal() - EPOCH) * DAY_MS


def _clock_ms(clock: str) -> int:
    hour, minute = clock.split(":")
    if not (len(hour) == len(minute) == 2 and 0 <= int(hour) < 24 and 0 <= int(minute) < 60):
        raise ValueError(clock)
    return (int(hour) * 60 + int(minute)) * 60_000


def _named_day_ms(file: _Text) -> int:
    found = re.search(r"(?<!\d)(\d{8})(?!\d)", file.name)
    if not found:
        what = f"{file.title} counts ms since midnight, and its name does not say of which day."
        raise UnreadableData(what, "Name it as Lean does: 20140505_eurusd_tick_quote.csv")
    return _day_ms(found[1])


def _commonest_distance_ns(time_msc: NDArray[np.int64]) -> int:
    distances = np.diff(np.sort(time_msc))
    distances = distances[distances > 0]
    if not len(distances):
        what = "one bar does not tell its period."
        raise UnreadableData(what, "Say the period of the bars.")
    values, counts = np.unique(distances, return_counts=True)
    return int(values[np.argmax(counts)]) * 1_000_000


def _first_bad_cell(file: _Text, numbered: list[tuple[int, str]], width: int) -> DataError:
    """The error that names the first cell of a file that cannot be read."""
    names = BAR_CELLS if width == len(BAR_CELLS) else QUOTE_CELLS
    fix = f"Fix or remove that row; the file has {count_of(len(numbered), 'row')}."
    for number, line in numbered:
        cells = line.split(",")
        if len(cells) != width:
            return UnreadableData(f"{file.title} line {number} has {len(cells)} columns, not {width}.", fix)
        for name, cell in zip(names, cells, strict=True):
            if not _readable(file, name, cell):
                kind = "time" if name == "time" else "size" if name.endswith("size") else "price"
                return UnreadableData(f'{file.title} line {number}, column {name}: "{cell}" is not a {kind}.', fix)
    return UnreadableData(f"{file.title} cannot be read.", fix)


def _readable(file: _Text, name: str, cell: str) -> bool:
    try:
        if name == "time":
            _times(file, [cell])
            return "_" not in cell
        value = float(cell)
        return "_" not in cell and bool(np.isfinite(value)) and (value >= 0 or not name.endswith("size"))
    except ValueError:
        return False
