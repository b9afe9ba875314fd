"""Several series as one sequence of rows in book order.

The order is (book time, number of the series in the manifest, position in its source). How the sequence is handed out
in chunks means nothing: any partition is the same sequence.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tallystick.events.types.market import DataTreated, SeriesDeclared
from tallystick.market.instrument import Instrument
from tallystick.market.rows import BAR_COLUMNS, QUOTE_COLUMNS, Rows
from tallystick.platform.data.series import Series
from tallystick.platform.data.source import typed

CHUNK_ROWS = 65_536
MANIFEST_LIMIT = 65_536


@dataclass(frozen=True, slots=True)
class _Order:
    """The merged sequence: which series each row belongs to, and its position within its kind's columns."""

    series: NDArray[np.uint16]
    position: NDArray[np.int64]
    breaks: NDArray[np.int64]
    """Where a run of one kind ends: each run is rows breaks[i] to breaks[i + 1]."""


class Feed:
    """Series in manifest order, merged."""

    def __init__(self, series: Sequence[Series]) -> None:
        """`series` is the manifest order; they are merged when rows are first asked for."""
        if not 0 < len(series) <= MANIFEST_LIMIT:
            message = f"a feed needs 1 to {MANIFEST_LIMIT} series, not {len(series)}; give at least one."
            raise ValueError(message)
        self.series = tuple(series)

    def __len__(self) -> int:
        """Rows of all series."""
        return sum(map(len, self.series))

    @cached_property
    def _kinds(self) -> dict[str, Rows]:
        return {kind: _of_kind(self.series, kind) for kind in sorted({one.kind for one in self.series})}

    @cached_property
    def _order(self) -> _Order:
        return _merged(self.series)

    @property
    def symbols(self) -> tuple[str, ...]:
        """Symbol of each series, by its number."""
        return tuple(one.symbol for one in self.series)

    @property
    def instruments(self) -> dict[str, Instrument]:
        """Trading conditions that the catalogue keeps with rows of these series, by symbol."""
        return {one.symbol: one.instrument for one in self.series if one.instrument is not None}

    @property
    def data_hash(self) -> str:
        """SHA-256 in hex over the series' data hashes (32 bytes each) in manifest order."""
        return hashlib.sha256(b"".join(bytes.fromhex(one.data_hash) for one in self.series)).hexdigest()

    def series_declared(self) -> tuple[SeriesDeclared, ...]:
        """What the feed says of its series, in manifest order."""
        return tuple(one.declared(number) for number, one in enumerate(self.series))

    def data_treated(self) -> tuple[DataTreated, ...]:
        """What the feed says of the faults it treated, in manifest order."""
        return tuple(treatment for one in self.series for treatment in one.treatments)

    def warnings(self) -> tuple[str, ...]:
        """Lines a person should read, each with its code, in manifest order."""
        return tuple(warning for one in self.series for warning in one.warnings)

    def rows(self, start_row: int = 0, chunk_rows: int = CHUNK_ROWS) -> Iterator[Rows]:
        """Chunks from row `start_row` of the merged sequence on; each is of one kind and at most `chunk_rows` long."""
        if start_row < 0 or chunk_rows < 1:
            message = f"start_row {start_row} and chunk_rows {chunk_rows}: say 0 or more, and 1 or more."
            raise ValueError(message)
        edges = self._order.breaks
        for begin, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            for first in range(max(begin, start_row), end, chunk_rows):
                yield self._chunk(first, min(first + chunk_rows, end))

    def _chunk(self, first: int, stop: int) -> Rows:
        chosen = self._order.position[first:stop]
        rows = self._kinds[self.series[int(self._order.series[first])].kind]
        columns = {name: values[chosen] for name, values in rows.columns.items()}
        side = "_close" if rows.kind == "bar" else ""
        return Rows(
            rows.kind, rows.time[chosen], columns["series"], columns[f"bid{side}"], columns[f"ask{side}"], columns
        )


def _of_kind(series: tuple[Series, ...], kind: str) -> Rows:
    """All rows of one kind, series after series."""
    chosen = [(number, one) for number, one in enumerate(series) if one.kind == kind]
    numbers = typed("series", np.concatenate([np.full(len(one), number) for number, one in chosen]))
    columns = {
        name: numbers if name == "series" else np.concatenate([one.rows.columns[name] for _, one in chosen])
        for name in (BAR_COLUMNS if kind == "bar" else QUOTE_COLUMNS)
    }
    side = "_close" if kind == "bar" else ""
    time = np.concatenate([one.time for _, one in chosen])
    return Rows(kind, time, numbers, columns[f"bid{side}"], columns[f"ask{side}"], columns)


def _merged(series: tuple[Series, ...]) -> _Order:
    positions: list[NDArray[np.int64]] = []
    filled = dict.fromkeys((one.kind for one in series), 0)
    for one in series:
        positions.append(np.arange(filled[one.kind], filled[one.kind] + len(one)))
        filled[one.kind] += len(one)
    number = np.concatenate([np.full(len(one), index, dtype=np.uint16) for index, one in enumerate(series)])
    # Stable, and the series stand one after another: equal (time, number) stays in source order.
    order = np.lexsort((number, np.concatenate([one.time for one in series])))
    number = number[order]
    is_bar = np.array([one.kind == "bar" for one in series])[number]
    turns = np.flatnonzero(np.diff(is_bar)) + 1
    breaks = np.concatenate([[0], turns, [len(number)]]).astype(np.int64)
    return _Order(number, np.concatenate(positions)[order], breaks)
