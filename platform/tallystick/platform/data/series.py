"""One stream of market rows, treated and ready to be merged: its instrument, clock, source and hash."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tallystick.events.types.market import DataTreated, SeriesDeclared
from tallystick.market.instrument import Instrument
from tallystick.market.spans import DAY_NS
from tallystick.platform.data.clock import source_ms_to_utc_ns
from tallystick.platform.data.described import Described, span_of
from tallystick.platform.data.errors import EmptyRange
from tallystick.platform.data.faults import Strictness, treat
from tallystick.platform.data.notes import Note
from tallystick.platform.data.source import LOGGED, SourceRows

HASH_DOMAIN = b"tallystick/series/1"


@dataclass(frozen=True)
class Series:
    """Treated rows of one instrument.

    `rows.columns` are the logged columns, `time` the book time of each row in ns UTC (of a bar its close),
    `treatments` the faults found, `warnings` the lines a person should read (each begins with its code).
    """

    symbol: str
    kind: str
    period_ns: int
    time_rule: str
    source: str
    rows: SourceRows
    time: NDArray[np.int64]
    treatments: tuple[DataTreated, ...]
    warnings: tuple[str, ...]
    instrument: Instrument | None = None
    """Trading conditions that the catalogue keeps with the rows; no part of their hash."""

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.time)

    @cached_property
    def data_hash(self) -> str:
        """SHA-256 in hex over what the rows are, so that a log's blocks can be checked against it.

        Hashed are the domain, symbol, kind, period, time rule and row count, each as a line of text, then the treated
        logged columns less `series`, in logged order, each little-endian as NumPy's.
        """
        digest = hashlib.sha256(HASH_DOMAIN + b"\n")
        for word in (self.symbol, self.kind, self.period_ns, self.time_rule, len(self)):
            digest.update(f"{word}\n".encode())
        for name in LOGGED[self.kind]:
            digest.update(np.ascontiguousarray(self.rows.columns[name]).data)
        return digest.hexdigest()

    def between(self, start_ns: int | None, stop_ns: int | None) -> "Series":
        """The rows in [start_ns, stop_ns) by their UTC time (of a bar its open). Raises `EmptyRange` (E103)."""
        opened = self.time - self.period_ns
        chosen = _within(opened, start_ns, stop_ns, self.symbol, self.source)
        rows = self.rows.take(chosen)
        described = Described(self.symbol, rows, self.time_rule, len(rows))
        partly = described.coverage_warning(opened[chosen], start_ns, stop_ns)
        return replace(self, rows=rows, time=self.time[chosen], warnings=(*self.warnings, *partly))

    def declared(self, number: int) -> SeriesDeclared:
        """The event that declares the series under its number in the manifest."""
        return SeriesDeclared(
            series=number,
            symbol=self.symbol,
            kind=self.kind,
            period_ns=self.period_ns,
            time_rule=self.time_rule,
            source=self.source,
            rows=len(self),
            data_hash=self.data_hash,
        )


def series_from(
    rows: SourceRows,
    *,
    symbol: str,
    time_rule: str,
    source: str,
    start_ns: int | None = None,
    stop_ns: int | None = None,
    digits: int | None = None,
    strictness: Strictness = "treat",
    notes: Sequence[Note] = (),
) -> Series:
    """Cut rows to [start_ns, stop_ns) by their UTC time (of a bar its open), treat them and put them on book time.

    `notes` say what reading did to the rows. Raises `EmptyRange`, `UnknownClock`, and what `faults.treat` raises.
    """
    opened = source_ms_to_utc_ns(rows.columns["time_msc"], time_rule)
    chosen = _within(opened, start_ns, stop_ns, symbol, rows.files[0])
    cut = rows.take(chosen)
    treated, findings = treat(cut, symbol, strictness, digits)
    opened = source_ms_to_utc_ns(treated.columns["time_msc"], time_rule)
    described = Described(symbol, treated, time_rule, len(cut))
    treatments, warnings = described.noted(cut, [note.cut(chosen) for note in notes])
    treatments += [described.treatment(finding) for finding in findings]
    warnings += described.crossed_warning(findings) + described.other_warnings(findings)
    warnings += described.coverage_warning(opened, start_ns, stop_ns)
    if treated.kind == "bar" and treated.period_ns < DAY_NS:
        more, words = described.wanting(opened, start_ns, stop_ns)
        treatments += more
        warnings += words
    return Series(
        symbol,
        treated.kind,
        treated.period_ns,
        time_rule,
        source,
        treated,
        opened + treated.period_ns,
        tuple(treatments),
        tuple(warnings),
    )


def _within(
    opened: NDArray[np.int64], start_ns: int | None, stop_ns: int | None, symbol: str, held_by: str
) -> NDArray[np.bool_]:
    """Which rows open within the dates asked for. Raises `EmptyRange` where none does."""
    chosen = np.ones(len(opened), dtype=np.bool_)
    if start_ns is not None:
        chosen &= opened >= start_ns
    if stop_ns is not None:
        chosen &= opened < stop_ns
    if not chosen.any():
        what = f"no {symbol} rows between the dates asked for; {held_by} holds {span_of(opened)}."
        raise EmptyRange(what, f"Drop the dates to use all {len(opened):,} rows.")
    return chosen
