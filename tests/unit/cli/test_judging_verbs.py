"""`optimize`, `walk-forward`, `compare`, `trials`: what they say, their exit codes, and the log behind them."""

import math
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tallystick.platform.backtesting.tester import backtest
from tests.said import Say

FEBRUARY = ("EURUSD", "--from", "2014-02-01", "--to", "2014-03-07", "--jobs", "1")


@pytest.fixture
def research(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "research"
    monkeypatch.setenv("TALLYSTICK_RESEARCH", str(folder))
    return folder


def test_a_search_says_its_best_and_what_is_left_of_it(say: Say, research: Path) -> None:
    said = say("optimize", "ema_cross", *FEBRUARY, "--set", "fast=5,10", "--set", "slow=20,40")
    assert said.code == 0, said.err
    assert "4 trials of ema_cross (4 completed, 0 failed, 0 pruned)" in said.out
    assert "best of 4 lucky trials" in said.out
    assert say("audit", "verify", research).code == 0
    listed = say("trials", "--json").document
    assert [each["state"] for each in listed["trials"]] == ["completed"] * 4
    assert listed["in_this_log"] == 4


def test_json_gives_every_trial(say: Say, research: Path) -> None:
    found = say("optimize", "ema_cross", *FEBRUARY, "--set", "fast=5,60", "--set", "slow=40", "--json").document
    assert [trial["state"] for trial in found["trials"]] == ["completed", "failed"]
    assert found["best"]["fast"] == 5
    assert found["in_this_log"] == 2
    assert "fast" in found["trials"][1]["error"]


def test_a_trial_that_failed_counts_and_is_said_to(say: Say, research: Path) -> None:
    words = ("optimize", "ema_cross", *FEBRUARY, "--set", "slow=40")
    once = say(*words, "--set", "fast=5,10", "--json").document
    assert (once["in_this_log"], once["ratios_in_this_log"]) == (2, 2)
    said = say(*words, "--set", "fast=5,60")
    assert "4 trials, 1 of them without a Sharpe ratio; they count" in said.out
    assert "best of 4 lucky trials" in said.out
    listed = say(*words, "--set", "fast=5", "--json").document
    assert (listed["in_this_log"], listed["ratios_in_this_log"]) == (5, 4)


def test_limits_of_risk_hold_in_every_trial_in_other_processes_too(say: Say, research: Path) -> None:
    limits = ("--risk", "drawdown=0.2%", "--risk", "limits.max_loss=500")
    words = ("optimize", "ema_cross", *FEBRUARY[:-1], "2", "--set", "fast=5,10", *limits, "--json")
    found = say(*words).document["trials"]
    kept = ("--book", research.parent / "book", "--no-report", "--json")
    alone = say("backtest", "ema_cross", *FEBRUARY[:-2], "--set", "fast=5", *limits, *kept).document
    assert [trial["cut_short"] for trial in found] == [True, True]
    assert [trial["digest"] for trial in found if trial["fast"] == 5] == [alone["digest"]]
    windows = ("--train", "15d", "--test", "7d", "--warm-up", "5")
    walked = say("walk-forward", "ema_cross", *FEBRUARY, "--set", "fast=5", *windows, *limits, "--json").document
    assert walked["ok"]


@pytest.mark.parametrize("verb", ["backtest", "optimize", "walk-forward", "lookahead-check"])
def test_a_limit_that_nobody_knows_is_refused_before_anything_runs(say: Say, research: Path, verb: str) -> None:
    needed = {"optimize": ["--set", "fast=5"], "walk-forward": ["--set", "fast=5", "--train", "15d", "--test", "7d"]}
    said = say(verb, "ema_cross", "EURUSD", *needed.get(verb, []), "--risk", "drawdwn=10%")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("error[E142] no such key, --risk, risk.drawdwn")
    assert said.err.splitlines()[-1] == 'Fix: Did you mean "drawdown"?'
    assert not research.exists()


def test_a_search_without_a_trade_is_a_finding(say: Say, research: Path) -> None:
    said = say("optimize", "ema_cross", *FEBRUARY, "--set", "slow=5000")
    assert said.code == 1
    assert "no trial has a sharpe" in said.out


@pytest.mark.parametrize(
    ("words", "code", "fix"),
    [
        (("--set", "fast"), "E844", "--set fast=5..40:5"),
        (("--set", "fast=40..5"), "E572", "--set fast=5..40:5"),
        (("--set", "fast=5", "--objective", "luck"), "E571", "--objective sharpe"),
        (("--set", "fast=5", "--method", "guess"), "E571", "--method grid"),
    ],
)
def test_what_cannot_be_searched_is_refused_and_not_recorded(
    say: Say, research: Path, words: tuple[str, ...], code: str, fix: str
) -> None:
    said = say("optimize", "ema_cross", *FEBRUARY, *words)
    assert said.code == 2
    assert f"error[{code}]" in said.err
    assert fix in said.err.splitlines()[-1]
    assert not research.exists()


def test_a_walk_says_both_sides(say: Say, research: Path) -> None:
    windows = ("--train", "15d", "--test", "7d", "--warm-up", "5")
    said = say("walk-forward", "ema_cross", *FEBRUARY, "--set", "fast=5,10", "--set", "slow=20", *windows)
    assert said.code == 0, said.err
    assert "out of sample" in said.out
    assert "efficiency" in said.out
    assert "N in this log" in said.out
    refused = say("walk-forward", "ema_cross", *FEBRUARY, "--set", "fast=5", "--train", "1y", "--test", "7d")
    assert refused.code == 2
    assert "error[E575]" in refused.err


def test_a_walk_whose_trainings_all_fail_is_a_finding_and_says_why(say: Say, research: Path) -> None:
    windows = ("--train", "15d", "--test", "7d")
    said = say("walk-forward", "ema_cross", *FEBRUARY, "--set", "fast=60", "--set", "slow=40", *windows)
    assert said.code == 1
    assert "nothing to choose" in said.out
    assert "first error       " in said.out
    assert "fast" in said.out.partition("first error")[2].splitlines()[0]


def test_two_runs_are_compared(say: Say, tmp_path: Path) -> None:
    span: dict[str, Any] = {"start": "2014-02-01", "end": "2014-02-14"}
    for name, fast in (("a", 10), ("b", 11)):
        backtest("ema_cross", "EURUSD", parameters={"fast": fast}, book=tmp_path / name, **span)
    same = say("compare", tmp_path / "a", tmp_path / "a")
    assert (same.code, same.err) == (0, "")
    assert "all the same" in same.out
    other = say("compare", tmp_path / "a", tmp_path / "b")
    assert other.code == 1
    assert "strategies[0].parameters.fast" in other.out
    assert "the first that differs is number" in other.out
    assert say("compare", tmp_path / "a", tmp_path / "nowhere").code == 2


def test_a_folder_without_a_log_is_said(say: Say, research: Path) -> None:
    said = say("trials")
    assert said.code == 2
    assert "error[E579]" in said.err


@pytest.fixture
def shares(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """A file of a share's hours in columns of its own, one of them broken, its conditions, and a strategy for it."""
    monkeypatch.chdir(tmp_path)
    lines = ["When,O,H,L,C"]
    for hour in range(1_200):
        day, rest = divmod(hour, 24)
        price = 100 + 3 * math.sin(hour / 17)
        at = f"{date(2024, 1, 1) + timedelta(days=day)} {rest:02d}:00"
        lines.append(f"{at},{price:.2f},{price + 0.4:.2f},{price - 0.4:.2f},{price + 0.1:.2f}")
    lines[300] = lines[300].replace(",", ",x", 1)
    Path("prices.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    Path("own.toml").write_text(
        '[ACME]\ndigits = 2\ncontract_size = 1\ncalc_mode = "cfd"\nvolume_min = 1\nvolume_max = 100\nvolume_step = 1\n',
        encoding="utf-8",
    )
    Path("own.py").write_text(
        "from tallystick.platform import Strategy\n\n\n"
        'class Own(Strategy, symbol="ACME"):\n    rows: int = 10\n\n    def on_bar(self, bar):\n'
        '        self.target("1" if bar.close > self.sma(self.rows) else "0")\n',
        encoding="utf-8",
    )
    mapping = "time=When,open=O,high=H,low=L,close=C"
    read = ("--tz", "utc", "--mapping", mapping, "--spread-points", "7", "--skip-bad")
    return ("own.py", "prices.csv", *read, "--instruments", "own.toml")


def test_what_a_backtest_is_told_of_a_file_a_search_and_a_check_are_told_too(
    say: Say, research: Path, shares: tuple[str, ...]
) -> None:
    alone = say("backtest", *shares, "--no-report", "--json")
    assert alone.code == 0, alone.err
    found = say("optimize", *shares, "--set", "rows=10,20", "--json").document
    assert found["trials"][0]["net"] == alone.document["stats"]["net_profit"] != 0
    windows = ("--train", "20d", "--test", "10d", "--warm-up", "3")
    walked = say("walk-forward", *shares, "--set", "rows=10,20", *windows)
    assert walked.code == 0, walked.err
    checked = say("lookahead-check", *shares, "--cuts", "4", "--jobs", "1", "--json")
    assert checked.code == 0, checked.err
    assert checked.document["rows"] == 1_199
