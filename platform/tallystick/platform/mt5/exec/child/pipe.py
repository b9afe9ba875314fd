"""The pipe to the parent: settings in, calls out, answers in, warnings and the ending out."""

import os
import socket
import struct
import sys
import threading
from collections.abc import Iterable, MutableMapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Client  # early: a bot's own import of it would be heard to ask for chance
from typing import Any, NoReturn

from tallystick.platform.mt5.exec.child.leased import Leased
from tallystick.platform.mt5.exec.settings import (
    Alive,
    Asked,
    ChildSettings,
    Ended,
    Ending,
    FromChild,
    Warned,
    encoded,
    lease_in,
    settings_from,
)
from tallystick.platform.mt5.wire import Answer, Call, decoded_answer

VARIABLE = "TALLYSTICK_EXEC_PIPE"
"""The environment variable that says where the pipe is: `fd:N` (inherited, POSIX) or `tcp:PORT:HEXKEY`."""
HEADER = struct.Struct("!i")
CHUNK = 1 << 16
EXIT_ORPHANED = 4
"""Exit code of a process whose parent is gone."""


class Descriptor:
    """One end of `multiprocessing.Pipe()` on POSIX; one read takes all that has come, a `Connection` takes two."""

    def __init__(self, number: int) -> None:
        """`number` stays its owner's, who closes it; processes started from here do not inherit it."""
        self._number = number
        self._come = b""
        os.set_inheritable(number, False)  # noqa: FBT003 -- the standard library's own form

    def send_bytes(self, message: bytes) -> None:
        """Send it as `Connection.send_bytes` does: four bytes of length, then the message."""
        self.send_together((message,))

    def send_together(self, messages: Iterable[bytes]) -> None:
        """Send messages one behind the other at one stroke."""
        rest = memoryview(b"".join([part for message in messages for part in (HEADER.pack(len(message)), message)]))
        while rest:
            rest = rest[os.write(self._number, rest) :]

    def recv_bytes(self) -> bytes:
        """The next message; others may follow it at once. Raises EOFError where the other end is closed."""
        come = self._come
        while len(come) < HEADER.size:
            come += self._read(CHUNK)
        end: int = HEADER.unpack_from(come)[0] + HEADER.size
        parts, missing = [come], end - len(come)
        while missing > 0:
            parts.append(self._read(CHUNK))
            missing -= len(parts[-1])
        if len(parts) > 1:
            come = b"".join(parts)
        self._come = come[end:]
        return come[HEADER.size : end]

    def _read(self, most: int) -> bytes:
        read = os.read(self._number, most)
        if not read:
            raise EOFError
        return read


def send_together(connection: Any, messages: Sequence[bytes]) -> None:
    """Send messages in a row: at one stroke where the connection can."""
    if isinstance(connection, Descriptor):
        connection.send_together(messages)
        return
    for message in messages:
        connection.send_bytes(message)


def send_at_once(number: int) -> None:
    """Two messages in a row do not wait for each other's receipt."""
    connected = socket.socket(fileno=number)
    try:
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    finally:
        connected.detach()


class ParentPipe:
    """One end of the pipe. Threads may warn through it; only the main thread asks."""

    def __init__(self, connection: Any) -> None:
        """`connection`: of `multiprocessing.connection`, open."""
        self._connection = connection
        self._sending = threading.Lock()
        self._process = os.getpid()
        self._ended = False
        self.leased = Leased()
        """What may be answered here."""

    @classmethod
    def from_environment(cls, environment: MutableMapping[str, str]) -> "ParentPipe":
        """Open the pipe that the parent names, and take its name out of the environment. Raises OSError, ValueError."""
        kind, _, place = environment.pop(VARIABLE, "").partition(":")
        if kind == "fd":
            return cls(Descriptor(int(place)))
        if kind == "tcp":
            port, _, key = place.partition(":")
            connection = Client(("127.0.0.1", int(port)), authkey=bytes.fromhex(key))
            send_at_once(connection.fileno())
            return cls(connection)
        raise ValueError(f"E595 {VARIABLE} names no pipe. Start bots by: tallystick mt5 exec SCRIPT")

    def settings(self) -> ChildSettings:
        """The parent's first message. Raises EOFError where the parent is gone."""
        return settings_from(self._connection.recv_bytes())

    def ask(self, call: Call) -> Answer | None:
        """Ask the parent and wait for its answer; None where it is to be looked for here, under the lease that came.

        Without a parent the process ends.
        """
        self.leased.until = -1
        try:
            self._send(Asked(call))
            while (lease := lease_in(message := self._connection.recv_bytes())) is not None:
                self.leased.take(lease)
                if lease.alone:
                    return None
            return decoded_answer(message)
        except (EOFError, OSError):
            self._orphaned()

    def tell(self) -> None:
        """Tell the parent what was answered here, where that is anything; without a parent the process ends."""
        try:
            self._send()
        except OSError:
            self._orphaned()

    def warn(self, now: int, name: str, detail: str) -> None:
        """Tell the parent what another run may find otherwise."""
        if os.getpid() == self._process:
            with suppress(OSError):
                self._send(Warned(now, name, _sayable(detail)))

    def alive(self) -> None:
        """Tell the parent that the bot is not silent."""
        if not self._ended:
            with suppress(OSError):
                self._send(Alive())

    def end(self, now: int, how: Ending, code: int, detail: str = "") -> None:
        """Say the last word, once."""
        if self._ended or os.getpid() != self._process:
            return
        self._ended = True
        with suppress(OSError):
            self._send(Ended(now, how, code, _sayable(detail)))

    def _send(self, *messages: FromChild) -> None:
        """Say what was answered here, and behind it these."""
        with self._sending:
            looked = self.leased.looked() if os.getpid() == self._process else None
            said = messages if looked is None else (looked, *messages)
            send_together(self._connection, [encoded(message) for message in said])

    def _orphaned(self) -> NoReturn:
        with suppress(OSError, ValueError):
            print("error[E596] the process that answers is gone; the bot ends.", file=sys.stderr, flush=True)  # noqa: T201 -- there is nobody else to tell
        os._exit(EXIT_ORPHANED)


def _sayable(text: str) -> str:
    """What no UTF-8 holds (half of a surrogate pair) as Python writes it on standard error."""
    return text.encode("utf-8", "backslashreplace").decode()
