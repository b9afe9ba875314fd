"""Thread pools without threads: a callable runs where it is submitted, so in order of submission and one at a time.

Where threads take turns, executors have such threads (`crew.py`).

`asyncio.to_thread` and `run_in_executor` stand on `ThreadPoolExecutor.submit`; `multiprocessing.pool.ThreadPool` has
a form of its own. What a callable raises is its future's, as ever; `EndOfData` and Ctrl-C are the bot's.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from functools import partial
from types import ModuleType
from typing import Any, Self

from tallystick.platform.mt5.connecting import EndOfData
from tallystick.platform.mt5.exec.child.clock import VirtualClock
from tallystick.platform.mt5.exec.child.crew import begin_thread, done_at_once, put_executor, without_its_context
from tallystick.platform.mt5.exec.child.places import AfterImport, put
from tallystick.platform.mt5.exec.child.turns import Turns


def put_pools(later: AfterImport, clock: VirtualClock, turns: Turns | None = None) -> None:
    """Take the threads out of pools, as soon as somebody imports them; with `turns` executors' threads take those."""
    executors = partial(_executor, clock) if turns is None else partial(put_executor, turns)
    later.do("concurrent.futures.thread", executors)
    later.do("asyncio.base_events", _loop)
    later.do("multiprocessing.pool", lambda module: put(module, "ThreadPool", SingleFilePool))


def _executor(clock: VirtualClock, module: ModuleType) -> None:
    begun: set[int] = set()

    def submit(self: Any, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if self._shutdown:  # the name in Python's own class
            raise RuntimeError("cannot schedule new futures after shutdown")
        if id(self) not in begun:
            begun.add(id(self))
            begin_thread(self)
        began_ns = clock.now_ns
        try:
            return done_at_once(partial(fn, *args, **kwargs))
        except EndOfData:
            if clock.now_ns - began_ns > (clock.end_ns - clock.start_ns) // 2:
                _say_alone(fn)
            raise

    put(vars(module)["ThreadPoolExecutor"], "submit", submit)


def _loop(module: ModuleType) -> None:
    async def shutdown_default_executor(self: Any, timeout: float | None = None) -> None:  # noqa: ASYNC109, ARG001 -- as Python has it
        # Asyncio's own joins the pool in a thread, within five minutes of a clock that would leap over them.
        self._executor_shutdown_called = True
        if self._default_executor is not None:
            self._default_executor.shutdown(wait=True)

    put(vars(module)["BaseEventLoop"], "shutdown_default_executor", shutdown_default_executor)


def _say_alone(fn: Callable[..., Any]) -> None:
    fn = without_its_context(fn)
    name = getattr(fn, "__qualname__", repr(fn))
    print(  # noqa: T201 -- the bot's own stderr is where its trader looks
        f"warning[W591] {name} ran in a pool until the data were over. Callables of a pool run one at a time, so what "
        "was to be submitted after it did not run: let its threads take turns (--threads turns), or run one such loop.",
        file=sys.stderr,
    )


class AtOnce:
    """What `multiprocessing.pool.AsyncResult` shows of a callable that has run."""

    def __init__(self, call: Callable[[], Any], callback: Any = None, error_callback: Any = None) -> None:
        """Run it and call back."""
        self._future = done_at_once(call)
        error = self._future.exception()
        if error is None and callback is not None:
            callback(self._future.result())
        if error is not None and error_callback is not None:
            error_callback(error)

    def get(self, timeout: float | None = None) -> Any:  # noqa: ARG002 -- it is there
        """What it gave. Raises what it raised."""
        return self._future.result()

    def wait(self, timeout: float | None = None) -> None:
        """Nothing to wait for."""

    def ready(self) -> bool:
        """It has run."""
        return True

    def successful(self) -> bool:
        """Whether it gave something."""
        return self._future.exception() is None


class SingleFilePool:
    """`multiprocessing.pool.ThreadPool` without threads."""

    def __init__(self, processes: int | None = None, initializer: Any = None, initargs: Iterable[Any] = ()) -> None:
        """`processes` says nothing: there is one at a time."""
        if processes is not None and processes < 1:
            raise ValueError("Number of processes must be at least 1")
        self._closed = False
        if initializer is not None:
            initializer(*initargs)

    def __enter__(self) -> Self:
        """A pool is closed at the end of its block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Take no more."""
        self._closed = True

    def apply(self, func: Any, args: Iterable[Any] = (), kwds: dict[str, Any] | None = None) -> Any:
        """Call it."""
        return self.apply_async(func, args, kwds).get()

    def apply_async(
        self,
        func: Any,
        args: Iterable[Any] = (),
        kwds: dict[str, Any] | None = None,
        callback: Any = None,
        error_callback: Any = None,
    ) -> AtOnce:
        """Call it and keep what it gave."""
        self._require_open()
        return AtOnce(partial(func, *args, **(kwds or {})), callback, error_callback)

    def map(self, func: Any, iterable: Iterable[Any], chunksize: int | None = None) -> list[Any]:
        """Call it for each."""
        return list(self.imap(func, iterable, chunksize))

    def map_async(self, func: Any, iterable: Iterable[Any], chunksize: int | None = None, **calls_back: Any) -> AtOnce:
        """Call it for each and keep what they gave."""
        return AtOnce(partial(self.map, func, iterable, chunksize), **calls_back)

    def starmap(self, func: Any, iterable: Iterable[Iterable[Any]], chunksize: int | None = None) -> list[Any]:
        """Call it for each tuple of arguments."""
        return list(self.imap(lambda arguments: func(*arguments), iterable, chunksize))

    def starmap_async(
        self, func: Any, iterable: Iterable[Any], chunksize: int | None = None, **calls_back: Any
    ) -> AtOnce:
        """Call it for each tuple and keep what they gave."""
        return AtOnce(partial(self.starmap, func, iterable, chunksize), **calls_back)

    def imap(self, func: Any, iterable: Iterable[Any], chunksize: int | None = 1) -> Iterator[Any]:
        """Call it for each, as they are asked for; one at a time, whatever `chunksize` says."""
        del chunksize
        self._require_open()
        return map(func, iterable)

    imap_unordered = imap

    def close(self) -> None:
        """Take no more."""
        self._closed = True

    terminate = close

    def join(self) -> None:
        """Nothing to wait for."""
        if not self._closed:
            raise ValueError("Pool is still running")

    def _require_open(self) -> None:
        if self._closed:
            raise ValueError("Pool not running")
