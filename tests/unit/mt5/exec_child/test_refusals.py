"""Threads and processes of the bot's own: what is refused, and in which words."""

import sys
from pathlib import Path

import pytest

from tests.unit.mt5.exec_child.bot_process import run_bot

HEAD = "import threading, time, MetaTrader5 as mt5\nmt5.initialize()\n"
ACTS = [
    ("mt5.symbol_info_tick('EURUSD')", "called symbol_info_tick"),
    ("mt5.order_send({'volume': 1})", "called order_send"),
    ("time.sleep(1)", "slept"),
    ("threading.Event().wait(60)", "waited for a time"),
    ("__import__('queue').Queue().get(timeout=5)", "waited for a time"),
    ("__import__('asyncio').run(__import__('asyncio').sleep(1))", "waited for a time"),
]


@pytest.mark.parametrize(("act", "did"), ACTS)
def test_a_thread_that_calls_sleeps_or_waits_is_refused_and_the_run_fails(tmp_path: Path, act: str, did: str) -> None:
    bot = run_bot(
        tmp_path,
        HEAD
        + f"thread = threading.Thread(target=lambda: {act}, name='worker')\n"
        + "thread.start()\nthread.join()\nprint('on')\n",
    )
    assert bot.lines == ["on"]
    assert bot.code == 1
    assert [call.function for call in bot.calls] == ["initialize"]
    assert f'error[E591] the bot\'s thread "worker" {did}' in bot.errors
    assert "Fix: do it in the main thread, hand it to a ThreadPoolExecutor or asyncio.to_thread" in bot.errors
    assert "--threads turns" in bot.errors
    assert bot.ended is not None
    assert (bot.ended.how, did in bot.ended.detail) == ("raised", True)


def test_a_thread_that_outlives_the_script_is_refused_every_time(tmp_path: Path) -> None:
    loop = "def loop():\n    while True:\n        time.sleep(1)\n"
    bot = run_bot(tmp_path, HEAD + loop + "threading.Timer(0, print).start()\nthreading.Thread(target=loop).start()\n")
    assert bot.ended is not None
    assert (bot.ended.how, bot.code) == ("raised", 1)
    assert "slept" in bot.ended.detail


def test_a_thread_that_python_does_not_wait_for_is_warned_of(tmp_path: Path) -> None:
    bot = run_bot(tmp_path, HEAD + "import _thread\n_thread.start_new_thread(sum, ([],))\n")
    assert [warning.name for warning in bot.warnings] == ["_thread.start_new_thread"]


def test_a_timer_is_refused(tmp_path: Path) -> None:
    bot = run_bot(tmp_path, HEAD + "threading.Timer(60, print, ['never']).start()\nwhile True:\n    time.sleep(60)\n")
    assert (bot.code, bot.output) == (1, "")
    assert "waited for a time" in bot.errors


def test_reading_a_clock_in_a_thread_moves_nothing(tmp_path: Path) -> None:
    bot = run_bot(
        tmp_path,
        HEAD
        + """
before = time.time_ns()
thread = threading.Thread(target=lambda: [time.time() for _ in range(50_000)])
thread.start(); thread.join()
print(time.time_ns() - before)
""",
    )
    assert bot.lines == ["10"]
    assert bot.code == 0


@pytest.mark.parametrize(("act", "did"), ACTS)
def test_where_threads_take_turns_one_beside_pythons_own_is_refused(tmp_path: Path, act: str, did: str) -> None:
    bot = run_bot(
        tmp_path,
        HEAD
        + f"import _thread\nover = _thread.allocate_lock(); over.acquire()\ndef work():\n    try:\n        {act}\n"
        + "    finally:\n        over.release()\n_thread.start_new_thread(work, ())\nover.acquire()\nprint('on')\n",
        threads="turns",
    )
    assert bot.lines == ["on"]
    assert bot.code == 1
    assert [call.function for call in bot.calls] == ["initialize"]
    assert "error[E591] the bot's thread" in bot.errors
    assert did in bot.errors
    assert "take turns: --threads turns" in bot.errors
    assert bot.ended is not None
    assert (bot.ended.how, did in bot.ended.detail) == ("raised", True)


@pytest.mark.parametrize("method", ["spawn", *(["fork"] if sys.platform == "linux" else [])])
def test_a_process_of_the_bots_own_cannot_call(tmp_path: Path, method: str) -> None:
    bot = run_bot(
        tmp_path,
        f"""
import multiprocessing, time
import MetaTrader5 as mt5
def work(queue):
    try:
        queue.put(str(mt5.initialize()))
    except BaseException as error:
        queue.put(f"{{type(error).__name__}}: {{error}}")
if __name__ == "__main__":
    mt5.initialize()
    context = multiprocessing.get_context("{method}")
    queue = context.Queue()
    process = context.Process(target=work, args=(queue,))
    process.start()
    print(queue.get(timeout=60))
    process.join(timeout=60)
    print(mt5.last_error(), process.exitcode)
""",
    )
    assert bot.lines[0].startswith(
        "ProcessRefusedError: error[E592] a process that the bot started called initialize"
    ), bot.errors
    assert bot.lines[1] == "(1, 'Success') 0"
    assert [warning.name for warning in bot.warnings] == ["multiprocessing.Process"]
    assert [call.function for call in bot.calls] == ["initialize"]
    assert bot.code == 0


def test_a_program_that_the_bot_starts_meets_no_real_module(tmp_path: Path) -> None:
    bot = run_bot(
        tmp_path,
        """
import subprocess, sys
text = "import MetaTrader5 as mt5; print(mt5.TIMEFRAME_D1); mt5.initialize()"
print(subprocess.run([sys.executable, "-c", text], capture_output=True, text=True))
""",
    )
    assert "stdout='16408" in bot.output
    assert "ProcessRefusedError" in bot.output


def test_a_loop_with_a_clock_of_its_own_is_not_there(tmp_path: Path) -> None:
    bot = run_bot(tmp_path, "try:\n    import uvloop\nexcept ImportError as error:\n    print(error)\n")
    assert bot.lines == [
        "an event loop with a clock of its own (uvloop) cannot follow the bot's clock; asyncio's own loop can"
    ]


def test_a_thread_that_swallows_its_refusals_ends_the_run(tmp_path: Path) -> None:
    """Its loop would spin without a wait, and fill the screen with what it caught until the data were over."""
    bot = run_bot(
        tmp_path,
        HEAD
        + """
import queue
tasks = queue.Queue()
def work():
    while True:
        try:
            tasks.get(timeout=5)
        except Exception as error:
            print("worker:", error)
threading.Thread(target=work, name="worker", daemon=True).start()
while True:
    threading.Event().wait(0.001)
    sum(range(1000))
""",
        end_ns=2**62,
    )
    assert bot.code == 1
    assert bot.lines[0].startswith('worker: error[E591] the bot\'s thread "worker" waited for a time')
    assert len(bot.lines) < 100
    assert bot.ended is not None
    assert bot.ended.how == "raised"
    assert bot.ended.detail.startswith('error[E591] the bot\'s thread "worker" waited for a time')
    assert bot.errors.count("error[E591]") == 1
