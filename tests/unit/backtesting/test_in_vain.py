"""An argument or option that would change nothing is refused with what to do, before anything runs."""

from pathlib import Path
from typing import Any

import pytest

from tallystick.market.instrument import Instrument
from tallystick.platform import backtest, optimize
from tallystick.platform.data.instruments import instrument_for
from tests.said import Say, saying

BARS = "time,open,high,low,close\n" + "".join(f"2014-01-02 {hour:02d}:00,1.1,1.2,1.0,1.1\n" for hour in range(24))
SHORT: dict[str, Any] = {"start": "2014-01-02", "end": "2014-01-10", "research": False}


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Say a command in a folder with a file of bars, a bot and a broker's conditions of another symbol."""
    monkeypatch.setenv("TALLYSTICK_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("TALLYSTICK_RESEARCH", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "EURUSD.csv").write_text(BARS, encoding="utf-8")
    (tmp_path / "bot.py").write_text("import MetaTrader5\n", encoding="utf-8")
    (tmp_path / "broker.toml").write_text("[GBPUSD]\ndigits = 5\n", encoding="utf-8")
    return saying(capsys)


@pytest.mark.parametrize(
    ("said", "terms"),
    [
        ('tz="mt5" has no effect on EURUSD', {"tz": "mt5"}),
        ('mapping={"time": "Date"} has no effect on EURUSD', {"mapping": {"time": "Date"}}),
        ("spread_points=7 has no effect on EURUSD", {"spread_points": 7}),
    ],
)
def test_what_is_said_of_a_files_rows_is_refused_of_the_demos(said: str, terms: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=said):
        backtest("ema_cross", "EURUSD", **SHORT, **terms)
    with pytest.raises(ValueError, match=said):
        optimize("ema_cross", "EURUSD", parameters={"fast": [5]}, jobs=1, start="2014-01-02", **terms)


def test_a_file_beside_the_demo_may_have_a_clock(say: Say) -> None:
    assert say("new", "mine.py").code == 0
    Path("GBPUSD.csv").write_text(BARS, encoding="utf-8")
    said = say(
        "backtest", "ema_cross", "EURUSD", "GBPUSD.csv", "--tz", "utc", "--symbol", "EURUSD", "--to", "2014-01-04"
    )
    assert said.code == 0, said.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            "backtest ema_cross EURUSD --tz mt5",
            "error[E132] --tz mt5 has no effect on EURUSD: those rows have been read",
        ),
        ("backtest ema_cross --mapping time=Date", "error[E132] --mapping time=Date has no effect on demo"),
        ("optimize ema_cross EURUSD --set fast=5 --tz utc", "error[E132] --tz utc has no effect on EURUSD"),
        ("lookahead-check ema_cross EURUSD --tz utc", "error[E132] --tz utc has no effect on EURUSD"),
        ("mt5 exec bot.py --data EURUSD --clock mt5", "error[E132] --clock mt5 has no effect on EURUSD"),
        ("mt5 exec bot.py --data EURUSD --spread-points 3", "error[E132] --spread-points 3 has no effect on EURUSD"),
        ("backtest ema_cross EURUSD --instruments broker.toml", "error[E101] the conditions given are of GBPUSD: none"),
        ("mt5 exec bot.py --data EURUSD --instruments broker.toml", "error[E101] the conditions given are of GBPUSD"),
        (
            "mt5 exec bot.py --data EURUSD --from 2014-02-03 --history-from 2014-03-03",
            "error[E582] the history would begin after the bot: --history-from 2014-03-03, --from 2014-02-03.",
        ),
        ("backtest ema_cross --latency -5", "error[E801] '--latency' does not fit, tallystick backtest"),
        ("backtest ema_cross --leverage 0", "error[E801] '--leverage' does not fit, tallystick backtest"),
        (
            "optimize ema_cross --set fast=5 --leverage 0",
            "error[E801] '--leverage' does not fit, tallystick optimize",
        ),
    ],
)
def test_the_command_line_refuses_it_before_anything_is_written(say: Say, words: str, said: str) -> None:
    answer = say(*words.split())
    assert answer.code == 2
    assert answer.error.startswith(said)
    left = {"home", "EURUSD.csv", "bot.py", "broker.toml", "research"}
    assert {each.name for each in Path().iterdir()} <= left
    assert not Path("research/log").exists()


def test_a_series_of_the_catalogue_was_read_when_it_was_imported(say: Say) -> None:
    assert say("data", "import", "EURUSD.csv", "--tz", "utc", "--name", "mine").code == 0
    for option in ("--tz mt5", "--strict", "--skip-bad", "--mapping time=Date"):
        answer = say("backtest", "ema_cross", "mine", *option.split())
        assert answer.error.startswith(
            f"error[E132] {option} has no effect on mine: those rows have been read already."
        )
        assert answer.last == "Fix: Leave it out, or name the file that it is said of."
    assert say("backtest", "ema_cross", "EURUSD", "--strict", "--to", "2014-01-10").code == 2, "the demo is read anew"


def test_conditions_of_one_of_several_symbols_are_of_use() -> None:
    own: Instrument = instrument_for("EURUSD")
    made = backtest("ema_cross", "EURUSD", instruments={"EURUSD": own, "GBPUSD": instrument_for("GBPUSD")}, **SHORT)
    assert made.run.rows > 0
