"""The parent's end of the bridge: starts the child, gives each call its time, ends what overruns, starts again.

The package holds the interpreter's lock while it waits, so the child cannot watch itself. What may happen to a call:

1. answered;
2. not made: no child could be started (`BridgeDownError`), or its time had passed (`CallTooLate`);
3. open: the child died or was ended after the call was handed over (`BridgeLostError`).
"""

import queue
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from tallystick.platform.mt5.bridge.errors import (
    BridgeBusyError,
    BridgeDownError,
    BridgeLostError,
    BridgeProtocolError,
)
from tallystick.platform.mt5.bridge.messages import (
    PROTOCOL,
    Ask,
    Failed,
    FromChild,
    Hello,
    Refused,
    Told,
    TooLate,
    decoded,
    encoded,
)
from tallystick.platform.mt5.wire import Answer, Call
from tallystick.platform.pipes import FrameError, read_frame, write_frame

GLANCE_S = 0.25
"""How often the parent looks whether the child lives: on Windows a terminal it started may keep its pipe open."""
CHILD = "tallystick.platform.mt5.bridge.child"


class CallTooLate(Exception):
    """The call's time had passed before it could be made; it was not made."""


@dataclass(frozen=True, slots=True)
class ChildSettings:
    """How the child is started. `folder`: where the account's lock lies, one folder for one account of one machine."""

    folder: Path
    python: str = sys.executable
    environment: Mapping[str, str] | None = None
    start_s: float = 60.0
    end_s: float = 5.0
    pauses_s: tuple[float, ...] = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0)
    """Before the first start after a death, the second, ...; the last one holds from then on."""
    remembered_s: float = 600.0
    """How long a death counts."""


class BridgeProcess:
    """At most one child at a time; a single caller."""

    def __init__(self, settings: ChildSettings) -> None:
        """Nothing is started yet."""
        self._settings = settings
        self._child: subprocess.Popen[bytes] | None = None
        self._said: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._deaths: deque[float] = deque()
        self._number = 0
        self.hello: Hello | None = None
        self.starts = 0

    @property
    def alive(self) -> bool:
        """True while there is a child that has said hello."""
        return self._child is not None and self._child.poll() is None and self.hello is not None

    @property
    def pid(self) -> int:
        """Process id of the child; 0 when there is none."""
        return self._child.pid if self._child is not None else 0

    def start(self) -> Hello:
        """Start a child, unless one lives.

        Raises `BridgeDownError` (too soon after a death, package missing, no answer), `BridgeBusyError`,
        `BridgeProtocolError`.
        """
        if self.alive and self.hello is not None:
            return self.hello
        if self._child is not None:  # it died by itself since it was last asked
            self._ended()
        self._require_pause()
        began = time.monotonic_ns()
        self._launch()
        try:
            said = self._next(self._settings.start_s, "its hello")
        except BridgeLostError as error:
            raise BridgeDownError(f"the bridge could not be started: {error}", "tallystick doctor") from None
        self.hello = self._required_hello(said, began)
        self.starts += 1
        return self.hello

    def call(self, function: str, arguments: Mapping[str, Any], *, limit_s: float, not_after_ns: int = 0) -> Answer:
        """Have one call made, within `limit_s`; `not_after_ns` as in `Ask`.

        Raises `BridgeDownError` and `CallTooLate` when it was not made, `BridgeLostError` when that is open.
        """
        if not self.alive:
            raise BridgeDownError("there is no child of the bridge to ask", "it is started again by itself")
        self._number += 1
        ask = Ask(self._number, Call(time.time_ns(), function, dict(arguments)), not_after_ns)
        child = self._child
        assert child is not None
        assert child.stdin is not None
        message = encoded(ask)
        try:
            write_frame(child.stdin, message)
        except FrameError as error:
            raise BridgeProtocolError(str(error), "ask for fewer rows in a call") from error
        except OSError as error:
            self._ended()
            raise BridgeLostError(f"the bridge's child died before {function} was answered") from error
        said = self._next(limit_s, function)
        if isinstance(said, TooLate) and said.number == ask.number:
            raise CallTooLate(f"{function} was not made: its time had passed {said.late_ns / 1e6:.0f} ms before")
        if isinstance(said, Failed) and said.number == ask.number:
            raise BridgeLostError(f"{function} raised in the bridge's child: {said.error}")
        if isinstance(said, Told) and said.number == ask.number:
            return said.answer
        self.kill()
        raise BridgeProtocolError("the bridge's child answered another question", "report this with the log's name")

    def end(self) -> None:
        """Let the child end in good order: its pipe ends. One that hangs is ended all the same."""
        child = self._child
        if child is None:
            return
        if child.stdin is not None:
            with suppress(OSError):
                child.stdin.close()
        try:
            child.wait(self._settings.end_s)
        except subprocess.TimeoutExpired:
            child.kill()
        self._ended(counts=False)

    def kill(self) -> None:
        """End the child at once; it counts as a death."""
        if self._child is not None:
            self._child.kill()
            self._ended()

    def _launch(self) -> None:
        settings = self._settings
        try:
            self._child = subprocess.Popen(  # noqa: S603 -- our own module, by its name, with the interpreter of now
                [settings.python, "-m", CHILD, str(settings.folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=None if settings.environment is None else dict(settings.environment),
            )
        except OSError as error:
            raise BridgeDownError(f"the bridge could not be started: {error}", "tallystick doctor") from error
        assert self._child.stdout is not None
        self._said = queue.SimpleQueue()
        reading = threading.Thread(
            target=_read_all, args=(self._child.stdout, self._said), name="tallystick-bridge", daemon=True
        )
        reading.start()

    def _next(self, limit_s: float, wanted: str) -> FromChild:
        """The child's next message. Raises `BridgeLostError`; the child is gone then."""
        until = time.monotonic() + limit_s
        assert self._child is not None
        while True:
            left = until - time.monotonic()
            try:
                message = self._said.get(timeout=max(0.0, min(GLANCE_S, left)))
            except queue.Empty:
                if left <= 0:
                    self.kill()
                    raise BridgeLostError(f"{wanted} took longer than {limit_s:g} s; the child was ended") from None
                if self._child.poll() is None or not self._said.empty():
                    continue
                message = None
            if message is None:
                status = self._ended()
                raise BridgeLostError(f"the bridge's child died (exit status {status}) before {wanted} came")
            try:
                return decoded(message)
            except msgspec.DecodeError as error:
                self.kill()
                raise BridgeProtocolError(f"the bridge's child said what is no message: {error}") from error

    def _required_hello(self, said: FromChild, began: int) -> Hello:
        if isinstance(said, Refused):
            self._ended()
            if said.why == "busy":
                message = f"{said.detail} serves this account already"
                raise BridgeBusyError(message, "stop the other book, or give this one another account")
            raise BridgeDownError(f"the package cannot be imported: {said.detail}", "pip install tallystick[mt5]")
        if not isinstance(said, Hello) or said.protocol != PROTOCOL:
            self.kill()
            message = f"the bridge's child speaks another version than {PROTOCOL}"
            raise BridgeProtocolError(message, "start parent and child from one installation")
        if not began <= said.monotonic_ns <= time.monotonic_ns():
            self.kill()
            message = "the monotonic clocks of parent and child differ, so no order could be given a deadline"
            raise BridgeProtocolError(message, "run both on one machine, with one version of Python")
        return said

    def _ended(self, *, counts: bool = True) -> int:
        """The child is over; returns its exit status."""
        child, self._child, self.hello = self._child, None, None
        if child is None:
            return 0
        with suppress(subprocess.TimeoutExpired):
            child.wait(self._settings.end_s)
        if child.poll() is None:
            child.kill()
            child.wait()
        for pipe in (child.stdin,):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        if counts:
            self._deaths.append(time.monotonic())
        return child.returncode

    def _require_pause(self) -> None:
        now, settings = time.monotonic(), self._settings
        while self._deaths and now - self._deaths[0] > settings.remembered_s:
            self._deaths.popleft()
        if not self._deaths:
            return
        pause = settings.pauses_s[min(len(self._deaths), len(settings.pauses_s)) - 1]
        left = self._deaths[-1] + pause - now
        if left > 0:
            message = f"the bridge's child has died {len(self._deaths)} times; it is started again in {left:.1f} s"
            raise BridgeDownError(message, "tallystick doctor")


def _read_all(pipe: BinaryIO, said: "queue.SimpleQueue[bytes | None]") -> None:
    """Hand every message over, then None; a thread of its own, for a pipe has no timeout on Windows."""
    with suppress(OSError, ValueError), pipe:
        while (message := read_frame(pipe)) is not None:
            said.put(message)
    said.put(None)
