"""Processes that make trials: one that never ends, one that dies, and what is left of them."""

import time
from pathlib import Path

import pytest

from tallystick.platform.judging.crew import Crew
from tallystick.platform.judging.optimising import optimize
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

    def ends_at_once(done: int, _: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    log, began = log_in(tmp_path), time.monotonic()
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
