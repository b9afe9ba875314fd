"""The clock that a bot sees: it moves by what the bot does."""

import time
from pathlib import Path

import msgspec

from tests.unit.mt5.exec_child.bot_process import HOUR_NS, START_NS, run_bot, willing


def test_every_clock_of_the_standard_library_begins_at_the_start_and_sleeps_move_it(tmp_path: Path) -> None:
    bot = run_bot(
        tmp_path,
        """
import time
from time import time as now, sleep as rest, monotonic, perf_counter
clocks = [time.time, now, time.monotonic, monotonic, time.perf_counter, perf_counter, time.process_time,
          lambda: time.time_ns() / 1e9, lambda: time.monotonic_ns() / 1e9, lambda: time.perf_counter_ns() / 1e9,
          lambda: time.process_time_ns() / 1e9, time.thread_time]
if hasattr(time, "clock_gettime"):
    clocks += [lambda: time.clock_gettime(time.CLOCK_REALTIME), lambda: time.clock_gettime(time.CLOCK_MONOTONIC)]
before = [clock() for clock in clocks]
print(round(time.time(), 3), time.time_ns() // 10**6)
time.sleep(1800)
rest(1800)
print({round(clock() - then, 3) for clock, then in zip(clocks, before)})
print(time.gmtime()[:5], time.localtime()[:5], time.strftime("%H:%M"), time.ctime(), time.asctime())
print(time.gmtime(0)[:3], time.strftime("%Y", time.gmtime(0)), time.ctime(0))
""",
    )
    assert bot.lines == [
        "1709283600.0 1709283600000",
        "{3600.0}",
        "(2024, 3, 1, 10, 0) (2024, 3, 1, 10, 0) 10:00 Fri Mar  1 10:00:00 2024 Fri Mar  1 10:00:00 2024",
        "(1970, 1, 1) 1970 Thu Jan  1 00:00:00 1970",
    ]


def test_a_call_costs_its_stated_time_and_is_made_at_the_bots_time(tmp_path: Path) -> None:
    bot = run_bot(
        tmp_path,
        """
import time, MetaTrader5 as mt5
mt5.initialize()
time.sleep(60)
mt5.account_info()
mt5.last_error()
mt5.order_send({"volume": 1})
mt5.account_info()
""",
        call_cost_ns=5_000_000,
    )
    cost = 5_000_000
    assert [(call.function, call.now - START_NS) for call in bot.calls] == [
        ("initialize", cost),
        ("account_info", 60_000_000_000 + 2 * cost),
        ("account_info", 60_000_000_000 + 5 * cost),
    ], "a call that is refused for its arguments, and last_error, cost as much as any"


def test_an_answer_that_comes_later_moves_the_clock(tmp_path: Path) -> None:
    bot = run_bot(
        tmp_path,
        """
import datetime, MetaTrader5 as mt5
mt5.initialize()
print(datetime.datetime.now())
mt5.account_info()
print(datetime.datetime.now())
""",
        lambda call: msgspec.structs.replace(
            willing(call), now=call.now + (HOUR_NS if call.function == "account_info" else 0)
        ),
        call_cost_ns=0,
    )
    assert bot.lines == ["2024-03-01 09:00:00", "2024-03-01 10:00:00"]


def test_looking_at_the_clock_changes_the_time_of_no_call(tmp_path: Path) -> None:
    looks = "[time.time() for _ in range(5000)]\n"
    text = "import time, MetaTrader5 as mt5\nmt5.initialize()\n{}mt5.account_info()\n"
    with_looks, without = run_bot(tmp_path, text.format(looks)), run_bot(tmp_path, text.format(""))
    assert [call.now for call in with_looks.calls] == [call.now for call in without.calls]


def test_a_busy_wait_ends(tmp_path: Path) -> None:
    bot = run_bot(
        tmp_path,
        """
import datetime, time
until = datetime.datetime.now() + datetime.timedelta(seconds=20)
while datetime.datetime.now() < until:
    pass
print("waited")
start = time.perf_counter()
while time.perf_counter() - start < 5:
    time.sleep(0)
print("and again", 1 / (time.perf_counter() - time.perf_counter()) < 0)
while True:
    time.time()
""",
        end_ns=START_NS + 60_000_000_000,
    )
    assert bot.lines == ["waited", "and again True"]
    assert bot.code == 0
    assert bot.ended is not None
    assert bot.ended.how == "data_over"


def test_calls_without_a_sleep_become_dearer_but_leap_over_no_second(tmp_path: Path) -> None:
    bot = run_bot(
        tmp_path,
        """
import datetime, time, MetaTrader5 as mt5
mt5.initialize()
def cost_of(calls):
    before = time.time()
    for _ in range(calls):
        mt5.last_error()
    return round(time.time() - before, 3)
print(cost_of(990), cost_of(1000) > 0.15, cost_of(20_000) > 1000)
while datetime.datetime.now().second != 0:
    mt5.last_error()
print(datetime.datetime.now().second, mt5.last_error())
time.sleep(1)
print(cost_of(990))
while True:
    mt5.last_error()
""",
        call_cost_ns=100_000,
    )
    assert bot.lines[0] == "0.099 True True"
    assert bot.lines[1].startswith("0 ")
    assert bot.lines[2] == "0.099"
    assert bot.ended is not None
    assert bot.ended.how == "data_over", "a day of calls without a sleep comes to an end"


def test_sleep_takes_what_the_original_takes(tmp_path: Path) -> None:
    bot = run_bot(
        tmp_path,
        """
import time, numpy
def tried(value):
    try:
        time.sleep(value)
        return "slept"
    except Exception as error:
        return type(error).__name__
print(*[tried(value) for value in (1, 0.5, True, numpy.float64(1), numpy.int64(1))])
print(*[tried(value) for value in (-1, -0.5, float("nan"), "1", None)])
class Bot:
    pause = time.sleep
    clock = time.time
Bot().pause(1)
print(Bot().clock() > 0, time.sleep.__name__)
""",
    )
    assert bot.lines == [
        "slept slept slept slept slept",
        "ValueError ValueError ValueError TypeError TypeError",
        "True sleep",
    ]


def test_at_real_speed_a_sleep_takes_its_time(tmp_path: Path) -> None:
    text = "import time\ntime.sleep(1.5)\nprint(round(time.time() % 60, 3))"
    started = time.monotonic()
    slow = run_bot(tmp_path, text, speed="real", limit_s=1.2)
    assert time.monotonic() - started > 1.5
    assert slow.lines == ["1.5"]
    assert slow.code == 0, "sleeping at real speed is no silence"
