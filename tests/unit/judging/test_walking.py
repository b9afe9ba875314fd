"""Walk-forward: windows that follow one another, choices made on the past alone, a record stitched from the tests."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tallystick.events.event import Event
from tallystick.events.module import Context, OnFailure
from tallystick.events.types.research import StudyEnded
from tallystick.events.types.trading import SignalRaised
from tallystick.market.rows import BarClosed
from tallystick.market.spans import DAY_NS
from tallystick.platform.backtesting.preparation import prepared
from tallystick.platform.backtesting.tester import backtest, carried_out
from tallystick.platform.judging.errors import BadWindow
from tallystick.platform.judging.sharing import bounds_of, part_of
from tallystick.platform.judging.walking import days_of, walk_forward
from tallystick.platform.judging.watching import only_watching
from tests.unit.judging.kit import log_in, month, quarter

SPACE = {"fast": "5,10", "slow": "30"}
HOW: dict[str, Any] = {"parameters": SPACE, "train": "30d", "test": "15d", "jobs": 1}


def test_each_training_ends_where_its_test_begins_and_tests_follow_one_another(tmp_path: Path) -> None:
    walked = walk_forward("ema_cross", quarter(), research=log_in(tmp_path), **HOW)
    assert len(walked.steps) == 3
    for before, after in zip(walked.steps, walked.steps[1:], strict=False):
        assert after.testing.trade_ns == before.testing.stop_ns
        assert after.training.start_ns == before.training.start_ns + 15 * DAY_NS
    assert all(step.training.stop_ns == step.testing.trade_ns for step in walked.steps)
    days = np.concatenate([step.days for step in walked.steps])
    assert (np.diff(days) > 0).all()
    assert len(walked.returns) == len(days) == len(walked.equity)
    assert walked.equity.iloc[-1] == pytest.approx(10_000 * (1 + walked.growth))


def test_the_choice_is_the_training_s_best_and_the_test_is_a_run_with_it(tmp_path: Path) -> None:
    walked = walk_forward("ema_cross", quarter(), research=log_in(tmp_path), warm_up=0, **HOW)
    step = walked.steps[1]
    training = part_of(quarter(), step.training.start_ns, step.training.stop_ns)
    ratios = {
        fast: backtest("ema_cross", training, parameters={"fast": fast, "slow": 30}).stats["sharpe_ratio"]
        for fast in (5, 10)
    }
    assert step.point["fast"] == max(ratios, key=ratios.__getitem__)
    testing = part_of(quarter(), step.testing.trade_ns, step.testing.stop_ns)
    alone = backtest("ema_cross", testing, parameters=step.point)
    assert step.tested is not None
    assert step.tested.outcome is not None
    assert step.tested.outcome.digest == alone.digest


def test_an_anchored_training_keeps_its_beginning_and_a_purge_leaves_days_out(tmp_path: Path) -> None:
    walked = walk_forward("ema_cross", quarter(), anchored=True, purge=3, research=log_in(tmp_path), **HOW)
    assert {step.training.start_ns for step in walked.steps} == {walked.steps[0].training.start_ns}
    assert all(step.testing.trade_ns - step.training.stop_ns == 3 * DAY_NS for step in walked.steps)


def test_every_trial_of_a_walk_counts(tmp_path: Path) -> None:
    log = log_in(tmp_path)
    walked = walk_forward("ema_cross", quarter(), research=log, **HOW)
    assert walked.in_log == log.count() == 3 * (2 + 1)
    document = walked.document()
    assert document["in_this_log"] == 9
    assert document["deflated_sharpe"] is not None
    assert len(document["steps"]) == 3


class Wishful:
    """Says long at its first bar, and never again: what it wishes has to be remembered for it."""

    name = "wishful"
    role = "strategy"
    hears: tuple[type, ...] = (BarClosed,)
    on_failure: OnFailure = "halt"

    def __init__(self) -> None:
        self.parameters: dict[str, Any] = {}
        self.bars = 0

    def react(self, event: Any, context: Context) -> Sequence[Event]:
        self.bars += 1
        if self.bars > 1:
            return ()
        return (SignalRaised(strategy=self.name, symbol="EURUSD", direction=1, stop_points=0, take_points=0),)

    def freeze(self) -> Any:
        return self.bars

    def thaw(self, state: Any) -> None:
        self.bars = state


def test_a_strategy_that_only_watches_is_not_heard_and_then_holds_what_it_would_hold() -> None:
    first, _ = bounds_of(quarter())
    opens = (first // DAY_NS + 20) * DAY_NS
    ready = prepared(Wishful(), quarter())
    made = carried_out(only_watching(ready, opens))
    assert made.run.ended == "end_of_data"
    entry = made.deals[(made.deals["entry"] == "in") & (made.deals["order"] > 0)]
    assert len(entry) == 1
    at = entry.index[0].value
    assert opens < at <= opens + 2 * DAY_NS


def test_windows_that_do_not_fit_are_refused_with_ones_that_do(tmp_path: Path) -> None:
    with pytest.raises(BadWindow, match=r"E575 .*Choose shorter windows"):
        walk_forward("ema_cross", quarter(), research=log_in(tmp_path), **{**HOW, "train": "1y"})


@pytest.mark.parametrize(("text", "days"), [(90, 90), ("90", 90), ("90d", 90), ("12w", 84), ("6m", 180), ("1y", 365)])
def test_days_are_said_in_a_few_ways(text: int | str, days: int) -> None:
    assert days_of(text) == days


@pytest.mark.parametrize("text", ["", "d", "-3d", "3h", "1.5y"])
def test_other_words_are_no_days(text: str) -> None:
    with pytest.raises(BadWindow, match="90d"):
        days_of(text)


IMPURE = """
import random
from tallystick.platform import Strategy

class Tosses(Strategy):
    fast: int = 1

    def on_bar(self, bar):
        toss = getattr(random, "rand" + "om")
        self.target("0.1" if toss() > 0.5 else "-0.1")
"""


def test_a_strategy_that_watches_first_is_guarded_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "tosses.py").write_text(IMPURE)
    ready = prepared(str(tmp_path / "tosses.py"), month())
    first, _ = bounds_of(month())
    made = carried_out(only_watching(ready, (first // DAY_NS + 5) * DAY_NS))
    assert made.failure is not None
    assert "random" in str(made.failure.error)


def test_a_walk_that_is_stopped_in_a_training_chooses_nothing_from_a_part_of_it(tmp_path: Path) -> None:
    told: list[int] = []
    log = log_in(tmp_path)
    how = {**HOW, "progress": lambda done, _: told.append(done), "stop_asked": lambda: len(told) >= 1}
    walked = walk_forward("ema_cross", quarter(), research=log, **how)
    assert walked.steps == ()
    assert log.count() == 1
    assert walked.planned == 3


def test_a_walk_that_is_stopped_after_a_training_does_not_begin_its_test(tmp_path: Path) -> None:
    told: list[int] = []
    log = log_in(tmp_path)
    trials = 2
    how = {
        **HOW,
        "parameters": {"fast": [5, 8]},
        "progress": lambda done, _: told.append(done),
        "stop_asked": lambda: len(told) >= trials,
    }
    walked = walk_forward("ema_cross", quarter(), research=log, **how)
    assert walked.steps == ()
    assert log.count() == trials


@pytest.mark.parametrize("step", [0, "0d"])
def test_a_step_of_nothing_is_said(tmp_path: Path, step: int | str) -> None:
    with pytest.raises(BadWindow, match="step 0 days: expected each from 1 on"):
        walk_forward("ema_cross", quarter(), research=log_in(tmp_path), **{**HOW, "step": step})


def test_a_walk_with_nothing_to_choose_has_ended_all_the_same(tmp_path: Path) -> None:
    log = log_in(tmp_path)
    walked = walk_forward(
        "ema_cross", month(), **{**HOW, "parameters": {"slow": [5000]}, "train": 10, "test": 5}, research=log
    )
    assert walked.idle == walked.planned > 0
    assert walked.deflated is None
    reader = log.reader()
    assert reader is not None
    ended = [each.event for each in reader.envelopes() if isinstance(each.event, StudyEnded)]
    assert [event.reason for event in ended] == ["completed"]
