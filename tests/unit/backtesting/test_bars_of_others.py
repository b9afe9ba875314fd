"""Bars of another symbol that close with the own ones: seen at once or one late, by the order of the data, and told."""

from pathlib import Path

import pytest

from tallystick.platform import Strategy
from tallystick.platform.backtesting import Backtest, StrategyFailed, backtest
from tallystick.platform.data.opening import series_of
from tests.unit.backtesting.conftest import hours


class Pair(Strategy, symbol="EURUSD", timeframe="H1"):
    """Counts how often the other's last bar closed with the own one."""

    def on_start(self) -> None:
        """Ask for the other's bars."""
        self.bars_of("GBPUSD", "H1")
        self.together = 0

    def on_bar(self, bar: object) -> None:
        """Compare the times."""
        other = self.bars_of("GBPUSD", "H1")
        self.together += len(other) > 0 and other.time[-1] == self.bars.time[-1]
        self.target("0.01" if len(self.bars) % 40 < 20 else "-0.01")


def over(*symbols: str) -> Backtest:
    return backtest(Pair, [series_of(hours(100), symbol=one, tz="utc") for one in symbols])


def test_bars_that_stand_after_the_own_ones_are_one_late_and_a_warning_says_how_to_mend_it(tmp_path: Path) -> None:
    result = over("EURUSD", "GBPUSD")
    (pair,) = result.strategies
    assert isinstance(pair, Pair)
    assert pair.together == 0
    (told,) = [line for line in result.warnings if line.startswith("W133")]
    assert told == (
        "W133 pair sees bars of GBPUSD H1 one late: they stand after its own in the data, so at a common close it"
        " decides before it has heard them. Name them before EURUSD."
    )
    assert f'<p class="note loss">{told}</p>' in result.report(tmp_path / "report.html").read_text(encoding="utf-8")


def test_bars_that_the_data_lack_are_told_how_to_give_them() -> None:
    with pytest.raises(
        StrategyFailed, match=r"have EURUSD H1\)\. Give both, GBPUSD first: DATA is GBPUSD=FILE EURUSD=FILE"
    ):
        over("EURUSD")


def test_bars_that_stand_before_the_own_ones_are_seen_at_once_and_nothing_is_said() -> None:
    result = over("GBPUSD", "EURUSD")
    (pair,) = result.strategies
    assert isinstance(pair, Pair)
    assert pair.together == 100
    assert not [line for line in result.warnings if line.startswith("W133")]
