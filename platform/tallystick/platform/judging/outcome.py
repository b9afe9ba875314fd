"""What a run came to, as far as judging needs it, and the objectives a search may have."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tallystick.platform.judging.errors import UnknownObjective
from tallystick.platform.judging.statistics import NotJudgeable, moments_of

if TYPE_CHECKING:
    from tallystick.platform.backtesting.result import Backtest
    from tallystick.platform.report.summary import Summary

DAY_NS = 86_400_000_000_000
Floats = NDArray[np.float64]
Days = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run's result. Money in minor units; `returns` of equity from day to day (UTC days with rows), in shares.

    `sharpe` is of these returns and not annualised; None where it is not defined.
    """

    digest: str
    net: int
    currency: str
    digits: int
    deposit: int
    deals: int
    trades: int
    drawdown: float
    days: Days
    returns: Floats
    sharpe: float | None
    objective: float | None

    @property
    def net_money(self) -> float:
        """Net profit in the currency's units."""
        return float(self.net / 10**self.digits)


def outcome_of(made: "Backtest", objective: "Objective") -> Outcome:
    """Read a backtest's log once."""
    summary, curve = made.summary, made.curve
    days, returns = daily_returns(curve.time, curve.equity, summary.deposit)
    return Outcome(
        digest=made.digest,
        net=summary.net_profit,
        currency=summary.currency,
        digits=summary.digits,
        deposit=summary.deposit,
        deals=summary.deals,
        trades=summary.all_trades.trades,
        drawdown=summary.equity_drawdown.relative_share,
        days=days,
        returns=returns,
        sharpe=sharpe_of(returns),
        objective=objective.of(summary, returns),
    )


def daily_returns(time: NDArray[np.int64], equity: NDArray[np.int64], deposit: int) -> tuple[Days, Floats]:
    """Days (UTC, since 1970) and the return of equity over each, from its value at the end of the day before.

    The first is over the deposit. Midnight ends a day: a bar that closes then belongs to it. Days without rows are
    none. From the day on which equity is gone, returns are 0.
    """
    if not len(time):
        return np.empty(0, dtype=np.int32), np.empty(0)
    day = (time - 1) // DAY_NS
    last = np.flatnonzero(np.append(np.diff(day) != 0, True))
    worth = np.concatenate([[deposit], equity[last]]).astype(np.float64)
    alive = worth[:-1] > 0
    returns = np.where(alive, worth[1:] / np.where(alive, worth[:-1], 1.0) - 1.0, 0.0)
    return day[last].astype(np.int32), returns + 0.0  # no -0.0: a log holds none


def sharpe_of(returns: Floats) -> float | None:
    """Sharpe ratio of returns as `statistics.moments_of` has it; None where it is not defined."""
    try:
        return moments_of(returns).sharpe
    except NotJudgeable:
        return None


Measure = Callable[["Summary", Floats], float | None]


def _ratio(value: float | None, unit: float) -> float | None:
    return None if value is None else value / unit


MEASURES: Mapping[str, Measure] = {
    "sharpe": lambda summary, _: summary.sharpe_ratio if summary.all_trades.trades else None,
    "net": lambda summary, _: (summary.closing_equity - summary.deposit) / 10**summary.digits,
    "profit_factor": lambda summary, _: summary.all_trades.profit_factor,
    "expected_payoff": lambda summary, _: _ratio(summary.all_trades.expected_payoff, 10**summary.digits),
    "recovery_factor": lambda summary, _: summary.recovery_factor,
    "win_rate": lambda summary, _: summary.all_trades.win_rate,
    "drawdown": lambda summary, _: -summary.equity_drawdown.relative_share if summary.all_trades.trades else None,
}
"""What a search can make as large as it gets. `net` is by equity, so that a loser kept open counts; `drawdown` is the
relative fall of equity, negated."""


@dataclass(frozen=True, slots=True)
class Objective:
    """An objective by its name."""

    name: str

    def of(self, summary: "Summary", returns: Floats) -> float | None:
        """Its value; None where it is not defined, which ranks below every number."""
        value = MEASURES[self.name](summary, returns)
        return None if value is None or not np.isfinite(value) else float(value) + 0.0


def objective_named(name: str) -> Objective:
    """The objective called so. Raises `UnknownObjective`."""
    if name not in MEASURES:
        what = f"no such objective: got {name} / expected one of {', '.join(MEASURES)}"
        raise UnknownObjective(what, 'Say objective="sharpe".')
    return Objective(name)


def as_words(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Parameters as a record holds them: each as JSON."""
    import json

    return {name: json.dumps(value, sort_keys=True) for name, value in sorted(parameters.items())}
