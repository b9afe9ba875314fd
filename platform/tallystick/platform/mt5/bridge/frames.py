"""Messages on a pipe: four bytes of length, little-endian, then the message. The same on Windows and elsewhere."""

import os
import struct
import sys
from typing import BinaryIO

from tallystick.platform.mt5.bridge.errors import BridgeProtocolError

LENGTH = struct.Struct("<I")
LARGEST = 2**28
"""256 MiB: more ticks than one call may ask for."""


def write_frame(pipe: BinaryIO, message: bytes) -> None:
    """Write one message. Raises `OSError` when nobody reads any more, `BridgeProtocolError` for one too large."""
    if len(message) > LARGEST:
        raise BridgeProtocolError(f"a message of {len(message):,} bytes is too large", "ask for fewer rows in a call")
    pipe.write(LENGTH.pack(len(message)) + message)
    pipe.flush()


def read_frame(pipe: BinaryIO) -> bytes | None:
    """Read one message; None when the other end is gone, also in the middle of one."""
    length = _exactly(pipe, LENGTH.size)
    if length is None:
        return None
    (size,) = LENGTH.unpack(length)
    if size > LARGEST:
        message = f"a message claims {size:,} bytes; something else writes to the pipe"
        raise BridgeProtocolError(message, "nothing but the bridge may write to the child's standard output")
    return _exactly(pipe, size)


def _exactly(pipe: BinaryIO, size: int) -> bytes | None:
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
