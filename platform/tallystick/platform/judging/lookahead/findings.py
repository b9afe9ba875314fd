"""What a check found: kinds of looking ahead with their remedies, single findings, and the report."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tallystick.platform.counts import count_of
from tallystick.platform.judging.lookahead.decisions import moment


class Kind(StrEnum):
    """Ways of knowing what is still to come."""

    SHIFT = "shift"
    UNFINISHED_CLOSE = "unfinished_close"
    UNFINISHED_RANGE = "unfinished_range"
    CENTRED = "centred_window"
    SCALING = "sample_scaling"
    FIT = "sample_fit"
    LONGER_BAR = "early_longer_bar"
    FIRST_PASS = "first_pass"  # noqa: S105 -- a pass over the rows
    FILE_IN_CALLBACK = "file_in_callback"
    SCAN = "scan"
    OUTSIDE_DATA = "outside_data"
    UNCHECKABLE = "uncheckable_data"
    UNREPEATABLE = "unrepeatable"
    LATER_ROWS = "later_rows"


TITLES: Mapping[Kind, str] = {
    Kind.SHIFT: "values are taken from rows further on",
    Kind.UNFINISHED_CLOSE: "the close of the next, unfinished bar is known",
    Kind.UNFINISHED_RANGE: "the high or low of the next, unfinished bar is known",
    Kind.CENTRED: "a window reaches as far ahead as back",
    Kind.SCALING: "values are scaled by figures of the whole sample",
    Kind.FIT: "a parameter is fitted on the whole sample",
    Kind.LONGER_BAR: "a longer bar is known before its end",
    Kind.FIRST_PASS: "a first pass over the data leaves something behind for the second",
    Kind.FILE_IN_CALLBACK: "a callback reads a file",
    Kind.SCAN: "the scan does not say what react says row by row",
    Kind.OUTSIDE_DATA: "a file read before the run knows what is still to come",
    Kind.UNCHECKABLE: "nobody can say what a file or connection knows",
    Kind.UNREPEATABLE: "a callback reaches for what no replay can repeat",
    Kind.LATER_ROWS: "decisions depend on later rows",
}
REMEDIES: Mapping[Kind, str] = {
    Kind.SHIFT: "Shift forward only: shift(1) is the row before; at a bar's close its own row is the newest there is.",
    Kind.UNFINISHED_CLOSE: "Decide on the bar that has closed, without its successor: the order is filled in that one.",
    Kind.UNFINISHED_RANGE: "Place a limit or stop order where you expect the high or low; the terminal fills it.",
    Kind.CENTRED: "Let the window end at its row: rolling(n) without center=True, past values only.",
    Kind.SCALING: "Scale by what was known then: expanding() or rolling() figures, or some fixed before the run.",
    Kind.FIT: "Fit on the rows before each trade: tallystick walk-forward, or a fit that goes on with the rows.",
    Kind.LONGER_BAR: 'Use self.higher("D1"), which shows a bar at its end; or index by the end and shift(1).',
    Kind.FIRST_PASS: "Keep state in attributes set in on_start, never in the class, the module or a default argument.",
    Kind.FILE_IN_CALLBACK: "Read it before the run and pass it as a parameter, or give it as data of the run.",
    Kind.SCAN: "Let scan name the first row that react would answer, knowing no later one; or leave scan out.",
    Kind.OUTSIDE_DATA: "Give it as data of the run, where rows come one by one; or look up only what is before now.",
    Kind.UNCHECKABLE: "Give it as data of the run, or as text or Parquet with a moment in each row.",
    Kind.UNREPEATABLE: "Use what the platform gives instead: self.time, self.random, parameters.",
    Kind.LATER_ROWS: "Decide from bars, columns and indicators of the rows up to now alone.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One way of looking ahead.

    `through`: the column, file or callback by which. `where`: a line of the strategy's source, where one is known.
    `time`: the first row (ns UTC) at which it showed, 0 where it is not a matter of rows; `one` and `other` are what
    was said, or the column's value, there in two runs that agree up to that row; `shown_by` the experiment.
    """

    kind: Kind
    through: str
    where: str
    time: int
    one: str
    other: str
    shown_by: str
    detail: str = ""
    fix: str = ""

    @property
    def title(self) -> str:
        """What it is."""
        return TITLES[self.kind]

    @property
    def remedy(self) -> str:
        """What to do."""
        return self.fix or REMEDIES[self.kind]

    def lines(self) -> list[str]:
        """As people read it."""
        at = f" ({self.where})" if self.where else ""
        found = [f"{self.kind}: {self.title}", f"  through  {self.through}{at}"]
        if self.detail:
            found.append(f"  that is  {self.detail}")
        if self.time:
            found.append(f"  first at {moment(self.time)} UTC")
        if self.one or self.other:
            found += [f"    as it was:  {self.one}", f"    otherwise:  {self.other}"]
        return [*found, f"  shown by {self.shown_by}", f"  Fix: {self.remedy}"]

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "kind": str(self.kind),
            "title": self.title,
            "through": self.through,
            "where": self.where,
            "time": self.time,
            "first_row": moment(self.time) if self.time else "",
            "as_it_was": self.one,
            "otherwise": self.other,
            "shown_by": self.shown_by,
            "detail": self.detail,
            "fix": self.remedy,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """The verdict on one strategy over one set of rows; `tried` says what was done, `notes` what to know besides."""

    strategy: str
    rows: int
    first_ns: int
    last_ns: int
    seed: int
    decisions: int
    findings: tuple[Finding, ...]
    tried: tuple[str, ...]
    notes: tuple[str, ...] = ()
    wall_s: float = 0.0

    @property
    def clean(self) -> bool:
        """Nothing was found."""
        return not self.findings

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds found, each once."""
        return tuple(dict.fromkeys(each.kind for each in self.findings))

    def lines(self) -> list[str]:
        """As people read it."""
        span = f"{moment(self.first_ns)} to {moment(self.last_ns)} UTC"
        counts = f"{count_of(self.rows, 'row')}, {span}, {count_of(self.decisions, 'decision')}"
        head = f"{self.strategy}: {counts if self.rows else 'not run'}, seed {self.seed}"
        tried = ["tried:", *(f"  {line}" for line in self.tried)]
        notes = [f"note: {line}" for line in self.notes]
        if self.clean:
            return [head, "NO LOOK-AHEAD FOUND", *tried, *notes, *LIMITS]
        count = f"{len(self.findings)} finding{'' if len(self.findings) == 1 else 's'}"
        found = [line for each in self.findings for line in (*each.lines(), "")]
        return [head, f"LOOKS AHEAD: {count}", "", *found, *tried, *notes]

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "ok": self.clean,
            "strategy": self.strategy,
            "rows": self.rows,
            "first": self.first_ns,
            "last": self.last_ns,
            "seed": self.seed,
            "decisions": self.decisions,
            "findings": [each.document() for each in self.findings],
            "tried": list(self.tried),
            "notes": list(self.notes),
            "limits": list(LIMITS),
            "seconds": round(self.wall_s, 1),
        }


LIMITS = (
    "What this does not show: that parameters were not chosen by looking at these very rows (see walk-forward), what",
    "settings were written by somebody who knew them, or a look ahead that changes no decision at any row tried.",
)
