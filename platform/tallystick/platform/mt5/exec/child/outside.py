"""The network, processes, threads and people: seen through Python's own audit events, and warned of by name."""

import sys
from collections.abc import Callable
from typing import Any

from tallystick.platform.mt5.exec.child.warned import Warnings

LOOPS_OWN = frozenset({"socketpair", "_fallback_socketpair", "_make_self_pipe"})
"""Functions by which a loop connects to itself; on Windows that goes through the loopback address."""


def watch_outside(warnings: Warnings) -> None:
    """Warn of what leads out of the process, from now on."""
    words = _words()

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        say = words.get(event)
        if say is not None and not (event.startswith("socket.") and _to_itself()):
            warnings.warn(event, say(arguments))

    sys.addaudithook(heard)


def _words() -> dict[str, Callable[[tuple[Any, ...]], str]]:
    started = "starts a process, which runs in the machine's time"
    return {
        "socket.connect": lambda arguments: f"connects to {_place(arguments[1])}",
        "socket.sendto": lambda arguments: f"sends to {_place(arguments[1])}",
        "socket.bind": lambda arguments: f"listens at {_place(arguments[1])}",
        "socket.getaddrinfo": lambda arguments: f"looks up {_text(arguments[0])}",
        "socket.gethostbyname": lambda arguments: f"looks up {_text(arguments[0])}",
        "subprocess.Popen": lambda _: started,
        "os.fork": lambda _: started,
        "os.forkpty": lambda _: started,
        "os.posix_spawn": lambda _: started,
        "os.spawn": lambda _: started,
        "os.startfile": lambda _: started,
        "os.system": lambda _: started,
        "builtins.input": lambda _: "waits for a person",
    }


def _place(address: Any) -> str:
    if isinstance(address, tuple) and len(address) >= 2:
        return f"{address[0]}:{address[1]}"
    return _text(address)


def _text(word: Any) -> str:
    return word.decode("utf-8", "replace") if isinstance(word, bytes) else str(word)


def _to_itself() -> bool:
    frame = sys._getframe(1)  # noqa: SLF001 -- documented; nothing else says who calls
    for _ in range(5):
        if frame.f_code.co_name in LOOPS_OWN:
            return True
        if frame.f_back is None:
            return False
        frame = frame.f_back
    return False
