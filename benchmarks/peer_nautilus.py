"""NautilusTrader's side of `ema_quotes`: its quote-tick backtest, run by the peers' own interpreter.

Imports nothing of ours. Reads the treated quotes from a `.npy` file, prints one JSON object: events, CPU and wall
seconds of `BacktestEngine.run()` alone (loading the data and building the engine are outside), and the crosses.
The strategy is written as its users write one: two registered indicators, updated by the engine on every quote's mid,
and `on_quote_tick` that compares them. It sends no orders.
"""

import argparse
import hashlib
import json
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import nautilus_trader
import numpy as np
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.config import LoggingConfig, StrategyConfig
from nautilus_trader.indicators import ExponentialMovingAverage
from nautilus_trader.model.currencies import EUR, USD
from nautilus_trader.model.data import QuoteTick
from nautilus_trader.model.enums import AccountType, OmsType, PriceType
from nautilus_trader.model.identifiers import InstrumentId, Symbol, TraderId, Venue
from nautilus_trader.model.instruments import CurrencyPair
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.trading.strategy import Strategy

DIGITS = 5
"""Decimal places of EURUSD, as in the data."""


class CrossConfig(StrategyConfig, frozen=True):  # type: ignore[call-arg, misc]  # the peer is not installed beside us
    """Periods of the two averages, in quotes."""

    instrument_id: InstrumentId
    fast: int
    slow: int


class Cross(Strategy):  # type: ignore[misc]  # as above
    """Notes every change of side of the fast average against the slow one, once the slow one is warm."""

    def __init__(self, config: CrossConfig) -> None:
        """Both averages take the mid of each quote."""
        super().__init__(config)
        self.fast = ExponentialMovingAverage(config.fast, price_type=PriceType.MID)
        self.slow = ExponentialMovingAverage(config.slow, price_type=PriceType.MID)
        self.side = 0
        self.crosses: list[tuple[int, int]] = []

    def on_start(self) -> None:
        """Let the engine feed the averages and this strategy."""
        instrument_id = self.config.instrument_id
        self.register_indicator_for_quote_ticks(instrument_id, self.fast)
        self.register_indicator_for_quote_ticks(instrument_id, self.slow)
        self.subscribe_quote_ticks(instrument_id)

    def on_quote_tick(self, tick: QuoteTick) -> None:
        """Compare; equal averages change nothing."""
        if not self.slow.initialized:
            return
        fast, slow = self.fast.value, self.slow.value
        side = 1 if fast > slow else -1 if fast < slow else self.side
        if side != self.side:
            self.side = side
            self.crosses.append((tick.ts_event, side))


def instrument() -> CurrencyPair:
    """EUR/USD at a simulated venue."""
    venue_id = InstrumentId(Symbol("EUR/USD"), Venue("SIM"))
    return CurrencyPair(
        instrument_id=venue_id,
        raw_symbol=Symbol("EUR/USD"),
        base_currency=EUR,
        quote_currency=USD,
        price_precision=DIGITS,
        size_precision=0,
        price_increment=Price(10**-DIGITS, DIGITS),
        size_increment=Quantity.from_int(1),
        lot_size=Quantity.from_int(1000),
        margin_init=Decimal("0.03"),
        margin_maint=Decimal("0.03"),
        maker_fee=Decimal(0),
        taker_fee=Decimal(0),
        ts_event=0,
        ts_init=0,
    )


def engine_for(pair: CurrencyPair, oms: OmsType, balance: int) -> BacktestEngine:
    """A silent engine with one venue, one margin account in USD, and one pair."""
    engine = BacktestEngine(
        BacktestEngineConfig(trader_id=TraderId("BENCH-001"), logging=LoggingConfig(bypass_logging=True))
    )
    engine.add_venue(
        venue=pair.id.venue,
        oms_type=oms,
        account_type=AccountType.MARGIN,
        base_currency=USD,
        starting_balances=[Money(balance, USD)],
    )
    engine.add_instrument(pair)
    return engine


def backtest(quotes: Path, fast: int, slow: int) -> dict[str, Any]:
    """Run once and measure `run()`."""
    columns = np.load(quotes)
    pair = instrument()
    times = columns["time"].astype(np.uint64)
    sizes = np.full(len(times), 1_000_000.0)
    bid, ask = (np.ascontiguousarray(columns[side]) for side in ("bid", "ask"))
    ticks = QuoteTick.from_raw_arrays_to_list(pair.id, DIGITS, 0, bid, ask, sizes, sizes, times, times)
    engine = engine_for(pair, OmsType.HEDGING, 100_000)
    engine.add_data(ticks)
    strategy = Cross(CrossConfig(instrument_id=pair.id, fast=fast, slow=slow))
    engine.add_strategy(strategy)
    wall, cpu = time.perf_counter(), time.process_time()
    engine.run()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    listed = np.array(strategy.crosses, dtype="<i8")
    return {
        "events": len(ticks),
        "cpu_s": cpu,
        "wall_s": wall,
        "crosses": len(listed),
        "crosses_hash": hashlib.sha256(listed.tobytes()).hexdigest(),
        "version": f"NautilusTrader {nautilus_trader.__version__}",
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("quotes", type=Path)
    parser.add_argument("--fast", type=int, required=True)
    parser.add_argument("--slow", type=int, required=True)
    options = parser.parse_args()
    print(json.dumps(backtest(options.quotes, options.fast, options.slow)))
