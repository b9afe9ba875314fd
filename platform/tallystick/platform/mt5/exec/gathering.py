"""Calls that change nothing, on their way into one record: encoded as they come, with their place among the rows."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tallystick.events.types.mt5 import CallsMade
from tallystick.platform.mt5.exec.settings import Looked
from tallystick.platform.mt5.wire import BEHIND_TIME, NOTHING, SUCCESS, Answer, Call, encoded_answer, encoded_call

LATE = 2**63 - 1
MOST_CALLS = 4_096
MOST_BYTES = 256 * 1024
"""Half of what a record may hold."""
CALL, ANSWER = (
    encoded[:2] for encoded in (encoded_call(Call(LATE, "", {})), encoded_answer(Answer(LATE, SUCCESS, NOTHING)))
)
ARRAY_32 = b"\xdd"
"""MessagePack's mark of an array whose length stands in four bytes."""


class Looks:
    """Calls that the bot's process answered itself, in order."""

    def __init__(self, told: Looked, first: int = 0) -> None:
        """`told`: their message, without those before the `first`."""
        self._told = told
        self._first = first
        self.times: NDArray[np.int64] = np.frombuffer(told.times, "<i8")[first:]
        """When each was made, ns UTC."""
        self._which: NDArray[np.uint16] = np.frombuffer(told.which, "<u2")[first:]

    def __len__(self) -> int:
        """How many."""
        return len(self.times)

    def within(self, most: int) -> int:
        """How many of them have their calls within so many bytes."""
        sizes = [BEHIND_TIME + len(call) for call in self._told.calls]
        if max(sizes) * len(self) <= most:
            return len(self)
        ends = np.cumsum(np.array(sizes, np.int64)[self._which])
        return int(ends.searchsorted(most, side="right"))

    @property
    def calls(self) -> bytes:
        """Encoded, one behind the other."""
        told = self._told.calls
        return self._joined([CALL] * len(told), told)

    @property
    def answers(self) -> bytes:
        """As they are hashed, one behind the other."""
        told = self._told.answers
        return self._joined([(BEHIND_TIME + len(rest)).to_bytes(4, "big") + ANSWER for rest in told], told)

    @property
    def failed(self) -> int:
        """How many were answered with an error."""
        return sum(map(self._told.failed.__getitem__, self._which.tolist()))

    def divided(self, count: int) -> tuple["Looks", "Looks | None"]:
        """The first `count` of them, at least one, and the others if there are any."""
        if count >= len(self):
            return self, None
        stop, told = self._first + count, self._told
        first = Looked(told.times[: 8 * stop], told.which[: 2 * stop], told.calls, told.answers, told.failed)
        return Looks(first, self._first), Looks(told, stop)

    def _joined(self, heads: Sequence[bytes], rests: Sequence[bytes]) -> bytes:
        """What stands before the time of each kind and behind it, with the times of all."""
        times, which = self.times.astype(">i8").tobytes(), self._which.tolist()
        parts = [b""] * (3 * len(which))
        parts[::3] = map(heads.__getitem__, which)
        parts[1::3] = [times[place : place + 8] for place in range(0, len(times), 8)]
        parts[2::3] = map(rests.__getitem__, which)
        return b"".join(parts)


class Gathered:
    """Calls since the last record of the bot."""

    def __init__(self) -> None:
        """None yet."""
        self._encoded: list[bytes] = []
        self._places: list[int] = []
        self._bytes = 0
        self.last = 0
        """When the last of them was made, ns UTC."""

    def __len__(self) -> int:
        """How many."""
        return len(self._places)

    @property
    def full(self) -> bool:
        """True when they should become a record."""
        return len(self._places) >= MOST_CALLS or self._bytes >= MOST_BYTES

    def add(self, call: Call, place: int) -> None:
        """One more; `place`: how many rows of the open block had come in."""
        encoded = encoded_call(call)
        self._encoded.append(encoded)
        self._places.append(place)
        self._bytes += len(encoded)
        self.last = call.now

    def room(self, looked: Looks) -> int:
        """How many of these calls there are until a record is full, at least one; all where they do not fill it."""
        count = min(len(looked), MOST_CALLS - len(self._places))
        return min(count, looked.within(MOST_BYTES - self._bytes - 1) + 1)

    def add_all(self, looked: Looks, places: Sequence[int]) -> None:
        """All of these."""
        encoded = looked.calls
        self._encoded.append(encoded)
        self._places += places
        self._bytes += len(encoded)
        self.last = looked.times.item(-1)

    def taken(self, *, among_rows: bool) -> CallsMade:
        """The record of all of them; `among_rows`: it follows the block whose rows they were made among."""
        count = len(self._places)
        calls = ARRAY_32 + count.to_bytes(4, "big") + b"".join(self._encoded)
        places = np.array(self._places, dtype="<u4").tobytes() if among_rows else b""
        self._encoded, self._places, self._bytes = [], [], 0
        return CallsMade(count=count, places=places, calls=calls)
