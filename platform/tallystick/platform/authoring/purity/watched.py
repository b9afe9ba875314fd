"""Module functions replaced while a run is on: clocks, sleep, generators, environment, readers that open files in C.

A replaced function asks the guard and then calls what it stands for, so outside a callback nothing changes. Replaced in
their own module and wherever user code has bound them to a name of its own.
"""

import _thread
import os
import random
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from importlib import import_module
from types import ModuleType
from typing import Any, Final

from tallystick.platform.authoring.purity.calendars import calendars
from tallystick.platform.authoring.purity.callers import is_users
from tallystick.platform.authoring.purity.guard import OfThread

Replaced = tuple[Any, str, Any]
"""Where (a module, class or namespace), under which name, and what stood there."""

CLOCKS: Final = (
    *("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time"),
    *("process_time_ns", "thread_time", "thread_time_ns", "clock_gettime", "clock_gettime_ns", "localtime", "ctime"),
)
CLOCKS_WITHOUT_ARGUMENT: Final = {"gmtime": 1, "asctime": 1, "strftime": 2}
"""Functions of `time` that read the clock only when they are given fewer arguments than this."""

SEEDED: Final = frozenset({"default_rng", "RandomState", "Generator", "SeedSequence", "BitGenerator", "get_state"})
"""Names of `numpy.random` that draw nothing by themselves; `default_rng()` without a seed is refused."""

READERS: Final = {"pandas": ("read_",), "polars": ("read_", "scan_"), "pyarrow.parquet": ("read_", "ParquetFile")}
"""Libraries whose readers open files without Python noticing: how the readers' names begin."""


def watch(here: OfThread, namespaces: Iterable[dict[str, Any]]) -> list[Replaced]:
    """Put watching functions in the place of all watched ones; returns what stood there, in order."""
    replaced: list[Replaced] = []
    stand_ins: dict[int, tuple[Any, Any]] = {}
    for owner, name, kind, shown, least in _watched():
        present = getattr(owner, name)
        original = getattr(present, "__stands_for__", present)  # another run may have put its stand-in there already
        stand_in = _asking(here, original, kind, shown, least) if present is original else present
        stand_ins[id(original)] = (original, stand_in)
        if present is original:
            replaced.append((owner, name, original))
            setattr(owner, name, stand_in)
    stand_ins.update((id(original), (original, stand_in)) for original, stand_in in calendars(here))
    for namespace in (*_of_users(), *namespaces):
        for name, value in list(namespace.items()):
            original, stand_in = stand_ins.get(id(value), (None, None))
            if original is value and stand_in is not None:
                replaced.append((namespace, name, value))
                namespace[name] = stand_in
    return replaced


def give_back(replaced: list[Replaced]) -> None:
    """Put back what stood there, the last replaced first."""
    for owner, name, original in reversed(replaced):
        if isinstance(owner, dict):
            owner[name] = original
        else:
            setattr(owner, name, original)


def _watched() -> Iterator[tuple[Any, str, str, str, int]]:
    """Owner, name, kind, name to show, and number of arguments from which on the call is harmless (0: never)."""
    for name in CLOCKS:
        if hasattr(time, name):  # clock_gettime is not on Windows
            yield time, name, "clock", f"time.{name}()", 0
    for name, least in CLOCKS_WITHOUT_ARGUMENT.items():
        yield time, name, "clock", f"time.{name}()", least
    yield time, "sleep", "sleep", "time.sleep()", 0
    for name in random.__all__:
        if getattr(getattr(random, name), "__self__", None) is random._inst:  # noqa: SLF001 -- the module's hidden generator
            yield random, name, "chance", f"random.{name}()", 0
    for name in ("random", "getrandbits", "randbytes"):
        system = random.SystemRandom  # noqa: TID251 -- what is watched
        yield system, name, "entropy", f"random.SystemRandom().{name}()", 0
    yield os, "urandom", "entropy", "os.urandom()", 0
    yield os, "stat", "file", "os.stat()", 0  # whether a file exists, how old it is: no audit event tells
    yield os, "getenv", "environment", "os.getenv()", 0
    yield type(os.environ), "__getitem__", "environment", "os.environ", 0  # noqa: TID251 -- what is watched
    yield threading.Thread, "start", "thread", "threading.Thread", 0
    yield _thread, "start_new_thread", "thread", "a new thread", 0
    yield from _of_libraries()


def _of_libraries() -> Iterator[tuple[Any, str, str, str, int]]:
    if "numpy" in sys.modules:
        numpy_random = import_module("numpy.random")  # NumPy itself imports it only when it is asked for
        for name in numpy_random.__all__:
            if name not in SEEDED and callable(getattr(numpy_random, name)) and not name[0].isupper():
                yield numpy_random, name, "chance", f"numpy.random.{name}()", 0
        yield numpy_random, "default_rng", "chance", "numpy.random.default_rng() without a seed", 1
    for name in ("uuid1", "uuid4"):
        yield import_module("uuid"), name, "entropy", f"uuid.{name}()", 0
    for name in ("choice", "randbelow", "randbits", "token_bytes", "token_hex", "token_urlsafe"):
        yield import_module("secrets"), name, "entropy", f"secrets.{name}()", 0
    asyncio = sys.modules.get("asyncio")
    if asyncio is not None:
        yield asyncio, "run", "thread", "asyncio.run()", 0
    for library, beginnings in READERS.items():
        module = sys.modules.get(library)
        for name in dir(module) if module is not None else ():
            if name.startswith(beginnings) and not isinstance(getattr(module, name), type):
                yield module, name, "file", f"{library}.{name}()", 0


def _of_users() -> Iterator[dict[str, Any]]:
    """Globals of the modules that are neither ours nor a library's."""
    for module in list(sys.modules.values()):
        if isinstance(module, ModuleType):
            path = getattr(module, "__file__", None)
            if module.__name__ == "__main__" or (path and is_users(path)):
                yield vars(module)


def _asking(here: OfThread, original: Callable[..., Any], kind: str, shown: str, least: int) -> Callable[..., Any]:
    @wraps(original)
    def stand_in(*args: Any, **named: Any) -> Any:
        if here.guard.depth and not 0 < least <= sum(one is not None for one in (*args, *named.values())):
            here.guard.refuse(kind, shown)
        return original(*args, **named)

    stand_in.__stands_for__ = original  # type: ignore[attr-defined]  # a mark of ours on a function
    return stand_in
