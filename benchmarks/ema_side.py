"""The built-in EMA cross over quotes on the bare kernel: no terminal, portfolio, orders or risk; the whole audit."""

import argparse
import hashlib
from pathlib import Path

import numpy as np

from benchmarks import feeds
from benchmarks.deal_log import ORIGIN, SIGNER
from benchmarks.harness import Stopwatch, tell
from tallystick.events.catalogue import Catalogue
from tallystick.events.reader import LogReader
from tallystick.events.types.market import QuoteBlock, SeriesDeclared
from tallystick.events.types.trading import DecisionExplained, SignalRaised
from tallystick.events.writer import LogWriter
from tallystick.platform.data.feed import Feed
from tallystick.platform.kernel.composition import Composition
from tallystick.platform.kernel.durability import Commits
from tallystick.platform.kernel.kernel import Kernel
from tallystick.platform.kernel.simulation import Simulation
from tallystick.platform.strategies import EmaCross

DAY_NS = 86_400_000_000_000


def run(folder: Path, feed: Feed, fast: int, slow: int) -> None:
    """One run from the first row to the signed checkpoint at its head."""
    writer = LogWriter(folder, ORIGIN)
    strategy = EmaCross("EURUSD", fast=fast, slow=slow, source="quotes")
    writer.declare((SeriesDeclared, QuoteBlock, SignalRaised, DecisionExplained))
    for source, role in (("feed", "feed"), ("kernel", "kernel"), (strategy.name, strategy.role)):
        writer.source_id(source, role)
    composition = Composition([strategy], None, lambda time: time // DAY_NS, [strategy.name])
    kernel = Kernel(composition, Catalogue(), writer)
    kernel.at(int(feed.series[0].time[0]))
    for declared in feed.series_declared():
        kernel.hear(declared, "feed", "feed")
    commits = Commits(writer, "batch", snapshot=lambda: None, checkpoint=lambda: None)
    Simulation(kernel, feed.rows(), commits).run()
    writer.checkpoint(SIGNER)
    writer.close()


def crosses(folder: Path) -> tuple[int, str]:
    """Number of signals in the log, and SHA-256 over their times and directions."""
    found = [(e.time, e.event.direction) for e in LogReader(folder).envelopes() if type(e.event) is SignalRaised]
    return len(found), hashlib.sha256(np.array(found, dtype="<i8").tobytes()).hexdigest()


def main() -> None:
    """Warm up (compilation, measured apart), then run once and check the log's signals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scratch", type=Path)
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--fast", type=int, required=True)
    parser.add_argument("--slow", type=int, required=True)
    options = parser.parse_args()
    number = sum(1 for _ in options.scratch.glob("run-*"))
    with Stopwatch() as compiling:
        run(options.scratch / f"warm-{number}", Feed([feeds.quotes(5_000)]), options.fast, options.slow)
    feed = Feed([feeds.quotes(options.rows)])
    folder = options.scratch / f"run-{number}"
    with Stopwatch() as watch:
        run(folder, feed, options.fast, options.slow)
    count, digest = crosses(folder)
    records = len(LogReader(folder))
    tell(len(feed), watch, crosses=count, crosses_hash=digest, records=records, compile_s=compiling.cpu_s)


if __name__ == "__main__":
    main()
