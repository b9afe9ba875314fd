"""Pools of threads run their callables one at a time, in order of submission."""

from pathlib import Path

from tests.unit.mt5.exec_child.bot_process import ends_after, run_bot


def test_pools_call_in_order_of_submission_and_in_the_main_thread(tmp_path: Path) -> None:
    bot = run_bot(
        tmp_path,
        """
import asyncio, threading, time
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from multiprocessing.pool import ThreadPool
from multiprocessing.dummy import Pool
import MetaTrader5 as mt5
mt5.initialize()
def call(symbol):
    mt5.symbol_info(symbol)
    time.sleep(1)
    return symbol, threading.current_thread() is threading.main_thread()
with ThreadPoolExecutor(max_workers=8) as pool:
    print([future.result() for future in [pool.submit(call, name) for name in "AB"]], list(pool.map(call, "C")))
    print(len(wait([pool.submit(call, "D")], timeout=1).done))
    print([done.result()[0] for done in as_completed([pool.submit(call, "E")])])
    failed = pool.submit(lambda: 1 / 0)
    print(type(failed.exception()).__name__, failed.done())
try:
    pool.submit(call, "never")
except RuntimeError as error:
    print(error)
with ThreadPool(3) as pool, Pool(2) as other:
    print(pool.map(call, "FG", chunksize=2)[1], pool.apply_async(call, ("H",), callback=print).get())
    print(list(other.imap_unordered(call, "I")))
    print(pool.starmap(max, [(1, 2), (4, 3)]), pool.starmap_async(max, [(1, 2)]).get(timeout=1))
async def main():
    loop = asyncio.get_running_loop()
    calls = asyncio.to_thread(call, "J"), loop.run_in_executor(None, call, "K"), asyncio.to_thread(call, symbol="L")
    print(await asyncio.gather(*calls))
    own = ThreadPoolExecutor(1, initializer=print, initargs=("ready",))
    print(await loop.run_in_executor(own, lambda: asyncio.run(asyncio.sleep(1, "a loop of its own"))))
    try:
        await asyncio.to_thread(lambda: {}["x"])
    except KeyError as error:
        print("KeyError", error)
asyncio.run(main())
""",
    )
    assert bot.lines == [
        "[('A', True), ('B', True)] [('C', True)]",
        "1",
        "['E']",
        "ZeroDivisionError True",
        "cannot schedule new futures after shutdown",
        "('H', True)",
        "('G', True) ('H', True)",
        "[('I', True)]",
        "[2, 4] [2]",
        "[('J', True), ('K', True), ('L', True)]",
        "ready",
        "a loop of its own",
        "KeyError 'x'",
    ], bot.errors
    symbols = [call.arguments["symbol"] for call in bot.calls if call.function == "symbol_info"]
    assert symbols == list("ABCDEFGHIKJL"), "a coroutine submits when it is first run, so K comes before J"
    assert bot.code == 0


def test_the_end_of_the_data_in_a_pool_ends_the_bot(tmp_path: Path) -> None:
    loops = {
        "executor": """
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor() as pool:
    pool.submit(forever).result()
""",
        "to_thread": """
import asyncio
async def main():
    await asyncio.to_thread(forever)
asyncio.run(main())
""",
    }
    for text in loops.values():
        head = "import time\ndef forever():\n    while True:\n        time.sleep(60)\n"
        bot = run_bot(tmp_path, head + text + "print('never')")
        assert (bot.code, bot.output) == (0, ""), bot.errors
        assert bot.ended is not None
        assert bot.ended.how == "data_over"
        assert "warning[W591] forever ran in a pool until the data were over." in bot.errors


def test_what_is_done_comes_in_one_order_in_every_run(tmp_path: Path) -> None:
    text = """
import asyncio
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
with ThreadPoolExecutor() as pool:
    futures = [pool.submit(int, number) for number in range(40)]
    print([each.result() for each in as_completed(futures)], [each.result() for each in wait(futures).done])
async def nothing(number):
    return number
async def main():
    done, pending = await asyncio.wait([asyncio.create_task(nothing(number)) for number in range(40)])
    print([each.result() for each in done] == list(range(40)), len(pending), type(done - {done.pop()}).__name__)
asyncio.run(main())
"""
    worlds = ({f"PAD{number}": "x" * number for number in range(7 * each)} for each in range(3))
    told = {run_bot(tmp_path, text, world=world).output for world in worlds}
    assert [each.splitlines()[1:] for each in told] == [["True 0 set"]]


def test_where_threads_take_turns_as_many_loops_run_as_a_pool_has_workers(
    tmp_path: Path,
) -> None:
    bot = run_bot(
        tmp_path,
        """
import asyncio, time
from concurrent.futures import ThreadPoolExecutor
import MetaTrader5 as mt5
mt5.initialize()
def loop(name, every):
    for _ in range(3):
        mt5.symbol_info(name)
        print(name, time.strftime("%H:%M"))
        time.sleep(every)
    return name
def strategy(name, every):
    async def trade():
        for _ in range(2):
            mt5.symbol_info(name)
            await asyncio.sleep(every)
    asyncio.run(trade())
with ThreadPoolExecutor(2) as pool:
    futures = [pool.submit(loop, *each) for each in (("A", 600), ("B", 900), ("C", 60))]
    print("submitted", [future.done() for future in futures])
    print([future.result() for future in futures], time.strftime("%H:%M"))
async def main():
    running = asyncio.get_running_loop()
    with ThreadPoolExecutor(5) as pool:
        await asyncio.gather(*[running.run_in_executor(pool, strategy, name, 60) for name in "XYZ"])
        await asyncio.gather(*[asyncio.to_thread(time.sleep, 30) for _ in range(4)])
    print(time.strftime("%H:%M:%S"))
asyncio.run(main())
""",
        threads="turns",
    )
    assert bot.lines == [
        "A 09:00",
        "B 09:00",
        "submitted [False, False, False]",
        "A 09:10",
        "B 09:15",
        "A 09:20",
        "B 09:30",
        "C 09:30",
        "C 09:31",
        "C 09:32",
        "['A', 'B', 'C'] 09:45",
        "09:47:30",
    ], bot.errors
    assert (bot.code, bot.warnings) == (0, [])


def test_where_threads_take_turns_a_pool_that_is_left_takes_back_what_nobody_has_begun(tmp_path: Path) -> None:
    bot = run_bot(
        tmp_path,
        """
import time
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor(1)
futures = [pool.submit(time.sleep, 60) for _ in range(3)]
pool.shutdown(wait=False, cancel_futures=True)
print([future.cancelled() for future in futures], time.strftime("%H:%M"))
pool.shutdown()
print(futures[0].done(), time.strftime("%H:%M"))
""",
        threads="turns",
    )
    assert bot.lines == ["[False, True, True] 09:00", "True 09:01"], bot.errors


def test_where_threads_take_turns_what_does_not_sleep_is_done_when_it_is_submitted(tmp_path: Path) -> None:
    bot = run_bot(
        tmp_path,
        """
import asyncio, threading
from concurrent.futures import ThreadPoolExecutor, as_completed
import MetaTrader5 as mt5
mt5.initialize()
def call(symbol):
    mt5.symbol_info(symbol)
    return symbol + threading.current_thread().name[-1]
with ThreadPoolExecutor(3, initializer=print, initargs=("ready",)) as pool:
    futures = [pool.submit(call, name) for name in "AB"]
    print([future.done() for future in futures], [each.result() for each in as_completed(futures)])
    print(list(pool.map(call, "CD")), type(pool.submit(lambda: 1 / 0).exception()).__name__)
async def main():
    print(await asyncio.to_thread(mt5.symbol_info, "E"), await asyncio.to_thread(call, "F"))
    await asyncio.to_thread(forever)
def forever():
    while True:
        mt5.symbol_info("G")
asyncio.run(main())
print("never")
""",
        ends_after(20),
        threads="turns",
    )
    assert bot.lines == [
        "ready",
        "[True, True] ['B1', 'A0']",
        "['C2', 'D3'] ZeroDivisionError",
        "None F0",
    ], bot.errors
    assert bot.ended is not None
    assert (bot.code, bot.ended.how) == (0, "data_over")


def test_a_short_callable_that_meets_the_end_of_the_data_is_no_loop(tmp_path: Path) -> None:
    bot = run_bot(
        tmp_path,
        """
import asyncio, MetaTrader5 as mt5
mt5.initialize()
async def main():
    while True:
        await asyncio.to_thread(mt5.symbol_info_tick, "EURUSD")
        await asyncio.sleep(60)
asyncio.run(main())
""",
        ends_after(20),
    )
    assert (bot.code, bot.errors) == (0, "")
