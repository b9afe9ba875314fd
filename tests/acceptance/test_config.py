"""The config file's way to a book: as `init` leaves it, and the same decisions as every other way to say the same."""

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tallystick.events.blobs import BlobStore
from tallystick.events.reader import LogReader
from tallystick.events.signer import create_key
from tallystick.events.types.running import RunStarted
from tallystick.platform import backtest
from tallystick.platform.config import project_of
from tallystick.platform.config.books import next_books
from tallystick.platform.judging.research_log import research_folder
from tests.said import Say, saying

STRATEGY = """\
from tallystick.platform import strategy

@strategy(symbol="EURUSD", timeframe="H1")
def cross(bars, fast=10, slow=30): return +1 if bars.ema(fast) > bars.ema(slow) else -1
"""
CONFIG = """\
[run]
seed = 3
latency = "250ms"

[account]
deposit = "20000.00"
leverage = 100

[[strategy]]
file = "cross.py"
parameters = { fast = 5 }
[[strategy.filters.sessions]]
hours = "06:00-20:00"

[sizing]
kind = "fixed"
lots = 0.20

[protection]
trail_points = 400

[risk]
daily_loss = "2.5 %"
limits = { max_loss = "4000.00" }
"""
SHORT = CONFIG + "[data]\nend = 2014-02-28\n"
"""What is told of two months is told of a year."""


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Say:
    """Say a command in this process and in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TALLYSTICK_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("TALLYSTICK_RESEARCH", raising=False)
    return saying(capsys)


@pytest.fixture
def desk(tmp_path: Path, say: Say) -> Path:
    """A config and the strategy it names."""
    (tmp_path / "cross.py").write_text(STRATEGY, encoding="utf-8")
    (tmp_path / "tallystick.toml").write_text(SHORT, encoding="utf-8")
    return tmp_path


def started_in(book: Path) -> RunStarted:
    """The manifest of a book's first run."""
    for envelope in LogReader(book / "log").envelopes():
        if isinstance(envelope.event, RunStarted):
            return envelope.event
    message = "the book has no run"
    raise AssertionError(message)


def test_what_init_writes_runs_as_it_stands_and_is_never_overwritten(say: Say, tmp_path: Path) -> None:
    first = say("init", "--yes", "--json")
    assert first.code == 0
    assert first.document["written"] == ["tallystick.toml", "ema_cross.py", ".gitignore", "tallystick.schema.json"]
    assert first.document["next"] == "tallystick run"
    assert "books/" in (tmp_path / ".gitignore").read_text(encoding="utf-8")
    assert say("config", "check").code == 0
    ran = say("run", "--json")
    assert ran.code == 0, ran.err
    assert ran.document["deals"] > 100
    assert Path(ran.document["book"]) == Path("books/run-0001")
    assert (tmp_path / "books/run-0001/report.html").is_file()
    assert ran.document["decision_digest"] == backtest("ema_cross.py").digest
    (tmp_path / "ema_cross.py").write_text("# mine\n", encoding="utf-8")
    again = say("init", "--yes", "--json").document
    assert (again["written"], len(again["kept"])) == ([], 4)
    assert (tmp_path / "ema_cross.py").read_text(encoding="utf-8") == "# mine\n"


def test_init_makes_a_folder_and_leaves_a_file_alone(say: Say, tmp_path: Path) -> None:
    assert say("init", "a/b", "--yes").code == 0
    assert (tmp_path / "a/b/tallystick.toml").is_file()
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    said = say("init", "file", "--yes")
    assert said.code == 2
    assert "error[E830]" in said.err


class Person(io.StringIO):
    """Somebody at a terminal."""

    def isatty(self) -> bool:
        """Yes."""
        return True


@pytest.mark.parametrize(("answer", "code"), [("n\n", 2), ("y\n", 0), ("\n", 0)])
def test_init_asks_a_person_before_it_writes(
    say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    monkeypatch.setattr("sys.stdin", Person(answer))
    assert say("init", "desk").code == code
    assert (tmp_path / "desk").exists() == (code == 0)


def test_a_config_runs_from_any_folder_into_books_beside_it(
    say: Say, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = say("run", "--no-report", "--json").document
    elsewhere = desk / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    there = say("run", "../tallystick.toml", "--no-report", "--json").document
    assert Path(there["book"]).resolve() == desk.resolve() / "books/run-0002"
    assert there["decision_digest"] == here["decision_digest"]
    assert say("replay", there["book"]).code == 0


def test_config_python_and_json_give_one_decision_digest(say: Say, desk: Path) -> None:
    (desk / "tallystick.toml").write_text(CONFIG, encoding="utf-8")
    of_config = say("run", "tallystick.toml", "--mode", "sim", "--no-report", "--json").document
    in_python = backtest(
        "cross.py",
        "demo",
        account={"deposit": 20_000, "leverage": 100},
        parameters={"fast": 5},
        lots="0.20",
        protection={"trail_points": 400},
        risk={
            "daily_loss_ppm": 25_000,
            "account_limits": {"max_loss": 400_000},
            "sessions": [{"hours": "06:00-20:00", "strategies": ["cross"]}],
        },
        seed=3,
        latency_ms=250,
    )
    assert len(in_python.deals) > 100
    assert of_config["decision_digest"] == in_python.digest
    plan = json.loads(in_python.plan.as_json())
    assert plan["sizing"] == {"kind": "fixed", "lots": "0.20"}
    (desk / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    data = [word for shipped in ["EURUSD"] for word in ("--data", _shipped(shipped))]
    of_plan = say("run", "plan.json", *data, "--book", "of-plan", "--no-report", "--json")
    assert of_plan.code == 0, of_plan.err
    assert of_plan.document["decision_digest"] == of_config["decision_digest"]
    by_row = say("run", "tallystick.toml", "--by-row", "--book", "by-row", "--no-report", "--json").document
    assert by_row["decision_digest"] == of_config["decision_digest"]


def _shipped(symbol: str) -> str:
    """The demo's file of a symbol, as `--data` names one."""
    from tallystick.platform.data import demo

    one = next(each for each in demo.SHIPPED if each.symbol == symbol)
    return f"{symbol}={demo.FOLDER / one.file}@{one.time_rule}"


def test_the_manifest_holds_the_files_hash_and_the_log_the_file(say: Say, desk: Path) -> None:
    assert say("run", "--no-report").code == 0
    content = (desk / "tallystick.toml").read_bytes()
    started = started_in(desk / "books/run-0001")
    digest = hashlib.sha256(content).hexdigest()
    assert started.settings["config"] == digest
    assert started.settings["config_file"] == "tallystick.toml"
    assert started.sources["tallystick.toml"] == digest
    assert BlobStore(desk / "books/run-0001/log").get(bytes.fromhex(digest)) == content
    assert msgspec.json.decode(started.settings["plan"])["account"]["balance"] == 2_000_000
    assert started.settings_hash == say("config", "show", "--json").document["plan_hash"]
    assert say("replay", "books/run-0001").code == 0
    assert say("audit", "verify", "books/run-0001").code == 0


def test_each_run_has_a_book_of_its_own_and_none_is_replaced(say: Say, desk: Path) -> None:
    books = [say("run", "--no-report", "--json").document["book"] for _ in range(2)]
    assert [Path(book).name for book in books] == ["run-0001", "run-0002"]
    project = project_of(desk / "tallystick.toml")
    assert next(next_books(desk / "books", project.plan, project.feed)).name == "run-0003"


def test_a_run_that_was_stopped_is_gone_on_with(say: Say, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from contextlib import contextmanager

    from tallystick.platform.cli import run as verb

    @contextmanager
    def at_once() -> Any:
        yield lambda: True

    with monkeypatch.context() as patched:
        patched.setattr(verb, "stopping", at_once)
        assert say("run", "--no-report").code == 1
    whole = say("run", "--no-report", "--json").document
    assert Path(whole["book"]).name == "run-0001"
    fresh = say("run", "--no-report", "--json").document
    assert Path(fresh["book"]).name == "run-0002"
    assert whole["decision_digest"] == fresh["decision_digest"]


def test_the_command_line_comes_before_the_file(say: Say, desk: Path) -> None:
    assert say("run", "--seed", "9", "--durability", "each-input", "--no-report").code == 0
    started = started_in(desk / "books/run-0001")
    assert (started.seed, started.durability) == (9, "each-input")


def test_a_named_key_signs_and_one_that_is_not_there_is_told(say: Say, desk: Path) -> None:
    path = desk / "tallystick.toml"
    path.write_text(SHORT + '[keys]\nsigning = "desk"\n[report]\nwrite = false\n', encoding="utf-8")
    missing = say("run")
    assert missing.code == 2
    assert "error[E309] no such signing key" in missing.err
    assert not (desk / "books").exists()
    key = create_key(desk / "home" / "desk.key", "tallystick")
    ran = say("run", "--json")
    assert ran.code == 0, ran.err
    assert ran.document["key"]["fingerprint"] == key.vkey.fingerprint
    assert ran.document["report"] is None
    assert say("run", "--report", "--json").document["report"] is not None
    path.write_text(SHORT + '[keys]\nsigning = "home/desk.key"\n', encoding="utf-8")
    assert say("run", "--no-report", "--json").document["key"]["fingerprint"] == key.vkey.fingerprint
    within = say("run", "--book", desk / "home", "--no-report")
    assert within.code == 2
    assert "error[E308]" in within.err


def test_a_file_with_mistakes_leaves_nothing_and_check_tells_them_all(say: Say, desk: Path) -> None:
    path = desk / "tallystick.toml"
    path.write_text(SHORT.replace("leverage", "leverag").replace("0.20", "0.013"), encoding="utf-8")
    ran = say("run")
    assert ran.code == 2
    assert "error[E142] no such key, tallystick.toml line 7, account.leverag" in ran.err
    assert "(1 more: tallystick config check tallystick.toml)" in ran.err
    assert not (desk / "books").exists()
    checked = say("config", "check")
    assert checked.code == 2
    assert "error[E142]" in checked.out
    assert "error[E113]" in checked.out
    assert checked.out.count("Fix: ") == 2
    found = say("config", "check", "--json")
    assert (found.code, found.document["ok"]) == (2, False)
    assert [(one["code"], one["line"]) for one in found.document["findings"]] == [("E142", 7), ("E113", 17)]


def test_data_beside_a_config_and_a_folder_without_one_are_told(say: Say, desk: Path) -> None:
    said = say("run", "tallystick.toml", "--data", "demo")
    assert said.code == 2
    assert "error[E840] a config file names its data itself" in said.err
    (desk / "tallystick.toml").unlink()
    nothing = say("run")
    assert nothing.code == 2
    assert "Fix: tallystick init" in nothing.err


def test_the_schema_is_written_over_nothing_but_itself(say: Say, desk: Path) -> None:
    assert say("config", "schema", "-o", "s.json").code == 0
    assert say("config", "schema", "-o", "s.json").code == 0
    assert json.loads((desk / "s.json").read_text(encoding="utf-8")) == say("config", "schema", "--json").document
    assert say("config", "schema", "-o", "cross.py").code == 2
    assert (desk / "cross.py").read_text(encoding="utf-8") == STRATEGY


def test_trials_are_counted_where_the_file_says(say: Say, desk: Path) -> None:
    assert research_folder() == desk.resolve() / "research"
    path = desk / "tallystick.toml"
    path.write_text(SHORT + '[research]\nfolder = "trials"\n', encoding="utf-8")
    assert research_folder() == desk.resolve() / "trials"
