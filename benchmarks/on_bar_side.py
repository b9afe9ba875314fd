"""A user's strategy over bars by `backtest()`: from the first row to a signed, synced log.

Measured is what `backtest` takes with the data in memory, the strategy in a class with `on_bar`; a warm-up on a few
thousand rows compiles the kernels before.
"""

import argparse
from pathlib import Path

from benchmarks import feeds
from benchmarks.book_side import EURUSD, OFTEN
from benchmarks.harness import BenchmarkFailedError, Stopwatch, tell
from tallystick.events.reader import LogReader
from tallystick.events.types.trading import OrderSending
from tallystick.market.instrument import Instrument
from tallystick.market.rows import BarClosed
from tallystick.platform import Strategy, backtest
from tallystick.platform.backtesting.result import Backtest
from tallystick.platform.data.series import Series


class EmaCross(Strategy, symbol="EURUSD", timeframe="H1"):
    """As a newcomer writes it."""

    fast: int = 10
    slow: int = 30

    def on_bar(self, _bar: BarClosed) -> None:
        """Long while the fast average is above the slow one, else short."""
        self.target("0.01" if self.ema(self.fast) > self.ema(self.slow) else "-0.01")


class SmaCross(Strategy, symbol="EURUSD", timeframe="H1"):
    """The same with simple averages."""

    fast: int = 10
    slow: int = 30

    def on_bar(self, _bar: BarClosed) -> None:
        """Long while the fast average is above the slow one, else short."""
        self.target("0.01" if self.sma(self.fast) > self.sma(self.slow) else "-0.01")


def run(series: Series, strategy: Strategy, book: Path) -> Backtest:
    """One backtest with every rule asked and none in the way, kept in a book."""
    return backtest(strategy, series, account=10_000_000_000, instruments=[Instrument(**EURUSD)], risk=OFTEN, book=book)


def main() -> None:
    """Warm up, then run once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--fast", type=int, required=True)
    parser.add_argument("--slow", type=int, required=True)
    parser.add_argument("--average", choices=("ema", "sma"), default="ema")
    options = parser.parse_args()
    make = EmaCross if options.average == "ema" else SmaCross
    free = next(path for number in range(1_000) if not (path := options.folder / f"book-{number}").exists())
    run(feeds.bars(min(3_000, options.rows)), make(fast=2, slow=5), free.with_name(f"{free.name}-warm"))
    series = feeds.bars(options.rows)
    with Stopwatch() as watch:
        result = run(series, make(fast=options.fast, slow=options.slow), free)
    if result.run.rows != options.rows:
        message = f"the run took {result.run.rows} of {options.rows} rows: {result.run.ended}"
        raise BenchmarkFailedError(message)
    sent = sum(type(envelope.event) is OrderSending for envelope in LogReader(free / "log").envelopes())
    tell(options.rows, watch, records=result.run.size, orders=sent)


if __name__ == "__main__":
    main()
