"""What is known late, seldom, or by way of something left behind is found too, and the report says what to do."""

from pathlib import Path

import pytest

from tallystick.platform.backtesting.terms import Terms
from tallystick.platform.judging.lookahead import Report, checking
from tallystick.platform.judging.lookahead.changes import Change
from tallystick.platform.judging.lookahead.checking import _Check, lookahead_check
from tallystick.platform.judging.lookahead.choosing import cuts_of
from tallystick.platform.judging.lookahead.decisions import Parting
from tallystick.platform.judging.lookahead.findings import Kind
from tallystick.platform.judging.lookahead.futures import acting, last_compared
from tallystick.platform.judging.lookahead.outside_check import outside_checked
from tallystick.platform.judging.lookahead.runs import Subject, Task
from tallystick.platform.judging.lookahead.server import get_ready
from tallystick.platform.judging.lookahead.subject import asked_of
from tallystick.platform.judging.lookahead.workers import SPLITS, Workers, split_off
from tests.unit.lookahead.test_changes import month
from tests.unit.lookahead.test_outside import prices

HOUR_NS = 3_600_000_000_000
LATE = """\
from tallystick.platform import Strategy

class Late(Strategy, symbol="EURUSD", timeframe="H1"):
    seen = {}

    def on_bar(self, bar):
        self.seen[bar.time] = bar.close
        ahead = self.seen.get(bar.time + 6 * 3600 * 10**9, bar.open) if self.now.day > 20 else bar.open
        self.target("0.10" if ahead > bar.close else "-0.10")
"""
SCAN = """\
import numpy as np
from tallystick.platform import BarClosed, Module, TargetAsked, lots

class Own(Module, hears=[BarClosed], symbol="EURUSD", timeframe="H1", name="own"):
    def __init__(self):
        self.asked = 0

    def react(self, event, context):
        volume = lots("0.10") if event.bid_close > event.bid_open else -lots("0.10")
        if abs(event.bid_close - event.bid_open) < 0.001 or volume == self.asked:
            return []
        self.asked = volume
        return [TargetAsked(strategy=self.name, symbol=event.symbol, volume=volume, stop_points=0, take_points=0)]

    def scan(self, rows):
        if rows.kind != "bar":
            return -1
        body = rows.columns["bid_close"] - rows.columns["bid_open"]
        for row in np.flatnonzero(np.abs(body) >= 0.001):
            known = rows.time[row] > 1389600000 * 10**9 and row + 1 < len(body) and body[row + 1] * body[row] < 0
            if body[row] * self.asked <= 0 and not known:
                return int(row)
        return -1

    def advance(self, rows):
        pass
"""
LEFT = """\
from tallystick.platform import Strategy

class Left(Strategy, symbol="EURUSD", timeframe="H1"):
    kept = None

    def columns(self, bars):
        Left.kept = bars.index.as_unit("ns").asi8, bars.close.to_numpy()
        return {"mean": bars.close.rolling(20).mean()}

    def on_bar(self, bar):
        self.column("mean")
        times, closes = Left.kept
        later = closes[times > bar.time][:3]
        if len(later) > 2:
            self.target("0.10" if later.mean() > bar.close else "-0.10")
"""
SELDOM = """\
from pathlib import Path
import pandas as pd
from tallystick.platform import Strategy

CLOSES = pd.read_csv(Path(__file__).with_name("prices.csv"), index_col=0).close

class Seldom(Strategy, symbol="EURUSD", timeframe="H1"):
    def on_bar(self, bar):
        known = bar.open
        if self.now.day == 16 and self.now.hour == 12:
            known = CLOSES.get(pd.Timestamp(bar.time + 3600 * 10**9).strftime("%Y-%m-%dT%H:%M:%S"))
        self.target("0.10" if known > bar.close else "-0.10")
"""
pytestmark = pytest.mark.skipif(not SPLITS, reason="runs are split off from this process, which Windows cannot")


@pytest.fixture(scope="module", autouse=True)
def imported() -> None:
    """Everything that each run would import and compile by itself."""
    get_ready(Subject("hold", month(), Terms()))


def checked(folder: Path, source: str) -> Report:
    path = folder / "own.py"
    path.write_text(source, encoding="utf-8")
    asked = asked_of(path, month(), {})
    assert asked.subject is not None
    with Workers(asked.subject, 1, here=True) as workers:
        return _Check(asked, asked.subject, workers, 3, 4, None).report(0.0)


def test_what_a_first_pass_leaves_is_found_where_it_is_used_late_in_the_sample(tmp_path: Path) -> None:
    assert Kind.FIRST_PASS in checked(tmp_path, LATE).kinds


def test_a_scan_that_looks_ahead_beyond_the_rows_tried_one_by_one_is_named_a_scan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "ROWS_OF_SCAN", 100)
    found = checked(tmp_path, SCAN).findings
    assert [each.kind for each in found] == [Kind.SCAN]
    assert "a run row by row, and" in found[0].shown_by


def test_what_columns_leaves_behind_is_told_with_what_to_do_and_is_no_scaling(tmp_path: Path) -> None:
    (found,) = checked(tmp_path, LEFT).findings
    assert "columns leaves" in found.through
    assert found.kind in {Kind.LATER_ROWS, Kind.SHIFT}
    assert "Keep nothing of the frame" in found.remedy


def test_a_file_that_is_asked_once_in_a_month_is_found(tmp_path: Path) -> None:
    prices(tmp_path, 0)
    path = tmp_path / "own.py"
    path.write_text(SELDOM, encoding="utf-8")
    subject = Subject(str(path), month(), Terms())
    base = split_off(subject, Task())
    assert not base.failure
    with Workers(subject, 1, here=True) as workers:
        (found,) = outside_checked(base, month(), [int(month().series[0].time[100])], workers).findings
    assert found.kind is Kind.OUTSIDE_DATA


def test_decisions_in_the_last_rows_but_a_few_are_tried_too() -> None:
    time = int(month().series[0].time[-5])
    assert cuts_of(month(), [time], 3, 4).deciding == (time,)


def test_the_samples_end_tells_of_the_sample_only_where_it_moves_a_decision_long_before() -> None:
    feed = month()
    far = Change("far", int(feed.series[0].time[10]))
    ends = last_compared(far, feed)
    near, early = (Parting(ends - hours * HOUR_NS, "own", "", "") for hours in (3, 24 * 20))
    assert acting([(far, near), (Change("cut", 1), near)], feed) == {"cut"}
    assert acting([(far, early)], feed) == {"far"}


def test_a_file_that_its_source_alone_refuses_says_that_it_was_not_run_and_its_remedy_once(tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    path.write_text(LATE.replace("self.seen[bar.time] = bar.close", "open('prices.csv')"), encoding="utf-8")
    said = str(lookahead_check(path, month()))
    assert "not run" in said
    assert "1970" not in said
    assert said.count("Read it before the run") == 1
