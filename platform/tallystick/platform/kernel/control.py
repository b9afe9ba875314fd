"""Local control: what a person says to a running book, over loopback TCP with a token.

CPython on Windows has no Unix sockets, so the channel is a port on 127.0.0.1, chosen by the system, and a random token
in an owner-only file in the book's folder. A line of JSON in, a line of JSON out. The server thread only queues what
it hears; the kernel takes it between two steps.
"""

import json
import queue
import secrets
import socket
import socketserver
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from tallystick.platform.kernel.errors import KernelError

NAME = "control.json"
LONGEST_LINE = 65_536
VERBS = frozenset({"halt", "resume", "status", "stop"})


class ControlError(KernelError, ConnectionError):
    """The book does not answer, or refuses the command."""

    code = "E740"


class Control:
    """The listening side, in the process that runs the book."""

    def __init__(self, folder: Path, status: Mapping[str, Any]) -> None:
        """`status` is read, never written, by the server thread."""
        self._path = folder / NAME
        self._token = secrets.token_hex(16)
        self._heard: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._status = status
        self._server: socketserver.ThreadingTCPServer | None = None

    def __enter__(self) -> Self:
        """Listen, and leave port and token where only the owner can read them."""
        control = self

        class Line(socketserver.StreamRequestHandler):
            timeout = 5

            def handle(self) -> None:
                answer = control.take(self.rfile.readline(LONGEST_LINE))
                self.wfile.write(json.dumps(answer).encode() + b"\n")

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Line)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, name="tallystick-control", daemon=True).start()
        port = self._server.server_address[1]
        self._path.touch(mode=0o600)
        self._path.chmod(0o600)
        self._path.write_text(json.dumps({"port": port, "token": self._token}), encoding="utf-8")
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening and take the address away."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
        self._path.unlink(missing_ok=True)

    def take(self, line: bytes) -> dict[str, Any]:
        """Answer one line; commands are queued for the kernel."""
        try:
            command = json.loads(line)
            token, verb = str(command.pop("token")), str(command["verb"])
        except (ValueError, KeyError, TypeError, AttributeError):
            return {"ok": False, "error": "say one line of JSON with token and verb"}
        if not secrets.compare_digest(token.encode(), self._token.encode()):
            return {"ok": False, "error": "wrong token; it is in the book's control.json"}
        if verb not in VERBS:
            return {"ok": False, "error": f"unknown verb {verb}; verbs are {', '.join(sorted(VERBS))}"}
        if verb == "status":
            return {"ok": True, **self._status}
        self._heard.put(command)
        return {"ok": True}

    def next(self) -> dict[str, Any] | None:
        """The next command a person gave, or None."""
        try:
            return self._heard.get_nowait()
        except queue.Empty:
            return None


def say(folder: Path, verb: str, timeout_s: float = 5.0, **values: object) -> dict[str, Any]:
    """Say one thing to the book in `folder`. Raises `ControlError` when nobody listens or it is refused."""
    try:
        address = json.loads((folder / NAME).read_text(encoding="utf-8"))
        with socket.create_connection(("127.0.0.1", address["port"]), timeout=timeout_s) as line:
            line.sendall(json.dumps({"token": address["token"], "verb": verb, **values}).encode() + b"\n")
            answer: dict[str, Any] = json.loads(line.makefile("rb").readline(LONGEST_LINE))
    except FileNotFoundError as error:
        message = f"no book is running in {folder}"
        raise ControlError(message, "start it with: tallystick run") from error
    except (OSError, ValueError) as error:
        message = f"the book in {folder} does not answer ({type(error).__name__})"
        raise ControlError(message, f"if its process is gone, remove {folder / NAME}") from error
    if not answer.get("ok"):
        raise ControlError(str(answer.get("error", "refused")))
    return answer
