"""Rows as a source gave them: parallel columns with the line each row stood on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tallystick.market.rows import BAR_COLUMNS, DTYPES, QUOTE_COLUMNS

Columns = dict[str, NDArray[Any]]
LOGGED = {
    "bar": tuple(name for name in BAR_COLUMNS if name != "series"),
    "quote": tuple(name for name in QUOTE_COLUMNS if name != "series"),
}
"""Columns of a row by kind, in logged order, less the series number that only a feed gives."""


@dataclass(frozen=True, slots=True)
class SourceRows:
    """Rows of one instrument in the source's own order and clock.

    `columns` holds `LOGGED[kind]`; `time_msc` is the source's clock in ms (of a bar its open). `files` are the names
    read, `file` the index into them and `line` the line (from 1) of each row. `digits` is the greatest number of
    decimals a price was written with, `period_ns` the length of a bar (0 for quotes).
    """

    kind: str
    period_ns: int
    digits: int
    columns: Columns
    files: tuple[str, ...]
    file: NDArray[np.int64]
    line: NDArray[np.int64]

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.line)

    def take(self, chosen: NDArray[Any]) -> "SourceRows":
        """The rows that a mask or an array of positions chooses; the same where a mask chooses all."""
        if chosen.dtype == np.bool_ and chosen.all():
            return self
        columns = {name: values[chosen] for name, values in self.columns.items()}
        return SourceRows(
            self.kind, self.period_ns, self.digits, columns, self.files, self.file[chosen], self.line[chosen]
        )

    def replaced(self, columns: Columns) -> "SourceRows":
        """The same rows with some columns replaced."""
        return SourceRows(
            self.kind, self.period_ns, self.digits, {**self.columns, **columns}, self.files, self.file, self.line
        )

    def where(self, row: int) -> str:
        """File and line of a row, for a message."""
        return f"{self.files[int(self.file[row])]} line {int(self.line[row])}"


def joined(parts: Sequence[SourceRows]) -> SourceRows:
    """Several files of one instrument as one, in the order given; kinds and periods must agree."""
    first = parts[0]
    offsets = np.cumsum([0, *(len(part.files) for part in parts)])
    return SourceRows(
        first.kind,
        first.period_ns,
        max(part.digits for part in parts),
        {name: np.concatenate([part.columns[name] for part in parts]) for name in first.columns},
        tuple(name for part in parts for name in part.files),
        np.concatenate([part.file + offset for part, offset in zip(parts, offsets, strict=False)]),
        np.concatenate([part.line for part in parts]),
    )


def typed(name: str, values: Any) -> NDArray[Any]:
    """A column in its logged type, little-endian."""
    return np.ascontiguousarray(values, dtype=DTYPES.get(name, "<f8"))
