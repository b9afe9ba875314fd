"""Closed bars kept compactly: 88 bytes a bar, row by row, with read-only NumPy columns over them."""

import struct
from collections.abc import Iterable
from itertools import starmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

PRICES = tuple(f"{side}_{part}" for side in ("bid", "ask") for part in ("open", "high", "low", "close"))
FIELDS = ("time", "open_time", *PRICES, "volume")
ROW = struct.Struct("<2q8dq")
DTYPE = np.dtype([(name, "<f8" if name in PRICES else "<i8") for name in FIELDS])
FIRST_CAPACITY = 1024


class Table:
    """Rows of one series, growing; a view taken earlier keeps the rows it had."""

    __slots__ = ("_bytes", "_columns", "count")

    def __init__(self) -> None:
        """No rows yet."""
        self.count = 0
        self._bytes = bytearray(FIRST_CAPACITY * ROW.size)
        self._columns: dict[str, NDArray[Any]] = {}

    def extend(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Take rows in, each with the values of `FIELDS`."""
        packed = b"".join(starmap(ROW.pack, rows))
        count = self.count + len(packed) // ROW.size
        self._room_for(count)
        memoryview(self._bytes)[self.count * ROW.size : count * ROW.size] = packed
        self.count = count

    def column(self, name: str) -> NDArray[Any]:
        """One column of `FIELDS`, read-only, as long as there are rows."""
        if name not in self._columns:
            # Of read-only bytes: NumPy refuses to make such a view writeable again.
            rows = np.frombuffer(memoryview(self._bytes).toreadonly(), DTYPE)
            self._columns = {each: rows[each] for each in FIELDS}
        return self._columns[name][: self.count]

    def row(self, index: int) -> tuple[Any, ...]:
        """The values of one row."""
        return ROW.unpack_from(self._bytes, index * ROW.size)

    def freeze(self) -> bytes:
        """The rows as bytes."""
        return bytes(memoryview(self._bytes)[: self.count * ROW.size])

    def thaw(self, state: bytes) -> None:
        """Take back what `freeze` gave."""
        self.count = 0
        self._room_for(len(state) // ROW.size)
        self._bytes[: len(state)] = state
        self.count = len(state) // ROW.size

    def _room_for(self, count: int) -> None:
        capacity = len(self._bytes) // ROW.size
        if count <= capacity:
            return
        while capacity < count:
            capacity *= 2
        # The old bytes live on in views somebody may still hold.
        self._bytes, self._columns = self._bytes.ljust(capacity * ROW.size, b"\0"), {}
