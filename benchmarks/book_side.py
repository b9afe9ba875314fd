"""A whole book in simulation: terminal, strategy, portfolio, orders and risk, from the first row to a signed log.

`--way react` takes `scan` and `advance` away from the strategy's class, so that the kernel asks `react` about each row.
`--replay` replays the book that lies in the folder instead.
"""

import argparse
import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import feeds
from benchmarks.harness import BenchmarkFailedError, Stopwatch, tell
from tallystick.events.reader import LogReader
from tallystick.events.signer import Ed25519Signer
from tallystick.events.types.trading import OrderSending, SignalRaised
from tallystick.market.instrument import LOT
from tallystick.platform.data.feed import Feed
from tallystick.platform.kernel.book import simulate
from tallystick.platform.kernel.contract import RunResult
from tallystick.platform.kernel.replaying import replay_book
from tallystick.platform.plan import AccountPlan, RunPlan, StrategyPlan
from tallystick.platform.strategies import EmaCross

SEED = bytes(range(32))
"""Of a key for benchmarks only; everybody knows it."""
EURUSD: dict[str, Any] = {
    "symbol": "EURUSD",
    "digits": feeds.DIGITS,
    "contract_size": 100_000.0,
    "volume_min": LOT // 100,
    "volume_max": 100 * LOT,
    "volume_step": LOT // 100,
    "currency_base": "EUR",
    "currency_margin": "EUR",
    "swap_long": -5.0,
    "swap_short": 1.0,
    "commission_per_lot": 300,
}
OFTEN: dict[str, Any] = {
    "pace": {"messages_per_s": 1_000_000, "messages_burst": 1_000_000, "repeats_max": 1_000_000},
    "daily_loss_ppm": 1_000_000,
    "drawdown_ppm": 1_000_000,
}
"""Every rule is asked, none stops a strategy that trades all day."""
WARM_UP = 3_000
"""Records of a replay after which every compiled kernel has been loaded."""
NOBODY: dict[str, Any] = {"strategies": []}
"""No strategy may open: risk denies every order."""


def plan(fast: int, slow: int, source: str, risk: dict[str, Any]) -> RunPlan:
    """An EMA cross of 0.01 lots on an account that outlives it."""
    strategy = StrategyPlan(
        kind="ema_cross",
        name="ema_cross",
        parameters={"symbol": "EURUSD", "fast": fast, "slow": slow, "source": source},
    )
    return RunPlan(
        account=AccountPlan(balance=1_000_000_000_000),
        instruments=(EURUSD,),
        strategies=(strategy,),
        sizing={"kind": "fixed", "lots": "0.01"},
        risk=risk,
    )


def run(folder: Path, feed: Feed, chosen: RunPlan) -> RunResult:
    """One run; the log ends with a signed checkpoint, everything synced."""
    return simulate(folder, chosen, feed, lambda origin: Ed25519Signer(origin, SEED))


def said(folder: Path) -> dict[str, Any]:
    """What the log holds: signals, with SHA-256 over their times and directions, and orders sent."""
    signals, orders = [], 0
    for envelope in LogReader(folder / "log").envelopes():
        if type(envelope.event) is SignalRaised:
            signals.append((envelope.time, envelope.event.direction))
        elif type(envelope.event) is OrderSending:
            orders += 1
    digest = hashlib.sha256(np.array(signals, dtype="<i8").tobytes()).hexdigest()
    return {"crosses": len(signals), "crosses_hash": digest, "orders": orders}


def replay(folder: Path) -> None:
    """Replay every record of the book and compare; the kernels have been loaded before, as in a run."""
    with Stopwatch() as loading:
        replay_book(folder, until=WARM_UP)
    with Stopwatch() as watch:
        result = replay_book(folder)
    if not result.equal:
        message = f"the replay differs: {result.message}"
        raise BenchmarkFailedError(message)
    tell(result.compared, watch, load_s=loading.cpu_s)


def main() -> None:
    """Warm up (compilation, measured apart), then run once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--replay", action="store_true")
    parser.add_argument("--rows", type=int)
    parser.add_argument("--source", choices=("quotes", "bars"))
    parser.add_argument("--fast", type=int)
    parser.add_argument("--slow", type=int)
    parser.add_argument("--way", choices=("scan", "react"), default="scan")
    parser.add_argument("--no-orders", action="store_true")
    options = parser.parse_args()
    if options.replay:
        replay(options.folder)
        return
    if options.way == "react":
        del EmaCross.scan, EmaCross.advance
    chosen = plan(options.fast, options.slow, options.source, NOBODY if options.no_orders else OFTEN)
    rows = feeds.quotes if options.source == "quotes" else feeds.bars
    folder = _fresh(options.folder)
    with Stopwatch() as compiling:
        run(folder.with_name(f"{folder.name}-warm"), Feed([rows(min(3_000, options.rows))]), chosen)
    feed = Feed([rows(options.rows)])
    with Stopwatch() as watch:
        result = run(folder, feed, chosen)
    if result.rows != options.rows:
        message = f"the run took {result.rows} of {options.rows} rows: {result.ended}"
        raise BenchmarkFailedError(message)
    tell(options.rows, watch, records=result.size, compile_s=compiling.cpu_s, **said(folder))


def _fresh(folder: Path) -> Path:
    """The folder itself, or the first `folder-N` that does not exist: rounds do not share a book."""
    number = 0
    chosen = folder
    while chosen.exists():
        number += 1
        chosen = folder.with_name(f"{folder.name}-{number}")
    return chosen


if __name__ == "__main__":
    main()
