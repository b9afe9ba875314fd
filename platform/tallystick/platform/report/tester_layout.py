"""The statistics in the rows and the printed form of MT5's tester report."""

from tallystick.platform.report.tester import BeyondDeals, Side, TesterStatistics, recovery_factor
from tallystick.platform.report.tester_measures import Fall, Run
from tallystick.platform.report.tester_numbers import (
    NOT_FROM_DEALS,
    clock,
    fixed,
    growth,
    money,
    percent,
    share,
    spaced,
)

LAYOUT: tuple[tuple[str, ...], ...] = (
    ("History Quality",),
    ("Bars", "Ticks", "Symbols"),
    ("Total Net Profit", "Balance Drawdown Absolute", "Equity Drawdown Absolute"),
    ("Gross Profit", "Balance Drawdown Maximal", "Equity Drawdown Maximal"),
    ("Gross Loss", "Balance Drawdown Relative", "Equity Drawdown Relative"),
    ("Profit Factor", "Expected Payoff", "Margin Level"),
    ("Recovery Factor", "Sharpe Ratio", "Z-Score"),
    ("AHPR", "LR Correlation", "OnTester result"),
    ("GHPR", "LR Standard Error"),
    ("Total Trades", "Short Trades (won %)", "Long Trades (won %)"),
    ("Total Deals", "Profit Trades (% of total)", "Loss Trades (% of total)"),
    ("", "Largest profit trade", "Largest loss trade"),
    ("", "Average profit trade", "Average loss trade"),
    ("", "Maximum consecutive wins ($)", "Maximum consecutive losses ($)"),
    ("", "Maximal consecutive profit (count)", "Maximal consecutive loss (count)"),
    ("", "Average consecutive wins", "Average consecutive losses"),
    ("Correlation (Profits,MFE)", "Correlation (Profits,MAE)", "Correlation (MFE,MAE)"),
    ("Minimal position holding time", "Maximal position holding time", "Average position holding time"),
)
"""Rows of names as MT5 prints them, from left to right."""
BEYOND = frozenset(
    {
        "History Quality", "Bars", "Ticks", "Symbols", "Equity Drawdown Absolute", "Equity Drawdown Maximal",
        "Equity Drawdown Relative", "Margin Level", "Sharpe Ratio", "OnTester result", "Correlation (Profits,MFE)",
        "Correlation (Profits,MAE)", "Correlation (MFE,MAE)",
    }
)  # fmt: skip
"""Names of what no deals table tells."""


def printed(statistics: TesterStatistics, beyond: BeyondDeals | None = None) -> dict[str, str]:
    """Every statistic by its name, as MT5 prints it; what is not known says so."""
    return {**_from_deals(statistics, beyond), **_beyond(statistics.digits, beyond)}


def lines(values: dict[str, str]) -> list[str]:
    """The rows for a terminal: three columns, names and values."""
    found = []
    for row in LAYOUT:
        cells = [f"{name + ':':<36}{values.get(name, ''):<26}" if name else " " * 62 for name in row]
        found.append("".join(cells).rstrip())
    return found


def _from_deals(some: TesterStatistics, beyond: BeyondDeals | None) -> dict[str, str]:
    digits = some.digits
    recovery = recovery_factor(some, beyond.equity if beyond else None)
    z = f"{fixed(some.z)} ({percent(some.confidence)})"
    return {
        **({"Withdrawal": money(some.withdrawal, digits)} if some.withdrawal else {}),
        "Total Net Profit": money(some.net, digits),
        "Balance Drawdown Absolute": money(some.balance.absolute, digits),
        "Gross Profit": money(some.gross_profit, digits),
        "Balance Drawdown Maximal": _maximal(some.balance.maximal, digits),
        "Gross Loss": money(some.gross_loss, digits),
        "Balance Drawdown Relative": _relative(some.balance.relative, digits),
        "Profit Factor": fixed(some.profit_factor),
        "Expected Payoff": spaced(some.expected_payoff, digits),
        "Recovery Factor": NOT_FROM_DEALS if recovery is None else fixed(recovery),
        "Z-Score": z,
        "AHPR": growth(some.ahpr),
        "LR Correlation": fixed(some.correlation),
        "GHPR": growth(some.ghpr),
        "LR Standard Error": spaced(some.deviation, digits),
        "Total Trades": str(some.trades),
        "Short Trades (won %)": _side(some.shorts),
        "Long Trades (won %)": _side(some.longs),
        "Total Deals": str(some.deals),
        "Profit Trades (% of total)": share(some.won, some.trades),
        "Loss Trades (% of total)": share(some.lost, some.trades),
        "Largest profit trade": money(some.largest_profit, digits),
        "Largest loss trade": money(some.largest_loss, digits),
        "Average profit trade": spaced(some.average_profit, digits),
        "Average loss trade": spaced(some.average_loss, digits),
        "Maximum consecutive wins ($)": _counted(some.wins.longest, digits),
        "Maximum consecutive losses ($)": _counted(some.losses.longest, digits),
        "Maximal consecutive profit (count)": _summed(some.wins.largest, digits),
        "Maximal consecutive loss (count)": _summed(some.losses.largest, digits),
        "Average consecutive wins": str(some.wins.average),
        "Average consecutive losses": str(some.losses.average),
        "Minimal position holding time": clock(some.held.shortest),
        "Maximal position holding time": clock(some.held.longest),
        "Average position holding time": clock(some.held.average),
    }


def _beyond(digits: int, beyond: BeyondDeals | None) -> dict[str, str]:
    if beyond is None:
        return dict.fromkeys(sorted(BEYOND), NOT_FROM_DEALS)
    return {
        "History Quality": beyond.quality,
        "Bars": str(beyond.bars),
        "Ticks": str(beyond.ticks),
        "Symbols": str(beyond.symbols),
        "Equity Drawdown Absolute": money(beyond.equity.absolute, digits),
        "Equity Drawdown Maximal": _maximal(beyond.equity.maximal, digits),
        "Equity Drawdown Relative": _relative(beyond.equity.relative, digits),
        "Margin Level": "" if beyond.margin_level is None else percent(beyond.margin_level),
        "Sharpe Ratio": fixed(beyond.sharpe or 0.0),
        "OnTester result": "0",
        "Correlation (Profits,MFE)": fixed(beyond.profits_mfe or 0.0),
        "Correlation (Profits,MAE)": fixed(beyond.profits_mae or 0.0),
        "Correlation (MFE,MAE)": fixed(beyond.mfe_mae or 0.0, 4),
    }


def _maximal(fall: Fall, digits: int) -> str:
    return f"{money(fall.money, digits)} ({percent(fall.percent)})"


def _relative(fall: Fall, digits: int) -> str:
    return f"{percent(fall.percent)} ({money(fall.money, digits)})"


def _counted(run: Run, digits: int) -> str:
    return f"{run.count} ({money(run.money, digits)})"


def _summed(run: Run, digits: int) -> str:
    return f"{money(run.money, digits)} ({run.count})"


def _side(side: Side) -> str:
    return f"{side.trades} ({percent(100 * side.won / side.trades if side.trades else 0.0)})"
