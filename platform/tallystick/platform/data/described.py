"""What was found in a series, said twice: as events for the log, and as warnings for a person."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tallystick.events.types.market import DataTreated
from tallystick.market.spans import DAY_NS
from tallystick.platform.counts import count_of
from tallystick.platform.data.calendar_gaps import wanting_days
from tallystick.platform.data.clock import source_ms_to_utc_ns
from tallystick.platform.data.faults import CROSSED, Finding
from tallystick.platform.data.notes import Note
from tallystick.platform.data.source import SourceRows

PATIENCE_NS = 4 * DAY_NS
"""A weekend beside a holiday: data that begin later or end earlier than this cover the range only partly."""


@dataclass(frozen=True, slots=True)
class Described:
    """One series, its rows before treatment counted by `total`: turns findings into events and warnings."""

    symbol: str
    rows: SourceRows
    time_rule: str
    total: int

    @property
    def noun(self) -> str:
        """What its rows are called."""
        return "bars" if self.rows.kind == "bar" else "quotes"

    def utc(self, msc: int) -> int:
        """A time of the source in ns UTC."""
        return int(source_ms_to_utc_ns(np.array([msc], dtype=np.int64), self.time_rule)[0])

    def treatment(self, finding: Finding) -> DataTreated:
        """The event that records a fault."""
        return DataTreated(
            symbol=self.symbol,
            fault=finding.fault,
            count=finding.count,
            first_time=self.utc(finding.first_msc),
            rule=finding.rule,
        )

    def noted(self, rows: SourceRows, notes: Sequence[Note]) -> tuple[list[DataTreated], list[str]]:
        """What reading did, to `rows` as it gave them: events, and the lines a person should read."""
        met = [note for note in notes if note.count]
        treatments = [
            DataTreated(
                symbol=self.symbol,
                fault=note.fault,
                count=note.count,
                first_time=self.utc(int(rows.columns["time_msc"][note.first])),
                rule=note.rule,
            )
            for note in met
        ]
        figures = {"symbol": self.symbol, "total": f"{self.total:,}", "noun": self.noun}
        return treatments, [
            note.words.format(count=f"{note.count:,}", rows=count_of(note.count, "row"), **figures)
            for note in met
            if note.words
        ]

    def crossed_warning(self, findings: tuple[Finding, ...]) -> list[str]:
        """W107: one line for all crossed sides, or none."""
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
            f"{'; ' + rest if rest else ''}). Spread taken as 0 at the mid there; "
            'strictness="strict" refuses.'
        )
        return [text]

    def other_warnings(self, findings: tuple[Finding, ...]) -> list[str]:
        """W106, W109: a line for each other fault."""
        codes = {"unsorted": "W109", "duplicate": "W109", "conflicting_duplicate": "W109"}
        return [
            f"{codes.get(finding.fault, 'W106')} {self.symbol}: {finding.count:,} of {self.total:,} {self.noun} are "
            f"{finding.fault}, the first at {_moment(self.utc(finding.first_msc))}. Treated as {finding.rule}."
            for finding in findings
            if finding.fault not in CROSSED
        ]

    def coverage_warning(self, opened: NDArray[np.int64], start: int | None, stop: int | None) -> list[str]:
        """W104: the range asked for is covered only in part."""
        late = start is not None and int(opened[0]) - start > PATIENCE_NS
        early = stop is not None and stop - int(opened[-1]) > PATIENCE_NS
        if not (late or early):
            return []
        asked = (
            f"{_day(start) if start is not None else 'the first'}..{_day(stop - 1) if stop is not None else 'the last'}"
        )
        return [f"W104 {self.symbol}: asked {asked}, data cover {span_of(opened)}. Statistics are for that part."]

    def wanting(
        self, opened: NDArray[np.int64], start: int | None, stop: int | None
    ) -> tuple[list[DataTreated], list[str]]:
        """Empty and thin weekdays: their events, and W108."""
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
        said = [f"{len(days.empty)} of {days.weekdays} weekdays have no bars ({listed})"] if len(days.empty) else []
        if len(days.thin):
            said.append(f"{len(days.thin)} more are thin" if said else f"{len(days.thin)} weekdays are thin")
        return treatments, [f"W108 {self.symbol}: {', '.join(said)}. No bars were invented."]


def _day(ns: int) -> str:
    return str(np.datetime64(ns, "ns").astype("datetime64[D]"))


def _moment(ns: int) -> str:
    return str(np.datetime64(ns, "ns").astype("datetime64[m]")).replace("T", " ") + "Z"


def span_of(opened: NDArray[np.int64]) -> str:
    """First and last UTC day of some times."""
    return f"{_day(int(opened.min()))}..{_day(int(opened.max()))}"
