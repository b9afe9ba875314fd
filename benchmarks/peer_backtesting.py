"""backtesting.py's side of `bars_peers`: an EMA cross by its two-method class, run by the peers' own interpreter.

Imports nothing of ours. The averages are computed once for all bars (`self.I`), as its users do; `next` compares them
and reverses at the next bar's open. Prints one JSON object; measured is `Backtest.run()` alone, statistics included.
"""

import time
import warnings
from pathlib import Path
from typing import Any

import backtesting
import numpy as np
import pandas as pd

from benchmarks.peer_side import side


def ema(values: Any, period: int) -> Any:
    """Exponential average seeded with the first value."""
    return pd.Series(values).ewm(span=period, adjust=False).mean()


class Cross(backtesting.Strategy):  # type: ignore[misc]  # the peer is not installed beside us
    """Long while the fast average is above the slow one, else short; a fixed size."""

    fast = 10
    slow = 30

    def init(self) -> None:
        """Both averages of the close."""
        self.quick = self.I(ema, self.data.Close, self.fast)
        self.calm = self.I(ema, self.data.Close, self.slow)

    def next(self) -> None:
        """Reverse when the side changes."""
        if len(self.data) < self.slow:
            return
        if self.quick[-1] > self.calm[-1]:
            if not self.position.is_long:
                self.position.close()
                self.buy(size=1000)
        elif not self.position.is_short:
            self.position.close()
            self.sell(size=1000)


def backtest(bars: Path, fast: int, slow: int) -> dict[str, Any]:
    """Run once and measure `run()`."""
    warnings.simplefilter("ignore")
    columns = np.load(bars)
    frame = pd.DataFrame(
        {name.title(): columns[f"bid_{name}"] for name in ("open", "high", "low", "close")},
        index=pd.to_datetime(columns["time"]),
    )
    test = backtesting.Backtest(frame, Cross, cash=10_000_000, commission=0.00003, margin=1 / 30)
    wall, cpu = time.perf_counter(), time.process_time()
    result = test.run(fast=fast, slow=slow)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    version = f"backtesting.py {backtesting.__version__}"
    return {
        "events": len(frame),
        "cpu_s": cpu,
        "wall_s": wall,
        "orders": 2 * int(result["# Trades"]),
        "version": version,
    }


if __name__ == "__main__":
    side(backtest)
