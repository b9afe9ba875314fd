"""vectorbt's side of `bars_peers`: the EMA cross as whole arrays, run by the peers' own interpreter.

Imports nothing of ours. Measured, after one warm-up on the same arrays (its kernels are compiled then): indicators,
signals, portfolio and `stats()`. Prints one JSON object.
"""

import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import vectorbt

from benchmarks.peer_side import side


def portfolio(close: Any, fast: int, slow: int) -> int:
    """One backtest with its statistics; the number of orders."""
    quick = vectorbt.MA.run(close, fast, ewm=True)
    calm = vectorbt.MA.run(close, slow, ewm=True)
    above, below = quick.ma_crossed_above(calm), quick.ma_crossed_below(calm)
    held = vectorbt.Portfolio.from_signals(
        close, entries=above, short_entries=below, size=1000, fees=0.00003, init_cash=10_000_000, freq="1h"
    )
    held.stats()
    return 2 * int(held.trades.count())


def backtest(bars: Path, fast: int, slow: int) -> dict[str, Any]:
    """Warm up, then measure one."""
    warnings.simplefilter("ignore")
    columns = np.load(bars)
    close = pd.Series(columns["bid_close"], index=pd.to_datetime(columns["time"]))
    portfolio(close, fast, slow)
    wall, cpu = time.perf_counter(), time.process_time()
    orders = portfolio(close, fast, slow)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    version = f"vectorbt {vectorbt.__version__}"
    return {"events": len(close), "cpu_s": cpu, "wall_s": wall, "orders": orders, "version": version}


if __name__ == "__main__":
    side(backtest)
