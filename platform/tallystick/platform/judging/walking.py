"""`walk_forward`: choose parameters on the past, trade the rows after it with them, move on; again to the end.

Windows are in calendar days (UTC) from the first row's day on. Before each test the strategy sees `warm_up` days
without being heard (`watching`), so that its indicators stand where they would. Each test begins with the account's
deposit; the stitched result compounds their daily returns. Every trial counts, in the training and in the tests.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tallystick.market.spans import DAY_NS
from tallystick.platform.authoring.reading import about_to_run
from tallystick.platform.judging.crew import Crew
from tallystick.platform.judging.errors import BadWindow, NothingCompleted
from tallystick.platform.judging.optimising import (
    NEVER_STOP,
    Progress,
    Search,
    bench_of,
    searching,
    study_event,
)
from tallystick.platform.judging.outcome import objective_named
from tallystick.platform.judging.proposals import proposals
from tallystick.platform.judging.recorded import Recorded
from tallystick.platform.judging.research_log import ResearchLog
from tallystick.platform.judging.sharing import bounds_of
from tallystick.platform.judging.space import Space
from tallystick.platform.judging.splits import NoSplit, walk_forward_splits
from tallystick.platform.judging.stitched import Step, WalkForward
from tallystick.platform.judging.study import Study
from tallystick.platform.judging.trial import STOPPED, Report, Task, Window

if TYPE_CHECKING:
    from tallystick.platform.data.feed import Feed

UNITS = {"d": 1, "w": 7, "m": 30, "y": 365}
WARM_UP = 30


@dataclass(frozen=True, slots=True)
class Pace:
    """Windows in days."""

    train: int
    test: int
    step: int
    anchored: bool
    purge: int
    warm_up: int

    def windows(self, feed: "Feed") -> Iterator[tuple[Window, Window]]:
        """Train and test, in order of time. Raises `BadWindow` when not one fits."""
        first, stop = bounds_of(feed)
        origin = first // DAY_NS
        days = -(-stop // DAY_NS) - origin
        try:
            splits = list(
                walk_forward_splits(
                    days, self.train, self.test, step=self.step, anchored=self.anchored, purge=self.purge
                )
            )
        except NoSplit as error:
            if min(self.train, self.test, self.step) < 1:
                what = f"train {self.train}, test {self.test}, step {self.step} days: expected each from 1 on"
                raise BadWindow(what, 'Say train="180d" and test="60d", and no step.') from error
            what = f"train {self.train} and test {self.test} days over data of {days} days"
            raise BadWindow(what, f"Choose shorter windows, such as {days // 3}d and {days // 6}d.") from error
        for split in splits:
            train_ns = (origin + int(split.train[0])) * DAY_NS, (origin + int(split.train[-1]) + 1) * DAY_NS
            test_ns = (origin + int(split.test[0])) * DAY_NS, (origin + int(split.test[-1]) + 1) * DAY_NS
            begin = max(first, test_ns[0] - self.warm_up * DAY_NS)
            yield Window(*train_ns, train_ns[0]), Window(begin, test_ns[1], test_ns[0])


def walk_forward(  # noqa: PLR0913 -- as `backtest`: each is one thing a trader may want to say
    strategy: object,
    data: object = "demo",
    *,
    parameters: Mapping[str, Any],
    train: int | str,
    test: int | str,
    step: int | str | None = None,
    anchored: bool = False,
    purge: int | str = 0,
    warm_up: int | str = WARM_UP,
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
) -> WalkForward:
    """Walk forward over data; arguments not named here are as in `optimize`.

    train, test, step, purge, warm_up: days, or text such as "90d", "12w", "6m" (of 30 days), "1y". `step` is `test`
    where it is not given. `anchored`: every training begins with the data. `purge`: days left out before a test.

    Raises `JudgingError` and its kinds, and what `backtest` raises.
    """
    from tallystick.platform.backtesting.terms import Terms

    about_to_run()
    log = research if isinstance(research, ResearchLog) else ResearchLog(research)
    space = Space(parameters)
    pace = Pace(
        days_of(train),
        days_of(test),
        days_of(test if step is None else step),
        anchored,
        days_of(purge),
        days_of(warm_up),
    )
    search = Search(
        method=method, objective=objective, trials=trials, seed=seed, jobs=jobs, pruning=pruning, kind="walk_forward"
    )
    each = proposals(space, method=method, trials=trials, seed=seed).trials
    named, stop = objective_named(objective), stop_asked or NEVER_STOP
    with Crew(search.processes) as crew:
        bench, first = bench_of(strategy, data, Terms(**{"seed": seed, **terms}), space, named)
        crew.take(bench)
        windows = list(pace.windows(first.feed))
        planned = len(windows) * (each + 1)
        study = Recorded(log, study_event(first, space, search, planned))
        walk = _Walk(study, search, space, each, stop, lambda done: progress(done, planned) if progress else None)
        for training, testing in windows:
            if stop():
                break
            walk.take(crew, training, testing)
    study.ended(walk.reports, whole=len(walk.steps) == len(windows))
    return WalkForward(study.started, tuple(walk.steps), first.plan.account, log, len(windows))


class _Walk:
    """The steps taken so far."""

    def __init__(
        self,
        study: Recorded,
        search: Search,
        space: Space,
        each: int,
        stop_asked: Callable[[], bool],
        done: Callable[[int], None],
    ) -> None:
        self._study = study
        self._search = search
        self._space = space
        self._each = each
        self._stop_asked = stop_asked
        self._done = done
        self.steps: list[Step] = []
        self.reports: list[Report] = []

    def take(self, crew: Crew, training: Window, testing: Window) -> None:
        """Train, and test the best on the rows after it; nothing where no trial of the training has an objective."""
        search, place, before = self._search, len(self.steps), len(self.reports)
        asked = proposals(self._space, method=search.method, trials=search.trials, seed=search.seed + place)
        first = place * (self._each + 1)
        found = searching(
            self._study,
            crew,
            asked,
            search,
            window=training,
            first=first,
            progress=lambda done, _: self._done(before + done),
            stop_asked=self._stop_asked,
        )
        self.reports += found
        if len(found) < self._each or any(report.error == STOPPED for report in found):
            return  # stopped: the best of a part of the training is not what a whole one would choose
        try:
            best = Study(self._study.started, tuple(found), self._study.log).best_trial
        except NothingCompleted:
            error = next((report.error for report in found if report.error), "")
            self.steps.append(Step(training, testing, None, None, error))
            return
        task = Task(self._study.started.study, first + self._each, best.point, window=testing)
        for tested in crew.made([task], self._study, self._stop_asked):
            self.reports.append(tested)
            if tested.error != STOPPED:
                self.steps.append(Step(training, testing, best, tested))


def days_of(given: int | str) -> int:
    """Days in what a person gives. Raises `BadWindow`."""
    text = str(given).strip().lower()
    number, unit = (text[:-1], text[-1]) if text[-1:] in UNITS else (text, "d")
    if not number.isdecimal():
        raise BadWindow(f"{given!r} is no number of days", "Say 90, 90d, 12w, 6m or 1y.")
    return int(number) * UNITS[unit]
