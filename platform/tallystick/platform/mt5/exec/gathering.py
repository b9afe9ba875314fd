"""Calls that change nothing, on their way into one record: encoded as they come, with their place among the rows."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tallystick.events.types.mt5 import CallsMade
from tallystick.platform.mt5.exec.settings import Looked
from tallystick.platform.mt5.wire import Call, encoded_call

MOST_CALLS = 4_096
MOST_BYTES = 256 * 1024
"""Half of what a record may hold."""
ARRAY_32 = b"\xdd"
"""MessagePack's mark of an array whose length stands in four bytes."""


class Looks:
    """Calls that the bot's process answered itself, in order."""

    def __init__(self, told: Looked) -> None:
        """`told`: their message."""
        self.times: NDArray[np.int64] = np.frombuffer(told.times, dtype="<i8")
        """When each was made, ns UTC."""
        self.calls = told.calls
        """Encoded, one behind the other."""
        self.call_ends: NDArray[np.uint32] = np.frombuffer(told.call_ends, dtype="<u4")
        """Where each ends in `calls`."""
        self.answers = told.answers
        """As they are hashed, one behind the other."""
        self._answer_ends = np.frombuffer(told.answer_ends, dtype="<u4")
        self._failed = told.failed
        self._told = told

    def __len__(self) -> int:
        """How many."""
        return len(self.times)

    @property
    def failed(self) -> int:
        """How many were answered with an error."""
        return sum(self._failed)

    def divided(self, count: int) -> tuple["Looks", "Looks | None"]:
        """The first `count` of them, at least one, and the others if there are any."""
        if count >= len(self):
            return self, None
        call, answer = self.call_ends.item(count - 1), self._answer_ends.item(count - 1)
        told = self._told
        first = Looked(
            told.times[: 8 * count],
            told.calls[:call],
            told.call_ends[: 4 * count],
            told.answers[:answer],
            told.answer_ends[: 4 * count],
            told.failed[:count],
        )
        others = Looked(
            told.times[8 * count :],
            told.calls[call:],
            (self.call_ends[count:] - np.uint32(call)).tobytes(),
            told.answers[answer:],
            (self._answer_ends[count:] - np.uint32(answer)).tobytes(),
            told.failed[count:],
        )
        return Looks(first), Looks(others)


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
        return min(count, int(looked.call_ends.searchsorted(MOST_BYTES - self._bytes)) + 1)

    def add_all(self, looked: Looks, places: Sequence[int]) -> None:
        """All of these."""
        self._encoded.append(looked.calls)
        self._places += places
        self._bytes += len(looked.calls)
        self.last = looked.times.item(-1)

    def taken(self, *, among_rows: bool) -> CallsMade:
        """The record of all of them; `among_rows`: it follows the block whose rows they were made among."""
        count = len(self._places)
        calls = ARRAY_32 + count.to_bytes(4, "big") + b"".join(self._encoded)
        places = np.array(self._places, dtype="<u4").tobytes() if among_rows else b""
        self._encoded, self._places, self._bytes = [], [], 0
        return CallsMade(count=count, places=places, calls=calls)
