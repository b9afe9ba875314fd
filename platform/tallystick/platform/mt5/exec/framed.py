"""The parent's end of the pipe on POSIX: messages framed as `multiprocessing.connection` frames them.

One read takes all that has come, where a `Connection` reads each length and each message by itself.
"""

from typing import Protocol

from tallystick.platform.mt5.exec.child.pipe import CHUNK, HEADER, Descriptor


class Messages(Protocol):
    """Sends and receives whole messages: this one, or a `Connection`."""

    def send_bytes(self, message: bytes, /) -> None:
        """Send one. Raises OSError."""
        ...

    def recv_bytes(self) -> bytes:
        """Wait for the next one. Raises EOFError where the other end is closed, and OSError."""
        ...


class Framed(Descriptor):
    """A descriptor over which several messages may come in a row."""

    def __init__(self, number: int) -> None:
        """`number` stays its owner's, who closes it."""
        super().__init__(number)
        self._come = b""

    def recv_bytes(self) -> bytes:
        """The next message. Raises EOFError where the other end is closed."""
        come = self._come
        while len(come) < HEADER.size:
            come += self._read(CHUNK)
        end: int = HEADER.unpack_from(come)[0] + HEADER.size
        while len(come) < end:
            come += self._read(CHUNK)
        self._come = come[end:]
        return come[HEADER.size : end]
