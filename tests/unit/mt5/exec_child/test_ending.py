"""How a bot's loop is ended when the data is over."""

import sys
from pathlib import Path

import pytest

from tests.unit.mt5.exec_child.bot_process import HOUR_NS, START_NS, ends_after, run_bot

SLEEPS = "time.sleep(3600)"
CALLS = "mt5.symbol_info_tick('EURUSD')"
HEAD = "import time, MetaTrader5 as mt5\nmt5.initialize()\n"


def test_a_sleep_beyond_the_last_row_ends_the_loop_at_the_last_row(tmp_path: Path) -> None:
    bot = run_bot(tmp_path, "import time\nwhile True:\n    print('round')\n    time.sleep(5 * 3600)\n")
    assert bot.lines == ["round"] * 5, "at 0, 5, 10, 15 and 20 of 24 hours"
    assert (bot.code, bot.errors) == (0, "")
    assert bot.ended is not None
    assert (bot.ended.how, bot.ended.now) == ("data_over", START_NS + 24 * HOUR_NS)


def test_a_call_after_the_last_row_ends_the_loop(tmp_path: Path) -> None:
    bot = run_bot(
        tmp_path, HEAD + f"while True:\n    try:\n        {CALLS}\n    except Exception:\n        pass\n", ends_after(5)
    )
    assert (bot.code, len(bot.calls)) == (0, 6)
    assert bot.ended is not None
    assert bot.ended.how == "data_over"


def test_finally_and_atexit_are_run_and_shutdown_is_answered(tmp_path: Path) -> None:
    bot = run_bot(
        tmp_path,
        HEAD
        + f"""
import atexit
@atexit.register
def bye():
    print("atexit", mt5.last_error(), time.strftime("%H"))
try:
    try:
        while True:
            {CALLS}
    except Exception as error:
        print("never", error)
    finally:
        print("finally", mt5.shutdown())
except BaseException as error:
    print(type(error).__name__, isinstance(error, Exception))
    raise
""",
        ends_after(3),
    )
    assert bot.lines == ["finally True", "EndOfData False", "atexit (1, 'Success') 09"], bot.errors
    assert (bot.code, bot.errors) == (0, "")
    assert bot.ended is not None
    assert bot.ended.how == "data_over"


def test_a_bare_except_is_ended_after_a_hundred(tmp_path: Path) -> None:
    for action in (SLEEPS, CALLS, "mt5.last_error(); time.time(); mt5.order_send({}); time.sleep(60 * 60 * 25)"):
        bot = run_bot(
            tmp_path,
            HEAD
            + "count = 0\nwhile True:\n    try:\n"
            + f"        {action}\n    except:\n        count += 1\n        print(count)\n",
            ends_after(4),
        )
        assert bot.code == 3
        assert bot.lines[-1] == "100", "what it printed is not lost"
        assert bot.ended is not None
        assert (bot.ended.how, bot.ended.code) == ("swallowed", 3)
        assert "swallowed EndOfData 100 times" in bot.errors


def test_tasks_that_end_with_the_data_end_the_bot(tmp_path: Path) -> None:
    bot = run_bot(
        tmp_path,
        HEAD
        + f"""
import asyncio
async def loop(name):
    try:
        while True:
            {CALLS}
            await asyncio.sleep(600)
    finally:
        print("closed", name)
async def main():
    await asyncio.gather(*[loop(name) for name in "ABC"])
asyncio.run(main())
""",
        ends_after(12),
    )
    assert bot.code == 0, bot.errors
    assert sorted(bot.lines) == ["closed A", "closed B", "closed C"]
    assert bot.ended is not None
    assert bot.ended.how == "data_over"


def test_a_silent_loop_is_ended_with_its_stack(tmp_path: Path) -> None:
    bot = run_bot(tmp_path, "def spin():\n    while True:\n        pass\nprint('begun')\nspin()\n", limit_s=1.0)
    assert bot.code == 2
    assert bot.lines == ["begun"]
    assert bot.ended is not None
    assert (bot.ended.how, bot.ended.code) == ("silent", 2)
    assert "in spin" in bot.ended.detail
    assert "in spin" in bot.errors
    assert "Fix: let its loop sleep or call the module, or pass a longer --limit-s" in bot.errors


def test_a_bot_that_calls_or_sleeps_is_not_silent(tmp_path: Path) -> None:
    busy = """
from tallystick.platform.mt5.exec.child import machine
until = machine.monotonic() + 2.5
while machine.monotonic() < until:
    mt5.last_error() if ACT == "call" else time.sleep(0.001)
"""
    for act in ("call", "sleep"):
        bot = run_bot(tmp_path, HEAD + busy.replace("ACT", repr(act)), limit_s=1.2, end_ns=START_NS + 10_000 * HOUR_NS)
        assert (bot.code, bot.errors) == (0, "")


def test_a_bot_that_sleeps_without_calls_says_now_and_then_that_it_lives(tmp_path: Path) -> None:
    bot = run_bot(tmp_path, "import time\ntime.sleep(2.0)\n", speed="real", limit_s=1.2)
    assert bot.code == 0
    assert bot.lives >= 2, "every quarter of the limit"


@pytest.mark.skipif(sys.platform == "win32", reason="the C library's sleep has another name there")
def test_code_in_c_that_holds_the_interpreter_has_its_stack_shown(tmp_path: Path) -> None:
    text = "import ctypes\ndef stuck():\n    ctypes.PyDLL(None).sleep(4)\nstuck()\n"
    bot = run_bot(tmp_path, text, limit_s=0.5)
    assert "in stuck" in bot.errors
