"""An error is answered in the words of whoever asked: arguments in Python, options on the command line."""

import ast
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tallystick.platform import backtest, optimize, walk_forward
from tallystick.platform.backtesting.account import account_plan
from tallystick.platform.cli.option_words import in_options
from tallystick.platform.judging.errors import LogBusy
from tallystick.platform.judging.space import Space
from tests.said import Say, saying

PLATFORM = Path(__file__).resolve().parents[3] / "platform" / "tallystick" / "platform"
OF_THE_COMMAND_LINE = {"cli", "config", "mt5", "report"}
OPTION = re.compile(r"(?<![\w-])--[a-z]")
SPACE = {"fast": "5,10"}
BARS = "time,open,high,low,close\n2014-01-02 00:00,1.1,1.2,1.0,1.1\n2014-01-02 01:00,1.1,1.0,1.2,1.1\n"


@pytest.fixture
def bars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with a bar that no market has."""
    monkeypatch.setenv("TALLYSTICK_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "EURUSD.csv").write_text(BARS, encoding="utf-8")
    return tmp_path / "EURUSD.csv"


def test_no_message_below_the_command_line_speaks_of_an_option() -> None:
    found = {}
    for path in sorted(PLATFORM.rglob("*.py")):
        if path.relative_to(PLATFORM).parts[0] in OF_THE_COMMAND_LINE:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in docs:
                continue
            if OPTION.search(node.value) and "tallystick " not in node.value:
                found[f"{path.name}:{node.lineno}"] = node.value
    assert found == {}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (lambda path: backtest("ema_cross", path), 'Say tz="utc", tz="mt5"'),
        (lambda path: backtest("ema_cross", path, tz="utc"), 'Fix the source, or say strictness="skip_bad".'),
        (lambda path: backtest("ema_cross", "EURUSD", account=0), "Write it like account=10_000."),
        (lambda path: optimize("ema_cross", path, tz="utc", parameters={}), 'parameters={"fast": "5..40:5"}'),
        (lambda path: optimize("ema_cross", path, parameters=SPACE, method="best"), 'Say method="grid".'),
        (lambda path: optimize("ema_cross", path, parameters=SPACE, objective="luck"), 'Say objective="sharpe".'),
        (lambda path: optimize("ema_cross", path, parameters=SPACE, trials=0), "Say trials=100."),
        (
            lambda path: walk_forward("ema_cross", parameters=SPACE, train=5, test=5, step=0),
            'Say train="180d" and test="60d", and no step.',
        ),
    ],
)
def test_python_is_answered_in_names_of_arguments(bars: Path, asked: Callable[[Path], object], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)) as refused:
        asked(bars)
    assert not OPTION.search(str(refused.value))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["backtest", "ema_cross", "EURUSD.csv"],
            "Fix: Say --tz utc, --tz mt5 (New York plus 7 hours), --tz fixed:-05:00 or ",
        ),
        (["backtest", "ema_cross", "EURUSD.csv", "--tz", "utc"], "Fix: Fix the source, or say --skip-bad."),
        (["backtest", "ema_cross", "--deposit", "0"], "Fix: Write it like --deposit 10000."),
        (["backtest", "ema_cross", "--symbol", "EURUSDX"], "Fix: Did you mean EURUSD? Say --symbol EURUSD."),
        (["optimize", "ema_cross", "--set", "fast=9..5"], "Fix: Say --set fast=5..40:5."),
        (["optimize", "ema_cross", "--set", "fast=0.5..2.5"], "Fix: Say 0.5..2.5:0.2, or --method random."),
        (["mt5", "exec", "bot.py", "--data", "EURUSD.csv"], "Fix: Say --clock utc, --clock mt5 "),
        (["mt5", "exec", "bot.py", "--balance", "0"], "Fix: Write it like --balance 10000."),
    ],
)
def test_the_command_line_is_answered_in_its_options(
    bars: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    Path("bot.py").write_text("import MetaTrader5\n", encoding="utf-8")
    say: Say = saying(capsys)
    answer = say(*words, "--json")
    assert answer.code == 2
    assert answer.last.startswith(said)
    assert f"Fix: {answer.document['error']['fix']}" == answer.last


def test_what_has_no_option_stays_as_python_says_it() -> None:
    assert in_options('Write it like account={"credit": 500}.') == 'Write it like account={"credit": 500}.'
    assert in_options("Say @strategy(symbol=...).") == "Say @strategy(symbol=...)."
    mapped = in_options('Say mapping={"time": "Date", "open": "O"}.')
    assert mapped == "Say --mapping time=Date,open=O."
    assert in_options('Say parameters={"fast": "5..40:5"}.') == "Say --set fast=5..40:5."
    assert in_options('drop strictness="strict" here') == "drop --strict here"


@pytest.mark.parametrize("error", [LogBusy(Path("research"), 7, 30.0)])
def test_a_research_log_in_use_names_the_argument(error: LogBusy) -> None:
    assert 'research="DIR"' in error.fix
    assert in_options(error.fix) == "End that process, or count this trial elsewhere with --research DIR."


def test_values_of_numpy_and_money_are_answered_alike() -> None:
    with pytest.raises(ValueError, match=re.escape('Say parameters={"fast": "5..40:5"}')):
        Space({"fast": np.array([])})
    with pytest.raises(ValueError, match=r"account=10_000\."):
        account_plan("none", "USD")
