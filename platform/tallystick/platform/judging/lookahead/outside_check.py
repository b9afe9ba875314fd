"""The experiment with outside data: each file that the strategy's code reads, with another future."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tallystick.platform.data.feed import Feed
from tallystick.platform.judging.lookahead.changes import Change
from tallystick.platform.judging.lookahead.decisions import Opened, Told, moment, parting
from tallystick.platform.judging.lookahead.findings import Finding, Kind
from tallystick.platform.judging.lookahead.outside import clock_of, is_text, kind_of, write_changed
from tallystick.platform.judging.lookahead.outside_clock import Clock
from tallystick.platform.judging.lookahead.runs import Task
from tallystick.platform.judging.lookahead.tables import tables_in
from tallystick.platform.judging.lookahead.workers import Workers

WAYS = ("turned", "cut")
ASKED = 4
"""Moments of decisions that a file is seen to act on, tried besides the others."""
SERIES = "a text with a value for every row or two, or a long one, and no moments by which it could be cut"
SAID = {"turned": "had other numbers", "cut": "ended"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the files."""

    findings: tuple[Finding, ...] = ()
    tried: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def outside_checked(base: Told, feed: Feed, cuts: Sequence[int], workers: Workers) -> Outcome:
    """Look at everything the strategy opened by itself."""
    findings, tried, notes = list[Finding](), list[str](), list[str]()
    for number, each in enumerate(base.opened):
        path = Path(each.path)
        if each.kind != "file":
            findings.append(_uncheckable(each, f"a {each.kind} connection" if each.kind == "network" else "a process"))
        elif each.written or not path.is_file():
            notes.append(f"{path.name} is written or asked for, not read ({each.line})")
        elif (kind := kind_of(path, len(feed))) == "settings":
            notes.append(f"{path.name} is read as settings ({each.line}); it holds no moments and was not changed")
        elif kind == "opaque":
            findings.append(_uncheckable(each, SERIES if is_text(path) else "a file that cannot be cut at a moment"))
        else:
            found = _one(each, number, base, feed, cuts, workers)
            findings += found.findings
            tried += found.tried
            notes += found.notes
    return Outcome(tuple(findings), tuple(tried), tuple(notes))


def tables_checked(files: Sequence[Path], rows: int) -> tuple[Finding, ...]:
    """Tables that are written into the source: nobody can say from what they were made."""
    what = "the source holds a table with a value for every row or two"
    return tuple(
        Finding(Kind.UNCHECKABLE, "a table in the source", one.where, 0, "", "", what, one.text)
        for one in tables_in(files, rows)
    )


def _one(each: Opened, number: int, base: Told, feed: Feed, cuts: Sequence[int], workers: Workers) -> Outcome:
    path = Path(each.path)
    tasks: list[Task] = []
    asked: list[tuple[int, str]] = []
    try:
        clock = clock_of(path, feed)
        cuts = _where_it_is_asked(each, number, clock, base, cuts, workers)
        for place, cut in enumerate(cuts):
            for way, others in _exchanged(each, f"{number}-{place}", cut, clock, workers):
                change = Change("cut", cut) if way == "cut" else None
                tasks.append(Task(change=change, others=others, until_ns=cut))
                asked.append((cut, way))
    except (ValueError, ImportError, OSError) as error:
        return Outcome((_uncheckable(each, f"a file that cannot be cut ({type(error).__name__})"),))
    if not tasks:
        return Outcome(notes=(f"{path.name} holds nothing later than the rows tried ({each.line})",))
    tried = (f"{path.name} with another future at {len(cuts)} moments in {len(tasks)} runs ({clock.words})",)
    runs = list(workers.made(tasks))
    if any(each.path in told.missed for told in runs):
        return Outcome(
            (_uncheckable(each, "a file that is read past Python's readers, where no other can stand"),), tried
        )
    broken = 0
    for (cut, way), told in zip(asked, runs, strict=True):
        if told.failure and not told.failed_at:
            broken += 1
            continue
        apart = parting(base.decisions, told.decisions, cut)
        if apart is not None:
            shown = f"a run in which {path.name} {SAID[way]} after {moment(cut)}"
            detail = f"it is read when the strategy is {'loaded or made'}; decisions follow what it says of later rows"
            found = Finding(Kind.OUTSIDE_DATA, str(path), each.line, apart.time, apart.one, apart.other, shown, detail)
            return Outcome((found,), tried)
    if broken == len(tasks):
        return Outcome((_uncheckable(each, "a file without which, changed, the strategy does not load"),), tried)
    notes = (f"{path.name} is read outside the run ({each.line}); no decision tried followed its later rows",)
    return Outcome((), tried, notes)


def _where_it_is_asked(
    each: Opened, number: int, clock: Clock, base: Told, cuts: Sequence[int], workers: Workers
) -> list[int]:
    """The moments to be tried: some at which the whole file moves a decision, for it may be few, and `cuts`."""
    moved = set[int]()
    for told in workers.made([Task(others=others) for _, others in _exchanged(each, f"{number}", 0, clock, workers)]):
        if not told.failure:
            moved |= {one.time for one in set(base.decisions) ^ set(told.decisions)}
    spread = sorted(moved)[:: max(len(moved) // ASKED, 1)][:ASKED]
    return list(dict.fromkeys((*spread, *cuts)))


def _exchanged(
    each: Opened, name: str, cut: int, clock: Clock, workers: Workers
) -> Iterator[tuple[str, dict[str, str]]]:
    """The ways in which a file is another after a moment, each with the file written to stand in its place."""
    path = Path(each.path)
    for way in WAYS:
        target = workers.folder / f"{name}-{way}{''.join(path.suffixes)}"
        if write_changed(path, target, cut, way, clock):
            yield way, {each.path: str(target)}


def _uncheckable(each: Opened, what: str) -> Finding:
    return Finding(Kind.UNCHECKABLE, each.path, each.line, 0, "", "", "what the strategy's code opened", what)
