"""The statistics of MT5's tester report, computed from a deals table as MT5 computes them.

Money is exact, in minor units. Means and ratios are doubles summed in the table's order and rounded as MT5 rounds, so
that they agree with printed reports to the last digit. A trade is a closing deal with its profit, swap, commission and
the share of the opening's commission that falls to it; a result of zero counts as won. See docs/statistics.md.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tallystick.platform.report.tester_deals import TableDeal
from tallystick.platform.report.tester_measures import (
    Falls,
    Holding,
    Runs,
    falls,
    growths,
    holding,
    regression,
    runs,
    z_score,
)
from tallystick.platform.report.tester_positions import Closing, traded


@dataclass(frozen=True, slots=True)
class BeyondDeals:
    """What no deals table can tell: known of our own runs, or printed in the report that was read.

    Equity drawdowns in minor units and percent, margin level in percent (None: nothing was ever held).
    """

    equity: Falls
    margin_level: float | None = None
    sharpe: float | None = None
    profits_mfe: float | None = None
    profits_mae: float | None = None
    mfe_mae: float | None = None
    bars: int = 0
    ticks: int = 0
    symbols: int = 0
    quality: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """Trades of one side and how many of them were won."""

    trades: int
    won: int


@dataclass(frozen=True, slots=True)
class TesterStatistics:
    """Every statistic that follows from deals. Money in minor units with `digits` decimals; means in whole units."""

    digits: int
    deposit: int
    withdrawal: int
    net: int
    gross_profit: int
    gross_loss: int
    balance: Falls
    profit_factor: float
    expected_payoff: float
    ahpr: float
    ghpr: float
    correlation: float
    deviation: float
    z: float
    confidence: float
    trades: int
    deals: int
    longs: Side
    shorts: Side
    won: int
    lost: int
    largest_profit: int
    largest_loss: int
    average_profit: float
    average_loss: float
    wins: Runs
    losses: Runs
    held: Holding
    still_open: int


def tester_statistics(
    deals: Iterable[TableDeal],
    deposit: int | None = None,  # noqa: PT028 -- no test: named for MT5's tester
    digits: int = 2,  # noqa: PT028 -- likewise
) -> TesterStatistics:
    """Compute all of them; the deposit, unless given, is the first balance operation, else the balance before."""
    table = list(deals)
    begun, rest = _opened(table, deposit)
    closed = traded(rest)
    results = [closing.result for closing in closed.closings]
    profits, losses = [x for x in results if x >= 0], [x for x in results if x < 0]
    unit = 10**digits
    balances = _balances(rest, begun)
    correlation, deviation = regression([begun, *(after for _, after in balances)])
    score, confidence = z_score(results)
    wins, lost = runs(results)
    arithmetic, geometric = growths(balances)
    return TesterStatistics(
        digits=digits,
        deposit=begun,
        withdrawal=-sum(deal.amount for deal in rest if deal.type == "balance" and deal.amount < 0),
        net=sum(results) + closed.open_commission,
        gross_profit=sum(profits),
        gross_loss=sum(losses),
        balance=falls(((deal.balance, deal.moves_money) for deal in rest), begun),
        profit_factor=sum(profits) / -sum(losses) if losses else 0.0,
        expected_payoff=_mean(results, unit),
        ahpr=arithmetic,
        ghpr=geometric,
        correlation=correlation,
        deviation=deviation / unit,
        z=score,
        confidence=confidence,
        trades=len(results),
        deals=sum(deal.trades for deal in rest),
        longs=_side(closed.closings, 1),
        shorts=_side(closed.closings, -1),
        won=len(profits),
        lost=len(losses),
        largest_profit=max(profits, default=0),
        largest_loss=min(losses, default=0),
        average_profit=_mean(profits, unit),
        average_loss=_mean(losses, unit),
        wins=wins,
        losses=lost,
        held=holding(closed.held),
        still_open=closed.still_open,
    )


def recovery_factor(statistics: TesterStatistics, equity: Falls | None) -> float | None:
    """Net profit over the maximal equity drawdown; None where that is not known."""
    if equity is None:
        return None
    return statistics.net / equity.maximal.money if equity.maximal.money else 0.0


def _opened(table: list[TableDeal], deposit: int | None) -> tuple[int, list[TableDeal]]:
    """The initial deposit, and the deals after it."""
    if table and not table[0].trades:
        return (table[0].balance if deposit is None else deposit), table[1:]
    before = table[0].balance - table[0].amount if table else 0
    return (before if deposit is None else deposit), table


def _balances(deals: Sequence[TableDeal], begun: int) -> list[tuple[int, int]]:
    """Balance before and after each trade: before is what the last trade left, with money put in or taken out since."""
    steps = []
    before = latest = begun
    for deal in deals:
        if not deal.trades:
            before += deal.balance - latest  # a credit is no part of the balance
        elif deal.closes:
            steps.append((before, deal.balance))
            before = deal.balance
        latest = deal.balance
    return steps


def _side(closings: Iterable[Closing], direction: int) -> Side:
    results = [closing.result for closing in closings if closing.direction == direction]
    return Side(len(results), sum(result >= 0 for result in results))


def _mean(results: Sequence[int], unit: int) -> float:
    """Mean in units of money: doubles added up in order, as the tester does."""
    total = 0.0
    for result in results:
        total += result / unit
    return total / len(results) if results else 0.0
