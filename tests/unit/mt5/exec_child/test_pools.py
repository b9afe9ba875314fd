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
