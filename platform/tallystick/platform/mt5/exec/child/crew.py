"""`ThreadPoolExecutor` among threads that take turns; `asyncio.to_thread` and `run_in_executor` stand on it.

A callable goes first, as far as it comes without sleeping or waiting: most have given their result when `submit` comes
back. What sleeps goes on beside the script, so a pool of loops is one of threads. A function of the module itself needs
no thread and is called at once. As many run at a time as the pool has workers, in the order of submission.
"""

import sys
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from tallystick.market.spans import NEVER
from tallystick.platform.mt5.connecting import EndOfData
from tallystick.platform.mt5.exec.child.turns import Turns

Work = Callable[[], Any]


class Crew:
    """Those who work for one executor."""

    def __init__(self, turns: Turns, most: int, name: str) -> None:
        """`most`: how many work at a time."""
        self._turns = turns
        self._most = most
        self._name = name or "ThreadPoolExecutor"
        self._started = 0
        self._working = 0
        self._waiting: deque[tuple[Future[Any], Work]] = deque()

    def take(self, work: Work) -> Future[Any]:
        """Work that is done now, or when somebody is free."""
        future: Future[Any] = Future()
        self._waiting.append((future, work))
        if self._working < self._most:
            self._working += 1
            self._started += 1
            self._turns.first(threading.Thread(target=self._work, name=f"{self._name}_{self._started - 1}"))
        return future

    def drop(self) -> None:
        """Take back what nobody has begun."""
        while self._waiting:
            self._waiting.popleft()[0].cancel()

    def rest(self) -> None:
        """Wait until all is done. Raises `EndOfData`."""
        if self._working:
            self._turns.wait(lambda: not self._working, NEVER)

    def _work(self) -> None:
        try:
            while self._waiting:
                carry_out(*self._waiting.popleft())
        finally:
            self._working -= 1


def put_executor(turns: Turns, module: Any) -> None:
    """Let executors of `concurrent.futures.thread` have such crews."""
    crews: WeakKeyDictionary[Any, Crew] = WeakKeyDictionary()
    executor = module.ThreadPoolExecutor

    def crew_of(pool: Any) -> Crew:
        crew = crews.get(pool)
        if crew is None:
            crew = crews[pool] = Crew(turns, pool._max_workers, pool._thread_name_prefix)  # noqa: SLF001 -- its own words
            begin_thread(pool)
        return crew

    def submit(self: Any, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if self._shutdown:
            raise RuntimeError("cannot schedule new futures after shutdown")
        crew, work = crew_of(self), partial(fn, *args, **kwargs)
        return done_at_once(work) if turns.mine is None or _of_the_module(fn) else crew.take(work)

    def shutdown(self: Any, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 -- as Python has it
        self._shutdown = True
        crew = crews.get(self)
        if crew is not None and cancel_futures:
            crew.drop()
        if crew is not None and wait and turns.mine is not None:
            crew.rest()

    executor.submit, executor.shutdown = submit, shutdown


def done_at_once(work: Work) -> Future[Any]:
    """A future whose callable has run, here. Raises `EndOfData` and KeyboardInterrupt."""
    future: Future[Any] = Future()
    carry_out(future, lambda: _outside_of_loops(work))
    return future


def carry_out(future: Future[Any], work: Work) -> None:
    """Give a future what a callable gives or raises. Raises `EndOfData` and KeyboardInterrupt too."""
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = work()
    except BaseException as error:
        future.set_exception(error)
        if isinstance(error, EndOfData | KeyboardInterrupt):
            raise
    else:
        future.set_result(result)


def _outside_of_loops(work: Work) -> Any:
    """Run a callable as a thread of a pool would: no event loop is running in it."""
    events = sys.modules.get("asyncio.events")
    if events is None:
        return work()
    running = events._get_running_loop()  # noqa: SLF001 -- documented for loops' authors
    # From Python 3.14 on a thread has one current task, whichever loop's; before that each loop has its own.
    swap = getattr(sys.modules.get("asyncio.tasks"), "_swap_current_task", None) if running is not None else None
    task = swap(running, None) if swap else None
    events._set_running_loop(None)  # noqa: SLF001 -- as above
    try:
        return work()
    finally:
        events._set_running_loop(running)  # noqa: SLF001 -- as above
        if swap:
            swap(running, task)


def begin_thread(pool: Any) -> None:
    """Run what an executor of `concurrent.futures.thread` is to run first in each of its threads, if anything."""
    if hasattr(pool, "_create_worker_context"):  # from Python 3.14 on
        pool._create_worker_context().initialize()  # noqa: SLF001 -- its own words
    elif getattr(pool, "_initializer", None) is not None:
        pool._initializer(*pool._initargs)  # noqa: SLF001 -- as above


def without_its_context(fn: Any) -> Any:
    """The function that `to_thread` has run by a context."""
    while isinstance(fn, partial):
        fn = fn.args[0] if fn.args and callable(fn.args[0]) else fn.func
    return fn


def _of_the_module(fn: Any) -> bool:
    fn = without_its_context(fn)
    return vars(sys.modules["MetaTrader5"]).get(getattr(fn, "__name__", "")) is fn
