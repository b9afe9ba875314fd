"""The tests of a walk-forward, stitched into one record, beside what their trainings promised."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tallystick.events.types.research import StudyStarted
from tallystick.market.arrays import Floats
from tallystick.market.spans import DAY_NS
from tallystick.platform.judging.outcome import sharpe_of
from tallystick.platform.judging.research_log import ResearchLog
from tallystick.platform.judging.space import Point
from tallystick.platform.judging.statistics import DeflatedSharpe
from tallystick.platform.judging.study import deflated_by, outcome
from tallystick.platform.judging.trial import Report, Window
from tallystick.platform.plan import AccountPlan

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Step:
    """One training and the test after it. `chosen` is the training's best trial, `tested` what it made of the test.

    `unchosen`: the first error of a training in which no trial had an objective.
    """

    training: Window
    testing: Window
    chosen: Report | None
    tested: Report | None
    unchosen: str = ""

    @property
    def error(self) -> str:
        """Why there is no result, where something failed."""
        return self.unchosen if self.tested is None else self.tested.error

    @property
    def point(self) -> Point:
        """The parameters chosen; none where no trial had an objective."""
        return {} if self.chosen is None else self.chosen.point

    @property
    def days(self) -> NDArray[np.int32]:
        """Days of the test with rows (UTC, since 1970)."""
        if self.tested is None or self.tested.outcome is None:
            return np.empty(0, dtype=np.int32)
        days = self.tested.outcome.days
        return days[days >= self.testing.trade_ns // DAY_NS]

    @property
    def returns(self) -> Floats:
        """Return of equity over each of them, the first over the deposit."""
        if self.tested is None or self.tested.outcome is None:
            return np.empty(0)
        found = self.tested.outcome
        return found.returns[found.days >= self.testing.trade_ns // DAY_NS]

    @property
    def in_sample(self) -> Floats:
        """Daily returns of the chosen trial over its training."""
        return np.empty(0) if self.chosen is None else outcome(self.chosen).returns


@dataclass(frozen=True)
class WalkForward:
    """The steps of a walk-forward, and the research log that counted their trials."""

    started: StudyStarted
    steps: tuple[Step, ...]
    account: AccountPlan
    log: ResearchLog
    planned: int
    """Steps that fit the data; fewer were made when it was stopped."""

    @cached_property
    def returns(self) -> Floats:
        """Daily returns out of sample, test after test; of days that two tests share (step < test) the earlier's."""
        seen, parts = -1, []
        for step in self.steps:
            fresh = step.days > seen
            parts.append(step.returns[fresh])
            seen = max(seen, int(step.days[-1])) if len(step.days) else seen
        return np.concatenate(parts) if parts else np.empty(0)

    @cached_property
    def growth(self) -> float:
        """What one unit became out of sample, less one."""
        return float(np.prod(1.0 + self.returns)) - 1.0

    @cached_property
    def efficiency(self) -> float | None:
        """Mean daily return out of sample over that in sample (Pardo 2008); None unless the latter is above 0."""
        inside = [step.in_sample for step in self.steps if len(step.in_sample)]
        promised = float(np.mean([returns.mean() for returns in inside])) if inside else 0.0
        return float(self.returns.mean()) / promised if promised > 0 and len(self.returns) else None

    @property
    def idle(self) -> int:
        """Steps without a choice or whose test failed: their days are in none of the figures."""
        return sum(step.tested is None or step.tested.outcome is None for step in self.steps)

    @cached_property
    def in_log(self) -> int:
        """N: every trial that the research log has seen start by now."""
        return self.log.count()

    @property
    def ratios_in_log(self) -> int:
        """How many of those have a Sharpe ratio: the others failed, were given up or killed, or did not trade."""
        return len(self.log.sharpes())

    @cached_property
    def deflated(self) -> DeflatedSharpe | None:
        """The Sharpe ratio out of sample, deflated by N in this log; None where it is not defined."""
        return deflated_by(self.log, self.returns, self.in_log)

    @cached_property
    def table(self) -> "pd.DataFrame":
        """One row for each step: windows, parameters, and both Sharpe ratios (per day) and growths."""
        import pandas as pd

        return pd.DataFrame([_row(step) for step in self.steps])

    @property
    def equity(self) -> "pd.Series":
        """Equity out of sample by day (UTC), in the account's money, compounded from its deposit."""
        import pandas as pd

        seen, days = -1, []
        for step in self.steps:
            fresh = step.days[step.days > seen]
            days.append(fresh)
            seen = int(fresh[-1]) if len(fresh) else seen
        index = pd.to_datetime(np.concatenate(days).astype("int64") if days else [], unit="D", utc=True)
        deposit = self.account.balance / 10**self.account.digits
        return pd.Series(deposit * np.cumprod(1.0 + self.returns), index=index, name="equity")

    def document(self) -> dict[str, Any]:
        """Everything, as JSON has it."""
        deflated = self.deflated
        return {
            "study": self.started.study,
            "objective": self.started.objective,
            "steps": [_row(step) for step in self.steps],
            "idle_steps": self.idle,
            "days": len(self.returns),
            "growth": self.growth,
            "daily_sharpe": sharpe_of(self.returns),
            "daily_sharpe_in_sample": sharpe_of(_joined([step.in_sample for step in self.steps])),
            "efficiency": self.efficiency,
            "in_this_log": self.in_log,
            "ratios_in_this_log": self.ratios_in_log,
            "deflated_sharpe": None if deflated is None else deflated.probability,
            "hurdle": None if deflated is None else deflated.hurdle,
            "research": str(self.log.folder),
        }


def _row(step: Step) -> dict[str, Any]:
    return {
        "train_from": _day(step.training.start_ns),
        "train_to": _day(step.training.stop_ns - 1),
        "test_from": _day(step.testing.trade_ns),
        "test_to": _day(step.testing.stop_ns - 1),
        **step.point,
        "in_daily_sharpe": sharpe_of(step.in_sample),
        "out_daily_sharpe": sharpe_of(step.returns),
        "in_growth": _growth(step.in_sample),
        "out_growth": _growth(step.returns),
        "error": step.error,
    }


def _growth(returns: Floats) -> float:
    return float(np.prod(1.0 + returns)) - 1.0


def _joined(parts: list[Floats]) -> Floats:
    return np.concatenate(parts) if parts else np.empty(0)


def _day(time_ns: int) -> str:
    return str(np.datetime64(time_ns, "ns").astype("datetime64[D]"))
