"""How a bot's process finds its parent, and what others of its environment it gets."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from multiprocessing.connection import Listener
from pathlib import Path

import pytest

from tallystick.platform.mt5.exec.child.environment import ELSEWHERE, environment
from tallystick.platform.mt5.exec.child.zone import posix_offset
from tallystick.platform.mt5.exec.process import BotProcess, Over
from tallystick.platform.mt5.exec.settings import Asked, ChildSettings, Ended, encoded, from_child
from tallystick.platform.mt5.wire import SUCCESS, Answer, Plain, Table
from tests.unit.mt5.exec_child.bot_process import HOUR_NS, START_NS, run_bot

COMMAND = [sys.executable, "-m", "tallystick.platform.mt5.exec.child"]


def test_the_loopback_address_with_a_key_serves_where_descriptors_are_not_inherited(tmp_path: Path) -> None:
    script = tmp_path / "bot.py"
    script.write_text(
        "import asyncio, time\nasyncio.run(asyncio.sleep(1))\ntime.sleep(1)\nprint('over')", encoding="utf-8"
    )
    settings = ChildSettings(script=str(script), start_ns=START_NS, end_ns=START_NS + HOUR_NS)
    key = bytes(range(32))
    with Listener(("127.0.0.1", 0), authkey=key) as listener:
        place = f"tcp:{listener.address[1]}:{key.hex()}"
        around = environment(settings, os.environ, place)
        process = subprocess.Popen(COMMAND, env=around, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        with listener.accept() as pipe:
            pipe.send_bytes(encoded(settings))
            last = from_child(pipe.recv_bytes())
        output, errors = process.communicate(timeout=60)
    assert isinstance(last, Ended)
    assert (process.returncode, output.strip(), errors) == (0, "over", ""), (
        "its own connection is no network of the bot's"
    )


class OverLoopback(BotProcess):
    """The parent of `mt5 exec` as it is on Windows."""

    _by_descriptor = vars(BotProcess)["_by_loopback"]


def test_the_parent_of_mt5_exec_speaks_over_the_loopback_address_too(tmp_path: Path) -> None:
    script = tmp_path / "bot.py"
    script.write_text(
        "import MetaTrader5 as mt5\nmt5.initialize()\n"
        "assert len(mt5.copy_rates_from_pos('EURUSD', mt5.TIMEFRAME_H1, 0, 2000)) == 2000\n",
        encoding="utf-8",
    )
    settings = ChildSettings(script=str(script), start_ns=START_NS, end_ns=START_NS + HOUR_NS)
    with OverLoopback(settings) as bot:
        while isinstance(said := bot.said(), Asked):
            yes = said.call.function == "initialize"
            bot.answer(Answer(said.call.now, SUCCESS, Plain(True) if yes else Table("rates", bytes(2000 * 60))))
        assert isinstance(said, Ended | Over), said
        ended = bot.over(said)
    assert (ended.how, ended.code) == ("returned", 0)


def test_a_process_without_a_parent_says_how_bots_are_started() -> None:
    alone = subprocess.run(COMMAND, capture_output=True, text=True, check=False)
    assert alone.returncode != 0
    assert "Start bots by: tallystick mt5 exec SCRIPT" in alone.stderr


def test_the_bot_sees_nothing_of_the_pipe_and_its_processes_find_no_real_module(tmp_path: Path) -> None:
    bot = run_bot(
        tmp_path,
        "import os\nprint('TALLYSTICK_EXEC_PIPE' in os.environ, os.environ['TZ'], os.environ['PYTHONHASHSEED'])",
        tz="Europe/Berlin",
        seed=2**32 + 5,
        world={"PYTHONPATH": str(tmp_path)},
    )
    assert bot.lines == ["False Europe/Berlin 5"]
    around = environment(ChildSettings(script="", start_ns=0, end_ns=0), {"PYTHONPATH": "there"}, "fd:3")
    assert around["PYTHONPATH"].split(os.pathsep) == [str(ELSEWHERE), "there"]
    assert (ELSEWHERE / "MetaTrader5.py").is_file()


@pytest.mark.parametrize(
    ("name", "told"),
    [("UTC", "UTC0"), ("Asia/Tokyo", "TIX-9:00"), ("Asia/Kolkata", "TIX-5:30"), ("Etc/GMT+5", "TIX5:00")],
)
def test_windows_is_told_zones_of_one_offset(name: str, told: str) -> None:
    assert posix_offset(name, START_NS // 10**9) == told


@pytest.mark.parametrize(
    ("zone", "at"),
    [
        ("Europe/Berlin", "2024-03-01"),
        ("America/New_York", "2024-11-03"),  # half a year before and after, the clocks are where they are
        ("Africa/Casablanca", "2024-10-01"),  # an hour back for a month of the year
    ],
)
def test_a_zone_that_changes_its_clocks_is_refused_on_windows(zone: str, at: str) -> None:
    at_s = int(datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp())
    with pytest.raises(ValueError, match=r"E594.*changes its clocks.*Fix: pass --tz UTC"):
        posix_offset(zone, at_s)
