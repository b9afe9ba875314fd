"""Statistics in the terms of MT5's tester report, each by the formula that `FORMULAS` states.

Money is in minor units. A trade is a closing deal and its result includes swap and commission (see `trades`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from tallystick.market.arrays import Floats, Ints
from tallystick.market.spans import DAY_NS
from tallystick.platform.report.equity import Curve, Money
from tallystick.platform.report.trades import Trade

TRADING_DAYS = 252
Days = NDArray[np.int32]
FORMULAS = (
    ("Trade", "one closing deal; its result is profit, swap, its commission and its share of the opening commission"),
    ("Total net profit", "closing balance less deposits and withdrawals"),
    ("Gross profit, gross loss", "sums of the results above zero, and below"),
    ("Profit factor", "gross profit over the size of gross loss"),
    ("Expected payoff", "mean result of a trade"),
    ("Recovery factor", "total net profit over maximal equity drawdown"),
    ("Sharpe ratio", "mean over standard deviation of the daily returns of equity, times the root of 252; riskless 0"),
    ("Drawdown absolute", "initial deposit less the lowest point under it"),
    ("Drawdown maximal", "largest fall from an earlier peak in money, with its share of that peak"),
    ("Drawdown relative", "largest fall from an earlier peak as a share of that peak, with its money"),
    ("Consecutive wins, losses", "the longest run of results above (below) zero, with its money; zero ends no run"),
    ("Exposure", "share of all book times at which at least one position was held"),
    ("Equity", "balance, swap kept on open positions, and their profit at the latest bid (longs) or ask (shorts)"),
    ("Buy and hold", "the deposit in equal parts, unleveraged, at the first ask; commission once, swap every night"),
)
"""Every number of the report that could be understood otherwise, and how it is computed."""


@dataclass(frozen=True, slots=True)
class Drawdown:
    """Falls from earlier peaks: money in minor units, shares of the peak from 0 to 1."""

    absolute: int
    maximal: int
    maximal_share: float
    relative: int
    relative_share: float


@dataclass(frozen=True, slots=True)
class Streak:
    """The longest run of wins (or losses) in trades and its result, and the best (worst) run in money."""

    longest: int
    longest_result: int
    largest_result: int
    largest: int


@dataclass(frozen=True, slots=True)
class TradeStatistics:
    """Counts and sums over some trades."""

    trades: int
    long_trades: int
    long_won: int
    short_trades: int
    short_won: int
    won: int
    lost: int
    gross_profit: int
    gross_loss: int
    largest_win: int
    largest_loss: int
    swap: int
    commission: int
    holding_ns: int

    @property
    def net(self) -> int:
        """Gross profit and gross loss together."""
        return self.gross_profit + self.gross_loss

    @property
    def win_rate(self) -> float | None:
        """Share of trades with a result above zero; none without trades."""
        return self.won / self.trades if self.trades else None

    @property
    def profit_factor(self) -> float | None:
        """Gross profit over the size of gross loss; none without a loss."""
        return self.gross_profit / -self.gross_loss if self.gross_loss else None

    @property
    def expected_payoff(self) -> float | None:
        """Mean result of a trade in minor units; none without trades."""
        return self.net / self.trades if self.trades else None

    @property
    def average_win(self) -> float | None:
        """Mean of the results above zero, in minor units; none without one."""
        return self.gross_profit / self.won if self.won else None

    @property
    def average_loss(self) -> float | None:
        """Mean of the results below zero, in minor units; none without one."""
        return self.gross_loss / self.lost if self.lost else None


def trade_statistics(trades: Sequence[Trade]) -> TradeStatistics:
    """Count and sum."""
    results = [trade.result for trade in trades]
    longs = [trade for trade in trades if trade.direction > 0]
    return TradeStatistics(
        trades=len(trades),
        long_trades=len(longs),
        long_won=sum(trade.result > 0 for trade in longs),
        short_trades=len(trades) - len(longs),
        short_won=sum(trade.result > 0 for trade in trades if trade.direction < 0),
        won=sum(result > 0 for result in results),
        lost=sum(result < 0 for result in results),
        gross_profit=sum(result for result in results if result > 0),
        gross_loss=sum(result for result in results if result < 0),
        largest_win=max([0, *results]),
        largest_loss=min([0, *results]),
        swap=sum(trade.swap for trade in trades),
        commission=sum(trade.commission for trade in trades),
        holding_ns=sum(trade.closed - trade.opened for trade in trades) // max(len(trades), 1),
    )


def grouped(trades: Sequence[Trade], key: Callable[[Trade], str]) -> dict[str, TradeStatistics]:
    """Statistics of each group of trades, by the group's name."""
    ordered = sorted(trades, key=key)
    return {name: trade_statistics(list(group)) for name, group in groupby(ordered, key=key)}


def streak(trades: Sequence[Trade], *, wins: bool) -> Streak:
    """Consecutive wins, or losses: the longest run, and the run with the largest money."""
    runs = [
        [trade.result for trade in run]
        for won, run in groupby((trade for trade in trades if trade.result), key=lambda trade: trade.result > 0)
        if won == wins
    ]
    if not runs:
        return Streak(0, 0, 0, 0)
    longest = max(runs, key=len)
    largest = max(runs, key=lambda run: abs(sum(run)))
    return Streak(len(longest), sum(longest), sum(largest), len(largest))


def drawdown_of(values: Money, initial: int) -> Drawdown:
    """Falls of a curve that began at `initial`."""
    whole = np.concatenate([[initial], values]).astype(np.int64)
    peak = np.maximum.accumulate(whole)
    fall = peak - whole
    share = fall / np.maximum(peak, 1)
    deepest, steepest = int(np.argmax(fall)), int(np.argmax(share))
    return Drawdown(
        max(initial - int(whole.min()), 0),
        int(fall[deepest]),
        float(share[deepest]),
        int(fall[steepest]),
        float(share[steepest]),
    )


def daily_returns(time: Ints, equity: Money, deposit: int) -> tuple[Days, Floats]:
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


def sharpe_ratio(returns: Floats) -> float | None:
    """Of daily returns, a year; none under two days, without deviation, or where equity was gone."""
    if len(returns) < 2 or (returns <= -1.0).any():
        return None
    deviation = float(np.std(returns, ddof=1))
    return float(np.mean(returns)) / deviation * TRADING_DAYS**0.5 if deviation else None


def exposure_of(curve: Curve) -> float:
    """Share of book times at which a position was held."""
    return float(np.mean(curve.held > 0)) if len(curve) else 0.0


def monthly_results(curve: Curve, initial: int, deposits: Money) -> dict[str, int]:
    """Change of equity in each UTC month, deposits taken out; `deposits` are cumulative along the curve.

    Midnight ends a month: a bar that closes then belongs to the one that it ends.
    """
    if not len(curve):
        return {}
    month = (curve.time - 1).astype("datetime64[ns]").astype("datetime64[M]")
    last = np.flatnonzero(np.append(month[1:] != month[:-1], True))
    worth = (curve.equity - deposits)[last]
    change = np.diff(np.concatenate([[initial], worth]))
    return {str(name): int(amount) for name, amount in zip(month[last], change, strict=True)}
