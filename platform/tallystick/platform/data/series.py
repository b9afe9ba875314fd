"""One stream of market rows, treated and ready to be merged: its instrument, clock, source and hash."""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tallystick.events.types.market import DataTreated, SeriesDeclared
from tallystick.platform.data.calendar_gaps import DAY_NS, wanting_days
from tallystick.platform.data.clock import source_ms_to_utc_ns
from tallystick.platform.data.errors import EmptyRange
from tallystick.platform.data.faults import CROSSED, Finding, Strictness, treat
from tallystick.platform.data.source import LOGGED, SourceRows

HASH_DOMAIN = b"tallystick/series/1"
PATIENCE_NS = 4 * DAY_NS
"""A weekend beside a holiday: data that begin later or end earlier than this cover the range only partly."""


@dataclass(frozen=True, slots=True)
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

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.time)

    @property
    def data_hash(self) -> str:
        """SHA-256 in hex over what the rows are, so that a log's blocks can be checked against it.

        Hashed are the domain, symbol, kind, period, time rule and row count, each as a line of text, then the treated
        logged columns less `series`, in logged order, each little-endian as NumPy's.
        """
        digest = hashlib.sha256(HASH_DOMAIN + b"\n")
        for word in (self.symbol, self.kind, self.period_ns, self.time_rule, len(self)):
            digest.update(f"{word}\n".encode())
        for name in LOGGED[self.kind]:
            digest.update(self.rows.columns[name].tobytes())
        return digest.hexdigest()

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
) -> Series:
    """Cut rows to [start_ns, stop_ns) by their UTC time (of a bar its open), treat them and put them on book time.

    Raises `EmptyRange`, `UnknownClock`, and what `faults.treat` raises.
    """
    opened = source_ms_to_utc_ns(rows.columns["time_msc"], time_rule)
    chosen = np.ones(len(rows), dtype=np.bool_)
    if start_ns is not None:
        chosen &= opened >= start_ns
    if stop_ns is not None:
        chosen &= opened < stop_ns
    if not chosen.any():
        what = f"no {symbol} rows between the dates asked for; {rows.files[0]} holds {_span(opened)}."
        raise EmptyRange(what, f"Drop the dates to use all {len(rows):,} rows.")
    cut = rows.take(chosen)
    treated, findings = treat(cut, symbol, strictness, digits)
    opened = source_ms_to_utc_ns(treated.columns["time_msc"], time_rule)
    described = _Described(symbol, treated, time_rule, len(cut))
    treatments = [described.treatment(finding) for finding in findings]
    warnings = described.crossed_warning(findings) + described.other_warnings(findings)
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


@dataclass(frozen=True, slots=True)
class _Described:
    """Turns findings about one series into events and warnings."""

    symbol: str
    rows: SourceRows
    time_rule: str
    total: int

    @property
    def noun(self) -> str:
        return "bars" if self.rows.kind == "bar" else "quotes"

    def utc(self, msc: int) -> int:
        return int(source_ms_to_utc_ns(np.array([msc], dtype=np.int64), self.time_rule)[0])

    def treatment(self, finding: Finding) -> DataTreated:
        return DataTreated(
            symbol=self.symbol,
            fault=finding.fault,
            count=finding.count,
            first_time=self.utc(finding.first_msc),
            rule=finding.rule,
        )

    def crossed_warning(self, findings: tuple[Finding, ...]) -> list[str]:
        crossed = {finding.fault: finding for finding in findings if finding.fault in CROSSED}
        if not crossed:
            return []
        shown = crossed.get("crossed_open") or next(iter(crossed.values()))
        worst = max(crossed.values(), key=lambda finding: finding.worst)
        point = 10.0**-self.rows.digits
        verb = {"crossed_open": "open with ask below bid", "crossed_quote": "have ask below bid"}
        rest = ", ".join(
            f"{name.removeprefix('crossed_')} {f.count:,}" for name, f in crossed.items() if f is not shown
        )
        text = (
            f"W107 {self.symbol}: {shown.count:,} of {self.total:,} {self.noun} "
            f"{verb.get(shown.fault, shown.fault)} (median {-shown.median / point:.0f}, worst "
            f"{-worst.worst / point:.0f} points at {_moment(self.utc(worst.worst_msc))}"
            f"{'; ' + rest if rest else ''}). Spread taken as 0 at the mid there; --strict refuses."
        )
        return [text]

    def other_warnings(self, findings: tuple[Finding, ...]) -> list[str]:
        codes = {"unsorted": "W109", "duplicate": "W109", "conflicting_duplicate": "W109"}
        return [
            f"{codes.get(finding.fault, 'W106')} {self.symbol}: {finding.count:,} of {self.total:,} {self.noun} are "
            f"{finding.fault}, the first at {_moment(self.utc(finding.first_msc))}. Treated as {finding.rule}."
            for finding in findings
            if finding.fault not in CROSSED
        ]

    def coverage_warning(self, opened: NDArray[np.int64], start: int | None, stop: int | None) -> list[str]:
        late = start is not None and int(opened[0]) - start > PATIENCE_NS
        early = stop is not None and stop - int(opened[-1]) > PATIENCE_NS
        if not (late or early):
            return []
        asked = (
            f"{_day(start) if start is not None else 'the first'}..{_day(stop - 1) if stop is not None else 'the last'}"
        )
        return [f"W104 {self.symbol}: asked {asked}, data cover {_span(opened)}. Statistics are for that part."]

    def wanting(
        self, opened: NDArray[np.int64], start: int | None, stop: int | None
    ) -> tuple[list[DataTreated], list[str]]:
        first, last = int(opened[0]), int(opened[-1])
        if start is not None and first - start <= PATIENCE_NS:
            first = start
        if stop is not None and stop - last <= PATIENCE_NS:
            last = stop - 1
        days = wanting_days(opened, first, last)
        found = [("empty_weekday", days.empty), ("thin_weekday", days.thin)]
        treatments = [
            DataTreated(symbol=self.symbol, fault=fault, count=len(which), first_time=int(which[0]), rule="kept")
            for fault, which in found
            if len(which)
        ]
        if not treatments:
            return [], []
        listed = ", ".join(_day(int(day)) for day in days.empty[:6]) + (", ..." if len(days.empty) > 6 else "")
        warning = (
            f"W108 {self.symbol}: {len(days.empty)} of {days.weekdays} weekdays have no bars"
            f"{' (' + listed + ')' if listed else ''}, {len(days.thin)} more are thin. No bars were invented."
        )
        return treatments, [warning]


def _day(ns: int) -> str:
    return str(np.datetime64(ns, "ns").astype("datetime64[D]"))


def _moment(ns: int) -> str:
    return str(np.datetime64(ns, "ns").astype("datetime64[m]")).replace("T", " ") + "Z"


def _span(opened: NDArray[np.int64]) -> str:
    return f"{_day(int(opened.min()))}..{_day(int(opened.max()))}"
