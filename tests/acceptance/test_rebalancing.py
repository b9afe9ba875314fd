"""A rebalancing in a whole book: the same records with and without a cache, and after a crash with work pending.

A replay needs no optimiser; what cannot be optimised is recorded; who is missing is said before anything is written.
"""

import os
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tallystick.events.event import Event
from tallystick.events.reader import LogReader
from tallystick.events.types import running, trading
from tallystick.events.types.optimisation import DecisionWithheld, OptimisationCompleted, OptimisationRequested
from tallystick.market.rows import BarClosed
from tallystick.platform.backtesting import backtest
from tallystick.platform.cli.lineage import Lineage
from tallystick.platform.kernel.contract import RunResult
from tallystick.platform.kernel.errors import WorkerMissing
from tallystick.platform.kernel.replaying import replay_book
from tallystick.platform.kernel.snapshot import load
from tallystick.platform.plan import RunPlan, StrategyPlan
from tallystick.platform.strategies import Rebalance
from tests.acceptance.books import QUARTER, CutFeed, events, exit_code_of_verify, leaves, plan, run
from tests.acceptance.test_faults import Desk

PARAMETERS: dict[str, Any] = {
    "symbols": "EURUSD,NZDUSD,XAUUSD",
    "calendar": "weekly",
    "offset_s": 36_000,
    "window": 200,
    "due_s": 90_060,
}
DAY = 86_400 * 10**9
WORKER = "tallystick.quantum.worker"
BARE = f"""
import sys
from pathlib import Path
for name in ("tallystick.quantum", "scipy", "sklearn"):
    sys.modules[name] = None
from tallystick.platform.kernel.replaying import replay_book
print(replay_book(Path(sys.argv[1])).equal, "{WORKER}" in sys.modules)
"""


def weekly(**changes: Any) -> RunPlan:
    """A plan with one strategy: a weekly rebalancing whose work is given more than a day."""
    one = StrategyPlan(kind="rebalance", name="weekly", parameters=PARAMETERS)
    return plan(strategies=(one,), **changes)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunResult, Path]:
    folder, cache = tmp_path_factory.mktemp("undisturbed"), tmp_path_factory.mktemp("results")
    return folder, run(folder, weekly(), CutFeed(QUARTER), results=cache), cache


def test_a_rebalancing_asks_is_answered_in_time_and_trades_what_it_was_told(
    undisturbed: tuple[Path, RunResult, Path],
) -> None:
    folder, result, _ = undisturbed
    asked, told = events(folder, OptimisationRequested), events(folder, OptimisationCompleted)
    assert len(told) == len(asked)
    assert (result.worked, result.cached) == (len(told), 0)
    assert len(told) >= 5
    records = {each.seq: each for each in LogReader(folder / "log").envelopes()}
    for each in records.values():
        if isinstance(each.event, OptimisationCompleted):
            request = records[each.event.request]
            assert each.cause == request.seq
            assert each.time == request.event.due == request.time + 90_060 * 10**9
            assert each.event.lots_proved
    targets = {(each.symbol, each.volume) for each in events(folder, trading.TargetSet)}
    assert targets >= {
        (symbol, volume) for symbol, volume in zip(told[0].symbols, told[0].volumes, strict=True) if volume
    }
    assert {each.strategy for each in events(folder, trading.OrderRequested)} == {"weekly"}
    assert exit_code_of_verify(folder, result) == 0
    assert replay_book(folder).equal
    assert replay_book(folder, by_row=True).equal


def test_a_warm_cache_writes_the_same_log(tmp_path: Path, undisturbed: tuple[Path, RunResult, Path]) -> None:
    folder, cold, cache = undisturbed
    warm = run(tmp_path, weekly(), CutFeed(QUARTER), results=cache)
    assert (warm.worked, warm.cached) == (cold.worked, cold.worked)
    assert (warm.head, warm.decision_digest) == (cold.head, cold.decision_digest)
    assert leaves(tmp_path) == leaves(folder)


@pytest.mark.parametrize("seed", range(3))
def test_the_partition_of_the_feed_changes_no_bit(
    tmp_path: Path, undisturbed: tuple[Path, RunResult, Path], seed: int
) -> None:
    print(f"seed {seed}")
    folder, expected, cache = undisturbed
    result = run(tmp_path, weekly(), CutFeed(QUARTER, random.Random(seed)), results=cache)
    assert result.head == expected.head
    assert leaves(tmp_path) == leaves(folder)


class Crashed(BaseException):
    """The process goes no further than this."""


@pytest.mark.parametrize("seed", range(4))
def test_a_crash_while_work_is_pending_changes_no_decision(
    tmp_path: Path, undisturbed: tuple[Path, RunResult, Path], seed: int
) -> None:
    print(f"seed {seed}")
    _, expected, _ = undisturbed
    chance, crashes = random.Random(seed), 0
    for _ in range(4):
        left = chance.randrange(1, 3)

        def dies(_rows: int) -> None:
            nonlocal left
            asked = len(events(tmp_path, OptimisationRequested)) - len(events(tmp_path, OptimisationCompleted))
            left -= asked
            if asked and left <= 0:
                raise Crashed

        before = len(events(tmp_path, OptimisationCompleted)) if (tmp_path / "log").exists() else 0
        how = {"progress": dies, "snapshot_records": chance.choice((5, 10**6)), "batch_records": 1}
        with pytest.raises(Crashed):
            run(tmp_path, weekly(), CutFeed(QUARTER), **how)
        crashes += 1
        assert before <= len(events(tmp_path, OptimisationCompleted)) < len(events(tmp_path, OptimisationRequested))
        if chance.random() < 0.5:
            stopped = run(tmp_path, weekly(), CutFeed(QUARTER), stop_asked=lambda: True)
            assert stopped.ended == "stopped"
    result = run(tmp_path, weekly(), CutFeed(QUARTER))
    assert crashes == 4
    assert result.decision_digest == expected.decision_digest
    assert exit_code_of_verify(tmp_path, result) == 0
    assert replay_book(tmp_path).equal


def test_a_snapshot_holds_the_work_that_is_pending(tmp_path: Path) -> None:
    pending: list[object] = []

    def looks(_rows: int) -> None:
        pending.extend(one for one in load(tmp_path / "snapshots") if one.state["deadlines"]["work"])

    run(tmp_path, weekly(), CutFeed(QUARTER // 2), progress=looks, snapshot_records=5, batch_records=1)
    assert pending


def test_a_replay_needs_no_optimiser(undisturbed: tuple[Path, RunResult, Path]) -> None:
    folder, _, _ = undisturbed
    done = subprocess.run(
        [sys.executable, "-c", BARE, str(folder)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert done.stdout.split() == ["True", "False"], done.stderr


def test_why_leads_from_a_deal_to_what_was_asked_and_to_the_row(undisturbed: tuple[Path, RunResult, Path]) -> None:
    folder, _, _ = undisturbed
    reader = LogReader(folder / "log")
    deal = next(each.seq for each in reader.envelopes() if each.type == "deal.made" and each.event.symbol)
    steps = [step.envelope.type for step in Lineage(reader).of(deal).steps()]
    way = ["target.set", "target.asked", "optimisation.completed", "optimisation.requested", "market.bar_block"]
    assert [each for each in steps if each in way] == way


def test_why_leads_from_an_order_asked_again_to_the_target_that_stands(tmp_path: Path) -> None:
    stale = StrategyPlan(kind="rebalance", name="weekly", parameters={**PARAMETERS, "due_s": 90_000})
    run(tmp_path, plan(strategies=(stale,)), CutFeed(1_500))
    reader = LogReader(tmp_path / "log")
    assert {each.rule for each in events(tmp_path, trading.OrderDenied)} == {"stale_quote"}
    deal = next(each.seq for each in reader.envelopes() if each.type == "deal.made" and each.event.symbol)
    steps = [(step.relation, step.envelope.type) for step in Lineage(reader).of(deal).steps()]
    assert ("for what stands since", "target.set") in steps
    assert ("because of", "optimisation.requested") in steps


def test_lots_that_an_account_cannot_meet_are_recorded_and_nothing_is_ordered(tmp_path: Path) -> None:
    small = msgspec.structs.replace(plan().account, balance=30_000)
    result = run(tmp_path, weekly(account=small, risk={}), CutFeed(QUARTER // 2))
    told, withheld = events(tmp_path, OptimisationCompleted), events(tmp_path, DecisionWithheld)
    assert told
    assert [each.reason for each in withheld] == [each.reason for each in told]
    assert all(each.reason.startswith("no lots meet the budget") and "300.00" in each.reason for each in withheld)
    assert events(tmp_path, trading.OrderRequested) == []
    assert exit_code_of_verify(tmp_path, result) == 0
    assert replay_book(tmp_path).equal


def test_a_missing_optimiser_is_said_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, WORKER, None)
    with pytest.raises(WorkerMissing, match=f"weekly asks the worker {WORKER}, which is not installed"):
        run(tmp_path / "book", weekly(), CutFeed(QUARTER))
    with pytest.raises(WorkerMissing):
        backtest(Rebalance(PARAMETERS["symbols"]), "demo", book=tmp_path / "book")
    assert list(tmp_path.iterdir()) == []


def test_the_command_says_which_extra_to_install_and_leaves_no_book(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plan.json").write_text(weekly().as_json(), encoding="utf-8")
    monkeypatch.setenv("TALLYSTICK_HOME", str(tmp_path / "home"))
    code = (
        f"import sys; sys.modules['{WORKER}'] = None; from tallystick.platform.cli.main import main; "
        "sys.argv[1:] = 'run plan.json --data demo --book book'.split(); sys.exit(main())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert f"error[E731] weekly asks the worker {WORKER}, which is not installed" in done.stderr
    assert 'Fix: pip install "tallystick[quantum]"' in done.stderr
    assert not (tmp_path / "book").exists()


def test_a_backtest_of_the_class_decides_as_the_plan_does(
    tmp_path: Path, undisturbed: tuple[Path, RunResult, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TALLYSTICK_HOME", str(tmp_path))
    terms: dict[str, Any] = {"account": plan().account, "risk": plan().risk, "latency_ms": plan().latency_ns / 1e6}
    made = backtest(Rebalance(**PARAMETERS, name="weekly"), "demo", end="2014-03-20", **terms)
    named = backtest("rebalance", "demo", end="2014-03-20", parameters=PARAMETERS, **terms)
    assert made.orders is not None
    assert len(made.orders) == len(named.orders) > 5
    assert (tmp_path / "results").is_dir()


def test_a_strategy_that_answers_its_own_request_is_refused(tmp_path: Path) -> None:
    forged: list[OptimisationCompleted] = []

    def forges(bars: int, event: Any, _context: Any) -> Sequence[Event]:
        return forged if bars == 50 and type(event) is BarClosed else ()

    from tests.unit.strategies.test_rebalance import ANSWER

    forged.append(ANSWER)
    desk = Desk(tmp_path, forges)
    result = desk.run()
    refused = events(tmp_path, running.SayingRefused)
    assert [(each.type, each.reason) for each in refused] == [
        ("optimisation.completed", "optimisation.completed may be said by worker; script is strategy")
    ]
    desk.require_sound(result)
