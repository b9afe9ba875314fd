"""A run as a trial of the research log: what is said before its first row, and after its last.

    with counted(ready) as trial:
        made = carried_out(ready)
        trial.completed(made)

Leaving the block without a word records the trial as failed, with the error if there is one.
"""

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from tallystick.events.types.research import TrialCompleted, TrialFailed, TrialStarted
from tallystick.platform.judging.outcome import Objective, Outcome, as_words, outcome_of
from tallystick.platform.judging.research_log import SINGLE, Begun, ResearchLog, project_folder

if TYPE_CHECKING:
    from tallystick.platform.backtesting.preparation import Prepared
    from tallystick.platform.backtesting.result import Backtest

ERROR_LENGTH = 500
Research = ResearchLog | Path | str | Literal[False] | None
"""Where a run is counted; None: in the project's log, if there is one; False: nowhere."""


class CountedTrial:
    """One run that the log knows of."""

    def __init__(self, log: ResearchLog, begun: Begun) -> None:
        self._log = log
        self._begun = begun
        self.told = False

    @property
    def number(self) -> int:
        """How many trials the log counts, this one included."""
        return self._log.count()

    def completed(self, made: "Backtest") -> Outcome:
        """The run came to its end; returns what was recorded of it."""
        outcome = outcome_of(made, Objective("sharpe"))
        started = self._begun.started
        self._log.say(completed_event(started.study, started.trial, outcome), causes=[self._begun.seq])
        self.told = True
        return outcome

    def told_by(self, made: "Backtest") -> None:
        """Whatever the run came to: its result, its strategy's error, or that somebody stopped it."""
        if made.failure is not None:
            self.failed(made.failure.error)
        elif made.run.ended == "stopped":
            self.failed("it was stopped before the data ended")
        else:
            self.completed(made)

    def failed(self, error: BaseException | str) -> None:
        """The run did not."""
        started = self._begun.started
        self._log.say(failed_event(started.study, started.trial, error), causes=[self._begun.seq])
        self.told = True


@contextmanager
def counted(ready: "Prepared", *, log: ResearchLog | None = None) -> Iterator[CountedTrial]:
    """Count a run: its start is durable when the block is entered. Raises what `ResearchLog` raises."""
    research = log or ResearchLog()
    begun = research.begin_single(started_event(ready, study=SINGLE, trial=0))
    trial = CountedTrial(research, begun)
    try:
        yield trial
    except BaseException as error:
        if not trial.told:
            trial.failed(error)
        raise
    if not trial.told:
        trial.failed("it ended without a result")


def counted_if(ready: "Prepared", research: Research) -> AbstractContextManager[CountedTrial | None]:
    """Count a run in the log given, or for None in the project's if there is one; False counts it nowhere."""
    if isinstance(research, ResearchLog):
        return counted(ready, log=research)
    folder = project_folder() if research is None else Path(research) if research is not False else None
    return nullcontext() if folder is None else counted(ready, log=ResearchLog(folder))


def started_event(ready: "Prepared", *, study: str, trial: int) -> TrialStarted:
    """What is said of a run before its first row."""
    plan, feed = ready.plan, ready.feed
    own = {one.name: one.parameters for one in plan.strategies}
    alone = (
        next(iter(own.values())) if len(own) == 1 else {f"{of}.{k}": v for of, p in own.items() for k, v in p.items()}
    )
    return TrialStarted(
        study=study,
        trial=trial,
        strategy=", ".join(own),
        source_hash=source_hash(ready),
        parameters=as_words(alone),
        data_hash=feed.data_hash,
        settings_hash=plan.hash(),
        first_time=min(int(one.time[0]) for one in feed.series),
        last_time=max(int(one.time[-1]) for one in feed.series),
        rows=len(feed),
        seed=plan.seed,
    )


def completed_event(study: str, trial: int, outcome: Outcome) -> TrialCompleted:
    """What is said of a run that came to its end."""
    return TrialCompleted(
        study=study,
        trial=trial,
        digest=outcome.digest,
        net=outcome.net,
        currency=outcome.currency,
        digits=outcome.digits,
        deals=outcome.deals,
        sharpe=outcome.sharpe,
        objective=outcome.objective,
        days=np.ascontiguousarray(outcome.days, dtype="<i4").tobytes(),
        returns=np.ascontiguousarray(outcome.returns, dtype="<f8").tobytes(),
    )


def failed_event(study: str, trial: int, error: BaseException | str) -> TrialFailed:
    """What is said of a run that did not."""
    from unicodedata import normalize

    text = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
    return TrialFailed(study=study, trial=trial, error=normalize("NFC", text)[:ERROR_LENGTH])


def source_hash(ready: "Prepared") -> str:
    """SHA-256 over name and hash of each file the strategies rest on, in hex; empty for built-ins."""
    from tallystick.platform.authoring.sources import sources_of

    found = sources_of(one.fresh() for one in ready.strategies)
    lines = [f"{name}\0{hashlib.sha256(content).hexdigest()}\n" for name, content in sorted(found.items())]
    return hashlib.sha256("".join(lines).encode()).hexdigest() if lines else ""
