"""Which runs from Python are trials."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from msgspec.structs import replace

from tallystick.platform.backtesting.failed import StrategyFailed
from tallystick.platform.backtesting.tester import backtest
from tallystick.platform.judging.listing import listed
from tallystick.platform.judging.optimising import optimize
from tallystick.platform.judging.research_log import ResearchLog
from tallystick.platform.judging.study import Study
from tests.unit.judging.kit import log_in, month

FAILS = """
from tallystick.platform import Strategy

class Fails(Strategy):
    def on_bar(self, bar):
        raise ValueError("not today")
"""


def test_a_backtest_from_python_is_a_trial_of_the_project_it_runs_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TALLYSTICK_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    backtest("ema_cross", month())
    assert not (tmp_path / "research").exists()  # no project here: nothing to count in
    (tmp_path / "tallystick.toml").touch()
    backtest("ema_cross", month())
    backtest("ema_cross", month(), research=False)
    assert ResearchLog(tmp_path / "research").count() == 1


def test_a_backtest_is_counted_in_the_log_it_names_also_when_its_strategy_fails(tmp_path: Path) -> None:
    (tmp_path / "fails.py").write_text(FAILS)
    log = log_in(tmp_path)
    made = backtest("ema_cross", month(), research=log)
    with pytest.raises(StrategyFailed):
        backtest(tmp_path / "fails.py", month(), research=log)
    assert log.count() == 2
    assert len(log.sharpes()) == 1
    assert made.digest == backtest("ema_cross", month()).digest  # being counted changes nothing


def test_studies_that_begin_at_once_have_names_of_their_own(tmp_path: Path) -> None:
    logs = [log_in(tmp_path) for _ in range(3)]
    with ThreadPoolExecutor(3) as threads:
        found = list(threads.map(lambda log: _searched(log).started.study, logs))
    assert sorted(found) == ["study-0", "study-1", "study-2"]


def test_the_trials_of_a_study_are_listed_by_number_in_whichever_order_their_processes_came_up(tmp_path: Path) -> None:
    log = log_in(tmp_path)
    backtest("ema_cross", month(), research=log)
    begun = next(each.started for each in listed(log.folder) or [])
    for study, trial in (("study-1", 1), ("study-0", 2), ("study-1", 0), ("study-0", 1)):
        log.begin(replace(begun, study=study, trial=trial))
    found = [(each.study, each.started.trial) for each in listed(log.folder) or []]
    assert found == [("backtest", 0), ("study-1", 0), ("study-1", 1), ("study-0", 1), ("study-0", 2)]


def _searched(log: ResearchLog) -> Study:
    return optimize("ema_cross", month(), parameters={"fast": [5]}, research=log, jobs=1)
