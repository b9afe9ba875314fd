"""What is left in the temporary directory: nothing of a process that lives no more, everything of one that does."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tallystick.platform.passing_folder import PassingFolder

HOLD = """
from tallystick.platform.passing_folder import PassingFolder
folder = PassingFolder("search")
(folder.path / "rows").write_text("many")
print(folder.name, flush=True)
input()
"""
ENDLESS = """
from tallystick.platform import Strategy
class Endless(Strategy, symbol="EURUSD", lots="0.01"):
    fast: int = 5
    def on_bar(self, bar):
        print("here", flush=True)
        while True:
            pass
"""
SEARCH = """
import sys
from tallystick.platform import {verb}
{verb}("endless.py", "EURUSD", {arguments})
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary directory of its own, for this process's children."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setenv("TALLYSTICK_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return folder


def _holding() -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    assert process.stdout is not None
    assert Path(process.stdout.readline().strip()).is_dir()
    return process


def test_it_goes_with_its_object_and_at_the_end_of_a_with() -> None:
    folder = PassingFolder("test")
    name = folder.path
    (name / "sub").mkdir()
    del folder
    assert not name.exists()
    with PassingFolder("test") as again:
        assert again.path.is_dir()
    assert not again.path.exists()


@pytest.mark.skipif(os.name == "nt", reason="TMPDIR and SIGKILL are POSIX's")
def test_what_a_killed_process_left_is_removed_by_the_next_and_a_living_ones_is_not(temporary: Path) -> None:
    (temporary / "tallystick-mine").mkdir()
    killed, living = _holding(), _holding()
    assert len(list(temporary.glob("tallystick-search-*"))) == 2
    killed.kill()
    killed.wait()
    third = _holding()
    names = sorted(each.name for each in temporary.iterdir())
    assert len(names) == 3, names
    assert "tallystick-mine" in names
    for each in (living, third):
        each.communicate("\n", timeout=30)
    assert [each.name for each in temporary.iterdir()] == ["tallystick-mine"]


@pytest.mark.skipif(os.name == "nt", reason="TMPDIR and SIGKILL are POSIX's")
@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("optimize", "parameters={'fast': [5]}, jobs=1, research='research'"),
        ("backtest", "research=False"),
        ("lookahead_check", "jobs=1"),
    ],
)
def test_a_killed_search_backtest_or_check_leaves_nothing_after_the_next_start(
    temporary: Path, verb: str, arguments: str
) -> None:
    Path("endless.py").write_text(ENDLESS, encoding="utf-8")
    code = SEARCH.format(verb=verb, arguments=arguments)
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    until = time.monotonic() + 120
    while not any(temporary.glob("tallystick-*/*")) and time.monotonic() < until:
        time.sleep(0.05)
    assert any(temporary.glob("tallystick-*/*"))
    time.sleep(0.5)
    process.send_signal(signal.SIGKILL)
    process.wait()
    while any(temporary.glob("tallystick-*")) and time.monotonic() < until:
        next_one = _holding()
        next_one.communicate("\n", timeout=30)
        time.sleep(0.2)
    assert not any(temporary.iterdir())
