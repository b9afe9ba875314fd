"""PyEventBT's side: the strategy of its README on hourly or minute bars, run by the peers' own interpreter.

Imports nothing of ours. Two simple averages, compared on each bar, one position, closed and opened by its own engines,
the smallest size. Its log lines are switched off. Prints one JSON object; measured is `Strategy.backtest()`, which also
reads the CSV file (about a second of it on a year of bars).
"""

import logging
import os
import sys
import tempfile
import time
from contextlib import redirect_stdout
from datetime import UTC, datetime
from decimal import Decimal
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from pyeventbt import (
    BarEvent,
    MinSizingConfig,
    Modules,
    PassthroughRiskConfig,
    SignalEvent,
    Strategy,
    StrategyTimeframes,
)
from pyeventbt.events.events import OrderType, SignalType
from pyeventbt.indicators import SMA
from pyeventbt.strategy.core.account_currencies import AccountCurrencies

from benchmarks.peer_side import side

NUMBER = "123456"
TIMEFRAMES = {60: StrategyTimeframes.ONE_MIN, 3_600: StrategyTimeframes.ONE_HOUR}
SYMBOL = "EURUSD"


def strategy_of(timeframe: StrategyTimeframes, fast: int, slow: int, sent: list[int]) -> Strategy:
    """The README's strategy with these periods; it counts its signals in `sent`."""
    strategy = Strategy(logging_level=logging.CRITICAL)

    @strategy.custom_signal_engine(strategy_id=NUMBER, strategy_timeframes=[timeframe])
    def cross(event: BarEvent, modules: Modules) -> Any:
        if event.timeframe != timeframe:
            return None
        bars = modules.DATA_PROVIDER.get_latest_bars(SYMBOL, timeframe, slow + 10)
        if bars is None or bars.height < slow + 10:
            return None
        close = bars.select("close").to_numpy().flatten()
        quick, calm = SMA.compute(close, fast)[-1], SMA.compute(close, slow)[-1]
        if quick == calm:
            return None
        held = modules.PORTFOLIO.get_number_of_strategy_open_positions_by_symbol(SYMBOL)
        wanted, other = ("LONG", "SHORT") if quick > calm else ("SHORT", "LONG")
        if held[wanted]:
            return None
        engine = modules.EXECUTION_ENGINE
        if held[other] and other == "SHORT":
            engine.close_strategy_short_positions_by_symbol(SYMBOL)
        elif held[other]:
            engine.close_strategy_long_positions_by_symbol(SYMBOL)
        tick = modules.DATA_PROVIDER.get_latest_tick(SYMBOL)
        sent.append(1)
        return [
            SignalEvent(
                symbol=SYMBOL,
                time_generated=event.datetime + timeframe.to_timedelta(),
                strategy_id=NUMBER,
                signal_type=SignalType.BUY if wanted == "LONG" else SignalType.SELL,
                order_type=OrderType.MARKET,
                order_price=tick["ask"] if wanted == "LONG" else tick["bid"],
                sl=Decimal("0.0"),
                tp=Decimal("0.0"),
            )
        ]

    strategy.configure_predefined_sizing_engine(MinSizingConfig())
    strategy.configure_predefined_risk_engine(PassthroughRiskConfig())
    return strategy


def timeframe_of(bars: Path) -> StrategyTimeframes:
    """The timeframe of the bars in a file: the least time between two."""
    return TIMEFRAMES[int(np.diff(np.load(bars)["time"]).min()) // 10**9]


def written(bars: Path, folder: Path) -> int:
    """The bars as its CSV file; how many."""
    columns = np.load(bars)
    moments = columns["time"].astype("datetime64[ns]").astype("datetime64[s]")
    lines = []
    for index, moment in enumerate(moments):
        day, _, clock = str(moment).partition("T")
        prices = ",".join(f"{columns[f'bid_{name}'][index]:.5f}" for name in ("open", "high", "low", "close"))
        spread = max(1, round((columns["ask_open"][index] - columns["bid_open"][index]) * 1e5))
        lines.append(f"{day.replace('-', '.')},{clock},{prices},100,100,{spread}")
    (folder / f"{SYMBOL}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(lines)


def backtest(bars: Path, fast: int, slow: int) -> dict[str, Any]:
    """Run once and measure `backtest()`."""
    sent: list[int] = []
    with tempfile.TemporaryDirectory() as name, Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        rows = written(bars, Path(name))
        strategy = strategy_of(timeframe_of(bars), fast, slow, sent)
        with redirect_stdout(nowhere):
            wall, cpu = time.perf_counter(), time.process_time()
            strategy.backtest(
                strategy_id=NUMBER,
                initial_capital=1_000_000,
                symbols_to_trade=[SYMBOL],
                csv_dir=name,
                backtest_name=NUMBER,
                start_date=datetime(2000, 1, 1),  # noqa: DTZ001 -- its dates know no zone
                end_date=datetime.now(UTC).replace(tzinfo=None),
                export_backtest_parquet=False,
                account_currency=AccountCurrencies.USD,
            )
            cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    version = f"PyEventBT {metadata.version('pyeventbt')}"
    notes = {"orders": 2 * len(sent), "version": version, "process_s": time.process_time()}
    return {"events": rows, "cpu_s": cpu, "wall_s": wall, **notes}


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    sys.stderr.flush()
    side(backtest)
