"""The network, processes, threads, alarms and people: mostly seen through Python's audit events, and warned of."""

import _thread
import builtins
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from tallystick.platform.mt5.exec.child.places import put
from tallystick.platform.mt5.exec.child.refusals import MainThread
from tallystick.platform.mt5.exec.child.turns import Turns
from tallystick.platform.mt5.exec.child.warned import Warnings
from tallystick.platform.mt5.exec.child.watchdog import Watchdog

LOOPS_OWN = frozenset({"socketpair", "_fallback_socketpair", "_make_self_pipe", "_has_ipv6"})
"""Functions by which a loop connects to itself (on Windows through the loopback address), and urllib3 looks at import
whether there is IPv6."""
STARTERS = frozenset({"Popen._posix_spawn", "Popen._launch", "Popen._execute_child"})
"""Functions of `subprocess` and `multiprocessing` that start a process of which was warned already."""
SYSTEMS_OWN = frozenset({"_syscmd_ver"})
"""The function by which `platform` asks Windows for its version, as pandas does when it is imported."""
READERS = frozenset({"Popen._communicate"})
"""The function by which `subprocess` reads, on Windows in threads, what a process says."""
BESIDE = "runs beside the script, in the machine's time"
STARTED = "starts a process, which runs in the machine's time"


def watch_outside(warnings: Warnings) -> None:
    """Warn of what leads out of the process, from now on."""
    words = _words()

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        say = words.get(event)
        if say is not None and not _within(_nothing_new(event)):
            warnings.warn(event, say(arguments))

    sys.addaudithook(heard)


def watch_processes(warnings: Warnings, process: Any) -> None:
    """Warn of `multiprocessing` too (`multiprocessing.process`): not every way to start one is an audit event."""
    start = process.BaseProcess.start

    def begin(self: Any) -> None:
        warnings.warn("multiprocessing.Process", STARTED)
        start(self)

    put(process.BaseProcess, "start", begin)


def watch_threads(warnings: Warnings, main_thread: MainThread, turns: Turns | None = None) -> None:
    """Warn of threads: what they reckon is ready sooner or later on the bot's clock. With `turns` they take those.

    Threads that wait for processes take none.
    """
    start = threading.Thread.start

    def begin(self: threading.Thread) -> None:
        draws = main_thread.draws(self)
        if turns is not None and main_thread.here and not draws and not main_thread.waits_for_processes(self):
            turns.start(self, start)
            return
        if not draws and not _within(READERS):
            warnings.warn("threading.Thread", BESIDE)
        start(self)

    start_bare = _thread.start_new_thread

    @wraps(start_bare)
    def begin_bare(*arguments: Any) -> int:
        warnings.warn("_thread.start_new_thread", BESIDE)
        return start_bare(*arguments)

    put(threading.Thread, "start", begin)
    for name in ("start_new_thread", "start_new"):
        put(_thread, name, begin_bare)


def await_threads() -> None:
    """Wait for the script's threads, daemons apart, as Python does before it ends: then their refusals are known."""
    with suppress(KeyboardInterrupt):
        for thread in threading.enumerate():
            if thread is not threading.current_thread() and not thread.daemon:
                thread.join()


def watch_people(watchdog: Watchdog) -> None:
    """Let a bot wait at `input()` as long as its person takes; that it asks is an audit event."""
    asked = builtins.input

    @wraps(asked)
    def input_(prompt: object = "", /) -> str:
        with watchdog.waiting():
            return asked(prompt)

    put(builtins, "input", input_)


def watch_alarms(warnings: Warnings) -> None:
    """Warn of the system's alarms, which ring in the machine's time; Windows has none."""
    for name in {"alarm", "setitimer"} & set(dir(signal)):
        put(signal, name, _warning_first(warnings, name, getattr(signal, name)))


def _warning_first(warnings: Warnings, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def ringing(*arguments: Any) -> Any:
        warnings.warn(f"signal.{name}", "rings in the machine's time")
        return original(*arguments)

    return ringing


def _words() -> dict[str, Callable[[tuple[Any, ...]], str]]:
    return {
        "socket.connect": lambda arguments: f"connects to {_place(arguments[1])}",
        "socket.sendto": lambda arguments: f"sends to {_place(arguments[1])}",
        "socket.bind": lambda arguments: f"listens at {_place(arguments[1])}",
        "socket.getaddrinfo": lambda arguments: f"looks up {_text(arguments[0])}",
        "socket.gethostbyname": lambda arguments: f"looks up {_text(arguments[0])}",
        "subprocess.Popen": lambda _: STARTED,
        "os.fork": lambda _: STARTED,
        "os.forkpty": lambda _: STARTED,
        "os.posix_spawn": lambda _: STARTED,
        "os.spawn": lambda _: STARTED,
        "os.startfile": lambda _: STARTED,
        "os.system": lambda _: STARTED,
        "builtins.input": lambda _: "waits for a person",
    }


def _place(address: Any) -> str:
    if isinstance(address, tuple) and len(address) >= 2:
        return f"{address[0]}:{address[1]}"
    return _text(address)


def _text(word: Any) -> str:
    return word.decode("utf-8", "replace") if isinstance(word, bytes) else str(word)


def _nothing_new(event: str) -> frozenset[str]:
    """Functions of the standard library within which an event is not to be warned of."""
    if event.startswith("socket."):
        return LOOPS_OWN
    return SYSTEMS_OWN if event == "subprocess.Popen" else STARTERS


def _within(functions: frozenset[str]) -> bool:
    frame = sys._getframe(1)  # noqa: SLF001 -- documented; nothing else says who calls
    for _ in range(6):
        if frame.f_code.co_name in functions or frame.f_code.co_qualname in functions:
            return True
        if frame.f_back is None:
            return False
        frame = frame.f_back
    return False
