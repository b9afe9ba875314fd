"""Processes that make trials: one that never ends, one that dies, and what is left of them."""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tallystick.events.types.research import TrialStarted
from tallystick.platform.backtesting.terms import Terms
from tallystick.platform.judging import crew as crews
from tallystick.platform.judging.crew import Crew
from tallystick.platform.judging.optimising import optimize
from tallystick.platform.judging.outcome import objective_named
from tallystick.platform.judging.trial import STOPPED, Bench, Report, Task
from tests.unit.judging.kit import log_in, month

NEVER_ENDS = """
from tallystick.platform import Strategy

class Waits(Strategy):
    rows: int = 1

    def on_bar(self, bar):
        while self.rows == 2:
            pass
        self.target("0.1")
"""

DIES = """
from faulthandler import _sigsegv
from tallystick.platform import Strategy

class Dies(Strategy):
    rows: int = 1

    def on_bar(self, bar):
        if self.rows == 2:
            _sigsegv()
        self.target("0.1")
"""


def test_a_trial_that_never_ends_does_not_hold_up_whoever_ends_the_search(tmp_path: Path) -> None:
    (tmp_path / "waits.py").write_text(NEVER_ENDS)

    log, began = log_in(tmp_path), time.monotonic()

    def ends_at_once(done: int, _: int) -> None:
        if done == 2:
            while log.count() < 3 and time.monotonic() - began < 30:
                time.sleep(0.05)  # its process may be the slower one to start
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        optimize(
            str(tmp_path / "waits.py"),
            month(),
            parameters={"rows": [2, 1, 3]},
            jobs=2,
            research=log,
            progress=ends_at_once,
        )
    assert time.monotonic() - began < 60
    assert log.count() == 3  # the one that was ended had begun: it counts


def test_a_process_that_dies_fails_its_trial_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "dies.py").write_text(DIES)
    study = optimize(
        str(tmp_path / "dies.py"), month(), parameters={"rows": [1, 2, 3, 4]}, jobs=2, research=log_in(tmp_path)
    )
    assert list(study.trials["state"]) == ["completed", "failed", "completed", "completed"]
    assert "its process died" in study.trials["error"][1]


def test_workers_end_with_their_crew() -> None:
    with Crew(2) as crew:
        processes = crew.processes
        assert len(processes) == 2
    assert all(process.poll() is not None for process in processes)


def test_a_search_that_was_stopped_does_not_wait_for_a_trial_that_never_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crews, "PATIENCE_S", 0.1)
    (tmp_path / "waits.py").write_text(NEVER_ENDS)
    stop, log = threading.Event(), log_in(tmp_path)
    study = optimize(
        str(tmp_path / "waits.py"),
        month(),
        parameters={"rows": [2, 1]},
        jobs=2,
        research=log,
        progress=lambda _done, _all: stop.set(),
        stop_asked=stop.is_set,
    )
    assert [(report.state, report.error) for report in study.reports] == [("failed", STOPPED), ("completed", "")]
    assert not study.whole
    reader = log.reader()
    assert reader is not None
    assert [each.event.reason for each in reader.envelopes() if each.type == "study.ended"] == ["stopped"]
    assert log.count() == 2


def test_a_killed_worker_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    (tmp_path / "dies.py").write_text(DIES)
    study = optimize(str(tmp_path / "dies.py"), month(), parameters={"rows": [1, 2]}, jobs=2, research=log_in(tmp_path))
    assert [report.state for report in study.reports] == ["completed", "failed"]
    assert list(temporary.glob("tallystick-*")) == []


LEADS = """
from tests.unit.judging.kit import log_in, month
from pathlib import Path
from tallystick.platform.judging.optimising import optimize

optimize("waits.py", month(), parameters={"rows": [2, 1]}, jobs=2, research=log_in(Path()))
"""


@pytest.mark.skipif(os.name == "nt", reason="a process of Windows does not learn that its parent has gone")
def test_a_killed_leader_leaves_nothing_behind(tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    (tmp_path / "waits.py").write_text(NEVER_ENDS)
    paths = os.pathsep.join([str(Path(__file__).parents[3]), *filter(None, [os.environ.get("PYTHONPATH")])])
    leader = subprocess.Popen(
        [sys.executable, "-c", LEADS],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": paths},
    )
    _wait_until(lambda: any(temporary.glob("tallystick-search-*/tallystick-backtest-*")))
    leader.kill()
    leader.wait()
    _wait_until(lambda: not any(temporary.iterdir()))


def _wait_until(so: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not so():
        assert time.monotonic() < until
        time.sleep(0.1)


class Refusing:
    """A record whose disk is full when the first trial starts."""

    def __init__(self) -> None:
        self.begun: set[int] = set()
        self.told: list[Report] = []

    def begin(self, trial: TrialStarted) -> None:
        if trial.trial == 0:
            raise OSError("the disk is full")
        self.begun.add(trial.trial)

    def tell(self, report: Report) -> None:
        self.told.append(report)

    def file(self) -> None:
        pass


def test_a_trial_whose_start_could_not_be_recorded_is_not_made(tmp_path: Path) -> None:
    record = Refusing()
    tasks = [Task("study-0", number, {"fast": 3 + number}) for number in range(6)]
    with Crew(2) as crew:
        crew.take(Bench("ema_cross", month(), Terms(), objective_named("sharpe")))
        with pytest.raises(OSError, match="full"):
            list(crew.made(tasks, record, lambda: False))
    assert {report.number for report in record.told if report.outcome is not None} <= record.begun
