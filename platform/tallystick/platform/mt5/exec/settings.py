"""What the parent tells a bot's process at its start, and what that process tells the parent.

Parent to child: one `ChildSettings`, then for each call one `wire.Answer`, with a `Lease` before it where there is one.
Child to parent: `Asked`, `Looked`, `Warned`, now and then `Alive` and, as the last message, `Ended`. The child speaks
only after it has its settings; only `Asked` is answered.
"""

from typing import Literal

import msgspec

from tallystick.platform.mt5.wire import Call

Ending = Literal["returned", "exited", "raised", "data_over", "swallowed", "silent"]
"""The script ran to its end, called `sys.exit`, raised, was ended by `EndOfData`, swallowed that 100 times, or asked
nothing for `limit_s` (its stack is the `detail`)."""


Threads = Literal["refused", "turns"]
"""A thread of the bot's own that calls, sleeps or waits is refused, or such threads take turns (child/turns.py)."""


class ChildSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that decides what a bot sees of the world beside the answers to its calls."""

    script: str
    """Path of the script."""
    argv: tuple[str, ...] = ()
    """Its arguments, without its own name."""
    start_ns: int
    """Where its clock begins, ns UTC."""
    end_ns: int
    """Time of the last row, ns UTC: a sleep beyond it raises `EndOfData`."""
    tz: str = "UTC"
    """Its time zone, a name of the IANA database."""
    seed: int = 0
    """Of `random` and NumPy; the hash seed is set in its environment by the parent, before it starts."""
    call_cost_ns: int = 100_000
    """What a call of the module costs on its clock; more for a bot that never sleeps (child/clock.py)."""
    threads: Threads = "refused"
    """What becomes of a thread of the bot's own that calls the module, sleeps or waits."""
    speed: Literal["max", "real"] = "max"
    """"real": a sleep takes as long as it says."""
    limit_s: float = 60.0
    """Wall time without a message after which the child writes its stacks to stderr and ends itself."""
    symbols: tuple[str, ...] = ()
    """What there are rows of, where the bot is to be told of a symbol that there are none of."""


class Asked(msgspec.Struct, frozen=True, array_like=True, tag="asked"):
    """The bot called a function of the module and waits for the `wire.Answer`."""

    call: Call


LEASED = {"time": "<i8", "series": "<u2", "bid": "<f8", "ask": "<f8", "flags": "<u4"}
"""The columns of a lease, in order, and what their bytes are."""


class Lease(msgspec.Struct, frozen=True, array_like=True):
    """Nothing happens before `until` (ns UTC) but rows: so long a bot's process may answer looks itself.

    The rows up to there that the process has not been given yet, and some that come later, columns as bytes: `time` and
    `series` as in `market.rows.Rows`, `bid`, `ask`, `flags`. `seen`: what else answers depend on (`Answers.seen`).
    `world`: with the first lease, what the terminal is made of. `alone`: no answer follows; the call that waits for one
    is a look, and falls under this lease.
    """

    until: int
    time: bytes
    series: bytes
    bid: bytes
    ask: bytes
    flags: bytes
    seen: bytes
    world: bytes = b""
    alone: bool = False


class Looked(msgspec.Struct, frozen=True, array_like=True, tag="looked"):
    """Calls that the bot's process answered under a lease, in order; what was asked and answered alike stands once.

    `times`: int64, ns UTC, one a call. `which`: uint16, one a call: its place in the other three. `calls`, `answers`:
    a `wire.Call` and its `wire.Answer` in MessagePack, each behind its time. `failed`: 1 where the answer was an error.
    """

    times: bytes
    which: bytes
    calls: tuple[bytes, ...]
    answers: tuple[bytes, ...]
    failed: bytes


class Warned(msgspec.Struct, frozen=True, array_like=True, tag="warned"):
    """The bot did what another run may find otherwise; `name` such as "socket.connect", `detail` in words."""

    now: int
    name: str
    detail: str


class Alive(msgspec.Struct, frozen=True, array_like=True, tag="alive"):
    """The bot sleeps at real speed, or sleeps without calls: it is not silent. Never recorded, never answered."""


class Ended(msgspec.Struct, frozen=True, array_like=True, tag="ended"):
    """The bot is over. `code` is its exit code, `detail` its traceback or the text given to `sys.exit`."""

    now: int
    how: Ending
    code: int
    detail: str = ""


FromChild = Asked | Looked | Warned | Alive | Ended
LEASE = b"\xc1"
"""Begins the message of a lease: no MessagePack begins with it."""


def encoded(message: ChildSettings | FromChild) -> bytes:
    """A message as bytes."""
    return _encode(message)


def encoded_lease(lease: Lease) -> bytes:
    """A lease as a message."""
    return LEASE + _encode(lease)


def lease_in(message: bytes) -> Lease | None:
    """The lease that a message of the parent is, or None for an answer. Raises `msgspec.DecodeError`."""
    return _LEASE.decode(memoryview(message)[1:]) if message[:1] == LEASE else None


def settings_from(message: bytes) -> ChildSettings:
    """The settings in these bytes. Raises `msgspec.DecodeError`."""
    return _SETTINGS.decode(message)


def from_child(message: bytes) -> FromChild:
    """What the child says. Raises `msgspec.DecodeError`."""
    return _FROM_CHILD.decode(message)


_encode = msgspec.msgpack.Encoder().encode
_SETTINGS = msgspec.msgpack.Decoder(ChildSettings)
_LEASE = msgspec.msgpack.Decoder(Lease)
_FROM_CHILD: msgspec.msgpack.Decoder[FromChild] = msgspec.msgpack.Decoder(FromChild)
