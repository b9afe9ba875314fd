"""One run of a strategy in a process that nothing has run in before, and what it showed.

The engine is the one of every backtest; its book lies in a folder that is never synced and goes at once.
"""

import os
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tallystick.platform.judging.lookahead.changes import Change, changed
from tallystick.platform.judging.lookahead.decisions import Decision, Told, decisions_in
from tallystick.platform.judging.lookahead.witness import Witness

if TYPE_CHECKING:
    from tallystick.platform.backtesting.preparation import Prepared
    from tallystick.platform.backtesting.result import Backtest
    from tallystick.platform.backtesting.terms import Terms
    from tallystick.platform.data.feed import Feed

SAME, RELOADED = "same", "reloaded"
ALWAYS = 2**62
CODED = re.compile(r"E\d{3} ")


@dataclass(frozen=True, slots=True)
class Task:
    """A run to be made.

    `rows`: of the first so many alone (0: all). `others`: files in the place of files. `passes`: runs over all rows
    made before it in the same process, of the same class or of the file read again. `by_row`: without any `scan` or
    prepared columns. `until_ns`: a run that is compared up to a moment ends soon after it.
    `influence`: instead of a run, say what each of the strategy's columns depends on.
    """

    change: Change | None = None
    rows: int = 0
    others: Mapping[str, str] = field(default_factory=dict)
    passes: tuple[str, ...] = ()
    by_row: bool = False
    influence: tuple[int, ...] = ()
    until_ns: int = ALWAYS
    seed: int = 0


@dataclass(frozen=True)
class Subject:
    """What is checked: a strategy (a reference another process can follow, or the thing itself), rows, terms."""

    strategy: Any
    feed: "Feed"
    terms: "Terms"


def told(subject: Subject, task: Task) -> Any:
    """Make one run; `Told`, or an `Influence` where that is asked. Raises nothing that the strategy raises."""
    _never_sync()
    witness = Witness(task.others)
    begun = time.perf_counter()
    try:
        feed = _rows_of(subject.feed, task)
        strategy = _loaded(subject.strategy)
        for kind in task.passes:
            made = _run(subject, strategy, subject.feed, by_row=task.by_row)
            del made
            if kind == RELOADED:
                strategy = _loaded(subject.strategy)
        if task.influence:
            from tallystick.platform.judging.lookahead.influence import influences_of

            return influences_of(_prepared(subject, strategy, feed), task.influence, task.seed)
        result = _run(subject, strategy, feed, by_row=task.by_row, until_ns=task.until_ns)
    except Exception as error:  # noqa: BLE001 -- whatever a strategy raises is what the run showed
        witness.watching = False
        return Told(failure=_words(error), opened=tuple(witness.opened.values()), missed=tuple(witness.missed))
    witness.watching = False
    opened, missed = tuple(witness.opened.values()), tuple(witness.missed)
    imported, wall_s = witness.imported(), time.perf_counter() - begun
    return replace(_of(result), opened=opened, missed=missed, imported=imported, wall_s=wall_s)


def _words(error: Exception) -> str:
    """What an error says; what is none of ours says its type too, for a KeyError's text is a word alone."""
    text = str(error)
    return text if CODED.match(text) else f"{type(error).__name__}: {text}"


def _never_sync() -> None:
    """A run's book goes with it: this process waits for no disk, wherever a file is written."""
    os.fsync = _at_once
    if hasattr(os, "fdatasync"):
        os.fdatasync = _at_once


def _at_once(fd: Any) -> None:
    """Nothing to wait for."""
    del fd


def _rows_of(feed: "Feed", task: Task) -> "Feed":
    if task.rows:
        last = int(sorted_times(feed)[min(task.rows, len(feed)) - 1])
        feed = changed(feed, Change("cut", last))
    return feed if task.change is None else changed(feed, task.change)


def sorted_times(feed: "Feed") -> Any:
    """Book times of all rows, in order."""
    import numpy as np

    return np.sort(np.concatenate([one.time for one in feed.series]))


def _loaded(strategy: Any) -> Any:
    """A file's strategy as a class of its own, read afresh; anything else as it is."""
    from tallystick.platform.strategies import KINDS

    if not isinstance(strategy, str) or strategy in KINDS:
        return strategy
    from tallystick.platform.authoring.loading import load
    from tallystick.platform.authoring.sources import split_source

    path, name = split_source(strategy)
    return load(path, name or None)


def _prepared(subject: Subject, strategy: Any, feed: "Feed") -> "Prepared":
    from tallystick.platform.backtesting.preparation import prepared

    return prepared(strategy, feed, subject.terms)


def _run(subject: Subject, strategy: Any, feed: "Feed", *, by_row: bool = False, until_ns: int = ALWAYS) -> "Backtest":
    """A run over the feed, whose later rows stay in its columns even where it ends soon after a moment."""
    import numpy as np

    from tallystick.platform.backtesting.tester import carried_out

    wanted, seen = int(np.searchsorted(sorted_times(feed), until_ns, side="right")), [0]

    def progressed(rows: int, _total: int) -> None:
        seen[0] = rows

    ready = _prepared(subject, strategy, feed)
    return carried_out(ready, by_row=by_row, progress=progressed, stop_asked=lambda: seen[0] > wanted)


def _of(result: "Backtest") -> Told:
    from tallystick.events.reader import LogReader

    made = result.strategies
    names = [one.name for one in made]
    reader = LogReader(result.log)
    decisions: Sequence[Decision] = decisions_in(reader, names)
    failure, failed_at = "", 0
    if result.failure is not None:
        from tallystick.platform.backtesting.failure import where_it_failed

        code, what, fix = where_it_failed(result.failure)
        failure, failed_at = f"{code} {what}. {fix}", max((each.time for each in reader.headers()), default=0)
    scans = any(hasattr(one, "scan") for one in made)
    return Told(tuple(decisions), (), failure, failed_at, scans)
