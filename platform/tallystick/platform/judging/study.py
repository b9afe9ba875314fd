"""What a search found, and how much of it is left when the search itself is counted."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tallystick.events.types.research import StudyStarted
from tallystick.platform.judging.errors import NothingCompleted
from tallystick.platform.judging.outcome import Outcome
from tallystick.platform.judging.overfitting import Overfitting, overfitting
from tallystick.platform.judging.research_log import ResearchLog
from tallystick.platform.judging.space import Point
from tallystick.platform.judging.statistics import DeflatedSharpe, NotJudgeable, deflated_sharpe, variance_of_sharpes
from tallystick.platform.judging.trial import STOPPED, Report

if TYPE_CHECKING:
    import pandas as pd

MOST_BLOCKS = 16
SMALLEST_BLOCK = 4
"""Days in a block of the cross-validation, at least."""


@dataclass(frozen=True)
class Study:
    """The trials of a search, in order, and the research log that counted them."""

    started: StudyStarted
    reports: tuple[Report, ...]
    log: ResearchLog

    @property
    def whole(self) -> bool:
        """Whether every trial that was planned was made, and none was broken off by a stop."""
        return len(self.reports) >= self.started.trials and all(each.error != STOPPED for each in self.reports)

    @cached_property
    def completed(self) -> tuple[Report, ...]:
        """Trials that came to their end."""
        return tuple(report for report in self.reports if report.outcome is not None)

    @cached_property
    def best_trial(self) -> Report:
        """The trial with the largest objective, the first of equals. Raises `NothingCompleted`."""
        ranked = [report for report in self.completed if outcome(report).objective is not None]
        if not ranked:
            errors = [report.error for report in self.reports if report.error]
            why = f"; the first error: {errors[0]}" if errors else ", or none traded"
            what = f"no trial of {self.started.study} has a {self.started.objective}{why}"
            raise NothingCompleted(what, "Look at them: tallystick trials --json")
        return max(ranked, key=lambda report: (outcome(report).objective, -report.number))

    @property
    def best(self) -> Point:
        """Parameters of the best trial. Raises `NothingCompleted`."""
        return self.best_trial.point

    @cached_property
    def in_log(self) -> int:
        """N: every trial that the research log has seen start by now, in this study and before it."""
        return self.log.count()

    @property
    def ratios_in_log(self) -> int:
        """How many of those have a Sharpe ratio: the others failed, were given up or killed, or did not trade."""
        return len(self.log.sharpes())

    @cached_property
    def deflated(self) -> DeflatedSharpe | None:
        """The best trial's Sharpe ratio, deflated by N in this log and the variance of all ratios in it; or None."""
        try:
            best = outcome(self.best_trial)
        except NothingCompleted:
            return None
        return deflated_by(self.log, best.returns, self.in_log)

    @cached_property
    def overfitting(self) -> Overfitting | None:
        """Probability of backtest overfitting over the completed trials' daily returns; None with too few."""
        matrix = self.daily_returns
        blocks = min(MOST_BLOCKS, len(matrix) // SMALLEST_BLOCK // 2 * 2)
        try:
            return overfitting(matrix, blocks) if blocks >= 4 else None
        except NotJudgeable:
            return None

    @cached_property
    def daily_returns(self) -> NDArray[np.float64]:
        """Returns of equity, shape (days, completed trials); a trial without a row on some day has 0 there."""
        days = sorted({int(day) for report in self.completed for day in outcome(report).days})
        place = {day: row for row, day in enumerate(days)}
        matrix = np.zeros((len(days), len(self.completed)))
        for column, report in enumerate(self.completed):
            rows = [place[int(day)] for day in outcome(report).days]
            matrix[rows, column] = outcome(report).returns
        return matrix

    @cached_property
    def trials(self) -> "pd.DataFrame":
        """One row for each trial: its parameters, state, objective, net (money), daily_sharpe, deals, digest."""
        import pandas as pd

        table = pd.DataFrame([row_of(report) for report in self.reports])
        return table.set_index("trial") if len(table) else table

    def heat_map(self, across: str, down: str, value: str = "objective") -> "pd.DataFrame":
        """The best value for each pair of two parameters; `down` in the index, `across` in the columns."""
        return self.trials.pivot_table(index=down, columns=across, values=value, aggfunc="max")

    def document(self) -> dict[str, Any]:
        """Everything, as JSON has it."""
        best = self.best_trial if any(outcome(each).objective is not None for each in self.completed) else None
        deflated, fitted = self.deflated, self.overfitting
        return {
            "study": self.started.study,
            "method": self.started.method,
            "objective": self.started.objective,
            "trials": [row_of(report) for report in self.reports],
            "best": None if best is None else row_of(best),
            "in_this_log": self.in_log,
            "ratios_in_this_log": self.ratios_in_log,
            "deflated_sharpe": None if deflated is None else deflated.probability,
            "hurdle": None if deflated is None else deflated.hurdle,
            "overfitting": None if fitted is None else fitted.probability,
            "research": str(self.log.folder),
        }


def deflated_by(log: ResearchLog, returns: NDArray[np.float64], count: int) -> DeflatedSharpe | None:
    """The Sharpe ratio of these daily returns, deflated by the trials counted and the spread of all ratios in the log.

    None where it is not defined.
    """
    try:
        return deflated_sharpe(returns, count, variance_of_sharpes(log.sharpes(), count))
    except NotJudgeable:
        return None


def outcome(report: Report) -> Outcome:
    """The outcome of a trial that is known to have one."""
    assert report.outcome is not None
    return report.outcome


def row_of(report: Report) -> dict[str, Any]:
    """One trial as a row."""
    found = report.outcome
    return {
        "trial": report.number,
        **report.point,
        "state": report.state,
        "objective": None if found is None else found.objective,
        "net": None if found is None else found.net_money,
        "daily_sharpe": None if found is None else found.sharpe,
        "drawdown": None if found is None else found.drawdown,
        "trades": None if found is None else found.trades,
        "deals": None if found is None else found.deals,
        "cut_short": None if found is None else found.cut_short,
        "digest": None if found is None else found.digest,
        "error": report.error,
    }
