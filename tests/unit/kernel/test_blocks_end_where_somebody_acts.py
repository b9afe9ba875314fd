"""Blocks end where somebody acts, whatever the feed's own partition."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from tallystick.events.event import Event
from tallystick.events.types.market import BarBlock, QuoteBlock
from tallystick.events.types.trading import SignalRaised
from tallystick.market.rows import BarClosed, Quote, Rows
from tallystick.platform.kernel.simulation import Simulation
from tests.unit.kernel.kit import HOUR, Commits, bars, make_desk, quotes


class Threshold:
    """Signals on every row whose bid crosses a level; no scan."""

    role = "strategy"
    hears: tuple[type, ...] = (BarClosed, Quote)
    on_failure = "halt"

    def __init__(self, name: str, level: float) -> None:
        self.name, self.level, self.side, self.heard = name, level, 0, 0

    def react(self, event: Any, context: Any) -> Sequence[Event]:
        self.heard += 1
        bid = event.bid if type(event) is Quote else event.bid_close
        side = 1 if bid > self.level else -1
        if side == self.side:
            return ()
        self.side = side
        return [SignalRaised(strategy=self.name, symbol=event.symbol, direction=side, stop_points=0, take_points=0)]

    def freeze(self) -> Any:
        return [self.side, self.heard]

    def thaw(self, state: Any) -> None:
        self.side, self.heard = state


class ScanningThreshold(Threshold):
    """The same with a scan."""

    def scan(self, rows: Rows) -> int:
        sides = np.where(rows.bid > self.level, 1, -1)
        hits = np.flatnonzero(sides != self.side)
        return int(hits[0]) if len(hits) else -1

    def advance(self, rows: Rows) -> None:
        self.heard += len(rows)


def run(desk: Any, *parts: Rows) -> str:
    simulation = Simulation(desk.kernel, iter(parts), Commits())
    return simulation.run()


def split(rows: Rows, sizes: Sequence[int]) -> list[Rows]:
    edges = np.cumsum([0, *sizes])
    return [rows.part(int(a), int(b)) for a, b in pairwise(edges)]


def story(sink: Any) -> list[Any]:
    return [(kept.event, kept.time, kept.source, kept.cause, kept.cause_row, kept.root) for kept in sink.records]


PRICES = [1.0, 1.0, 1.2, 1.2, 1.2, 0.9, 0.9, 1.3, 1.3, 1.3, 1.3, 1.0]


@pytest.mark.parametrize("module", [Threshold, ScanningThreshold])
def test_a_block_ends_at_each_row_somebody_answers(module: Any) -> None:
    desk = make_desk(module("t", 1.1))
    assert run(desk, bars(PRICES)) == "end_of_data"
    blocks = [kept.event.rows for kept in desk.sink.records if kept.type is BarBlock]
    assert blocks == [1, 2, 3, 2, 4]
    signals = [kept for kept in desk.sink.records if kept.type is SignalRaised]
    assert [kept.cause_row for kept in signals] == [0, 1, 2, 1, 3]
    assert all(kept.derived and kept.cause == kept.root for kept in signals)


def test_scan_and_row_by_row_tell_the_same_story() -> None:
    random = np.random.default_rng(7)
    prices = np.round(1.1 + 0.05 * random.standard_normal(3000), 5)
    stories = []
    for module, by_row in ((Threshold, False), (ScanningThreshold, False), (ScanningThreshold, True)):
        desk = make_desk(module("a", 1.2), module("b", 1.0), kind="quote", by_row=by_row)
        run(desk, quotes(prices.tolist()))
        stories.append(story(desk.sink))
        assert [m.heard for m in desk.kernel.cascades.modules] == [3000, 3000]
    assert stories[0] == stories[1] == stories[2]


def test_the_partition_of_the_feed_does_not_matter() -> None:
    random = np.random.default_rng(11)
    prices = np.round(1.1 + 0.05 * random.standard_normal(10_000), 5).tolist()
    rows = quotes(prices)
    whole = make_desk(ScanningThreshold("a", 1.24), kind="quote")
    run(whole, rows)
    assert max(kept.event.rows for kept in whole.sink.records if kept.type is QuoteBlock) <= 4096
    for _ in range(5):
        cuts = np.sort(random.choice(np.arange(1, 10_000), size=30, replace=False))
        sizes = np.diff([0, *cuts.tolist(), 10_000]).tolist()
        desk = make_desk(ScanningThreshold("a", 1.24), kind="quote")
        run(desk, *split(rows, sizes))
        assert story(desk.sink) == story(whole.sink)


def test_bars_of_one_moment_stay_in_one_block() -> None:
    rows = bars([1.0, 1.0, 1.3, 1.0, 1.3, 1.3], series=[0, 1, 0, 1, 0, 1], hours=[0, 0, 1, 1, 2, 2])
    desk = make_desk(Threshold("t", 1.1), symbols=("EURUSD", "NZDUSD"))
    run(desk, rows)
    assert [kept.event.rows for kept in desk.sink.records if kept.type is BarBlock] == [2, 2, 2]
    assert {kept.time for kept in desk.sink.records if kept.type is SignalRaised} <= set(rows.time.tolist())
    assert rows.time[0] + HOUR == rows.time[2]
