"""What a research log says: studies and their trials, each started before its first row and ended, failed or pruned.

A trial that started and says nothing more counts like every other: its process died, or somebody ended it.
"""

from typing import Annotated

from tallystick.events.event import Event, column, fact, field

StudyName = Annotated[str, field("name of the study; a backtest by itself belongs to `backtest`")]
TrialNumber = Annotated[
    int, field("number of the trial in its study, from 0; of a backtest by itself, how many the log had seen")
]
StrategyName = Annotated[str, field("name of the strategy")]
SourceHash = Annotated[str, field("SHA-256 over the strategy's source files in hex; empty for a built-in")]
DataHash = Annotated[str, field("SHA-256 over the series' data hashes, as the runs record it")]


@fact("study.started", said_by="kernel")
class StudyStarted(Event):
    """A search or a walk forward began."""

    study: StudyName
    kind: Annotated[str, field("optimise or walk_forward")]
    method: Annotated[str, field("grid, random or optuna")]
    objective: Annotated[str, field("what is made as large as can be")]
    strategy: StrategyName
    source_hash: SourceHash
    space: Annotated[dict[str, str], field("values or range of each parameter, as text")]
    trials: Annotated[int, field("trials planned")]
    seed: Annotated[int, field("seed of the search")]
    data_hash: DataHash
    settings: Annotated[dict[str, str], field("other settings of the study, as text")]


@fact("study.ended", said_by="kernel")
class StudyEnded(Event):
    """A study came to its end, or was stopped."""

    study: StudyName
    reason: Annotated[str, field("completed or stopped")]
    completed: Annotated[int, field("trials completed")]
    failed: Annotated[int, field("trials that failed")]
    pruned: Annotated[int, field("trials given up early")]


@fact("trial.started", said_by="kernel")
class TrialStarted(Event):
    """A trial is about to see its first row; durable before it does."""

    study: StudyName
    trial: TrialNumber
    strategy: StrategyName
    source_hash: SourceHash
    parameters: Annotated[dict[str, str], field("parameters, each as JSON")]
    data_hash: DataHash
    settings_hash: Annotated[str, field("SHA-256 of the plan, as the run records it")]
    first_time: Annotated[int, field("book time of the first row", "ns UTC")]
    last_time: Annotated[int, field("book time of the last row", "ns UTC")]
    rows: Annotated[int, field("rows it is to see", "rows")]
    seed: Annotated[int, field("seed of the run")]


@fact("trial.completed", said_by="kernel")
class TrialCompleted(Event):
    """What a trial came to."""

    study: StudyName
    trial: TrialNumber
    digest: Annotated[str, field("decision digest of its run in hex")]
    net: Annotated[int, field("net profit", "minor units")]
    currency: Annotated[str, field("currency of the account")]
    digits: Annotated[int, field("decimals of the currency")]
    deals: Annotated[int, field("deals made")]
    sharpe: Annotated[float | None, field("Sharpe ratio of the daily returns, not annualised; none where undefined")]
    objective: Annotated[float | None, field("value of the study's objective; none where undefined")]
    days: Annotated[bytes, column("<i4", "UTC day of each return", "days since 1970-01-01")]
    returns: Annotated[
        bytes, column("<f8", "return of equity over each day with rows, the first over the deposit", "share")
    ]


@fact("trial.failed", said_by="kernel")
class TrialFailed(Event):
    """A trial raised, or was stopped."""

    study: StudyName
    trial: TrialNumber
    error: Annotated[str, field("what was raised")]


@fact("trial.pruned", said_by="kernel")
class TrialPruned(Event):
    """A trial was given up early: on the first part of the rows it was worse than the middle of those before it."""

    study: StudyName
    trial: TrialNumber
    rows: Annotated[int, field("rows it saw", "rows")]
    value: Annotated[float | None, field("value of the objective over them; none where undefined")]
    median: Annotated[float, field("median of the earlier trials over the same rows")]
