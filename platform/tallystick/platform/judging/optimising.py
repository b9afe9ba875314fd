"""`optimize`: many trials of one strategy over the same rows, each in the research log before it sees one."""

import os
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tallystick.events.types.research import StudyStarted
from tallystick.platform.authoring.reading import about_to_run
from tallystick.platform.judging.crew import Crew
from tallystick.platform.judging.errors import BadSpace
from tallystick.platform.judging.outcome import Objective, objective_named
from tallystick.platform.judging.proposals import BATCH, Proposals, proposals
from tallystick.platform.judging.recorded import Recorded
from tallystick.platform.judging.research_log import ResearchLog
from tallystick.platform.judging.space import Point, Space
from tallystick.platform.judging.study import Study
from tallystick.platform.judging.trial import Bench, Report, Task, Window

if TYPE_CHECKING:
    from tallystick.platform.backtesting.preparation import Prepared
    from tallystick.platform.backtesting.terms import Terms

PRUNE_AFTER = 10
"""Trials whose first part is known before any is given up."""
Progress = Callable[[int, int], None]
NEVER_STOP: Callable[[], bool] = lambda: False  # noqa: E731 -- a word for "nobody asks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """How a search goes about it; `optimize` says what each means."""

    method: str = "grid"
    objective: str = "sharpe"
    trials: int | None = None
    seed: int = 0
    jobs: int | None = None
    pruning: bool = False
    kind: str = "optimise"

    @property
    def processes(self) -> int:
        """Jobs asked for, else one for each core."""
        return max(1, _cores() if self.jobs is None else self.jobs)


def _cores() -> int:
    """Cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def optimize(  # noqa: PLR0913 -- as `backtest`: each is one thing a trader may want to say, all with defaults
    strategy: object,
    data: object = "demo",
    *,
    parameters: Mapping[str, Any],
    method: str = "grid",
    objective: str = "sharpe",
    trials: int | None = None,
    seed: int = 0,
    jobs: int | None = None,
    pruning: bool = False,
    research: ResearchLog | Path | str | None = None,
    progress: Progress | None = None,
    stop_asked: Callable[[], bool] | None = None,
    **terms: Any,
) -> Study:
    """Try parameters of a strategy and say what the best of them is worth.

    strategy, data: as `backtest` takes them. `terms`: its other arguments (account, lots, start, end, ...).
    parameters: values by name: "5..40:5", "20,50,100", a `range`, a list; 0.1..2.5 is a range without steps.
    method: grid (every point), random (`trials` points drawn by `seed`), optuna (`pip install "tallystick[optuna]"`).
    objective: sharpe, net, profit_factor, expected_payoff, recovery_factor, win_rate, drawdown; the largest is best.
    jobs: processes, by default one for each core. The results do not depend on it.
    pruning: a trial is given up when on the first third of the time it is below the median of the trials before it.
    research: the research log, or its folder; by default the project's (`research_log.research_folder`).

    A trial that raises is recorded with its error and the search goes on. `stop_asked` ends it in good order.
    Raises `JudgingError` and its kinds, and what `backtest` raises for data and account.
    """
    from tallystick.platform.backtesting.terms import Terms

    about_to_run()
    search = Search(method=method, objective=objective, trials=trials, seed=seed, jobs=jobs, pruning=pruning)
    log = research if isinstance(research, ResearchLog) else ResearchLog(research)
    return searched(
        strategy,
        data,
        Terms(**{"seed": seed, **terms}),
        Space(parameters),
        search,
        log,
        progress,
        stop_asked or NEVER_STOP,
    )


def searched(  # noqa: PLR0917 -- what `optimize` settles
    strategy: object,
    data: object,
    terms: "Terms",
    space: Space,
    search: Search,
    log: ResearchLog,
    progress: Progress | None = None,
    stop_asked: Callable[[], bool] = NEVER_STOP,
) -> Study:
    """One search, recorded."""
    asked = proposals(space, method=search.method, trials=search.trials, seed=search.seed)
    named = objective_named(search.objective)
    with Crew(min(search.processes, asked.trials)) as crew:
        bench, first = bench_of(strategy, data, terms, space, named)
        crew.take(bench)
        study = Recorded(log, study_event(first, space, search, asked.trials))
        reports = searching(study, crew, asked, search, progress=progress, stop_asked=stop_asked)
    found = Study(study.started, tuple(reports), log)
    study.ended(reports, whole=found.whole)
    return found


def bench_of(
    strategy: object, data: object, terms: "Terms", space: Space, objective: Objective
) -> "tuple[Bench, Prepared]":
    """What the trials share, the rows read once. Raises what `backtest` raises, and for a parameter nobody has."""
    from tallystick.platform.backtesting.preparation import prepared

    fixed = dict(terms.parameters or {})
    clash = sorted(set(fixed) & set(space.ranges))
    if clash:
        raise BadSpace(f"{', '.join(clash)} is given and searched", "Give it once.")
    first = prepared(strategy, data, terms)
    _check_parameters(strategy, first, terms, space)
    whole = replace(terms, start=None, end=None)  # the feed is cut already
    return Bench(strategy, first.feed, whole, objective), first


def _check_parameters(strategy: object, first: "Prepared", terms: "Terms", space: Space) -> None:
    """Raise for a parameter that nobody has, or of which no value is of its kind: no trial of it need count for that.

    A value that a strategy refuses for what it is (fast above slow) is its trial's result.
    """
    from tallystick.platform.authoring.errors import ParameterUnfit
    from tallystick.platform.backtesting.preparation import prepared
    from tallystick.platform.strategies.errors import ParameterUnknown

    fixed, whole = dict(terms.parameters or {}), replace(terms, start=None, end=None)
    for name, one in space.ranges.items():
        for value in one.kinds():
            try:
                prepared(strategy, first.feed, replace(whole, parameters={**fixed, name: value}))
            except (ParameterUnfit, ParameterUnknown):
                raise
            except TypeError as error:
                raise BadSpace(f"{name}={value!r} cannot be: {error}", "Give values of its kind.") from error
            except Exception:  # noqa: BLE001, S112 -- what the strategy says of its trial, the trial will record
                continue


def study_event(first: "Prepared", space: Space, search: Search, trials: int) -> StudyStarted:
    """What is said of a study before its first trial; the log gives it its name."""
    from tallystick.platform.judging.counting import source_hash

    return StudyStarted(
        study="",
        kind=search.kind,
        method=search.method,
        objective=search.objective,
        strategy=", ".join(one.name for one in first.plan.strategies),
        source_hash=source_hash(first),
        space=space.words(),
        trials=trials,
        seed=search.seed,
        data_hash=first.feed.data_hash,
        settings={"pruning": str(search.pruning).lower(), "batch": str(BATCH)},
    )


def searching(
    study: Recorded,
    crew: Crew,
    asked: Proposals,
    search: Search,
    *,
    window: Window | None = None,
    first: int = 0,
    progress: Progress | None = None,
    stop_asked: Callable[[], bool] = NEVER_STOP,
) -> list[Report]:
    """Batch after batch; reports in order of trial. `first`: number of the first trial."""
    together = BATCH if search.pruning or search.method == "optuna" else max(asked.trials, 1)
    reports: list[Report] = []
    early: list[float] = []
    done = 0
    try:
        while not stop_asked() and (points := asked.next_batch(together)):
            threshold = statistics.median(early) if search.pruning and len(early) >= PRUNE_AFTER else None
            batch: list[Report] = []
            tasks = _tasks(study.started.study, first + len(reports), points, search, threshold, window)
            for report in crew.made(tasks, study, stop_asked):
                batch.append(report)
                done += 1
                if progress is not None:
                    progress(done, asked.trials)
            batch.sort(key=lambda report: report.number)
            early += [report.early for report in batch if report.early is not None]
            asked.told(batch)
            reports += batch
    finally:
        study.file()
    return reports


def _tasks(
    study: str, first: int, points: Sequence[Point], search: Search, threshold: float | None, window: Window | None
) -> list[Task]:
    return [Task(study, first + place, point, search.pruning, threshold, window) for place, point in enumerate(points)]
