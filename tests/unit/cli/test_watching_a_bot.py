"""While a bot trades a person sees its date, how far that is and how fast it goes, and a program sees nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tallystick.platform.cli.mt5_exec_watching import line_of, watching

BUSY = """
import MetaTrader5 as mt5, datetime
mt5.initialize()
while datetime.datetime.now() < datetime.datetime(2014, 3, 5):
    mt5.symbol_info_tick("EURUSD")
"""
SECOND = 1_000_000_000


def test_the_line_tells_date_calls_and_rate() -> None:
    line = line_of(1_393_905_600 * SECOND, 12_345, 5_678.9)
    assert line == "the bot trades 2014-03-04 04:00 UTC, 12,345 calls, 5,679/s"


def test_nothing_is_shown_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with watching(0, 10) as watch:
        assert watch.run is None
    assert capsys.readouterr() == ("", "")


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo terminals are POSIX's")
def test_a_loop_without_sleep_shows_how_far_it_is(tmp_path: Path) -> None:
    script = tmp_path / "busy.py"
    script.write_text(BUSY, encoding="utf-8")
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "tallystick.platform.cli.main", "mt5", "exec", script, "--no-report"]
    command += ["--data", "EURUSD", "--from", "2014-03-04", "--to", "2014-03-05", "--book", tmp_path / "book"]
    command += ["--home", tmp_path / "home"]
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    seen = b""
    while True:
        try:
            part = os.read(ours, 65_536)
        except OSError:  # Linux says so when the last writer is gone
            break
        if not part:
            break
        seen += part
    os.close(ours)
    assert process.wait(60) == 0, seen
    assert b"the bot trades 2014-03-04 " in seen, seen
    assert b"/s" in seen
