"""The decision digest: one hash over everything that counts as trading, whatever surrounded it.

    d0 = SHA-256("tallystick/decision/1")
    dn = SHA-256(dn-1 || u16 length of type name || type name || u16 version || i64 book time || body hash)

"The same result" always means: the same decision digest. It covers no market data.
"""

from hashlib import sha256
from struct import Struct

START = sha256(b"tallystick/decision/1").digest()
TIME = Struct(">q")
_U16 = Struct(">H")


def prefix_of(name: str, version: int) -> bytes:
    """What stands before the book time for each event of a type."""
    raw = name.encode()
    return _U16.pack(len(raw)) + raw + _U16.pack(version)


class DecisionDigest:
    """The running digest over trading records, in order; `value` are its 32 bytes, `count` the records in it."""

    __slots__ = ("count", "value")

    def __init__(self, value: bytes = START, count: int = 0) -> None:
        self.value = value
        self.count = count

    def add(self, prefix: bytes, time: int, body_hash: bytes) -> None:
        """Take in one trading record; `prefix` is `prefix_of` its type."""
        self.value = sha256(self.value + prefix + TIME.pack(time) + body_hash).digest()
        self.count += 1
