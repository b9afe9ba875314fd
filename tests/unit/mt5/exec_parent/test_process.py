"""The bot's process as its parent sees it: both kinds of pipe, silence, death, a stop."""

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tallystick.platform.mt5.exec.process import BotProcess, Over
from tallystick.platform.mt5.exec.settings import Asked, ChildSettings, Ended
from tallystick.platform.mt5.wire import SUCCESS, Answer, Plain

START_NS = 1_709_283_600_000_000_000


def settings(folder: Path, text: str, **more: Any) -> ChildSettings:
    """Of a bot with this text."""
    script = folder / "bot.py"
    script.write_text(text, encoding="utf-8")
    return ChildSettings(script=str(script), start_ns=START_NS, end_ns=START_NS + 10**12, **more)


def command(text: str) -> Sequence[str]:
    """Something else in place of the child."""
    return (sys.executable, "-c", text)


both_kinds_of_pipe = pytest.mark.parametrize(
    "loopback",
    [pytest.param(False, marks=pytest.mark.skipif(os.name == "nt", reason="Windows inherits no descriptor")), True],
)


@both_kinds_of_pipe
def test_a_bot_is_heard_and_answered_over_both_kinds_of_pipe(tmp_path: Path, loopback: bool) -> None:
    bot = settings(tmp_path, "import MetaTrader5 as mt5\nassert mt5.initialize()\nraise SystemExit(5)")
    with BotProcess(bot, loopback=loopback) as process:
        asked = process.said()
        assert isinstance(asked, Asked)
        assert asked.call.function == "initialize"
        process.answer(Answer(asked.call.now, SUCCESS, Plain(value=True)))
        last = process.said()
        assert isinstance(last, Ended)
        ended = process.over(last)
    assert (ended.how, ended.code) == ("exited", 5)


@both_kinds_of_pipe
def test_a_process_that_ends_before_it_speaks_has_died(tmp_path: Path, loopback: bool) -> None:
    with BotProcess(settings(tmp_path, ""), loopback=loopback, command=command("raise SystemExit(9)")) as process:
        last = process.said()
        assert isinstance(last, Over)
        ended = process.over(last)
    assert (ended.how, ended.code) == ("died", 9)


@both_kinds_of_pipe
def test_a_process_that_says_nothing_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loopback: bool) -> None:
    monkeypatch.setattr("tallystick.platform.mt5.exec.process.PATIENCE_S", 0.5)
    begun = time.monotonic()
    mute = settings(tmp_path, "", limit_s=0.5)
    with BotProcess(mute, loopback=loopback, command=command("import time; time.sleep(60)")) as process:
        last = process.said()
        assert isinstance(last, Over)
        assert process.over(last).how == "silent"
    assert time.monotonic() - begun < 30


def test_at_real_speed_the_parent_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tallystick.platform.mt5.exec.process.PATIENCE_S", 0.1)
    slow = settings(tmp_path, "import time\ntime.sleep(3)", limit_s=0.5, speed="real")
    with BotProcess(slow) as process:
        last = process.said()
        assert isinstance(last, Ended)
        assert last.how == "returned"


def test_a_stop_ends_the_process_while_it_is_silent(tmp_path: Path) -> None:
    asleep = command("import time; time.sleep(60)")
    with BotProcess(settings(tmp_path, ""), command=asleep, stop_asked=lambda: True) as process:
        last = process.said()
        assert isinstance(last, Over)
        assert process.over(last).how == "stopped"


def test_leaving_ends_the_process(tmp_path: Path) -> None:
    with BotProcess(settings(tmp_path, ""), command=command("import time; time.sleep(60)")) as process:
        started = process._process  # noqa: SLF001 -- the process itself is what this is about
    assert started.poll() is not None
