"""The figures of a backtest as a mapping: names to numbers in units people read, printed as a table.

Every figure is the report's: `report.statistics.FORMULAS` and `report.tester` say how each is computed. None where it
cannot be computed.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tallystick.platform.report.summary import Book
from tallystick.platform.report.tester_own import own_load, own_statistics

GROWTH = frozenset({"ahpr", "ghpr"})
"""Factors near 1, which two decimals would not tell apart."""


class Stats(Mapping[str, Any]):
    """Names to values; prints as a table."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        """Keep the values in their order."""
        self._values = dict(values)

    def __getitem__(self, name: str) -> Any:
        try:
            return self._values[name]
        except KeyError:
            import difflib

            near = difflib.get_close_matches(name, self._values, n=1)
            meant = f"did you mean {near[0]}?" if near else f"there are {', '.join(self._values)}"
            raise KeyError(f"{name}: {meant}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        width = max(map(len, self._values), default=0)
        return "\n".join(f"{name:<{width}}  {_shown(name, value)}" for name, value in self._values.items())

    def _repr_html_(self) -> str:
        from html import escape

        rows = "".join(
            f"<tr><td>{escape(name)}</td><td style='text-align:right'>{escape(_shown(name, value))}</td></tr>"
            for name, value in self._values.items()
        )
        return f"<table>{rows}</table>"


def stats_of(book: Book) -> Stats:
    """The figures of a book; money in units of the currency, shares in percent."""
    summary, tester, load = book.summary, own_statistics(book), own_load(book)
    unit, trades = 10**summary.digits, summary.all_trades

    def money(amount: float | None) -> float | None:
        return None if amount is None else amount / unit

    def percent(share: float | None) -> float | None:
        return None if share is None else share * 100

    return Stats(
        {
            "start": _utc(summary.first_time),
            "end": _utc(summary.last_time),
            "symbols": ", ".join(summary.symbols),
            "rows": summary.rows,
            "currency": summary.currency,
            "deposit": money(summary.deposit),
            "balance": money(summary.closing_balance),
            "equity": money(summary.closing_equity),
            "net_profit": money(summary.net_profit),
            "return_pct": percent(summary.net_profit / summary.deposit) if summary.deposit else None,
            "buy_and_hold": money(summary.buy_and_hold),
            "flat": money(summary.flat),
            "trades": trades.trades,
            "win_rate_pct": percent(trades.win_rate),
            "gross_profit": money(trades.gross_profit),
            "gross_loss": money(trades.gross_loss),
            "profit_factor": trades.profit_factor,
            "expected_payoff": money(trades.expected_payoff),
            "largest_win": money(trades.largest_win),
            "largest_loss": money(trades.largest_loss),
            "average_win": money(trades.average_win),
            "average_loss": money(trades.average_loss),
            "max_consecutive_wins": summary.wins.longest,
            "max_consecutive_losses": summary.losses.longest,
            "equity_drawdown": money(summary.equity_drawdown.maximal),
            "equity_drawdown_pct": percent(summary.equity_drawdown.relative_share),
            "balance_drawdown": money(summary.balance_drawdown.maximal),
            "balance_drawdown_pct": percent(summary.balance_drawdown.relative_share),
            "recovery_factor": summary.recovery_factor,
            "sharpe_ratio": summary.sharpe_ratio,
            "ahpr": tester.ahpr,
            "ghpr": tester.ghpr,
            "lr_correlation": tester.correlation,
            "lr_standard_error": tester.deviation,
            "z_score": tester.z,
            "z_confidence_pct": tester.confidence,
            "lowest_margin_level_pct": load.lowest_level,
            "exposure_pct": percent(summary.exposure),
            "long_trades": trades.long_trades,
            "short_trades": trades.short_trades,
            "commission": money(summary.commission),
            "swap": money(summary.swap),
            "orders": summary.orders,
            "denied": summary.denied,
            "rejected": summary.refused_by_terminal,
            "stop_losses": summary.stop_losses,
            "take_profits": summary.take_profits,
            "stop_outs": summary.stop_outs,
            "open_positions": summary.open_positions,
        }
    )


def _utc(time_ns: int) -> str:
    import numpy as np

    return str(np.datetime64(time_ns, "ns").astype("datetime64[m]")).replace("T", " ")


def _shown(name: str, value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.4f}" if name in GROWTH else f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
