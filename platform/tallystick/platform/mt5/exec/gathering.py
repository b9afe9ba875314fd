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

    def add_all(self, looked: Looked, times: NDArray[np.int64], places: Sequence[int]) -> None:
        """All of a message, made at `times`."""
        self._encoded.append(looked.calls)
        self._places += places
        self._bytes += len(looked.calls)
        self.last = times.item(-1)

    def taken(self, *, among_rows: bool) -> CallsMade:
        """The record of all of them; `among_rows`: it follows the block whose rows they were made among."""
        count = len(self._places)
        calls = ARRAY_32 + count.to_bytes(4, "big") + b"".join(self._encoded)
        places = np.array(self._places, dtype="<u4").tobytes() if among_rows else b""
        self._encoded, self._places, self._bytes = [], [], 0
        return CallsMade(count=count, places=places, calls=calls)
