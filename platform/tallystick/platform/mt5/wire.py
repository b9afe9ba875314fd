"""Messages between the `MetaTrader5` module's functions and a terminal that answers them.

The module's side checks arguments as the C module does and sends a `Call`; whoever answers (a simulated terminal in
this process, the parent of a bot's process) gives an `Answer` of plain values. The struct sequences and arrays that a
user sees are made on the module's side and never cross.
"""

from collections.abc import Callable
from typing import Any, Protocol

import msgspec

SUCCESS = (1, "Success")
"""Code and text of `last_error()` when nothing went wrong."""


class Call(msgspec.Struct, frozen=True, array_like=True):
    """One call of a function of the module, its arguments checked and named.

    `now`: the caller's clock, ns UTC. `arguments`: str, int, float and bool by the names of the documentation; dates as
    seconds since the epoch of the server's clock (float); an order request as a dict of its 17 fields.
    """

    now: int
    function: str
    arguments: dict[str, Any]


class Record(msgspec.Struct, frozen=True, array_like=True, tag="record"):
    """One struct sequence: its name ("TradePosition") and its values in order; `request` is TradeRequest's values."""

    name: str
    values: tuple[Any, ...]


class Records(msgspec.Struct, frozen=True, array_like=True, tag="records"):
    """A tuple of struct sequences of one name."""

    name: str
    rows: tuple[tuple[Any, ...], ...]


class Table(msgspec.Struct, frozen=True, array_like=True, tag="table"):
    """A NumPy array of packed 60-byte rows; `name` is "rates" or "ticks"."""

    name: str
    data: bytes


class Plain(msgspec.Struct, frozen=True, array_like=True, tag="plain"):
    """None, a bool, an int, a float, or `version()`'s tuple."""

    value: bool | int | float | tuple[int, int, str] | None


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """What a terminal answered.

    `now`: the caller's clock afterwards, ns UTC, for a call takes time and `order_send` waits for its execution.
    `error`: what `last_error()` says from now on. `ended`: the data is over; the caller raises `EndOfData`.
    """

    now: int
    error: tuple[int, str]
    value: Record | Records | Table | Plain
    ended: bool = False


NOTHING = Plain(None)
"""What every failed call gives."""


BEHIND_TIME = 10
"""Where the bytes of a call or an answer go on behind a large `now`: an array's mark, and nine bytes of the number."""


class Answering(Protocol):
    """Whoever answers calls: a terminal in this process, or the far end of a pipe."""

    def answer(self, call: Call) -> Answer:
        """Answer one call; calls come one at a time, and `call.now` never falls."""
        ...


def decoded_answer(message: bytes) -> Answer:
    """The answer in these bytes. Raises `msgspec.DecodeError`."""
    return _ANSWERS.decode(message)


_encode = msgspec.msgpack.Encoder().encode
encoded_call: Callable[[Call], bytes] = _encode
"""A call as bytes."""
encoded_answer: Callable[[Answer], bytes] = _encode
"""An answer as bytes."""
_ANSWERS = msgspec.msgpack.Decoder(Answer)
