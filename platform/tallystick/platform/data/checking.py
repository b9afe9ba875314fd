"""A file looked at: every fault and everything odd in it, with count, first place and what reading would do."""

from dataclasses import dataclass, replace
from pathlib import Path

from tallystick.market.spans import DAY_NS
from tallystick.platform.data.catalogue import Catalogue
from tallystick.platform.data.clock import source_ms_to_utc_ns
from tallystick.platform.data.described import Described
from tallystick.platform.data.faults import Finding, treat
from tallystick.platform.data.opening import Placed, Reader, placed, reading_of, require
from tallystick.platform.data.suspicions import suspicions
from tallystick.platform.data.text import is_there

REFUSED = frozenset({"unreadable_row", "impossible_bar", "price_not_positive", "conflicting_duplicate"})
"""Faults that nothing treats: reading raises, unless asked to leave such rows out."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One kind of fault: how often, when first (ns UTC), where first (file and line), and what becomes of it."""

    fault: str
    count: int
    first_time: int
    place: str
    treatment: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of one file found; times are ns UTC."""

    source: str
    symbol: str
    kind: str
    period_ns: int
    time_rule: str
    rows: int
    first_time: int
    last_time: int
    issues: tuple[Issue, ...]


def checked(source: str, reader: Reader) -> Checked:
    """Look at a file or a series of the catalogue, past what is refused. Raises `DataError` if nothing can be read."""
    reader = replace(reader, strictness="skip_bad")
    given = _given(source, reader)
    digits = given.rows.digits if given.digits is None else given.digits
    rows, findings = treat(given.rows, given.symbol, "skip_bad", digits)
    described = Described(given.symbol, rows, given.time_rule, len(given.rows))
    first, last = (described.utc(int(rows.columns["time_msc"][row])) if len(rows) else 0 for row in (0, -1))
    issues = [
        Issue(note.fault, note.count, described.utc(int(given.rows.columns["time_msc"][note.first])), place, rule)
        for note in given.notes
        if note.words and note.count
        for place in [note.place or given.rows.where(note.first)]
        for rule in [_treatment(note.fault, note.rule)]
    ]
    odd = suspicions(rows, given.time_rule, digits) if len(rows) else ()
    issues += [_issue(finding, described) for finding in (*findings, *odd)]
    if rows.kind == "bar" and rows.period_ns < DAY_NS and len(rows):
        issues += _wanting(described)
    return Checked(
        Path(source).name, given.symbol, rows.kind, rows.period_ns, given.time_rule, len(given.rows),
        first, last, tuple(issues),
    )  # fmt: skip


def _given(source: str, reader: Reader) -> Placed:
    path = Path(source)
    if not is_there(path):
        kept = Catalogue.of_user(reader.home)
        if source in kept:
            series = kept.read(source)
            return Placed(series.rows, (), series.symbol, series.time_rule, series.rows.digits)
        require(path, kept)
    return placed(reading_of(path, reader), reader, path.name)


def _issue(finding: Finding, described: Described) -> Issue:
    rule = _treatment(finding.fault, finding.rule)
    return Issue(finding.fault, finding.count, described.utc(finding.first_msc), finding.place, rule)


def _treatment(fault: str, rule: str) -> str:
    return 'refused; strictness="skip_bad" drops' if fault in REFUSED else rule


def _wanting(described: Described) -> list[Issue]:
    """Empty and thin weekdays."""
    opened = source_ms_to_utc_ns(described.rows.columns["time_msc"], described.time_rule)
    return [
        Issue(one.fault, one.count, one.first_time, "", one.rule) for one in described.wanting(opened, None, None)[0]
    ]
