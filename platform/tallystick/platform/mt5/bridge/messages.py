"""What the bridge's two ends say to one another: our own values, never the package's objects, nothing that is run.

The child speaks first: `Hello` when it has the account's lock and the package, else `Refused`. Then each `Ask` gets one
`Told`, `TooLate` or `Failed` of its number. The child ends when the pipe does.
"""

import msgspec

from tallystick.platform.mt5.wire import Answer, Call

PROTOCOL = 1
"""Both ends must name the same number."""


class Hello(msgspec.Struct, frozen=True, array_like=True, tag="hello"):
    """The child is ready. `package`: version of MetaTrader5; `monotonic_ns`: its monotonic clock as it spoke."""

    protocol: int
    package: str
    bits: int
    process: int
    monotonic_ns: int


class Refused(msgspec.Struct, frozen=True, array_like=True, tag="refused"):
    """The child cannot serve and ends. `why`: "busy" (the lock is held) or "package" (it cannot be imported)."""

    why: str
    detail: str


class Ask(msgspec.Struct, frozen=True, array_like=True):
    """One call. `not_after_ns`: monotonic time after which it must not be made any more; 0 is no such time."""

    number: int
    call: Call
    not_after_ns: int = 0


class Told(msgspec.Struct, frozen=True, array_like=True, tag="told"):
    """What the package answered."""

    number: int
    answer: Answer


class TooLate(msgspec.Struct, frozen=True, array_like=True, tag="late"):
    """The call was not made: its time had passed by so much."""

    number: int
    late_ns: int


class Failed(msgspec.Struct, frozen=True, array_like=True, tag="failed"):
    """The call raised, which the package is not known to do; whether the terminal heard of it is open."""

    number: int
    error: str


FromChild = Hello | Refused | Told | TooLate | Failed


def encoded(message: Ask | FromChild) -> bytes:
    """A message as bytes."""
    return _encode(message)


def decoded_ask(message: bytes) -> Ask:
    """The question in these bytes. Raises `msgspec.DecodeError`."""
    return _ASKS.decode(message)


def decoded(message: bytes) -> FromChild:
    """What the child said in these bytes. Raises `msgspec.DecodeError`."""
    return _FROM_CHILD.decode(message)


_encode = msgspec.msgpack.Encoder().encode
_ASKS = msgspec.msgpack.Decoder(Ask)
_FROM_CHILD: "msgspec.msgpack.Decoder[FromChild]" = msgspec.msgpack.Decoder(FromChild)
