"""One trial, in whichever process: prepared, then held until its start is durable, then run.

The same generator is driven in this process and in another one, so the number of jobs cannot change a result.
"""

from collections.abc import Generator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tallystick.events.types.research import TrialStarted
from tallystick.platform.judging.outcome import Objective, Outcome, outcome_of
from tallystick.platform.judging.sharing import bounds_of, part_of
from tallystick.platform.judging.space import Point

if TYPE_CHECKING:
    from tallystick.platform.backtesting.preparation import Prepared
    from tallystick.platform.backtesting.terms import Terms
    from tallystick.platform.data.feed import Feed

FIRST_PART = 1 / 3
"""Share of the time over which a trial is compared with those before it, where a search prunes."""
STOPPED = "the search was stopped, and it took longer than any trial before it"
"""The error of a trial that was broken off."""


@dataclass(frozen=True, slots=True)
class Window:
    """Rows from `start_ns` to `stop_ns`; of these the strategy only watches those before `trade_ns`."""

    start_ns: int
    stop_ns: int
    trade_ns: int


@dataclass(frozen=True, slots=True)
class Task:
    """A trial to be made. `threshold`: on the first part of the rows it has to reach this, where that is asked."""

    study: str
    number: int
    point: Point
    prune: bool = False
    threshold: float | None = None
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """It can begin; nothing has seen a row yet."""

    started: TrialStarted


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a trial: completed, failed or pruned. `early` is the objective over the first part."""

    number: int
    point: Point
    state: str
    outcome: Outcome | None = None
    error: str = ""
    early: float | None = None
    early_rows: int = 0
    threshold: float | None = None
    started: TrialStarted | None = None


@dataclass(frozen=True)
class Bench:
    """What the trials of a study share: strategy, rows, terms and objective."""

    strategy: Any
    feed: "Feed"
    terms: "Terms"
    objective: Objective

    def steps(self, task: Task) -> Generator[Ready | Report, None, None]:
        """First `Ready`, then (once its start is durable) `Report`. A trial that cannot be prepared reports at once."""
        try:
            ready = self._prepared(task, self._rows(task))
            started = self._started(ready, task)
        except Exception as error:  # noqa: BLE001 -- whatever a strategy raises is the trial's result
            yield self._failed(task, error)
            return
        yield Ready(started)
        try:
            yield replace(self._made(task, ready), started=started)
        except Exception as error:  # noqa: BLE001 -- as above
            yield replace(self._failed(task, error), started=started)

    def _made(self, task: Task, ready: "Prepared") -> Report:
        early, rows = None, 0
        if task.prune:
            part = _first_part(ready.feed)
            early, rows = self._run(self._prepared(task, part), task).objective, len(part)
            if task.threshold is not None and (early is None or early < task.threshold):
                return Report(task.number, task.point, "pruned", None, "", early, rows, task.threshold)
        return Report(task.number, task.point, "completed", self._run(ready, task), "", early, rows)

    def _run(self, ready: "Prepared", task: Task) -> Outcome:
        from tallystick.platform.backtesting.failed import StrategyFailed
        from tallystick.platform.backtesting.tester import carried_out
        from tallystick.platform.judging.watching import only_watching

        window = task.window
        watching = window is not None and window.trade_ns > window.start_ns
        made = carried_out(only_watching(ready, window.trade_ns) if window is not None and watching else ready)
        if made.failure is not None:
            raise StrategyFailed(made) from made.failure.error
        return outcome_of(made, self.objective)

    def _rows(self, task: Task) -> "Feed":
        window = task.window
        return self.feed if window is None else _part(self.feed, window.start_ns, window.stop_ns)

    def _prepared(self, task: Task, feed: "Feed") -> "Prepared":
        from tallystick.platform.backtesting.preparation import prepared

        fixed = dict(self.terms.parameters or {})
        return prepared(self.strategy, feed, replace(self.terms, parameters={**fixed, **task.point}))

    @staticmethod
    def _started(ready: "Prepared", task: Task) -> TrialStarted:
        from tallystick.platform.judging.counting import started_event

        return started_event(ready, study=task.study, trial=task.number)

    @staticmethod
    def _failed(task: Task, error: BaseException) -> Report:
        return Report(task.number, task.point, "failed", None, f"{type(error).__name__}: {error}")


@lru_cache(maxsize=4)
def _part(feed: "Feed", start_ns: int, stop_ns: int) -> "Feed":
    return part_of(feed, start_ns, stop_ns)


@lru_cache(maxsize=4)
def _first_part(feed: "Feed") -> "Feed":
    """The rows over which trials are compared early."""
    first, stop = bounds_of(feed)
    return part_of(feed, first, first + int((stop - first) * FIRST_PART))
