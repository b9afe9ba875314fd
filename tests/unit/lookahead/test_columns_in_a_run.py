"""Columns are computed once over a run's rows, hashed into its manifest, and again from the log in a replay."""

from pathlib import Path

import pytest

from tallystick.events.reader import LogReader
from tallystick.platform.authoring.loading import load
from tallystick.platform.backtesting import Backtest, backtest
from tallystick.platform.kernel.history import history_of
from tests.unit.lookahead.test_changes import month

CLASS = """\
from tallystick.platform import Strategy

class Edges(Strategy, symbol="EURUSD", timeframe="H1", lots="0.10"):
    span: int = 8

    def columns(self, bars):
        return {"edge": bars.close.ewm(span=self.span).mean() - bars.close.shift(%s)}

    def on_bar(self, bar):
        self.target("0.10" if self.column("edge") > 0 else "-0.10")
"""
FUNCTION = """\
from tallystick.platform import strategy

def edge(bars, span):
    return {"edge": bars.close.ewm(span=span).mean() - bars.close.shift(3)}

@strategy(symbol="EURUSD", timeframe="H1", lots="0.10", name="edges", columns=edge)
def edges(bars, span=8):
    return +1 if bars.column("edge") > 0 else -1
"""


def ran(folder: Path, source: str, *, by_row: bool = False) -> Backtest:
    path = folder / "edges.py"
    path.write_text(source)
    return backtest(load(path), month(), by_row=by_row)


def models_of(result: Backtest) -> dict[str, str]:
    return history_of(LogReader(result.log)).runs[0].started.models


def test_class_and_function_compute_the_same_columns_and_decide_alike(tmp_path: Path) -> None:
    one, other = ran(tmp_path, CLASS % 3), ran(tmp_path, FUNCTION)
    assert one.digest == other.digest
    assert models_of(one) == models_of(other)
    assert list(models_of(one)) == ["edges.columns"]
    assert one.summary.deals > 10


def test_row_by_row_columns_of_the_rows_so_far_decide_the_same(tmp_path: Path) -> None:
    by_row = ran(tmp_path, CLASS % 3, by_row=True)
    assert by_row.digest == ran(tmp_path, CLASS % 3).digest
    assert models_of(by_row) == {}


def test_a_replay_computes_them_again_from_the_logs_own_rows(tmp_path: Path) -> None:
    result = ran(tmp_path, CLASS % 3)
    for by_row in (False, True):
        replayed = result.replay(by_row=by_row)
        assert replayed.equal, replayed.message


@pytest.mark.parametrize("ahead", [-1, -5])
def test_columns_that_look_ahead_differ_in_a_replay_row_by_row(tmp_path: Path, ahead: int) -> None:
    result = ran(tmp_path, CLASS % ahead)
    assert result.replay().equal
    assert not result.replay(by_row=True).equal
