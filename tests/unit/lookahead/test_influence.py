"""What columns depend on is measured, and named by the pattern of the distances."""

from pathlib import Path

import pytest

from tallystick.platform.authoring.loading import load
from tallystick.platform.backtesting.preparation import prepared
from tallystick.platform.judging.lookahead.choosing import rows_for_columns
from tallystick.platform.judging.lookahead.influence import Influence, influences_of
from tallystick.platform.judging.lookahead.naming import named_of_reach
from tallystick.platform.judging.lookahead.source_lines import written_in
from tests.unit.lookahead.test_changes import month

SOURCE = """\
import numpy as np
from tallystick.platform import Strategy

class Asked(Strategy, symbol="EURUSD", timeframe="H1", lots="0.10"):
    def columns(self, bars):
        return {"edge": %s}

    def on_bar(self, bar):
        self.target("0.10" if self.column("edge") > 0 else "-0.10")
"""


BY_HAND = (
    "[bars.close.to_numpy()[i - 5 : i + 6].mean() if 5 <= i < len(bars) - 5 else np.nan for i in range(len(bars))]"
)


def asked(folder: Path, edge: str, *rows: int) -> tuple[Influence, Path]:
    path = folder / "asked.py"
    path.write_text(SOURCE % edge)
    return influences_of(prepared(load(path), month()), rows or rows_for_columns(month(), 3, 8), 3), path


@pytest.mark.parametrize(
    ("edge", "kind", "furthest"),
    [
        ("bars.close.shift(-7)", "shift", 7),
        ("bars.close.pct_change(3).shift(-3).rolling(5).mean()", "shift", 3),
        ("((bars.low < np.roll(bars.low, 3)) & (bars.low < np.roll(bars.low, -3))).astype(float)", "shift", 3),
        ("np.append(bars.close.to_numpy()[1:], np.nan)", "unfinished_close", 1),
        ("np.append(bars.high.to_numpy()[1:], np.nan)", "unfinished_range", 1),
        ("np.convolve(bars.close, np.ones(9) / 9, 'same')", "centred_window", 4),
        ("bars.close - bars.close.mean()", "sample_scaling", 400),
        ("bars.close * np.polyfit(np.arange(len(bars)), bars.close, 1)[0]", "sample_fit", 400),
        ("bars.close.groupby(bars.index.floor('1D')).transform('last')", "early_longer_bar", 22),
    ],
)
def test_a_column_that_looks_ahead_is_named_and_measured(tmp_path: Path, edge: str, kind: str, furthest: int) -> None:
    found, path = asked(tmp_path, edge)
    assert [each.column for each in found.unequal] == ["edge"]
    reach, times = found.reaches[0], (found.times or {})["asked"]
    named = named_of_reach(reach, written_in([path]), times, month().series[0].period_ns)
    assert named.kind == kind
    assert reach.furthest >= furthest if furthest > 20 else reach.furthest == furthest


@pytest.mark.parametrize(
    "edge",
    [
        "bars.close.ewm(span=9).mean()",
        "bars.close.rolling(20).std().shift(1)",
        "bars.close.expanding(30).mean() - bars.close",
        "bars.high.rolling(10).max().diff()",
        "bars.close.rolling(8).apply(np.median)",
    ],
)
def test_columns_of_the_past_are_equal_over_every_part(tmp_path: Path, edge: str) -> None:
    found, _ = asked(tmp_path, edge)
    assert not found.unequal
    assert found.computations > 20


def test_a_centred_window_keeps_its_name_where_the_last_rows_cut_it_short(tmp_path: Path) -> None:
    last = len(month()) - 1
    found, path = asked(tmp_path, BY_HAND, last // 2, last - 1)
    named = named_of_reach(found.reaches[0], written_in([path]), (found.times or {})["asked"], 3_600_000_000_000)
    assert named.kind == "centred_window"
    assert found.reaches[0].sets[1][1] == (4, 5), "the row before the last acts on two values alone"


@pytest.mark.parametrize(
    "course", ["bars.close", "np.sign(bars.close.diff(9))", "bars.close.diff(12).rank(pct=True) * 0"]
)
@pytest.mark.parametrize("hour", [3, 12, 21])
def test_a_column_that_looks_ahead_on_one_row_alone_is_found(tmp_path: Path, course: str, hour: int) -> None:
    there = f"(bars.index.day == 16) & (bars.index.hour == {hour})"
    found, _ = asked(tmp_path, f"np.where({there}, np.sign(bars.close.shift(-1) - bars.close) * 3, {course})", 100)
    assert [each.column for each in found.unequal] == ["edge"]
