"""A result in the lines of a terminal: what was run, what it came to beside the baselines, what to be warned of."""

import numpy as np
from numpy.typing import NDArray

from tallystick.platform.backtesting.failure import where_it_failed
from tallystick.platform.backtesting.figures import Figures
from tallystick.platform.counts import count_of

BLOCKS = "▁▂▃▄▅▆▇█"
WIDTH = 60


def lines_of(result: Figures, *, warnings: bool = True) -> list[str]:
    """The lines, warnings last."""
    summary, stats, money = result.summary, result.stats, result.summary.money
    trades = summary.all_trades
    factor, rate = trades.profit_factor, trades.win_rate
    lines = [
        f"{result.title}: {count_of(summary.rows, 'row')}, {stats['start'][:10]} to {stats['end'][:10]} UTC",
        f"balance {money(summary.closing_balance)} {summary.currency}, of {money(summary.deposit)}",
        f"net {money(summary.net_profit)}   buy and hold {money(summary.buy_and_hold)}   flat {money(summary.flat)}",
    ]
    if trades.trades:
        lines.append(
            f"{count_of(trades.trades, 'trade')}, {100 * (rate or 0.0):.1f} % won, profit factor"
            f" {'-' if factor is None else f'{factor:.2f}'}, worst drawdown"
            f" {money(summary.equity_drawdown.maximal)} ({100 * summary.equity_drawdown.relative_share:.1f} %)"
        )
        lines.append(f"costs: commission {money(summary.commission)}, swap {money(summary.swap)}")
    if summary.denied or summary.refusals:
        denials = ", ".join(f"{rule} {count}" for rule, count in summary.denials.items())
        by_rule = f" ({denials})" if denials else ""
        lines.append(f"{count_of(summary.orders, 'order')}, {summary.denied:,} denied by risk{by_rule}")
        lines += summary.refusal_lines()
    if summary.deals:
        lines.append(f"equity {sparkline(result.curve.equity)}")
    lines += [f"digest {result.digest}", f"verify {result.verdict}"]
    if result.run.ended == "stopped":
        rows = f"{summary.rows:,} of {len(result.feed):,} rows"
        lines.append(f"STOPPED after {rows}, before the data ended. The figures are up to there.")
    if result.failure is not None:
        lines.append(f"FAILED: {where_it_failed(result.failure)[1]}. The figures are up to there.")
    if warnings:
        lines += [f"warning: {warning}" for warning in result.warnings]
    return lines


def sparkline(values: NDArray[np.int64]) -> str:
    """Values as a row of blocks: the last of each stretch, from the least to the greatest."""
    if not len(values):
        return ""
    places = np.unique(np.linspace(0, len(values) - 1, min(WIDTH, len(values))).astype(np.int64))
    chosen = values[places].astype(np.float64)
    least, span = chosen.min(), chosen.max() - chosen.min()
    level = np.zeros(len(chosen)) if span == 0 else (chosen - least) / span * (len(BLOCKS) - 1)
    return "".join(BLOCKS[int(one)] for one in np.rint(level))
