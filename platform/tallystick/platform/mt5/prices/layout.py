"""The two packed layouts of the module's arrays (60 bytes a row), the flags of a tick, and columns that grow.

Source: the MetaTrader5 package, version 5.0.6231 (`copy_rates_*`, `copy_ticks_*`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

STANDING = 1 << 31
"""Marks a row that repeats the quote that stands, for an order to be executed at: no tick that anybody sees."""
RATES = np.dtype(
    [
        ("time", "<i8"),
        ("open", "<f8"),
        ("high", "<f8"),
        ("low", "<f8"),
        ("close", "<f8"),
        ("tick_volume", "<u8"),
        ("spread", "<i4"),
        ("real_volume", "<u8"),
    ]
)
TICKS = np.dtype(
    [
        ("time", "<i8"),
        ("bid", "<f8"),
        ("ask", "<f8"),
        ("last", "<f8"),
        ("volume", "<u8"),
        ("time_msc", "<i8"),
        ("flags", "<u4"),
        ("volume_real", "<f8"),
    ]
)
BID, ASK, LAST, VOLUME, BUY, SELL = 2, 4, 8, 16, 32, 64
"""TICK_FLAG_*: what of a tick is new."""
COPY_ALL, COPY_INFO, COPY_TRADE = -1, 1, 2
"""COPY_TICKS_*: every tick, those with a new bid or ask, those with a new last price or volume."""
FIRST_CAPACITY = 1_024


class Growing:
    """Parallel columns that rows are appended to; the room doubles, so appending is cheap on the whole."""

    __slots__ = ("_room", "size")

    def __init__(self, types: Mapping[str, Any]) -> None:
        """`types`: the NumPy type of each column by name."""
        self._room = {name: np.empty(FIRST_CAPACITY, dtype=one) for name, one in types.items()}
        self.size = 0

    def extend(self, count: int, rows: Mapping[str, NDArray[Any]]) -> None:
        """Append `count` rows, given by column."""
        first, size = self.size, self.size + count
        for name, values in rows.items():
            room = self._room[name]
            if size > len(room):
                room = np.empty(max(size, 2 * len(room)), dtype=room.dtype)
                room[:first] = self._room[name][:first]
                self._room[name] = room
            room[first:size] = values
        self.size = size

    def push(self, row: Mapping[str, Any]) -> None:
        """Append one row; a bot that asks at every tick makes rows come one by one."""
        first = self.size
        if first == len(next(iter(self._room.values()))):
            self.extend(1, {name: np.array([value], dtype=self._room[name].dtype) for name, value in row.items()})
            return
        for name, value in row.items():
            self._room[name][first] = value
        self.size = first + 1

    def value(self, name: str, place: int) -> Any:
        """One value of a column."""
        return self._room[name].item(place)

    def cut(self, names: Sequence[str], first: int, stop: int) -> list[NDArray[Any]]:
        """Rows `first` to `stop` of several columns, as views that are valid until the next `extend`."""
        room = self._room
        return [room[name][first:stop] for name in names]

    def column(self, name: str, first: int = 0, stop: int | None = None) -> NDArray[Any]:
        """Rows `first` to `stop` of a column, as a view that is valid until the next `extend`."""
        return self._room[name][first : self.size if stop is None else min(stop, self.size)]
