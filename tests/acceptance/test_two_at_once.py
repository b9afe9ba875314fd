"""Two runs at once in one place: both run, each in a folder of its own; a folder that somebody named is one run's."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tallystick.events.lock import WriterLock
from tallystick.events.reader import LogReader
from tallystick.platform.judging.research_log import ResearchLog
from tests.said import Say, saying

COMMAND = [sys.executable, "-m", "tallystick.platform.cli.main"]
BOT = "import MetaTrader5 as mt5\nmt5.initialize()\nmt5.shutdown()\n"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with a key and a research log of its own."""
    monkeypatch.setenv("TALLYSTICK_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("TALLYSTICK_RESEARCH", raising=False)
    folder = tmp_path / "desk"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Say a command in this process."""
    return saying(capsys)


def test_two_backtests_started_at_once_both_run(desk: Path, say: Say) -> None:
    assert say("audit", "verify", "nowhere").code == 2
    words = ["backtest", "ema_cross", "EURUSD", "--from", "2014-01-02", "--to", "2014-01-31", "--no-report", "--json"]
    both = [
        subprocess.Popen([*COMMAND, *words], cwd=desk, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    answers = [each.communicate(timeout=120) for each in both]
    assert [each.returncode for each in both] == [0, 0], answers
    documents = [json.loads(out) for out, _ in answers]
    assert len({each["digest"] for each in documents}) == 1
    for each in documents:
        assert say("audit", "verify", each["book"]).code == 0
    log = ResearchLog(desk / "research")
    reader = log.reader()
    assert reader is not None
    assert [each.type for each in reader.envelopes()].count("trial.completed") == 2


def test_a_backtest_beside_another_says_where_its_book_is(desk: Path, say: Say) -> None:
    (desk / "tallystick-backtest-2").mkdir()
    (desk / "tallystick-backtest-2" / "mine.txt").write_text("kept", encoding="utf-8")
    folder = desk / "tallystick-backtest"
    folder.mkdir()
    other = WriterLock(folder)
    try:
        words = ["backtest", "ema_cross", "EURUSD", "--to", "2014-01-10", "--no-report", "--json"]
        said = say(*words)
    finally:
        other.release()
    assert said.code == 0, said.err
    assert said.document["book"] == "tallystick-backtest-3"
    note = "note: another run is at work in tallystick-backtest; this one's book is in tallystick-backtest-3"
    assert note in said.err
    assert [each.name for each in (desk / "tallystick-backtest-2").iterdir()] == ["mine.txt"]
    again = say(*words)
    assert again.document["book"] == "tallystick-backtest"
    assert "another run" not in again.err


def test_a_named_folder_at_work_is_refused_before_anything_is_counted(desk: Path, say: Say) -> None:
    (desk / "bot.py").write_text(BOT, encoding="utf-8")
    folder = desk / "book"
    folder.mkdir()
    other = WriterLock(folder)
    dates = ["--from", "2014-01-02", "--to", "2014-01-10"]
    try:
        for words in (
            ["backtest", "ema_cross", "EURUSD", *dates, "--book", folder],
            ["mt5", "exec", "bot.py", "--data", "EURUSD", *dates, "--book", folder],
            ["run", "ema_cross.py", "--book", folder],
            ["demo", "--book", folder],
        ):
            if words[0] == "run":
                assert say("new", "ema_cross.py").code == 0
            said = say(*words)
            assert said.code == 2
            expected = f"error[E212] another run is at work in this folder, {folder}: got process {os.getpid()}."
            assert said.error == expected
            assert said.last == "Fix: wait until it has ended, or name another folder with --book"
    finally:
        other.release()
    assert [each.name for each in folder.iterdir()] == ["writer.lock"]
    assert not (desk / "research").exists()


def test_the_folder_is_free_again_when_the_verb_has_answered(desk: Path, say: Say) -> None:
    for _ in range(2):
        said = say("backtest", "ema_cross", "EURUSD", "--to", "2014-01-10", "--no-report", "--book", "kept")
    assert "E212" not in said.err
    WriterLock(desk / "kept").release()
    assert len(LogReader(desk / "kept" / "log")) > 0


def test_a_run_of_a_config_takes_the_next_book_where_another_is_at_work(desk: Path, say: Say) -> None:
    assert say("init", ".", "--yes").code == 0
    first = desk / "books" / "run-0001"
    first.mkdir(parents=True)
    other = WriterLock(first)
    try:
        said = say("run", "--no-report", "--json")
    finally:
        other.release()
    assert Path(said.document["book"]).name == "run-0002", said.err
