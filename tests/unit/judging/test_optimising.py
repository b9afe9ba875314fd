"""Searches: the same results with any number of processes, every trial counted, failures kept."""

import threading
from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import pytest

from tallystick.events.event import Event
from tallystick.platform.backtesting.tester import backtest
from tallystick.platform.judging.errors import BadSpace, NothingCompleted, NotShareable, UnknownObjective
from tallystick.platform.judging.optimising import optimize
from tallystick.platform.judging.research_log import ResearchLog
from tallystick.platform.judging.statistics import deflated_sharpe, variance_of_sharpes
from tallystick.platform.judging.study import Study
from tallystick.platform.report.statistics import daily_returns
from tests.unit.judging.kit import KEY, SPACE, log_in, month, quarter

DRAWN = {"fast": "3..20", "slow": "21..90"}


def told(study: Study) -> list[object]:
    """What a study found, less what the clock and the log add."""
    return [
        (r.number, r.point, r.state, r.error, r.early, r.outcome and (r.outcome.digest, r.outcome.objective))
        for r in study.reports
    ]


def test_a_trial_is_a_backtest_with_these_parameters(tmp_path: Path) -> None:
    study = optimize("ema_cross", quarter(), parameters=SPACE, jobs=1, research=log_in(tmp_path))
    assert [report.point for report in study.reports] == [
        {"fast": fast, "slow": slow} for fast in (5, 10, 15) for slow in (20, 50)
    ]
    made = backtest("ema_cross", quarter(), parameters={"fast": 10, "slow": 50})
    trial = study.trials.loc[3]
    assert trial["digest"] == made.digest
    assert trial["net"] == made.stats["net_profit"]
    assert trial["objective"] == made.stats["sharpe_ratio"]
    judged = study.reports[3].outcome
    assert judged is not None
    days = len(judged.returns)
    of_sample = judged.sharpe * ((days - 1) / days) ** 0.5 if judged.sharpe is not None else None
    assert of_sample == pytest.approx(made.stats["sharpe_ratio"] / 252**0.5), "of the same days"
    assert study.best == dict(study.trials.loc[study.trials["objective"].idxmax(), ["fast", "slow"]])
    assert study.heat_map("fast", "slow").shape == (2, 3)


@pytest.mark.parametrize("how", [{"method": "grid"}, {"method": "random", "trials": 24, "pruning": True}])
def test_the_number_of_jobs_changes_nothing(tmp_path: Path, how: dict[str, Any]) -> None:
    space = SPACE if how["method"] == "grid" else DRAWN
    one = optimize("ema_cross", month(), parameters=space, jobs=1, research=log_in(tmp_path / "a"), **how)
    two = optimize("ema_cross", month(), parameters=space, jobs=2, research=log_in(tmp_path / "b"), **how)
    assert told(one) == told(two)
    if how.get("pruning"):
        assert {report.state for report in one.reports} == {"completed", "pruned"}
        assert all(report.number >= 10 for report in one.reports if report.state == "pruned")


def test_a_user_s_file_is_searched_by_name_in_this_process_and_in_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = """
    from tallystick.platform import strategy

    @strategy(symbol="EURUSD", timeframe="H1", lots="0.1")
    def cross(bars, fast=5, slow=20):
        return 1 if bars.ema(fast) > bars.ema(slow) else -1
    """
    (tmp_path / "cross.py").write_text(dedent(source), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    space = {"fast": "5,8"}
    one = optimize("cross.py", month(), parameters=space, jobs=1, research=log_in(tmp_path / "a"))
    two = optimize("cross.py:cross", month(), parameters=space, jobs=2, research=log_in(tmp_path / "b"))
    assert [report.state for report in one.reports] == ["completed", "completed"]
    assert told(one) == told(two)
    assert one.started.source_hash == two.started.source_hash != ""


def test_optuna_s_search_is_repeated_by_its_seed(tmp_path: Path) -> None:
    pytest.importorskip("optuna", reason='not installed; to ask it: pip install "tallystick[optuna]"')
    how: dict[str, Any] = {"parameters": DRAWN, "method": "optuna", "trials": 22, "seed": 4}
    one = optimize("ema_cross", month(), jobs=1, research=log_in(tmp_path / "a"), **how)
    two = optimize("ema_cross", month(), jobs=2, research=log_in(tmp_path / "b"), **how)
    assert told(one) == told(two)
    assert len(one.reports) == 22


def test_parameters_that_cannot_be_fail_their_trial_and_no_other(tmp_path: Path) -> None:
    log = log_in(tmp_path)
    study = optimize("ema_cross", month(), parameters={"fast": "5,60", "slow": "50"}, jobs=1, research=log)
    assert [report.state for report in study.reports] == ["completed", "failed"]
    assert "fast" in study.reports[1].error
    assert log.count() == 2


def test_a_study_without_a_trade_says_so(tmp_path: Path) -> None:
    study = optimize("ema_cross", month(), parameters={"slow": "5000"}, jobs=1, research=log_in(tmp_path))
    with pytest.raises(NothingCompleted, match="E574"):
        _ = study.best
    assert study.document()["best"] is None


def test_a_search_that_is_stopped_keeps_what_is_done(tmp_path: Path) -> None:
    stop = threading.Event()
    log = log_in(tmp_path)
    study = optimize(
        "ema_cross",
        month(),
        parameters=SPACE,
        jobs=1,
        research=log,
        progress=lambda done, _: stop.set() if done == 2 else None,
        stop_asked=stop.is_set,
    )
    assert [report.state for report in study.reports] == ["completed", "completed"]
    reader = log.reader()
    assert reader is not None
    assert [each.event.reason for each in reader.envelopes() if each.type == "study.ended"] == ["stopped"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_end_of_a_trial_and_the_start_of_the_next_are_one_write(tmp_path: Path, jobs: int) -> None:
    class Counting(ResearchLog):
        """The research log, its writes counted."""

        def say(self, *events: Event, causes: Sequence[int] = (), sign: bool = True) -> list[int]:
            writes.append([type(event).__name__ for event in events])
            return super().say(*events, causes=causes, sign=sign)

    writes: list[list[str]] = []
    log = Counting(tmp_path / "research", KEY)
    optimize("ema_cross", month(), parameters=SPACE, jobs=jobs, research=log)
    said = [word for write in writes for word in write]
    assert said.count("TrialStarted") == said.count("TrialCompleted") == 6
    assert said[-1] == "StudyEnded"
    assert len(writes) <= 6 + jobs + 1  # each start, the last end of each worker, the study's
    reader = log.reader()
    assert reader is not None
    records = [each for each in reader.envelopes() if each.type.startswith("trial.")]
    begun = {each.event.trial: each.seq for each in records if each.type == "trial.started"}
    assert all(each.cause == begun[each.event.trial] for each in records if each.type == "trial.completed")


def test_the_best_is_deflated_by_every_trial_in_the_log(tmp_path: Path) -> None:
    log = log_in(tmp_path)
    first = optimize("ema_cross", quarter(), parameters=SPACE, jobs=1, research=log)
    again = optimize("ema_cross", quarter(), parameters=SPACE, jobs=1, research=log)
    assert (first.in_log, again.in_log) == (12, 12)  # asked now, after both
    outcome = again.best_trial.outcome
    assert outcome is not None
    sharpes = [row for study in (first, again) for row in study.trials["daily_sharpe"]]
    expected = deflated_sharpe(outcome.returns, 12, variance_of_sharpes(sharpes))
    assert again.deflated == expected
    assert again.overfitting is not None
    assert 0.0 <= again.overfitting.probability <= 1.0


def test_what_lives_in_this_process_alone_is_not_sent_to_another(tmp_path: Path) -> None:
    from tallystick.platform.strategies import EmaCross

    class Local(EmaCross):
        """Cannot be imported by name."""

        def __init__(self, fast: int = 5) -> None:
            super().__init__("EURUSD", fast=fast)

    with pytest.raises(NotShareable, match="jobs=1"):
        optimize(Local, month(), parameters={"fast": [5, 6]}, jobs=2, research=log_in(tmp_path))


def test_words_that_mean_nothing_are_refused_before_anything_is_recorded(tmp_path: Path) -> None:
    log = log_in(tmp_path)
    with pytest.raises(UnknownObjective, match="sharpe"):
        optimize("ema_cross", quarter(), parameters=SPACE, objective="luck", research=log)
    with pytest.raises(UnknownObjective, match="random"):
        optimize("ema_cross", quarter(), parameters=SPACE, method="guess", research=log)
    with pytest.raises(BadSpace, match="0 trials"):
        optimize("ema_cross", quarter(), parameters=SPACE, trials=0, research=log)
    assert log.count() == 0


def test_daily_returns_begin_at_the_deposit_and_skip_days_without_rows() -> None:
    hour = 3_600_000_000_000
    time = np.array([1, 23, 25, 73]) * hour
    days, returns = daily_returns(time, np.array([110, 120, 90, 99]), 100)
    assert days.tolist() == [0, 1, 3]
    assert returns == pytest.approx([0.2, -0.25, 0.1])


OWN = """
from tallystick.platform import Strategy

class Own(Strategy):
    fast: int = 5

    def on_bar(self, bar):
        self.target("0.1" if bar.close > self.ema(self.fast) else "-0.1")
"""


@pytest.mark.parametrize("ranges", [{"fst": "5,10"}, {"fast": "5,ten"}, {"fast": "1.5..2.5"}])
def test_a_parameter_nobody_has_or_of_another_kind_counts_no_trial(tmp_path: Path, ranges: dict[str, str]) -> None:
    (tmp_path / "own.py").write_text(OWN)
    log = log_in(tmp_path)
    with pytest.raises(ValueError, match=r"E50[45]"):
        optimize(str(tmp_path / "own.py"), month(), parameters=ranges, method="random", trials=2, research=log, jobs=1)
    assert log.count() == 0


def test_more_trials_than_memory_holds_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSpace, match="1,000,000,000 trials"):
        optimize("ema_cross", month(), parameters={"fast": "5..40"}, method="random", trials=10**9, jobs=1)


def test_a_ratio_is_not_deflated_where_the_others_have_none(tmp_path: Path) -> None:
    study = optimize(
        "ema_cross", month(), parameters={"fast": [5, 60], "slow": [50]}, research=log_in(tmp_path), jobs=1
    )
    assert list(study.trials["state"]) == ["completed", "failed"]
    assert study.deflated is None  # two trials, one ratio: how much they scatter is not known
