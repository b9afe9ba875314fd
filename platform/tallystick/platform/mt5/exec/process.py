"""The bot's process: started with a pipe, listened to, and ended when it must be.

On POSIX the pipe is an inherited descriptor, elsewhere a loopback connection with a random key. The process has a
group of its own, so that Ctrl-C reaches the parent alone, which then ends it.
"""

import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from multiprocessing import AuthenticationError, Pipe
from multiprocessing.connection import Listener
from types import TracebackType
from typing import Any, NamedTuple, Protocol, Self

import msgspec

from tallystick.events.types.mt5 import BotEnded
from tallystick.platform.mt5.exec.child.environment import environment
from tallystick.platform.mt5.exec.child.pipe import VARIABLE, Descriptor, send_at_once, send_together
from tallystick.platform.mt5.exec.settings import (
    Alive,
    Asked,
    ChildSettings,
    Ended,
    FromChild,
    Lease,
    encoded,
    encoded_lease,
    from_child,
)
from tallystick.platform.mt5.wire import Answer, encoded_answer

CHILD = "tallystick.platform.mt5.exec.child"
PATIENCE_S = 5.0
"""How long a process may take to end by itself before it is killed."""
LOOK_S = 0.2
"""How often a stop and a silence are looked for."""


class Over(NamedTuple):
    """The process is over, or has to be, without its last word: "died", "silent" or "stopped"."""

    how: str
    detail: str = ""


class Messages(Protocol):
    """Sends and receives whole messages: a `Descriptor`, or a `Connection`."""

    def send_bytes(self, message: bytes, /) -> None:
        """Send one. Raises OSError."""
        ...

    def recv_bytes(self) -> bytes:
        """Wait for the next one. Raises EOFError where the other end is closed, and OSError."""
        ...


class BotProcess:
    """One bot at work. Use as a context manager: left, the process is gone."""

    def __init__(
        self,
        settings: ChildSettings,
        *,
        stop_asked: Callable[[], bool] = lambda: False,
        apart: bool = False,
        loopback: bool = os.name != "posix",
        command: Sequence[str] = (sys.executable, "-m", CHILD),
    ) -> None:
        """`command` starts what speaks as `exec.settings` says; `apart`: what it prints goes to standard error.

        `loopback`: a connection in place of an inherited descriptor.
        """
        self._loopback = loopback
        self._apart = apart
        self._settings = settings
        self._stop_asked = stop_asked
        self._command = tuple(command)
        self._open = ExitStack()
        self._gone = threading.Event()
        self._ended_for: Over | None = None
        self._answering = False
        self._lent: tuple[bytes, ...] = ()
        self._heard_s = 0.0

    def __enter__(self) -> Self:
        """Start it and say what it is to do."""
        self._connection: Messages = self._by_loopback() if self._loopback else self._by_descriptor()
        self._send(encoded(self._settings))
        self._heard_s = time.monotonic()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it, however things stand."""
        self._gone.set()
        self._kill()
        self._open.__exit__(kind, error, trace)

    def said(self) -> FromChild | Over:
        """The next message; waits for it as long as the settings allow."""
        try:
            while isinstance(said := from_child(self._connection.recv_bytes()), Alive):
                self._heard_s = time.monotonic()
        except (EOFError, OSError):
            return self._ended_for or Over("died", "the process ended without a word")
        except msgspec.DecodeError as error:
            return Over("died", f"the process said what cannot be read: {error}")
        self._heard_s = time.monotonic()
        self._answering = isinstance(said, Asked)
        return said

    def _watch(self) -> None:
        """End the process when somebody says stop, or when it is silent: then its pipe closes."""
        while not self._gone.wait(LOOK_S):
            if self._stop_asked():
                self._ended_for = Over("stopped", "stopped by its user")
            elif self._silent:
                self._ended_for = Over("silent", f"nothing heard for {self._settings.limit_s:g} s of wall time")
            if self._ended_for is not None:
                self._kill()
                return

    @property
    def _silent(self) -> bool:
        """Nothing was heard for longer than its own watchdog allows; at real speed a bot may sleep for hours."""
        silent_s = time.monotonic() - self._heard_s
        return self._settings.speed == "max" and not self._answering and silent_s > self._settings.limit_s + PATIENCE_S

    def lend(self, lease: Lease) -> None:
        """Let it answer looks itself for a while, from its next answer on; goes with that."""
        self._lent = (encoded_lease(lease),)

    def answer(self, answer: Answer) -> None:
        """Answer its call; a process that has died meanwhile shows with the next message."""
        self._reply(*self._lent, encoded_answer(answer))
        self._lent = ()

    def let_look(self, lease: Lease) -> None:
        """Let it answer its call itself, under this lease."""
        self._reply(encoded_lease(msgspec.structs.replace(lease, alone=True)))

    def over(self, last: Ended | Over) -> BotEnded:
        """See it to its end; how it ended, with its exit code."""
        if isinstance(last, Ended):
            self._wait()
            return BotEnded(how=last.how, code=last.code, detail=last.detail)
        if last.how != "died":
            self._kill()
        code = self._wait()
        how: Any = last.how
        return BotEnded(how=how, code=code, detail=last.detail)

    def _by_descriptor(self) -> Messages:
        ours, theirs = Pipe()
        with theirs:
            self._start(f"fd:{theirs.fileno()}", pass_fds=(theirs.fileno(),))
        self._open.enter_context(ours)
        return Descriptor(ours.fileno())

    def _by_loopback(self) -> Any:
        key = secrets.token_bytes(32)
        listener = self._open.enter_context(Listener(("127.0.0.1", 0), authkey=key))
        port = listener.address[1]
        self._start(f"tcp:{port}:{key.hex()}")
        threading.Thread(target=self._let_go, args=(port,), name="bot-start", daemon=True).start()
        try:
            connection = self._open.enter_context(listener.accept())
        except (AuthenticationError, EOFError, OSError):
            ours, theirs = Pipe()  # the process is gone, and so is whoever would speak through this one
            theirs.close()
            return self._open.enter_context(ours)
        send_at_once(connection.fileno())
        return connection

    def _let_go(self, port: int) -> None:
        """A process that ended before it connected must not be waited for."""
        self._process.wait()
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S).close()

    def _start(self, pipe: str, **how: Any) -> None:
        around = environment(
            self._settings, {name: value for name, value in os.environ.items() if name != VARIABLE}, pipe
        )
        out = _standard_error() if self._apart else None
        if os.name == "posix":
            how["start_new_session"] = True
        else:
            how["creationflags"] = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
        self._process = subprocess.Popen(self._command, env=around, stdout=out, **how)  # stdin: ours
        self._heard_s = time.monotonic()
        threading.Thread(target=self._watch, name="bot-watch", daemon=True).start()

    def _reply(self, *messages: bytes) -> None:
        self._send(*messages)
        self._heard_s, self._answering = time.monotonic(), False

    def _send(self, *messages: bytes) -> None:
        with suppress(OSError):
            send_together(self._connection, messages)

    def _wait(self) -> int:
        try:
            return self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._kill()
            return self._process.wait()

    def _kill(self) -> None:
        """The whole group where there is one: a bot may have started others."""
        if os.name == "posix" and self._process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        with suppress(OSError):
            self._process.kill()
        self._process.wait()


def _standard_error() -> int:
    """The descriptor of standard error, also where another object stands in its place (a notebook, a test)."""
    try:
        return sys.stderr.fileno()
    except (OSError, ValueError, AttributeError):
        return 2
