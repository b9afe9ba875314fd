"""A table of many assets from a file: a column for each asset, a row for each date, gaps where cells are empty.

CSV or TSV as `tallystick data` reads it, in a zip or gz too, or Parquet. What is no number and no gap is refused with
its line and column; dates that run backwards are turned round, and that is said.
"""

import gzip
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tallystick.market.arrays import Floats
from tallystick.market.spans import DAY_MS
from tallystick.platform.cli.failure import Failure
from tallystick.platform.data.cells import Cells, Column, cut
from tallystick.platform.data.errors import DisorderedData, MissingData, UnreadableData
from tallystick.platform.data.moments import read_moments
from tallystick.platform.data.numbers import read_numbers
from tallystick.platform.data.parquet import read_parquet
from tallystick.platform.data.text import Text, is_there, read_text, require_file, text_of

GAP_WORDS = frozenset({"nan", "na", "n/a", "#n/a", "#na", "null", "none", "nat", "-", "--", "."})
LABELS = frozenset({"", "date", "day", "week", "month", "time", "datetime", "timestamp", "index", "period", "unnamed0"})
"""Headings of a first column that names rows, compared without case and punctuation."""
OF_BARS = frozenset({"open", "high", "low", "close"})
TAKES_OF_SIZE = 10
"""Bytes of memory for each byte of a text: the text twice, where its cells are, their numbers."""
MIB = 2**20


@dataclass(frozen=True, eq=False, slots=True)
class Panel:
    """`values` (T, n) by asset in `names`; NaN is a gap. `labels` name the rows; `days` (T,) since 1970 where dated."""

    title: str
    names: tuple[str, ...]
    labels: tuple[str, ...]
    values: Floats
    days: Floats | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Lay the values out one way, for sums follow the layout: equal tables give equal bits, whatever the file."""
        object.__setattr__(self, "values", np.ascontiguousarray(self.values))

    def rows(self, chosen: NDArray[np.bool_]) -> "Panel":
        """Only some of the rows."""
        labels = tuple(label for label, keep in zip(self.labels, chosen.tolist(), strict=True) if keep)
        days = None if self.days is None else self.days[chosen]
        return replace(self, labels=labels, values=self.values[chosen], days=days)

    def assets(self, chosen: NDArray[np.bool_]) -> "Panel":
        """Only some of the assets."""
        names = tuple(name for name, keep in zip(self.names, chosen.tolist(), strict=True) if keep)
        return replace(self, names=names, values=self.values[:, chosen])

    def noted(self, *notes: str) -> "Panel":
        """With more to be said of it."""
        return replace(self, notes=(*self.notes, *notes))


def require_there(path: Path) -> None:
    """Raise `MissingData` (E111) where nothing is, `UnreadableData` (E105) for a folder."""
    if not is_there(path):
        where = path.parent if path.is_absolute() else Path.cwd()
        raise MissingData(f"no such file {path} (looked in {where}).", "Check the path.")
    require_file(path)


def read_source(path: Path, free_bytes: int) -> Text | Panel:
    """A text, cleaned, or the panel of a Parquet file. Raises `DataError`, and `Failure` E863 where memory is short."""
    require_there(path)
    needed = TAKES_OF_SIZE * path.stat().st_size
    if needed > free_bytes:
        raise Failure(
            "E863",
            f"reading {path.name} would take {needed / MIB:,.0f} MiB of memory",
            got=f"{free_bytes / MIB:,.0f} MiB free",
            fix="give fewer assets or a shorter period, or Parquet",
        )
    if path.suffix.lower() in {".parquet", ".pq"}:
        return _of_frame(read_parquet(path), path.name)
    if path.suffix.lower() != ".gz":
        return read_text(path)
    try:
        return text_of(gzip.decompress(path.read_bytes()), path.name)
    except (OSError, EOFError, zlib.error) as error:
        what = f"{path.name} cannot be unpacked: {error}."
        raise UnreadableData(what, "Write it again; a cut-off download reads like this.") from error


def panel_of(text: Text) -> Panel:
    """The table in a text. Raises `UnreadableData`, `DisorderedData`, and `Failure` for names that are there twice."""
    first, line = text.first_line()
    cells = [cell.strip() for cell in line.decode("utf-8").split(text.separator.decode())]
    headed = not any(_is_number(cell) for cell in cells[1:]) and not _is_number(cells[0])
    cells = cells if headed else [str(place) for place in range(len(cells))]
    table = cut(text, first + headed, tuple(cells))
    if len(table.ragged):
        what = (
            f"{table.title} line {int(table.ragged[0])} has {int(table.ragged_columns[0])} columns, the first has "
            f"{len(cells)}."
        )
        raise UnreadableData(what, f"Correct {_counted(len(table.ragged), 'such line')}.")
    if not len(table):
        raise UnreadableData(f"{table.title} holds no rows of numbers.", "Export it again.")
    labelled = (headed and _plain(cells[0]) in LABELS) or not _is_number(table.column(0).text(0))
    columns = [table.column(place) for place in range(labelled, len(cells))]
    names = [each.name for each in columns] if headed else [f"asset {place}" for place in range(1, len(columns) + 1)]
    _require_names(names, table.title)
    values = np.stack([_numbers(each, table) for each in columns], axis=1) if columns else np.empty((len(table), 0))
    labels = _labels(table, labelled)
    days = _days(table.column(0)) if labelled else None
    notes = () if headed else (f"the first line has no names, so assets are called asset 1 to asset {len(columns)}",)
    return _in_order(Panel(table.title, tuple(names), labels, values, days, notes))


def _labels(table: Cells, labelled: bool) -> tuple[str, ...]:  # noqa: FBT001 -- one caller
    if not labelled:
        return tuple(f"line {line}" for line in table.line.tolist())
    first = table.column(0)
    return tuple(first.text(row) for row in range(len(table)))


def _numbers(column: Column, table: Cells) -> Floats:
    found = read_numbers(column)
    for row in np.flatnonzero(found.bad).tolist():
        if column.text(row).strip().lower() not in GAP_WORDS:
            what = (
                f'{table.title} line {int(table.line[row])}, column {column.name}: "{column.text(row)}" is no number.'
            )
            raise UnreadableData(what, "Correct the cell, or leave it empty if the value is missing.")
    beyond = np.isinf(found.values)
    if beyond.any():
        what = f"{table.title} line {int(table.line[beyond.argmax()])}, column {column.name}: the number is too large."
        raise UnreadableData(what, "Correct the cell, or leave it empty if the value is missing.")
    return found.values


def _require_names(names: Sequence[str], title: str) -> None:
    """Every asset has one name of its own, and the columns are assets."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        what = f"{title}: {len(twice)} name(s) stand over more than one column: {', '.join(twice[:5])}"
        raise Failure("E861", what, fix="rename or remove columns, so that every asset has one name of its own")
    if "" in names:
        what = f"{title}: column {names.index('') + 2} has no name"
        raise Failure("E861", what, fix="name the asset in the first line, or remove the column")
    if {_plain(name) for name in names} >= OF_BARS:
        what = f"{title} holds the bars of one symbol ({', '.join(names[:6])}), not a column for each asset"
        raise Failure("E861", what, fix="give one file with a column of closes for each asset")


def _days(column: Column) -> Floats | None:
    """Days since 1970, or None where the labels are no dates."""
    moments = read_moments(column)
    if (moments.bad | ~moments.dated).any():
        return None
    return moments.ms / DAY_MS


def _in_order(panel: Panel) -> Panel:
    """Oldest first. Raises `DisorderedData` for dates in no order, or twice."""
    if panel.days is None:
        return (
            panel
            if panel.labels[0].startswith("line ")
            else panel.noted("rows carry no dates that can be read, and are taken as oldest first")
        )
    steps = np.diff(panel.days)
    if len(steps) and (steps < 0).all():
        turned = replace(
            panel, labels=panel.labels[::-1], values=panel.values[::-1].copy(), days=panel.days[::-1].copy()
        )
        return turned.noted("the newest row stood first; rows were turned round")
    if (steps <= 0).any():
        place = int((steps <= 0).argmax()) + 1
        how = "again" if steps[place - 1] == 0 else f"after {panel.labels[place - 1]}"
        what = f"{panel.title}: {panel.labels[place]} comes {how}, {int((steps <= 0).sum())} row(s) are out of order."
        raise DisorderedData(what, "Sort the rows by date and remove those that stand twice.")
    return panel


def _of_frame(frame: Any, title: str) -> Panel:
    """The panel of a data frame whose index, or first column of dates, names the rows."""
    first = frame.columns[0] if len(frame.columns) else None
    if first is not None and frame[first].dtype.kind not in "fiu":
        frame = frame.set_index(first)
    wrong = [str(name) for name in frame.columns if frame[name].dtype.kind not in "fiu"]
    if wrong:
        what = f"{title}: column {wrong[0]} holds {frame[wrong[0]].dtype}, not numbers ({len(wrong)} such column(s))."
        raise UnreadableData(what, "Keep one column for dates and a column of numbers for each asset.")
    names = [str(name) for name in frame.columns]
    _require_names(names, title)
    values = frame.to_numpy(dtype=np.float64, na_value=np.nan)
    if np.isinf(values).any():
        row, column = np.argwhere(np.isinf(values))[0].tolist()
        what = f"{title} row {row + 1}, column {names[column]}: the number is too large."
        raise UnreadableData(what, "Correct the cell, or leave it empty if the value is missing.")
    days = (
        frame.index.to_numpy().astype("datetime64[s]").astype(np.int64) / 86_400.0
        if frame.index.dtype.kind == "M"
        else None
    )
    labels = tuple(str(label).removesuffix(" 00:00:00") for label in frame.index)
    return _in_order(Panel(title, tuple(names), labels, values, days))


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", cell.strip(), re.ASCII) is not None


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _counted(count: int, what: str) -> str:
    return f"the {what}" if count == 1 else f"the {count:,} {what}s"
