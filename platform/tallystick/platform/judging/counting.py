"""A run as a trial of the research log: what is said before its first row, and after its last.

    with counted(plan, feed, sources) as trial:
        made = carried_out(...)
        trial.completed(made)

Leaving the block without a word records the trial as failed, with the error if there is one.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tallystick.events.types.research import TrialCompleted, TrialFailed, TrialStarted
from tallystick.platform.judging.outcome import Objective, Outcome, as_words, outcome_of
from tallystick.platform.judging.research_log import SINGLE, Begun, ResearchLog

if TYPE_CHECKING:
    from tallystick.platform.backtesting.result import Backtest
    from tallystick.platform.data.feed import Feed
    from tallystick.platform.plan import RunPlan

ERROR_LENGTH = 500


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

    def failed(self, error: BaseException | str) -> None:
        """The run did not."""
        started = self._begun.started
        self._log.say(failed_event(started.study, started.trial, error), causes=[self._begun.seq])
        self.told = True


@contextmanager
def counted(
    plan: "RunPlan", feed: "Feed", sources: Iterable[Path] = (), *, log: ResearchLog | None = None
) -> Iterator[CountedTrial]:
    """Count a run: its start is durable when the block is entered. Raises what `ResearchLog` raises."""
    research = log or ResearchLog()
    started = started_event(plan, feed, sources, study=SINGLE, trial=research.count())
    (begun,) = research.begin(started)
    trial = CountedTrial(research, begun)
    try:
        yield trial
    except BaseException as error:
        if not trial.told:
            trial.failed(error)
        raise
    if not trial.told:
        trial.failed("it ended without a result")


def started_event(
    plan: "RunPlan",
    feed: "Feed",
    sources: Iterable[Path],
    *,
    study: str,
    trial: int,
    parameters: Mapping[str, Any] | None = None,
) -> TrialStarted:
    """What is said of a run before its first row. `parameters`: default those of the plan's strategies."""
    own = {one.name: one.parameters for one in plan.strategies}
    alone = (
        next(iter(own.values())) if len(own) == 1 else {f"{of}.{k}": v for of, p in own.items() for k, v in p.items()}
    )
    return TrialStarted(
        study=study,
        trial=trial,
        strategy=", ".join(own),
        source_hash=source_hash(sources),
        parameters=as_words(alone if parameters is None else parameters),
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


def source_hash(sources: Iterable[Path]) -> str:
    """SHA-256 over name and hash of each source file, in hex; empty for none."""
    found = sorted((path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in sources)
    text = "".join(f"{name}\0{digest}\n" for name, digest in found)
    return hashlib.sha256(text.encode()).hexdigest() if found else ""
