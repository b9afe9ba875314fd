"""`lookahead_check`: does a strategy know what is still to come? Found by experiment, with any strategy.

1. the same run twice                     unequal: nothing can be compared
2. cut data                               decisions up to the cut stay
3. another future                         decisions up to its beginning stay
4. another next bar, one field at a time  the decision at this bar's close stays
5. row by row                             without scan, columns from the rows so far: the same decisions
6. a second pass in one process           the same decisions as the first
7. columns by themselves                  values of a part are those of the whole; what a changed row moves before it
8. outside data                           files the strategy's code reads, with another future

Every run is made in a process of its own by the engine of every backtest. All choices are drawn from one seed.
"""

import os
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tallystick.platform.judging.errors import JudgingError
from tallystick.platform.judging.lookahead import naming
from tallystick.platform.judging.lookahead.changes import Change
from tallystick.platform.judging.lookahead.choosing import Cuts, cuts_of, rows_for_columns
from tallystick.platform.judging.lookahead.decisions import Parting, Told, parting
from tallystick.platform.judging.lookahead.findings import Finding, Kind, Report
from tallystick.platform.judging.lookahead.futures import NEXT, acting, futures_of, last_compared
from tallystick.platform.judging.lookahead.influence import Influence
from tallystick.platform.judging.lookahead.outside_check import outside_checked, tables_checked
from tallystick.platform.judging.lookahead.runs import ALWAYS, RELOADED, SAME, Subject, Task, sorted_times
from tallystick.platform.judging.lookahead.subject import Asked, asked_of, refused_by_source
from tallystick.platform.judging.lookahead.workers import DIED, Workers

CUTS = 12
ROWS_BY_ROW, ROWS_OF_SCAN = 3_000, 10_000
ROWS_OF_COLUMNS_BY_ROW = 250
"""Row by row columns are computed from all rows so far at every bar."""
COLUMN_ROWS = 14
BUDGET_S = 40.0
"""Seconds of computing, all processes together, that a check aims at where `cuts` would take more."""
ROW_S, DECISION_S = 4e-5, 1e-3
FIRST_RUNS, RUNS_PER_CUT = 7, 1.3
FEWEST_CUTS = 4
SECOND_PASS = 0.4
"""Share of the rows in a second pass of the file read again, after a first over all of them."""
LEFT_BEHIND = "what columns leaves where a callback finds it"
RETURN = "Keep nothing of the frame that columns is given; return what callbacks are to read, as columns of the past."
ROUND = "Round the column, as by np.round(x, 10), and check again. " + RETURN
REFUSED_AT = re.compile(r"E520 (.+?):(\d+) ")
"""File and line in what the guard says."""
Progress = Callable[[int, int], None]


class NotCheckable(JudgingError):
    """The strategy does not run, so nothing can be said of it."""

    code = "E579"


def lookahead_check(
    strategy: object,
    data: object = "demo",
    *,
    seed: int = 0,
    jobs: int | None = None,
    cuts: int = CUTS,
    progress: Progress | None = None,
    **terms: Any,
) -> Report:
    """Try whether a strategy looks ahead on some data.

    strategy: a file ("ema.py", "ema.py:EmaCross") or what `load` gave; a class of a notebook or a script is checked as
        it stands in this process (not on Windows). data and `terms`: as `backtest` takes them.
    seed: of every choice. jobs: runs at a time, one for each core without it. cuts: moments tried.

    Raises `NotCheckable` when the strategy fails by itself, and what `backtest` raises before it runs anything.
    """
    begun = time.perf_counter()
    asked = asked_of(strategy, data, terms)
    if asked.subject is None:
        return refused_by_source(asked, seed)
    with Workers(asked.subject, jobs or min(os.cpu_count() or 1, 4), here=asked.here) as workers:
        check = _Check(asked, asked.subject, workers, seed, cuts, progress)
        return check.report(begun)


@dataclass
class _Check:
    """One check at work."""

    asked: Asked
    subject: Subject
    workers: Workers
    seed: int
    count: int
    progress: Progress | None
    findings: list[Finding] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    done: int = 0

    def report(self, begun: float) -> Report:
        feed = self.subject.feed
        times = sorted_times(feed)
        base = self._first_runs()
        if base is not None and not any(each.kind is Kind.UNREPEATABLE for each in self.findings):
            self._futures(base)
        said, imported = ((), ()) if base is None else (base.decisions, base.imported)
        files = dict.fromkeys((*self.asked.files, *map(Path, imported)))
        self.findings += tables_checked(list(files), len(feed))
        if not said and not self.findings:
            self.notes.append("it decided nothing on these rows, so only its columns and files could be tried")
        notes = (*self.notes, *self.asked.notes)
        return Report(
            self.asked.name,
            len(feed),
            int(times[0]),
            int(times[-1]),
            self.seed,
            len(said),
            tuple(self.findings),
            tuple(self.tried),
            tuple(dict.fromkeys(notes)),
            time.perf_counter() - begun,
        )

    def _made(self, tasks: Sequence[Task]) -> list[Any]:
        found: list[Any] = []
        for one in self.workers.made(tasks):
            if isinstance(one, Told) and one.failure.startswith(DIED):  # says nothing of the strategy's decisions
                raise NotCheckable(f"{self.asked.name}: a run ended without an answer", "Try it with jobs=1.")
            self.done += 1
            if self.progress is not None:
                self.progress(self.done, self.done + len(tasks) - len(found) - 1)
            found.append(one)
        return found

    def _first_runs(self) -> Told | None:
        feed, seed = self.subject.feed, self.seed
        rows = min(len(feed), self._rows_by_row())
        tasks = [Task(), Task(), Task(rows=rows), Task(rows=rows, by_row=True)]
        part = max(int(len(feed) * SECOND_PASS), 1)
        tasks += [Task(rows=part), Task(passes=(SAME,)), Task(rows=part, passes=(RELOADED,))]
        if self.asked.has_columns:
            tasks.append(Task(influence=rows_for_columns(feed, seed, COLUMN_ROWS), seed=seed))
        base: Told
        base, again, first_rows, by_row, alone, second, reloaded, *rest = self._made(tasks)
        self.influence = rest[0] if rest and isinstance(rest[0], Influence) else Influence()
        self.tried.append("the same run in two processes")
        if not self._usable(base):
            return None
        apart = parting(base.decisions, again.decisions, ALWAYS)
        if apart is not None:
            self._found(Kind.UNREPEATABLE, "the strategy's file", apart, "the same run in another process")
            return base
        self.by_row = parting(first_rows.decisions, by_row.decisions, ALWAYS)
        self.tried.append(f"{rows:,} rows one by one, without any scan, columns from the rows so far")
        if self.by_row is not None and base.scans:
            self._found(Kind.SCAN, "scan", self.by_row, f"a run row by row over the first {rows:,} rows")
        self.tried.append("a second run in one process, of the same class and of the file read again")
        for one, other, how in ((base, second, "of the same class"), (alone, reloaded, "of the file read again")):
            apart = parting(one.decisions, other.decisions, ALWAYS)
            if apart is not None or other.failure != one.failure:
                apart = apart or Parting(0, "", "", other.failure)
                self._found(Kind.FIRST_PASS, "state outside the strategy", apart, f"a second run in one process {how}")
                break
        return base

    def _rows_by_row(self) -> int:
        if self.asked.has_columns:
            return ROWS_OF_COLUMNS_BY_ROW
        return ROWS_OF_SCAN if self.asked.scan_at else ROWS_BY_ROW

    def _usable(self, base: Told) -> bool:
        """Whether the strategy runs; a callback that reads a file is a finding, any other failure ends the check."""
        if not base.failure:
            return True
        if "E520" in base.failure:
            kind = Kind.FILE_IN_CALLBACK if "touches a file" in base.failure else Kind.UNREPEATABLE
            apart = Parting(base.failed_at, "", "", "")
            refused_at = REFUSED_AT.search(base.failure)
            where = f"{Path(refused_at[1]).name}:{refused_at[2]}" if refused_at else ""
            self._found(kind, "a callback", apart, "the guard around callbacks", base.failure, where)
            return False
        message = f"{self.asked.name} fails by itself: {base.failure}"
        raise NotCheckable(message, "Make it run first: tallystick backtest FILE.")

    def _found(self, kind: Kind, through: str, apart: Parting, shown: str, detail: str = "", where: str = "") -> None:
        where = where or self.asked.line_of(kind)
        self.findings.append(Finding(kind, through, where, apart.time, apart.one, apart.other, shown, detail))

    def _futures(self, base: Told) -> None:
        count = self._affordable(base)
        cuts = cuts_of(self.subject.feed, [each.time for each in base.decisions], self.seed, count)
        tasks = futures_of(cuts, self.seed)
        moved = self._moved(base, tasks)
        self.tried.append(f"data cut at {len(cuts.all)} moments, where it decides, where calendars turn, before moves")
        self.tried.append(f"{sum(one.kind != 'cut' for one in tasks)} other futures and other next bars")
        self._columns(moved)
        scanned = any(each.kind is Kind.SCAN for each in self.findings)
        through_columns = bool(self.influence.unequal)
        if moved and not through_columns and not scanned:
            self._unexplained(base, moved)
        outside = outside_checked(base, self.subject.feed, _few(cuts), self.workers)
        self.findings += outside.findings
        self.tried += outside.tried
        self.notes += outside.notes

    def _affordable(self, base: Told) -> int:
        """Moments that fit into the time, by what runs usually take: not by a clock, so that two checks are one."""
        run_s = 0.2 + ROW_S * len(self.subject.feed) + DECISION_S * len(base.decisions)
        return max(min(self.count, int((BUDGET_S / run_s - FIRST_RUNS) / RUNS_PER_CUT)), FEWEST_CUTS)

    def _moved(self, base: Told, changes: Sequence[Change]) -> list[tuple[Change, Parting]]:
        """The futures that move a decision before them, the earliest first."""
        found, broken = [], list[str]()
        tasks = [Task(change=one, seed=self.seed, until_ns=last_compared(one, self.subject.feed)) for one in changes]
        runs = self._made(tasks)
        for change, told in zip(changes, runs, strict=True):
            if told.failure and told.failed_at <= 0:
                broken.append(told.failure)
                continue
            apart = parting(base.decisions, told.decisions, last_compared(change, self.subject.feed))
            if apart is not None:
                found.append((change, apart))
        if broken:
            self.notes.append(f"{len(broken)} of the other futures could not be run: {broken[0]}")
        return sorted(found, key=lambda each: each[1].time)

    def _columns(self, moved: Sequence[tuple[Change, Parting]]) -> None:
        found, written = self.influence, self.asked.written
        if found.times:
            self.tried.append(f"columns computed {found.computations} times, over parts and over changed rows")
        for name in found.rounded:
            self.notes.append(
                f"column {name} differs in its last bits over a part of the rows: arithmetic, no look-ahead"
            )
        for each in found.unequal:
            times = (found.times or {})[each.strategy]
            reach = next((one for one in found.reaches if one.column == each.column), None)
            period = self.subject.feed.series[0].period_ns
            named = (
                naming.named_of_unequal(each, written)
                if reach is None
                else naming.named_of_reach(reach, written, times, period)
            )
            apart = moved[0] if moved else None
            detail = f"{named.detail}; row {each.row:,} is {each.whole:.8g} or {each.part:.8g}"
            at = apart[1].time if apart else int(times[each.row])
            one = apart[1].one if apart else f"{each.column} {each.whole:.8g}; no decision tried was another"
            other = apart[1].other if apart else f"{each.column} {each.part:.8g}"
            shown = f"a run in which {apart[0].words()}" if apart else f"its first {each.rows:,} rows alone"
            where = self.asked.line_of(named.kind)
            self.findings.append(Finding(named.kind, f'column "{each.column}"', where, at, one, other, shown, detail))

    def _unexplained(self, base: Told, moved: list[tuple[Change, Parting]]) -> None:
        """Decisions move and no column says how: which part of the future moves them."""
        change, apart = moved[0]
        shown = f"a run in which {change.words()}"
        if base.scans and (unlike := self._unlike_by_row(base, apart.time)) is not None:
            self._found(Kind.SCAN, "scan", unlike, f"a run row by row, and {shown}")
            return
        kinds = {each.kind for each, _ in moved}
        asked = [Change(kind, time, self.seed) for kind in ("beyond", "far", *NEXT) for time in _times(moved)]
        more = self._moved(base, [one for one in asked if one.kind not in kinds or one.kind == "far"])
        named = naming.named_of_decisions(acting([*moved, *more], self.subject.feed), self.asked.written)
        where = self.asked.line_of(named.kind)
        through, fix = self._way()
        said = (apart.time, apart.one, apart.other)
        self.findings.append(Finding(named.kind, through, where, *said, shown, named.detail, fix))

    def _unlike_by_row(self, base: Told, until_ns: int) -> Parting | None:
        """Where a run without its scan says something else, up to a moment at which a decision is known to move."""
        (by_row,) = self._made([Task(by_row=True, until_ns=until_ns)])
        return parting(base.decisions, by_row.decisions, until_ns)

    def _way(self) -> tuple[str, str]:
        """By what decisions know later rows that no column shows, and what to do about it."""
        if self.influence.rounded:
            return f'the last bits of column "{self.influence.rounded[0]}", or {LEFT_BEHIND}', ROUND
        return (LEFT_BEHIND, RETURN) if self.asked.has_columns else ("the strategy's own code", "")


def _times(moved: Sequence[tuple[Change, Parting]]) -> list[int]:
    """Moments of decisions that moved, a few."""
    return list(dict.fromkeys(apart.time for _, apart in moved))[:3]


def _few(cuts: Cuts) -> list[int]:
    return list(dict.fromkeys((*cuts.deciding[:4], *cuts.drawn[:1])))
