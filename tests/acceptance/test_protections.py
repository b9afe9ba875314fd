"""Trailing and break-even on a real run: every stop is the one that a plain loop over the rows gives.

The loop below knows the rules of docs/portfolio.md and nothing of `scan`, watches or thresholds.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tallystick.events.reader import LogReader
from tallystick.events.types.account import PositionProtected
from tallystick.events.types.trading import DealMade, IntentRaised
from tallystick.market.rows import Rows
from tallystick.platform.compose import composition_of
from tallystick.platform.kernel.book import simulate
from tallystick.platform.kernel.contract import RunOptions, RunResult
from tallystick.platform.plan import StrategyPlan
from tests.acceptance.books import plan as demos_plan
from tests.replay.market_kit import SIGNER, Made, ScanningTurns, replay, wandering

TRAIL, STEP, BREAK_EVEN, LOCK = 150, 30, 100, 20
PROTECTION = {
    "trail_points": TRAIL,
    "step_points": STEP,
    "break_even_points": BREAK_EVEN,
    "lock_points": LOCK,
}
STRATEGY = StrategyPlan(kind="flat", name="turns", protection=PROTECTION)
ROWS = 1_500


def turns() -> Sequence[Any]:
    """Signals with a stop of 5,000 points, far behind where protection soon puts it."""
    return [ScanningTurns("turns", 90)]


def trade(folder: Path, rows: Rows, stop_after: int = 0, **options: Any) -> RunResult:
    """Trade the rows with protection; `stop_after` takes a process away once so many rows are in."""
    a_plan = demos_plan(sizing={"kind": "fixed", "lots": "0.10"}, risk={}, strategies=(STRATEGY,))

    def dies(taken: int) -> None:
        if stop_after and taken >= stop_after:
            raise SystemExit

    return simulate(
        folder,
        a_plan,
        Made(rows),
        SIGNER.named,
        composing=lambda plan, series, **more: composition_of(plan, series, turns(), **more),
        progress=dies,
        options=RunOptions(**options),
    )


def told(folder: Path, *types: type[Any]) -> list[Any]:
    return [each for each in LogReader(folder / "log").envelopes() if isinstance(each.event, types)]


def expected(rows: Rows, deals: list[Any]) -> list[tuple[int, int, int]]:
    """(time, position, stop in points) of every move, by a loop over the rows of each position's life."""
    closed = {each.event.position: each.time for each in deals if each.event.entry == "out"}
    moves = []
    for each in deals:
        deal = each.event
        if deal.type == "balance" or deal.entry != "in":
            continue
        side = 1 if deal.type == "buy" else -1
        opened = round(deal.price * 100_000)
        stop = None
        for time, bid, ask in zip(rows.time.tolist(), rows.bid.tolist(), rows.ask.tolist(), strict=True):
            if time < each.time or time >= closed.get(deal.position, 2**63):
                continue
            price = round((bid if side > 0 else ask) * 100_000)
            first = opened - side * 5_000 if stop is None else stop
            candidates = []
            if side * (price - side * TRAIL - first) >= STEP:
                candidates.append(price - side * TRAIL)
            if side * (price - opened) >= BREAK_EVEN and side * (opened + side * LOCK - first) > 0:
                candidates.append(opened + side * LOCK)
            if candidates:
                stop = max(candidates) if side > 0 else min(candidates)
                moves.append((time, deal.position, stop))
    return sorted(moves)


@pytest.mark.parametrize("kind", ["bar", "quote"])
@pytest.mark.parametrize("seed", [2, 11])
def test_every_stop_is_the_one_a_plain_loop_over_the_rows_gives(tmp_path: Path, kind: str, seed: int) -> None:
    rows = wandering(ROWS, seed, kind=kind)
    trade(tmp_path, rows)
    intents = [each for each in told(tmp_path, IntentRaised) if each.source == "protections"]
    moves = [(each.time, each.event.ticket, round(each.event.stop_loss * 100_000)) for each in intents]
    assert len(moves) > 50
    assert moves == expected(rows, told(tmp_path, DealMade))
    done = [(each.event.position, round(each.event.stop_loss * 100_000)) for each in told(tmp_path, PositionProtected)]
    assert done == [(ticket, stop) for _, ticket, stop in moves]  # the terminal took every one of them


@pytest.mark.parametrize("kind", ["bar", "quote"])
def test_row_by_row_the_same_stops_are_moved(tmp_path: Path, kind: str) -> None:
    trade(tmp_path, wandering(ROWS, 3, kind=kind))
    result = replay(tmp_path, turns, by_row=True)
    assert result.equal, result.message
    assert result.compared > 300


@pytest.mark.parametrize("snapshot_records", [25, 10**9])
def test_a_run_whose_process_dies_goes_on_with_the_same_stops(tmp_path: Path, snapshot_records: int) -> None:
    rows = wandering(ROWS, 4)
    whole = trade(tmp_path / "whole", rows)
    for taken in (200, 201, 700, 1_100):
        with pytest.raises(SystemExit):
            trade(tmp_path / "died", rows, taken, snapshot_records=snapshot_records, batch_records=1)
    died = trade(tmp_path / "died", rows)
    assert died.recovered
    assert died.decision_digest == whole.decision_digest
