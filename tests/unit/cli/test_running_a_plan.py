"""`run`: nothing is written for a plan that is refused, and what a run came to is said."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from tallystick.platform.cli.demo_plan import demo_plan
from tallystick.platform.cli.run_outcome import document_of_outcome, outcome_of
from tallystick.platform.cli.stopping import stopping
from tests.said import Say


def written(folder: Path, **account: Any) -> Path:
    """The demo's plan with other account fields, in a file."""
    plan = json.loads(demo_plan().as_json())
    plan["account"].update(account)
    path = folder / "a-plan.json"
    path.write_text(json.dumps(plan), encoding="utf-8")
    return path


def test_a_refused_plan_leaves_no_book(say: Say, tmp_path: Path) -> None:
    plan, book = written(tmp_path, leverage=0), tmp_path / "book"
    said = say("run", plan, "--data", "demo", "--book", book)
    assert said.code == 2
    assert "error[E121] the plan's account.leverage: got 0 / expected a whole number from 1 to 10000." in said.err
    assert not book.exists()


def test_no_folder_is_no_book(say: Say, tmp_path: Path) -> None:
    said = say("run", written(tmp_path), "--data", "demo", "--book", "")
    assert said.code == 2
    assert "Fix: name the book's folder" in said.err


def test_a_folder_of_somebody_else_is_left_alone(say: Say, tmp_path: Path) -> None:
    book = tmp_path / "papers"
    book.mkdir()
    (book / "letter.txt").write_text("dear", encoding="utf-8")
    said = say("run", written(tmp_path), "--data", "demo", "--book", book)
    assert said.code == 2
    assert "error[E830]" in said.err
    assert [each.name for each in book.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("home", ["", "keys"])
def test_the_key_does_not_lie_in_the_book(say: Say, tmp_path: Path, home: str) -> None:
    book = tmp_path / "book"
    for verb in (["run", written(tmp_path), "--data", "demo"], ["demo"]):
        said = say(*verb, "--book", book, "--home", book / home)
        assert said.code == 2
        assert "error[E308]" in said.err
    assert not list(book.rglob("signing.key"))


def test_a_run_says_what_it_came_to_and_another_plan_is_refused_by_its_fields(say: Say, tmp_path: Path) -> None:
    book = tmp_path / "book"
    said = say("run", written(tmp_path), "--data", "demo", "--book", book, "--json")
    assert said.code == 0, said.err
    document = said.document
    assert document["deals"] > 100
    assert document["net"] == document["balance"] - 1_000_000
    assert document["halted"] == ""
    assert document["failed_modules"] == []
    assert (book / "report.html").is_file()
    assert "warning: W107 " in said.err
    unread = document_of_outcome(outcome_of(book, report=False))  # of deals and orders alone
    assert unread == {**{name: document[name] for name in unread}, "report": None}
    nothing = say("replay", book, "--until", "0")
    assert nothing.code == 1
    assert "NOTHING WAS COMPARED" in nothing.out
    assert "--until 999999 is beyond the end" in say("replay", book, "--until", "999999").out
    kept = (book / "plan.json").read_bytes()
    other = say("run", written(tmp_path, balance=5_000), "--data", "demo", "--book", book, "--seed", "3")
    assert other.code == 2
    assert "a plan that differs in account.balance (5000" in other.err
    assert "seed (3, the book has 0)" in other.err
    assert (book / "plan.json").read_bytes() == kept


def test_a_book_that_is_halted_at_its_end_is_a_finding(say: Say, tmp_path: Path) -> None:
    book = tmp_path / "book"
    book.mkdir()
    (book / "HALT").write_text("too wild\n", encoding="utf-8")
    said = say("run", written(tmp_path), "--data", "demo", "--book", book, "--no-report")
    assert said.code == 1, said.err
    assert "HALTED: " in said.out
    assert f'tallystick resume {book} --reason "..."' in said.out
    assert not (book / "report.html").exists()


PAIR = """
from tallystick.platform import Strategy

class Pair(Strategy, symbol="EURUSD", timeframe="H1"):
    def on_start(self):
        self.bars_of("NZDUSD")

    def on_bar(self, bar):
        self.target("1.00" if len(self.bars) % 4 < 2 else "-1.00")
"""
LIMITED = """
[[strategy]]
file = "pair.py"
[[series]]
source = "EURUSD"
[[series]]
source = "NZDUSD"
[data]
end = 2014-02-28
[risk]
closed = ["mon 00:00-24:00"]
drawdown = "3 %"
"""


def test_a_run_and_its_page_warn_as_a_backtest_does(say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLYSTICK_RESEARCH", str(tmp_path / "research"))
    (tmp_path / "pair.py").write_text(PAIR, encoding="utf-8")
    config = tmp_path / "tallystick.toml"
    config.write_text(LIMITED, encoding="utf-8")
    said = say("run", config, "--book", tmp_path / "book")
    told = [line.removeprefix("warning: ") for line in said.out.splitlines() if line.startswith("warning: W13")]
    assert [line[:4] for line in told] == ["W135", "W134", "W133"]
    page = (tmp_path / "book" / "report.html").read_text(encoding="utf-8")
    limits = ("--risk", "closed=mon 00:00-24:00", "--risk", "drawdown=3%", "--to", "2014-02-28")
    kept = ("--book", tmp_path / "another", "--json")
    same = say("backtest", tmp_path / "pair.py", "EURUSD", "NZDUSD", *limits, *kept).document
    assert [line for line in same["warnings"] if line.startswith("W13")] == told
    assert all(f'<p class="note loss">{line}</p>' in page for line in told)
    unwritten = say("run", config, "--book", tmp_path / "third", "--no-report", "--json").document
    assert [line for line in unwritten["warnings"] if line.startswith("W13")] == told
    assert unwritten["decision_digest"] == same["digest"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_asks_for_a_good_end_and_the_second_ends_at_once(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with stopping() as asked:
        assert not asked()
        signal.raise_signal(number)
        assert asked()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
    assert signal.getsignal(number) is before
