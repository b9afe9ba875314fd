"""`--threads turns`: threads of a bot run one at a time, in an order that its clock decides."""

import time
from pathlib import Path

import pytest

from tests.unit.mt5.exec_child.bot_process import ends_after, run_bot, willing

HEAD = "import queue, threading, time, MetaTrader5 as mt5\nmt5.initialize()\n"
IDIOMS = {
    "loops that sleep, and the script ends before them": (
        """
def loop(name, every_s):
    for _ in range(3):
        mt5.symbol_info_tick(name)
        print(name, time.strftime("%H:%M"))
        time.sleep(every_s)
for name, every_s in (("A", 600), ("B", 900)):
    threading.Thread(target=loop, args=(name, every_s)).start()
print("script over")
""",
        ["script over", "A 09:00", "B 09:00", "A 09:10", "B 09:15", "A 09:20", "B 09:30"],
        ("returned", 7),
    ),
    "a daemon that is stopped by an event": (
        """
stop = threading.Event()
class Watcher(threading.Thread):
    def run(self):
        while not stop.wait(300):
            mt5.positions_get()
        print("stopped", time.strftime("%H:%M"))
watcher = Watcher(daemon=True)
watcher.start()
time.sleep(1000)
stop.set()
watcher.join(timeout=60)
print(watcher.is_alive(), threading.active_count(), time.strftime("%H:%M:%S"))
""",
        ["stopped 09:16", "False 1 09:16:40"],
        ("returned", 4),
    ),
    "a lock held over calls and sleeps": (
        """
lock, shared = threading.Lock(), threading.RLock()
def careful(name):
    for _ in range(2):
        with lock, shared, shared:
            mt5.account_info()
            time.sleep(60)
            print(name, time.strftime("%H:%M"))
threads = [threading.Thread(target=careful, args=(name,)) for name in "AB"]
for thread in threads: thread.start()
time.sleep(1)
print(lock.acquire(blocking=False), lock.acquire(timeout=10), time.strftime("%H:%M:%S"))
for thread in threads: thread.join()
""",
        ["False False 09:00:11", "A 09:01", "A 09:02", "B 09:03", "B 09:04"],
        ("returned", 5),
    ),
    "a queue between one that looks and one that trades": (
        """
signals = queue.Queue(maxsize=2)
def look():
    for number in range(4):
        mt5.symbol_info_tick("EURUSD")
        signals.put(number)
        time.sleep(60)
    signals.put(None)
def trade():
    while (number := signals.get()) is not None:
        time.sleep(90)
        print(number, time.strftime("%H:%M:%S"))
for each in (look, trade):
    threading.Thread(target=each).start()
""",
        ["0 09:01:30", "1 09:03:00", "2 09:04:30", "3 09:06:00"],
        ("returned", 5),
    ),
    "timers, and an error in a thread": (
        """
def fail():
    raise ValueError("own mistake")
threading.Timer(60, print, ["rang"]).start()
threading.Timer(30, fail).start()
threading.Timer(90, print, ["never"]).cancel()
time.sleep(100)
print("on", threading.active_count())
""",
        ["rang", "on 1"],
        ("returned", 1),
    ),
    "a loop of asyncio in a thread of its own": (
        """
import asyncio
loop = asyncio.new_event_loop()
threading.Thread(target=loop.run_forever, daemon=True).start()
async def work(minutes):
    await asyncio.sleep(60 * minutes)
    return mt5.last_error() and time.strftime("%H:%M")
print([asyncio.run_coroutine_threadsafe(work(each), loop).result(timeout=600) for each in (5, 2)])
loop.call_soon_threadsafe(loop.stop)
""",
        ["['09:05', '09:07']"],
        ("returned", 1),
    ),
    "a loop without a sleep beside one that sleeps": (
        """
done = []
def watch():
    time.sleep(2)
    done.append(time.strftime("%H:%M:%S"))
threading.Thread(target=watch).start()
while not done:
    mt5.symbol_info_tick("EURUSD")
print(done)
""",
        ["['09:00:02']"],
        ("returned", None),
    ),
    "threads that wait for each other for ever": (
        """
first, second = threading.Lock(), threading.Lock()
def cross(one, other):
    with one:
        time.sleep(1)
        with other:
            print("the other saw the end of the data")
threading.Thread(target=cross, args=(first, second)).start()
threading.Thread(target=cross, args=(second, first)).start()
""",
        ["the other saw the end of the data"],
        ("data_over", 1),
    ),
}


@pytest.mark.parametrize("name", IDIOMS)
def test_threads_of_this_idiom_take_turns(tmp_path: Path, name: str) -> None:
    text, lines, (how, calls) = IDIOMS[name]
    started = time.monotonic()
    bot = run_bot(tmp_path, HEAD + text, threads="turns")
    assert bot.ended is not None, bot.errors
    assert (bot.lines, bot.ended.how, bot.code) == (lines, how, 0), bot.errors
    assert calls in {None, len(bot.calls)}
    assert not bot.warnings
    assert ("warning[W593]" in bot.errors) == ("wait for each other for ever" in name)
    assert time.monotonic() - started < 30


def test_every_thread_sees_the_end_of_the_data(tmp_path: Path) -> None:
    text = """
def loop():
    try:
        while True:
            mt5.symbol_info_tick("EURUSD")
            time.sleep(3600)
    finally:
        print(threading.current_thread().name, "closing")
for name in "AB":
    threading.Thread(target=loop, name=name).start()
"""
    for terminal in (willing, ends_after(20)):
        bot = run_bot(tmp_path, HEAD + text, terminal, threads="turns")
        assert bot.ended is not None, bot.errors
        assert (sorted(bot.lines), bot.ended.how, bot.code) == (["A closing", "B closing"], "data_over", 0), bot.errors


def test_a_thread_that_is_silent_is_shown(tmp_path: Path) -> None:
    text = "def stuck():\n    while True: pass\nthreading.Thread(target=stuck).start()\n"
    bot = run_bot(tmp_path, HEAD + text, threads="turns", limit_s=1)
    assert bot.ended is not None
    assert (bot.ended.how, "in stuck" in bot.ended.detail) == ("silent", True)


def test_a_clock_that_a_thread_reads_goes_on(tmp_path: Path) -> None:
    text = """
before = time.time_ns()
thread = threading.Thread(target=lambda: [time.time() for _ in range(5_000)])
thread.start(); thread.join()
print(time.time_ns() - before)
"""
    assert run_bot(tmp_path, HEAD + text, threads="turns").lines == ["50010"]
