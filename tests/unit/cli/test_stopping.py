"""One Ctrl-C is enough, whatever a strategy does: good order where the run looks, an end where it never does."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tallystick.platform.cli import stopping as verb
from tallystick.platform.cli.stopping import stopping
from tallystick.platform.judging.breaking_off import BrokenOff, broken_off_when
from tallystick.platform.judging.research_log import ResearchLog
from tallystick.platform.judging.trial import STOPPED

COMMAND = [sys.executable, "-m", "tallystick.platform.cli.main"]
ENDLESS = """
from tallystick.platform import Strategy
class Endless(Strategy, symbol="EURUSD", lots="0.01"):
    fast: int = 5
    def on_bar(self, bar):
        if self.fast == 5:
            print("here", flush=True)
            while True:
                pass
"""


def test_a_run_that_never_looks_is_ended_by_one_ctrl_c(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(verb, "UNHEARD_S", 0.2)

    def interrupted() -> None:
        until = time.monotonic() + 30
        with stopping():
            signal.raise_signal(signal.SIGINT)
            while time.monotonic() < until:
                pass

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert "it did not answer for 0.2 s; ending at once" in capsys.readouterr().err


def test_a_run_that_looks_has_all_the_time_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verb, "UNHEARD_S", 0.2)
    with stopping() as asked:
        signal.raise_signal(signal.SIGINT)
        assert asked()
        time.sleep(0.5)


def test_work_that_never_ends_is_broken_off_and_other_work_is_not() -> None:
    def never() -> int:
        while True:
            pass

    def caught_once() -> int:
        try:
            return never()
        except BaseException:  # noqa: BLE001 -- as a careless strategy has it
            return 7

    with pytest.raises(BrokenOff):
        broken_off_when(lambda: True, 0.05, never)
    assert broken_off_when(lambda: True, 0.05, caught_once) == 7
    assert broken_off_when(lambda: True, 5.0, lambda: 1) == 1
    assert broken_off_when(lambda: False, 0.0, lambda: time.sleep(0.3) or 2) == 2  # type: ignore[func-returns-value]  # `sleep` gives None


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C goes to a whole group of processes there")
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("optimize", "--set", "fast=5,6", "--jobs", "1"), 1),
        (("backtest", "--no-report"), 130),
        (("run", "--book", "book"), 130),
    ],
)
def test_one_ctrl_c_ends_a_verb_whose_strategy_never_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], code: int
) -> None:
    (tmp_path / "endless.py").write_text(ENDLESS, encoding="utf-8")
    monkeypatch.setenv("TALLYSTICK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TALLYSTICK_RESEARCH", str(tmp_path / "r"))
    verb, *options = words
    process = subprocess.Popen(
        [*COMMAND, verb, "endless.py", *options],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "here\n"
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    if verb == "optimize":
        reader = ResearchLog(tmp_path / "r").reader()
        assert reader is not None
        said = [each.event for each in reader.envelopes()]
        assert [each.error for each in said if hasattr(each, "error")] == [STOPPED]


TRACED = """
import sys
from tallystick.platform.judging.breaking_off import BrokenOff, broken_off_when

def never():
    while True:
        pass

assert broken_off_when(lambda: False, 1.0, lambda: 7) == 7
try:
    broken_off_when(lambda: True, 0.05, never)
except BrokenOff:
    print("broken off")
sys.settrace(lambda *_: None)
print((lambda: 8)())
"""


def test_a_process_can_be_traced_after_work_that_may_be_broken_off() -> None:
    done = subprocess.run([sys.executable, "-c", TRACED], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout.split("\n")[:2], done.stderr) == (["broken off", "8"], "")
