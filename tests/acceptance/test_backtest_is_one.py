"""One strategy file, one decision digest: from the command line, Python, a notebook's cell, and a run by rows."""

import json
import linecache
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tallystick.platform.backtesting import Backtest, backtest

COMMAND = [sys.executable, "-m", "tallystick.platform.cli.main"]
FUNCTION = """\
from tallystick.platform import strategy

@strategy(symbol="EURUSD", timeframe="H1", lots="0.10")
def ema_cross(bars, fast=10, slow=30): return +1 if bars.ema(fast) > bars.ema(slow) else -1
"""
CLASS = """\
from tallystick.platform import Strategy

class EmaCross(Strategy, symbol="EURUSD", timeframe="H1"):
    def on_bar(self, bar):
        self.target("0.10" if self.ema(10) > self.ema(30) else "-0.10")
"""
Say = Callable[..., Any]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    (folder / "ema.py").write_text(FUNCTION, encoding="utf-8")
    (folder / "ema_class.py").write_text(CLASS, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def said(desk: Path) -> Say:
    def command(*words: object) -> Any:
        environment = {**os.environ, "TALLYSTICK_HOME": str(desk / "home"), "PYTHONUTF8": "1"}
        done = subprocess.run(
            [*COMMAND, *map(str, words), "--json"],
            cwd=desk, env=environment, capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return command


@pytest.fixture(scope="module")
def in_python(desk: Path) -> Backtest:
    return backtest(desk / "ema.py")


def in_a_cell(source: str, number: int) -> dict[str, Any]:
    """The source as IPython runs a cell: compiled under a name that is no file, its lines in `linecache`."""
    name = f"<ipython-input-{number}-0123456789ab>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, name, "exec"), names)  # noqa: S102 -- as a notebook does
    return names


def test_the_command_line_decides_as_python_does(said: Say, in_python: Backtest) -> None:
    document = said("backtest", "ema.py")
    assert in_python.stats["trades"] > 100
    assert document["digest"] == in_python.digest
    assert document["stats"]["net_profit"] == in_python.stats["net_profit"]


def test_limits_of_risk_decide_alike_at_every_door(desk: Path, said: Say, in_python: Backtest) -> None:
    limits = {"drawdown_ppm": 150_000, "account_limits": {"daily_loss": 4_050}}
    expected = backtest(desk / "ema.py", risk=limits)
    assert expected.summary.denials.keys() >= {"account_limit"}
    assert expected.digest != in_python.digest
    document = said("backtest", "ema.py", "--risk", "drawdown=15%", "--risk", "limits.daily_loss=40.50")
    assert document["digest"] == expected.digest
    config = '[[strategy]]\nfile = "ema.py"\n[risk]\ndrawdown = "15 %"\nlimits = { daily_loss = "40.50" }\n'
    (desk / "tallystick.toml").write_text(config, encoding="utf-8")
    assert said("run", "tallystick.toml", "--mode", "sim", "--no-report")["decision_digest"] == expected.digest


def test_a_run_fed_row_by_row_decides_the_same(said: Say, in_python: Backtest) -> None:
    document = said("run", "ema.py", "--mode", "sim", "--by-row", "--book", "by-row", "--no-report")
    assert document["decision_digest"] == in_python.digest


def test_a_cell_of_a_notebook_decides_the_same(in_python: Backtest) -> None:
    cell = FUNCTION + "from tallystick.platform import backtest\nr = backtest(ema_cross)\n"
    result = in_a_cell(cell, 1)["r"]
    assert result.digest == in_python.digest
    assert result.replay().equal


def test_a_class_decides_as_the_function_does(desk: Path, in_python: Backtest) -> None:
    assert backtest(desk / "ema_class.py").digest == in_python.digest


def test_other_parameters_decide_otherwise(said: Say, in_python: Backtest) -> None:
    five = said("backtest", "ema.py", "--set", "fast=5")
    assert five["digest"] != in_python.digest


def test_the_record_of_a_backtest_holds_and_repeats(in_python: Backtest) -> None:
    assert in_python.verify().exit_code == 0
    replayed = in_python.replay(by_row=True)
    assert replayed.equal
    assert replayed.compared == in_python.run.size - replayed_beginning(in_python)


def replayed_beginning(result: Backtest) -> int:
    """Records before the run: what the log declares of itself."""
    from tallystick.events.reader import LogReader

    return next(each.seq for each in LogReader(result.log).envelopes() if each.type == "run.started")


def test_the_book_of_the_command_line_can_be_replayed_and_verified(said: Say) -> None:
    said("backtest", "ema.py", "--book", "kept")
    assert said("replay", "kept")["ok"]
    assert said("audit", "verify", "kept")["ok"]
