"""Closed bars kept compactly: 88 bytes a bar, row by row, with read-only NumPy columns over them."""

import struct
from collections.abc import Iterable, Sequence
from itertools import starmap
from typing import Any

import numpy as np
from msgspec import msgpack
from numpy.typing import NDArray

PRICES = tuple(f"{side}_{part}" for side in ("bid", "ask") for part in ("open", "high", "low", "close"))
FIELDS = ("time", "open_time", *PRICES, "volume")
ROW = struct.Struct("<2q8dq")
DTYPE = np.dtype([(name, "<f8" if name in PRICES else "<i8") for name in FIELDS])
FIRST_CAPACITY = 1024
encode, decode = msgpack.Encoder().encode, msgpack.Decoder(list[Any]).decode


class Table:
    """Rows of one series, growing; a view taken earlier keeps the rows it had."""

    __slots__ = ("_away", "_bytes", "_columns", "_packed", "count")

    def __init__(self) -> None:
        """No rows yet."""
        self.count = self._packed = 0
        self._bytes = bytearray(FIRST_CAPACITY * ROW.size)
        self._columns: dict[str, NDArray[Any]] = {}
        self._away: list[bytes] = []
        """Rows behind those that are packed, in a form that is a third of the work to make."""

    def extend(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Take rows in, each with the values of `FIELDS`."""
        self._bring_back()
        self._pack(rows)

    def put_away(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """The same for many rows at once, of which nobody may ever look at one."""
        self._away.append(encode(rows))
        self.count += len(rows)

    def _pack(self, rows: Iterable[tuple[Any, ...]]) -> None:
        packed, end = b"".join(starmap(ROW.pack, rows)), self._packed * ROW.size
        self.count = self._packed = self._packed + len(packed) // ROW.size
        self._room_for(self.count)
        memoryview(self._bytes)[end : end + len(packed)] = packed

    def _bring_back(self) -> None:
        if self._away:
            away, self._away = self._away, []
            self._pack(row for part in away for row in decode(part))

    def column(self, name: str) -> NDArray[Any]:
        """One column of `FIELDS`, read-only, as long as there are rows."""
        self._bring_back()
        if name not in self._columns:
            # Of read-only bytes: NumPy refuses to make such a view writeable again.
            rows = np.frombuffer(memoryview(self._bytes).toreadonly(), DTYPE)
            self._columns = {each: rows[each] for each in FIELDS}
        return self._columns[name][: self.count]

    def row(self, index: int) -> tuple[Any, ...]:
        """The values of one row."""
        self._bring_back()
        return ROW.unpack_from(self._bytes, index * ROW.size)

    def freeze(self) -> bytes:
        """The rows as bytes."""
        self._bring_back()
        return bytes(memoryview(self._bytes)[: self.count * ROW.size])

    def thaw(self, state: bytes) -> None:
        """Take back what `freeze` gave."""
        self.count = self._packed = len(state) // ROW.size
        self._away.clear()
        self._room_for(self.count)
        self._bytes[: len(state)] = state

    def _room_for(self, count: int) -> None:
        capacity = len(self._bytes) // ROW.size
        if count <= capacity:
            return
        while capacity < count:
            capacity *= 2
        # The old bytes live on in views somebody may still hold.
        self._bytes, self._columns = self._bytes.ljust(capacity * ROW.size, b"\0"), {}
