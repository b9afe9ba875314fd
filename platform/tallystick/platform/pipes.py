"""Messages on a pipe between our own processes: four bytes of length, little-endian, then the message.

The same on Windows and elsewhere. The processes of a bot speak over `multiprocessing.Pipe`, which has its own lengths.
"""

import os
import struct
import sys
from typing import IO, BinaryIO

LENGTH = struct.Struct("<I")
LARGEST = 2**29 - 1
"""512 MiB: more than anybody says at once, and less than any four letters are as a length."""


class FrameError(ValueError):
    """A message that is too large to be one, written or read."""


def write_frame(pipe: IO[bytes], message: bytes) -> None:
    """Write one message. Raises `OSError` when nobody reads any more, `FrameError` for one too large."""
    if len(message) > LARGEST:
        text = f"a message of {len(message):,} bytes is too large for a pipe (most: {LARGEST:,}). Ask for less at once."
        raise FrameError(text)
    pipe.write(LENGTH.pack(len(message)) + message)
    pipe.flush()


def read_frame(pipe: IO[bytes]) -> bytes | None:
    """Read one message; None when the other end is gone, also in the middle of one.

    Raises `FrameError` for a length that no message has.
    """
    length = _exactly(pipe, LENGTH.size)
    if length is None:
        return None
    (size,) = LENGTH.unpack(length)
    if size > LARGEST:
        text = f"a message claims {size:,} bytes: something else writes to the pipe. Let only us write to it."
        raise FrameError(text)
    return _exactly(pipe, size)


def _exactly(pipe: IO[bytes], size: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < size:
        part = pipe.read(size - len(parts))
        if not part:
            return None
        parts += part
    return bytes(parts)


def private_pipe() -> tuple[BinaryIO, BinaryIO]:
    """A child's own ends: copies of standard input and output, which no process that it starts inherits.

    What else is printed goes to standard error from here on.
    """
    sys.stdout.flush()
    read, write = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    if sys.platform == "win32":
        import msvcrt

        for each in (read, write):
            msvcrt.setmode(each, os.O_BINARY)
    return os.fdopen(read, "rb"), os.fdopen(write, "wb")
