"""The terminal's own journal: the order numbers it was given, each once, outside the book's log.

A line is written before an order takes effect and survives a killed process. After a restart the book presents an
unanswered order again: the same request adds no second line; another request under the same number is an error.

A process that is killed can leave lines of orders that the log lost with its uncommitted tail; this terminal's state is
the log's, so they never took effect. Should the book then decide otherwise, because somebody halted or resumed it in
between, the number's new order gets a line that names the one it stands instead of.
"""

import errno
import hashlib
import json
import os
from pathlib import Path
from typing import BinaryIO

import msgspec

from tallystick.events.files import write_failed
from tallystick.events.types.trading import OrderSending

# Making a hasher and an encoder anew costs more than an order's bytes.
_hasher = hashlib.sha256().copy
_encode = msgspec.msgpack.Encoder().encode


class JournalConflictError(ValueError):
    """An order number was used for two different orders; the book's counter must have been lost."""


def request_hash(sending: OrderSending) -> str:
    """SHA-256 of a request, in hex."""
    hasher = _hasher()
    hasher.update(_encode(sending))
    return hasher.hexdigest()


class Journal:
    """Order number to request hash; with a path, kept in a file of JSON lines."""

    def __init__(self, path: Path | None) -> None:
        """Read back what stands there; a torn last line is one that was never acted upon."""
        self._path = path
        self._known: dict[int, str] = {}
        self._noted: dict[int, str] = {}
        """By earlier processes; known once the log, by replay or snapshot, or a sending confirms it."""
        if path is not None and path.exists():
            self._read(path)
        self._file: BinaryIO | None = None

    def __len__(self) -> int:
        """How many orders it has taken."""
        return len(self._known.keys() | self._noted.keys())

    def take(self, sending: OrderSending) -> bool:
        """Note an order; False when it was noted before. Raises `JournalConflictError`, `WriteFailed`."""
        order, digest = sending.order, request_hash(sending)
        if order in self._known and self._knows(order, digest):
            return False
        noted = self._noted.get(order)
        if self._path is not None and noted != digest:
            lost = b', "instead_of": "%s"' % noted.encode() if noted is not None else b""
            line = b'{"order": %d, "request": "%s"%s}\n' % (order, digest.encode(), lost)
            try:
                self._file = self._file or self._path.open("ab", buffering=0)
                written = self._file.write(line)
            except OSError as error:
                raise write_failed(f"cannot note order {order} in the terminal's journal", error) from error
            if written != len(line):  # the next opening cuts the torn line off
                full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                raise write_failed(f"cannot note order {order} in the terminal's journal", full)
        self._known[order] = self._noted[order] = digest
        return noted != digest

    def remember(self, order: int, digest: str) -> None:
        """Know an order from a frozen state, without noting it in the file. Raises `JournalConflictError`."""
        if not self._knows(order, digest):
            self._known[order] = digest

    def _knows(self, order: int, digest: str) -> bool:
        known = self._known.get(order)
        if known is not None and known != digest:
            message = f"order {order} was given to the terminal before, with another content"
            raise JournalConflictError(f"{message}; the book's counter was lost, do not go on with it")
        return known is not None

    def digest(self, order: int) -> str:
        """Hash of a known order's request."""
        return self._known[order]

    def close(self) -> None:
        """Give the file back; the next order opens it again."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _read(self, path: Path) -> None:
        """What stands there whole; a torn end, and what a power cut left of the lines after a hole, is cut off."""
        data, whole = path.read_bytes(), 0
        for line in data.splitlines(keepends=True):
            try:
                entry = json.loads(line) if line.endswith(b"\n") else {}
                self._noted[int(entry["order"])] = str(entry["request"])
            except (ValueError, TypeError, KeyError):
                break
            whole += len(line)
        if whole < len(data):
            with path.open("r+b") as file:
                file.truncate(whole)
