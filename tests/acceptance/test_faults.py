"""What goes wrong in a whole run, and the message that says what to do; afterwards the book goes on or holds."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tallystick.events.errors import LogLocked, WriteFailed
from tallystick.events.event import Event
from tallystick.events.module import OnFailure
from tallystick.events.types import running, trading
from tallystick.events.types.market import SeriesDeclared
from tallystick.events.worker import WorkResult
from tallystick.events.writer import LogWriter
from tallystick.market.rows import BarClosed
from tallystick.platform.compose import composition_of
from tallystick.platform.kernel.composition import Composition
from tallystick.platform.kernel.contract import RunResult
from tallystick.platform.kernel.errors import ModuleSilencedError
from tallystick.platform.kernel.history import RunSeen
from tallystick.platform.kernel.replaying import replay_book
from tallystick.platform.plan import RunPlan
from tallystick.platform.strategies import strategy_from
from tests.acceptance.books import CutFeed, events, exit_code_of_verify, leaves, plan, run
from tests.acceptance.disks import FillingDisk
from tests.acceptance.mortal import orders_in_journal

HOUR = 3_600_000_000_000
ROWS = 1_500
ROOT = Path(__file__).resolve().parents[2]

# -- the disk


@pytest.mark.parametrize("room", [3_000, 60_000, 150_000])
def test_a_full_disk_ends_the_run_and_nothing_committed_is_lost(tmp_path: Path, room: int) -> None:
    expected = run(tmp_path / "undisturbed", feed=CutFeed(ROWS))
    book = tmp_path / "book"
    with pytest.raises(WriteFailed, match="No space left on device") as full:
        run(book, feed=CutFeed(ROWS), files=FillingDisk(room), batch_records=20)
    assert full.value.fix == "the disk is full: free space, then start again; nothing committed was lost"
    stood = leaves(book)
    result = run(book, feed=CutFeed(ROWS))
    assert leaves(book)[: len(stood)] == stood
    assert result.decision_digest == expected.decision_digest
    assert exit_code_of_verify(book, result) == 0


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 256 KiB."""
    mounted = tmp_path / "small"
    mounted.mkdir()
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    if sys.platform != "linux" or os.geteuid() != 0 or not mount or not unmount:
        pytest.skip("needs a small file system of its own, which only root on Linux can mount here")
    asked = [mount, "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(mounted)]
    if subprocess.run(asked, capture_output=True, check=False).returncode:
        pytest.skip("needs a small file system of its own, which only root on Linux can mount here")
    yield mounted
    subprocess.run([unmount, str(mounted)], check=True)


def remount(folder: Path, option: str) -> None:
    subprocess.run([str(shutil.which("mount")), "-o", f"remount,{option}", str(folder)], check=True)


def test_a_really_full_file_system_says_the_same(tmp_path: Path, small: Path) -> None:
    with pytest.raises(WriteFailed, match="No space left on device") as full:
        run(small / "book", feed=CutFeed(ROWS), batch_records=20, snapshot_records=50)
    assert "free space, then start again" in full.value.fix
    stood = leaves(small / "book")
    remount(small, "size=16m")
    result = run(small / "book", feed=CutFeed(ROWS))
    assert leaves(small / "book")[: len(stood)] == stood
    assert result.decision_digest == run(tmp_path / "undisturbed", feed=CutFeed(ROWS)).decision_digest
    assert exit_code_of_verify(small / "book", result) == 0


def test_a_read_only_file_system_says_so_before_anything_is_traded(small: Path) -> None:
    stopped = run(small / "book", feed=CutFeed(300), stop_asked=lambda: True)
    remount(small, "ro")
    for book in ("book", "another"):
        with pytest.raises(WriteFailed, match="Read-only file system") as refused:
            run(small / book, feed=CutFeed(300))
        assert "mount it writable, then start again" in refused.value.fix
    assert exit_code_of_verify(small / "book", stopped) == 0


def test_a_read_only_folder_says_so_before_anything_is_traded(tmp_path: Path) -> None:
    folder = tmp_path / "sealed"
    folder.mkdir(mode=0o500)
    if os.access(folder, os.W_OK):
        pytest.skip("this user may write anywhere")
    with pytest.raises(WriteFailed) as refused:
        run(folder, feed=CutFeed(ROWS))
    assert "make the book's folder writable" in refused.value.fix


def test_lines_of_the_terminals_journal_after_a_hole_are_not_believed(tmp_path: Path) -> None:
    expected = run(tmp_path / "undisturbed", feed=CutFeed(ROWS))
    book, taken = tmp_path / "book", 0

    def watch(rows: int) -> None:
        nonlocal taken
        taken = rows

    run(book, feed=CutFeed(ROWS), progress=watch, stop_asked=lambda: taken > ROWS // 2)
    journal = book / "terminal.journal"
    data = journal.read_bytes()
    assert data.count(b"\n") > 3
    hole = len(data) // 2
    journal.write_bytes(data[:hole] + bytes(40) + data[hole + 40 :])
    assert run(book, feed=CutFeed(ROWS)).decision_digest == expected.decision_digest
    orders = orders_in_journal(book)
    assert orders == [each.order for each in events(book, trading.OrderSending)]


def test_a_second_writer_is_told_who_is_first(tmp_path: Path) -> None:
    done = run(tmp_path, feed=CutFeed(ROWS), stop_asked=lambda: True)
    with LogWriter(tmp_path / "log", done.origin), pytest.raises(LogLocked) as locked:
        run(tmp_path, feed=CutFeed(ROWS))
    assert str(os.getpid()) in str(locked.value)
    assert "stop it first" in locked.value.fix


# -- modules


class Script:
    """A strategy that does at each bar what the test says."""

    role = "strategy"

    def __init__(
        self, does: Callable[[int, Any, Any], Sequence[Event]], hears: tuple[type, ...], on_failure: OnFailure
    ) -> None:
        self.name, self.does, self.hears, self.on_failure, self.bars = "script", does, hears, on_failure, 0

    def react(self, event: Any, context: Any) -> Sequence[Event]:
        self.bars += type(event) is BarClosed
        return self.does(self.bars, event, context)

    def freeze(self) -> Any:
        return self.bars

    def thaw(self, state: Any) -> None:
        self.bars = state


class Desk:
    """A book that runs the plan's first strategy and a script."""

    def __init__(self, folder: Path, does: Any, *hears: type, on_failure: OnFailure = "halt", **changes: Any) -> None:
        self.folder, self.does, self.hears, self.on_failure = folder, does, (BarClosed, *hears), on_failure
        self.plan = plan(**changes)

    def compose(
        self, a_plan: RunPlan, series: Sequence[SeriesDeclared], *, first_order: int = 1, journal: Path | None = None
    ) -> Composition:
        first = a_plan.strategies[0]
        modules = [strategy_from(first.kind, first.name, first.parameters)]
        modules.append(Script(self.does, self.hears, self.on_failure))
        return composition_of(a_plan, series, modules, first_order=first_order, journal=journal)

    def run(self, **how: Any) -> RunResult:
        return run(self.folder, self.plan, CutFeed(ROWS), composing=self.compose, **how)

    def require_sound(self, result: RunResult) -> None:
        """Whatever a module did, the log holds and replays."""

        def recorded(seen: RunSeen) -> Composition:
            return self.compose(self.plan, seen.series, first_order=seen.started.next_order)

        assert exit_code_of_verify(self.folder, result) == 0
        for by_row in (False, True):
            replayed = replay_book(self.folder, by_row=by_row, composing=recorded)
            assert replayed.equal, replayed.message


def breaks_at_bar(bar: int) -> Any:
    def does(bars: int, event: Any, _context: Any) -> Sequence[Event]:
        if bars == bar and type(event) is BarClosed:
            message = "the model file is gone"
            raise FileNotFoundError(message)
        return ()

    return does


def test_a_module_that_raises_halts_the_book_and_the_record_names_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path, breaks_at_bar(200))
    result = desk.run()
    failed = running.ModuleFailed(module="script", error="FileNotFoundError: the model file is gone", policy="halt")
    assert events(tmp_path, running.ModuleFailed) == [failed]
    assert (result.halted, result.failures) == (True, 1)
    halts = [each.reason for each in events(tmp_path, running.BookHalted)]
    assert halts == ["module script failed: FileNotFoundError: the model file is gone"]
    desk.require_sound(result)


def test_a_module_that_raises_may_be_bypassed_and_the_others_trade_on(tmp_path: Path) -> None:
    desk = Desk(tmp_path, breaks_at_bar(200), on_failure="bypass")
    alone = Desk(tmp_path / "alone", lambda *_: ())
    result = desk.run()
    assert events(tmp_path, running.BookHalted) == []
    assert result.decision_digest == alone.run().decision_digest
    desk.require_sound(result)


def test_a_module_that_waits_for_a_person_ends_the_run_and_says_what_to_look_at(tmp_path: Path) -> None:
    desk = Desk(tmp_path, breaks_at_bar(200), on_failure="wait")
    with pytest.raises(ModuleSilencedError, match="module script failed") as silenced:
        desk.run()
    assert "events tail" in silenced.value.fix


def test_an_endless_cascade_is_cut_and_the_book_halts(tmp_path: Path) -> None:
    def echoes(bars: int, event: Any, _context: Any) -> Sequence[Event]:
        if bars < 150:
            return ()
        return [trading.SignalRaised(strategy="script", symbol="EURUSD", direction=1, stop_points=0, take_points=0)]

    desk = Desk(tmp_path, echoes, trading.SignalRaised, cascade_limit=80)
    result = desk.run()
    limited = events(tmp_path, running.CascadeLimited)
    assert {(each.limit, each.module) for each in limited} >= {(80, "script")}
    assert events(tmp_path, running.BookHalted)[0].reason == "cascade limit of 80 events reached by script"
    assert events(tmp_path, trading.OrderSending) == []
    desk.require_sound(result)


def test_what_a_strategy_may_not_say_is_refused_recorded_and_never_sent(tmp_path: Path) -> None:
    def cheats(bars: int, event: Any, _context: Any) -> Sequence[Event]:
        return [trading.OrderApproved(order=1, rule="", limit=0, value=0)] if bars == 100 else ()

    desk = Desk(tmp_path, cheats)
    result = desk.run()
    refused = events(tmp_path, running.SayingRefused)
    assert [(each.source, each.type) for each in refused] == [("script", "order.approved")]
    assert refused[0].reason == "order.approved may be said by risk; script is strategy"
    approved = {each.order for each in events(tmp_path, trading.OrderApproved)}
    assert {each.order for each in events(tmp_path, trading.OrderSending)} == approved
    desk.require_sound(result)


class LateWorker:
    """Needs a stated book time."""

    def __init__(self, took_ns: int) -> None:
        self.took_ns = took_ns

    def work(self, request: bytes, seed: int) -> WorkResult:
        return WorkResult(result=request[::-1], engine="late", version="1", seed=seed, took_ns=self.took_ns)


@pytest.mark.parametrize(("policy", "halted", "completed"), [("halt", 1, 0), ("bypass", 0, 0), ("wait", 0, 1)])
def test_a_missed_deadline_is_recorded_and_its_policy_follows(
    tmp_path: Path, policy: OnFailure, halted: int, completed: int
) -> None:
    def asks(bars: int, event: Any, context: Any) -> Sequence[Event]:
        if bars != 120 or type(event) is not BarClosed:
            return ()
        due, deadline = context.time + HOUR, context.time + 2 * HOUR
        return [running.WorkRequested(module="script", worker="late", request=b"abc", due=due, deadline=deadline)]

    desk = Desk(tmp_path, asks, running.WorkCompleted, on_failure=policy)
    result = desk.run(workers={"late": LateWorker(5 * HOUR)})
    assert [each.policy for each in events(tmp_path, running.ModuleLate)] == [policy]
    assert [each.reason for each in events(tmp_path, running.BookHalted)] == [
        "module script missed its deadline"
    ] * halted
    assert [each.result for each in events(tmp_path, running.WorkCompleted)] == [b"cba"] * completed
    desk.require_sound(result)
