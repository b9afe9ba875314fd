"""The functions of `time` on the bot's clock."""

import math
import operator
import time
from collections.abc import Callable
from functools import partial
from threading import get_ident
from types import ModuleType
from typing import Any, SupportsIndex

from tallystick.market.spans import SECOND_NS
from tallystick.platform.mt5.exec.child import machine
from tallystick.platform.mt5.exec.child.clock import VirtualClock
from tallystick.platform.mt5.exec.child.places import builtin, put, put_everywhere
from tallystick.platform.mt5.exec.child.refusals import MainThread

SHORTEST_SLEEP_NS = 50_000
"""What sleeps less only lets others run."""


def put_times(clock: VirtualClock, main_thread: MainThread) -> None:
    """Put the bot's clock in the place of `time`'s, also where a module has taken a function by name."""
    own = _of_the_clock(clock)
    own["sleep"] = _sleep(clock, main_thread)
    exchanged = []
    for name, function in own.items():
        old = getattr(time, name, None)
        if old is not None:
            exchanged.append((old, builtin(function, old)))
            put(time, name, exchanged[-1][1])
    put_everywhere(exchanged)


def put_log_start(clock: VirtualClock, logging: ModuleType) -> None:
    """`logging` counts from its import, in s or, in later Pythons, in ns."""
    in_ns = isinstance(vars(logging)["_startTime"], int)
    put(logging, "_startTime", clock.start_ns if in_ns else clock.start_ns / 1e9)


def nanoseconds(seconds: float | SupportsIndex) -> int:
    """A length of time as `time.sleep` takes it. Raises TypeError and ValueError as that does."""
    if isinstance(seconds, float):
        if math.isnan(seconds):
            raise ValueError("Invalid value NaN (not a number)")
        if math.isinf(seconds) or abs(seconds) > 9.2e9:
            raise OverflowError("timestamp too large to convert to C _PyTime_t")
        ns = math.ceil(seconds * 1e9)
    else:
        ns = operator.index(seconds) * SECOND_NS
    if ns < 0:
        raise ValueError("sleep length must be non-negative")
    return ns


def _sleep(clock: VirtualClock, main_thread: MainThread) -> Callable[[float], None]:
    def sleep(seconds: float, /) -> None:
        ns = nanoseconds(seconds)
        if get_ident() != main_thread.ident:
            if main_thread.may_wait():
                machine.sleep(seconds)
                return
            main_thread.require("slept")
        if ns < SHORTEST_SLEEP_NS:
            clock.nap()
        else:
            clock.sleep(ns)

    return sleep


def _of_the_clock(clock: VirtualClock) -> dict[str, Callable[..., Any]]:
    gmtime, localtime, ctime, asctime, strftime = time.gmtime, time.localtime, time.ctime, time.asctime, time.strftime
    realtime = {getattr(time, "CLOCK_REALTIME", None), getattr(time, "CLOCK_TAI", None)}

    def now_ns() -> int:
        return clock.look()

    def seconds() -> float:
        return clock.look() / 1e9

    def monotonic_ns() -> int:
        return clock.monotonic_ns()

    def spent_ns() -> int:
        return clock.look() - clock.start_ns

    def gettime_ns(identity: int, /) -> int:
        return clock.look() if identity in realtime else clock.monotonic_ns()

    return {
        "time": seconds,
        "time_ns": now_ns,
        "monotonic": lambda: monotonic_ns() / 1e9,
        "monotonic_ns": monotonic_ns,
        "perf_counter": lambda: monotonic_ns() / 1e9,
        "perf_counter_ns": partial(monotonic_ns),
        "process_time": lambda: spent_ns() / 1e9,
        "process_time_ns": spent_ns,
        "thread_time": lambda: spent_ns() / 1e9,
        "thread_time_ns": partial(spent_ns),
        "clock_gettime": lambda identity, /: gettime_ns(identity) / 1e9,
        "clock_gettime_ns": gettime_ns,
        "gmtime": lambda secs=None, /: gmtime(seconds() if secs is None else secs),
        "localtime": lambda secs=None, /: localtime(seconds() if secs is None else secs),
        "ctime": lambda secs=None, /: ctime(seconds() if secs is None else secs),
        "asctime": lambda t=None, /: asctime(localtime(seconds()) if t is None else t),
        "strftime": lambda shape, t=None, /: strftime(shape, localtime(seconds()) if t is None else t),
    }
