"""What a run came to, as far as judging needs it, and the objectives a search may have."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tallystick.market.arrays import Floats
from tallystick.platform.judging.errors import UnknownObjective
from tallystick.platform.judging.statistics import NotJudgeable, moments_of
from tallystick.platform.report.statistics import Days, daily_returns

if TYPE_CHECKING:
    from tallystick.platform.backtesting.result import Backtest
    from tallystick.platform.report.summary import Summary


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
    cut_short: bool
    """Risk let it open nothing more from some moment on: the figures are of what came before."""

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
        cut_short=made.cut_short,
    )


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
