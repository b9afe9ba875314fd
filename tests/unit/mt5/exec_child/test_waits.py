"""Waits with a limit are sleeps on the bot's clock."""

import time
from pathlib import Path

from tests.unit.mt5.exec_child.bot_process import run_bot


def test_timed_waits_of_threading_and_queues_take_the_bots_time_only(tmp_path: Path) -> None:
    started = time.monotonic()
    bot = run_bot(
        tmp_path,
        """
import os, queue, select, sched, threading, time
def took(wait):
    before = time.monotonic()
    try:
        result = wait()
    except queue.Empty:
        result = "empty"
    return result, round(time.monotonic() - before, 2)
event, condition = threading.Event(), threading.Condition()
def held():
    with condition:
        return condition.wait(30)
def held_for():
    with condition:
        return condition.wait_for(lambda: False, 30)
full = queue.Queue(); full.put(1)
print(took(lambda: event.wait(600)), took(held), took(held_for))
print(*[took(lambda: each.get(timeout=45)) for each in (queue.Queue(), queue.SimpleQueue(), full)])
nothing = lambda: select.select([], [], [], 20) if os.name == "posix" else time.sleep(20)  # Windows wants a socket
print(took(lambda: threading.Semaphore(0).acquire(timeout=5)), took(nothing)[1])
event.set()
print(took(lambda: event.wait(600)), took(lambda: threading.Event().wait(0)))
plan = sched.scheduler(time.time, time.sleep); plan.enter(100, 1, print, ("scheduled",)); print(took(plan.run))
""",
    )
    assert bot.lines == [
        "(False, 600.0) (False, 30.0) (False, 30.0)",
        "('empty', 45.0) ('empty', 45.0) (1, 0.0)",
        "(False, 5.0) 20.0",
        "(True, 0.0) (False, 0.0)",
        "scheduled",
        "(None, 100.0)",
    ], bot.errors
    assert time.monotonic() - started < 20


def test_a_wait_without_a_limit_for_which_nobody_is_left_ends_the_bot(tmp_path: Path) -> None:
    for wait in ("threading.Event().wait()", "queue.Queue().get()", "asyncio.run(asyncio.Event().wait())"):
        bot = run_bot(tmp_path, f"import asyncio, queue, threading\n{wait}\nprint('never')")
        assert (bot.code, bot.output) == (0, ""), wait
        assert bot.ended is not None
        assert bot.ended.how == "data_over"


def test_threads_that_only_reckon_are_waited_for(tmp_path: Path) -> None:
    bot = run_bot(
        tmp_path,
        """
import queue, threading
results, done = queue.Queue(), threading.Event()
def reckon():
    results.put(sum(range(100_000)))
    done.set()
thread = threading.Thread(target=reckon)
thread.start()
print(results.get(), done.wait(), thread.join())
""",
    )
    assert bot.lines == ["4999950000 True None"], bot.errors
    assert [warning.name for warning in bot.warnings] == ["threading.Thread"], "in whose time nobody knows"
    assert bot.code == 0


def test_an_asyncio_loop_runs_on_the_bots_clock(tmp_path: Path) -> None:
    started = time.monotonic()
    bot = run_bot(
        tmp_path,
        """
import asyncio, datetime
async def ticks(name, every, times):
    for _ in range(times):
        await asyncio.sleep(every)
        print(name, datetime.datetime.now().strftime("%H:%M:%S"))
async def main():
    loop = asyncio.get_running_loop()
    before = loop.time()
    await asyncio.gather(ticks("slow", 3600, 2), ticks("fast", 2400, 3))
    try:
        await asyncio.wait_for(asyncio.Event().wait(), 1800)
    except asyncio.TimeoutError:
        print("timeout", round(loop.time() - before))
    async with asyncio.timeout(60):
        await asyncio.sleep(30)
    loop.call_later(10, print, "later")
    await asyncio.sleep(20)
asyncio.run(main())
print("over")
""",
    )
    lines = bot.lines
    lines[3:5] = sorted(lines[3:5])  # of one time: the loops of Windows and of others tell such apart differently
    assert lines == [
        "fast 09:40:00",
        "slow 10:00:00",
        "fast 10:20:00",
        "fast 11:00:00",
        "slow 11:00:00",
        "timeout 9000",
        "later",
        "over",
    ], bot.errors
    assert not bot.warnings, "a loop's connection to itself is no network"
    assert time.monotonic() - started < 20


def test_a_busy_asyncio_loop_ends(tmp_path: Path) -> None:
    bot = run_bot(
        tmp_path,
        "import asyncio\nasync def main():\n    while True:\n        await asyncio.sleep(0)\nasyncio.run(main())",
        end_ns=1_709_283_601_000_000_000,
    )
    assert bot.ended is not None
    assert bot.ended.how == "data_over", bot.errors


def test_processes_of_the_bots_own_are_waited_for_in_the_machines_time(tmp_path: Path) -> None:
    bot = run_bot(
        tmp_path,
        """
import subprocess, sys, time
before = time.time()
slow = [sys.executable, "-c", "import time; time.sleep(0.5); print('child', time.time() > 1.75e9)"]
print(subprocess.run(slow, capture_output=True, timeout=60, text=True).stdout.strip())
process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
try:
    process.wait(timeout=0.2)
except subprocess.TimeoutExpired:
    print("expired")
process.kill()
print(process.wait(timeout=30) != 0, time.time() - before < 1)
""",
    )
    assert bot.lines == ["child True", "expired", "True True"], bot.errors
    assert {warning.name for warning in bot.warnings} == {"subprocess.Popen"}
