"""Local control: what a person says to a running book, over loopback TCP with a token.

CPython on Windows has no Unix sockets, so the channel is a port on 127.0.0.1, chosen by the system, and a random token
in an owner-only file in the book's folder. A line of JSON in, a line of JSON out. The server's threads only queue what
they hear and wait for the answer; the kernel takes it between two steps. Nothing of the channel is ever recorded.
"""

import json
import logging
import os
import queue
import secrets
import socket
import socketserver
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from tallystick.events.signer import KeyFileError, require_owner_only, restrict_to_owner
from tallystick.platform.kernel.errors import KernelError

NAME = "control.json"
LONGEST_LINE = 65_536
ANSWER_S = 10.0
"""How long a command waits for the kernel to take it; it stays queued after that."""
VERBS = frozenset({"halt", "resume", "status", "stop"})

logger = logging.getLogger("tallystick.control")


class ControlError(KernelError, ConnectionError):
    """The book does not answer, or refuses the command."""

    code = "E740"


class NobodyListensError(ControlError):
    """No run is at work in that folder, or its process no longer answers."""


class Spoken:
    """One command that a person gave, and the answer that they wait for."""

    def __init__(self, verb: str, values: Mapping[str, Any]) -> None:
        """`values`: whatever else the line held."""
        self.verb = verb
        self.values = values
        self._answer: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    def done(self, **values: object) -> None:
        """The kernel has carried it out."""
        self._answer.put({"ok": True, **values})

    def refused(self, error: str, fix: str = "") -> None:
        """The kernel has not, and why."""
        self._answer.put({"ok": False, "error": error, "fix": fix})

    def answer(self, timeout_s: float) -> dict[str, Any]:
        """What the kernel said; `taken` is false when it has not come to it yet."""
        try:
            return self._answer.get(timeout=timeout_s)
        except queue.Empty:
            return {"ok": True, "taken": False}


class Control:
    """The listening side, in the process that runs the book."""

    def __init__(self, folder: Path, status: Callable[[], Mapping[str, Any]]) -> None:
        """`status` is called by the server's threads: it may read the kernel's plain values, and change nothing."""
        self._path = folder / NAME
        self._token = secrets.token_hex(16)
        self._heard: queue.SimpleQueue[Spoken] = queue.SimpleQueue()
        self.silent = self._heard.empty
        """Whether nobody has said anything; asked between all steps."""
        self._status = status
        self._server: socketserver.ThreadingTCPServer | None = None
        self._over = False

    def __enter__(self) -> Self:
        """Listen, and leave port and token where only the owner can read them.

        Where loopback sockets or the file are refused, the book goes on without the channel and says so to operators.
        """
        try:
            self._listen()
        except (OSError, KeyFileError) as error:
            logger.warning("no control channel (%s); the HALT file works all the same", error)
            self._close()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening, take the address away, and tell who still waits that the run is over."""
        self._close()
        while (spoken := self.next()) is not None:
            spoken.refused("the run has ended before it came to this", "say it to the next run")

    @property
    def listening(self) -> bool:
        """True while somebody can be heard."""
        return self._server is not None

    def take(self, line: bytes) -> dict[str, Any]:
        """Answer one line; commands are queued for the kernel, whose answer is waited for."""
        try:
            command = json.loads(line)
            token, verb = str(command.pop("token")), str(command.pop("verb"))
        except (ValueError, KeyError, TypeError, AttributeError):
            return {"ok": False, "error": "say one line of JSON with token and verb"}
        if not secrets.compare_digest(token.encode(), self._token.encode()):
            return {"ok": False, "error": "wrong token; it is in the book's control.json"}
        if verb not in VERBS:
            return {"ok": False, "error": f"unknown verb {verb}; verbs are {', '.join(sorted(VERBS))}"}
        if verb == "status":
            return {"ok": True, **self._status()}
        spoken = Spoken(verb, command)
        self._heard.put(spoken)
        return spoken.answer(ANSWER_S)

    def next(self) -> Spoken | None:
        """The next command a person gave, or None."""
        return None if self._heard.empty() else self._heard.get_nowait()

    def _listen(self) -> None:
        control = self

        class Line(socketserver.StreamRequestHandler):
            timeout = 5

            def handle(self) -> None:
                with suppress(OSError):  # who asked has gone: nothing is lost
                    answer = control.take(self.rfile.readline(LONGEST_LINE))
                    self.wfile.write(json.dumps(answer).encode() + b"\n")

        server = self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Line)
        server.daemon_threads = True
        self._leave_address(server.server_address[1])
        threading.Thread(target=self._serve, args=(server,), name="tallystick-control", daemon=True).start()

    def _serve(self, server: socketserver.ThreadingTCPServer) -> None:
        """Without polling: whoever closes the channel knocks once."""
        while not self._over:
            with suppress(OSError, ValueError):  # a socket closed while it was waited on
                server.handle_request()

    def _leave_address(self, port: int) -> None:
        """Written under another name and renamed, so that nobody reads half of it; owner-only before it has a word."""
        temporary = self._path.with_suffix(".new")
        temporary.unlink(missing_ok=True)
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            restrict_to_owner(temporary)
            file.write(json.dumps({"port": port, "token": self._token}))
        temporary.replace(self._path)

    def _close(self) -> None:
        server, self._server, self._over = self._server, None, True
        if server is None:
            return
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", server.server_address[1]), timeout=1).close()
        server.server_close()
        with suppress(OSError):
            self._path.unlink(missing_ok=True)


def say(folder: Path, verb: str, timeout_s: float = ANSWER_S + 2, **values: object) -> dict[str, Any]:
    """Say one thing to the book in `folder`; returns its answer, in which `taken` is false while it is only queued.

    Raises `NobodyListensError` when there is no run to hear it, `ControlError` when others may read the token or the
    command is refused.
    """
    path = folder / NAME
    try:
        address = json.loads(path.read_text(encoding="utf-8"))
        require_owner_only(path, "the token of the book's control channel")
        with socket.create_connection(("127.0.0.1", address["port"]), timeout=timeout_s) as line:
            line.sendall(json.dumps({"token": address["token"], "verb": verb, **values}).encode() + b"\n")
            answer: dict[str, Any] = json.loads(line.makefile("rb").readline(LONGEST_LINE))
    except FileNotFoundError as error:
        message = f"no book is running in {folder}"
        raise NobodyListensError(message, "start it with: tallystick run") from error
    except KeyFileError as error:
        raise ControlError(str(error), f"chmod 600 '{path}'") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"the book in {folder} does not answer ({type(error).__name__})"
        raise NobodyListensError(message, f"if its process is gone, remove {path}") from error
    if not answer.get("ok"):
        raise ControlError(str(answer.get("error", "refused")), str(answer.get("fix", "")))
    return answer
