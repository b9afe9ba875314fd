"""A live book in a process of its own that trades, turn after turn, until somebody kills it."""

import sys
from pathlib import Path

from tests.fakes.MetaTrader5.faults import Fate, plan_fate
from tests.unit.kernel.live_kit import Crossing
from tests.unit.mt5.bridge.kit import bench

if __name__ == "__main__":
    with bench(Path(sys.argv[1]), strategy=Crossing()) as desk:
        print("ready", flush=True)
        for number in range(10_000):
            plan_fate(desk.fake, Fate(before_s=0.04, after_s=0.04))
            desk.tick(bid=1.0999 if number % 2 else 1.1001)
