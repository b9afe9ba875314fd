"""NautilusTrader's side of `bars_peers`: its bar backtest with orders, run by the peers' own interpreter.

Imports nothing of ours. MID bars (its matching engine takes no orders on BID bars alone), two registered averages,
`on_bar` that closes and opens by market orders. Prints one JSON object; measured is `BacktestEngine.run()` alone.
"""

import time
from pathlib import Path
from typing import Any

import nautilus_trader
import numpy as np
import pandas as pd
from nautilus_trader.config import StrategyConfig
from nautilus_trader.indicators import ExponentialMovingAverage
from nautilus_trader.model.data import Bar, BarType
from nautilus_trader.model.enums import OmsType, OrderSide
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.persistence.wranglers import BarDataWrangler
from nautilus_trader.trading.strategy import Strategy

from benchmarks.peer_nautilus import engine_for, instrument
from benchmarks.peer_side import side


class CrossConfig(StrategyConfig, frozen=True):  # type: ignore[call-arg, misc]  # the peer is not installed beside us
    """What is traded, and the periods in bars."""

    instrument_id: InstrumentId
    bar_type: BarType
    fast: int
    slow: int


class Cross(Strategy):  # type: ignore[misc]  # as above
    """Long while the fast average is above the slow one, else short."""

    def __init__(self, config: CrossConfig) -> None:
        """Two averages of the close."""
        super().__init__(config)
        self.fast = ExponentialMovingAverage(config.fast)
        self.slow = ExponentialMovingAverage(config.slow)
        self.side = 0
        self.orders = 0

    def on_start(self) -> None:
        """Let the engine feed the averages and this strategy."""
        for average in (self.fast, self.slow):
            self.register_indicator_for_bars(self.config.bar_type, average)
        self.subscribe_bars(self.config.bar_type)

    def on_bar(self, _bar: Bar) -> None:
        """Close and open when the side changes."""
        if not self.slow.initialized:
            return
        side = 1 if self.fast.value > self.slow.value else -1
        if side == self.side:
            return
        if self.side:
            self._order(side)
        self._order(side)
        self.side = side

    def _order(self, side: int) -> None:
        pair = self.cache.instrument(self.config.instrument_id)
        direction = OrderSide.BUY if side > 0 else OrderSide.SELL
        self.submit_order(self.order_factory.market(pair.id, direction, pair.make_qty(1000)))
        self.orders += 1


def backtest(bars: Path, fast: int, slow: int) -> dict[str, Any]:
    """Run once and measure `run()`."""
    columns = np.load(bars)
    pair = instrument()
    bar_type = BarType.from_str(f"{pair.id}-1-HOUR-MID-EXTERNAL")
    names = ("open", "high", "low", "close")
    frame = pd.DataFrame(
        {name: (columns[f"bid_{name}"] + columns[f"ask_{name}"]) * 0.5 for name in names},
        index=pd.to_datetime(columns["time"], utc=True),
    ).round(5)
    rows = BarDataWrangler(bar_type, pair).process(frame)
    engine = engine_for(pair, OmsType.NETTING, 10_000_000)
    engine.add_data(rows)
    strategy = Cross(CrossConfig(instrument_id=pair.id, bar_type=bar_type, fast=fast, slow=slow))
    engine.add_strategy(strategy)
    wall, cpu = time.perf_counter(), time.process_time()
    engine.run()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    version = f"NautilusTrader {nautilus_trader.__version__}"
    return {"events": len(rows), "cpu_s": cpu, "wall_s": wall, "orders": strategy.orders, "version": version}


if __name__ == "__main__":
    side(backtest)
