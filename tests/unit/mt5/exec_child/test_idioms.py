"""Ways of writing a bot, each run to its end."""

import os
from pathlib import Path

import pytest

from tests.unit.mt5.exec_child.bot_process import run_bot

HEAD = "import asyncio, time, threading, MetaTrader5 as mt5\nmt5.initialize()\n"
IDIOMS = {
    "a loop that runs for ever by timers": (
        """
loop = asyncio.new_event_loop()
def job():
    mt5.symbol_info_tick("EURUSD")
    loop.call_later(3600, job)
loop.call_soon(job)
try:
    loop.run_forever()
finally:
    print("closing")
    loop.close()
""",
        ["closing"],
        ("data_over", 0, 25),
    ),
    "producer and consumer in a group of tasks": (
        """
async def produce(queue):
    for number in range(3):
        await asyncio.sleep(600)
        await queue.put(number)
async def consume(queue):
    got = []
    while 2 not in got:
        try:
            got.append(await asyncio.wait_for(queue.get(), 250))
        except TimeoutError:
            got.append("late")
    print(got)
async def main():
    queue = asyncio.Queue()
    async with asyncio.TaskGroup() as group:
        group.create_task(produce(queue))
        group.create_task(consume(queue))
asyncio.run(main())
""",
        ["['late', 'late', 0, 'late', 'late', 1, 'late', 'late', 2]"],
        ("returned", 0, 1),
    ),
    "a coroutine with a bare except": (
        """
async def main():
    while True:
        try:
            await asyncio.to_thread(mt5.symbol_info_tick, "EURUSD")
            await asyncio.sleep(3600)
        except:
            pass
asyncio.run(main())
""",
        [],
        ("swallowed", 3, 25),
    ),
    "pools of processes that reckon": (
        """
import concurrent.futures, multiprocessing
def square(x):
    return x * x
if __name__ == "__main__":
    with multiprocessing.Pool(2) as pool:
        print(pool.map(square, range(4)), pool.apply_async(square, (3,)).get(timeout=60))
    with concurrent.futures.ProcessPoolExecutor(1) as pool:
        print(pool.submit(square, 9).result(timeout=60))
""",
        ["[0, 1, 4, 9] 9", "81"],
        ("returned", 0, 1),
    ),
    "a worker thread fed by queues": (
        """
import queue
jobs, done = queue.Queue(), queue.Queue()
def work():
    for count in iter(jobs.get, None):
        done.put(sum(range(count)))
thread = threading.Thread(target=work)
thread.start()
for count in (10, 100):
    jobs.put(count)
    print(done.get(timeout=30))
jobs.put(None)
thread.join(timeout=30)
print(thread.is_alive(), time.strftime("%H:%M"))
""",
        ["45", "4950", "False 09:00"],
        ("returned", 0, 1),
    ),
    "a log with times": (
        """
import logging, sys
logging.basicConfig(stream=sys.stdout, format="%(asctime)s %(relativeCreated)d %(message)s", level=logging.INFO)
time.sleep(60)
logging.info("hello")
""",
        ["2024-03-01 09:01:00,000 60000 hello"],
        ("returned", 0, 1),
    ),
    "dates in every spelling": (
        """
import zoneinfo
from datetime import *
class Clock:
    read = datetime.now
    def __init__(self, now=datetime.now):
        self.now = now
print(Clock().read().hour, Clock().now().hour, datetime.now(zoneinfo.ZoneInfo("Asia/Tokyo")).hour)
print(datetime.now().astimezone().utcoffset(), datetime.combine(date.today(), datetime.min.time()))
print(datetime.now() - timedelta(days=1) < datetime.now() < datetime.max, datetime.fromisoformat("2024-01-01").year)
match datetime.now():
    case datetime(year=2024, month=3):
        print("matched")
""",
        ["9 9 18", "0:00:00 2024-03-01 00:00:00", "True 2024", "matched"],
        ("returned", 0, 1),
    ),
}


@pytest.mark.parametrize("name", IDIOMS)
def test_a_bot_in_this_idiom_comes_to_its_end(tmp_path: Path, name: str) -> None:
    text, lines, (how, code, calls) = IDIOMS[name]
    if os.name == "nt" and "pools of processes" in name:
        pytest.skip(
            "a process of Windows runs the script's first lines again, and calls of the bot's alone are answered"
        )
    bot = run_bot(tmp_path, HEAD + text)
    assert bot.ended is not None, bot.errors
    assert (bot.lines, bot.ended.how, bot.code, len(bot.calls)) == (lines, how, code, calls), bot.errors
