"""Rows to blocks and back: columns in the body, a Merkle root over chunks of 64 rows.

The leaf of a chunk is SHA-256(0x00 || the chunk's bytes of each column, in declared order), so that one row can be
proved with its chunk alone.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import repeat
from typing import Any

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from tallystick.events.merkle import leaf_hash, root_of
from tallystick.events.types.market import CHUNK_ROWS, BarBlock, QuoteBlock
from tallystick.market.rows import BAR_COLUMNS, DTYPES, QUOTE_COLUMNS, Rows
from tallystick.market.server_time import to_utc_ns

Block = QuoteBlock | BarBlock
LARGEST_BLOCK = 4096
LARGEST_BUFFER = 32 * LARGEST_BLOCK
"""Rows of a buffer whose bytes are kept: at most 11 MB."""
WIDE = 8
"""Bytes of a value of most columns."""
_cut: Callable[[bytes, slice], bytes] = bytes.__getitem__


class BlockCutter:
    """Rows to block events. Most blocks are a few rows of a long buffer, whose bytes are made once for all of them."""

    __slots__ = ("_buffer", "_narrow", "_raws")

    def __init__(self) -> None:
        self._buffer: Mapping[str, NDArray[Any]] | None = None
        self._hold([])

    def _hold(self, raw: list[tuple[int, bytes]]) -> None:
        """Nearly all columns have values of 8 bytes: one cut does for them, and the others are cut by themselves."""
        self._raws = [values for _, values in raw]
        self._narrow = [(place, width) for place, (width, _) in enumerate(raw) if width != WIDE]

    def block_of(self, rows: Rows, start: int, stop: int) -> Block:
        """The block event that carries rows `start` to `stop` of these."""
        kind, count = rows.kind, stop - start
        buffer, offset, _ = rows.origin()
        if buffer is not self._buffer:
            length = len(buffer["series"])
            if not 2 * count < length <= LARGEST_BUFFER:
                alone = [values for _, values in _bytes_of(kind, rows.part(start, stop).columns)]
                return _BLOCKS[kind](count, root_of_chunks(alone, count), *alone)
            self._hold(_bytes_of(kind, buffer))
            self._buffer = buffer
        start, stop = offset + start, offset + stop
        raws = self._raws
        columns = list(map(_cut, raws, repeat(slice(start * WIDE, stop * WIDE))))
        for place, width in self._narrow:
            columns[place] = raws[place][start * width : stop * width]
        return _BLOCKS[kind](count, root_of_chunks(columns, count), *columns)


def _bytes_of(kind: str, columns: Mapping[str, NDArray[Any]]) -> list[tuple[int, bytes]]:
    """Bytes a row and bytes of each column that a block holds, in declared order."""
    # A column of another type comes from a test or a gateway; `tobytes` copies in C order whatever the layout.
    return [(dtype.itemsize, columns[name].astype(dtype, copy=False).tobytes()) for name, dtype in _COLUMNS[kind]]


def dtype_of(name: str) -> str:
    """NumPy type of a column."""
    return DTYPES.get(name, "<f8")


_COLUMNS: dict[str, tuple[tuple[str, np.dtype[Any]], ...]] = {
    kind: tuple((name, np.dtype(dtype_of(name))) for name in names)
    for kind, names in (("quote", QUOTE_COLUMNS), ("bar", BAR_COLUMNS))
}
"""Names and types of a block's columns by kind of row."""
_BLOCKS: dict[str, type[QuoteBlock] | type[BarBlock]] = {"quote": QuoteBlock, "bar": BarBlock}


def root_of_chunks(columns: Sequence[bytes], count: int) -> bytes:
    """RFC 6962 root over the chunks of a block's columns, `count` rows."""
    if count <= CHUNK_ROWS:
        return leaf_hash(b"".join(columns))
    widths = [(values, len(values) // count) for values in columns]
    leaves = [
        leaf_hash(b"".join([values[start * width : (start + CHUNK_ROWS) * width] for values, width in widths]))
        for start in range(0, count, CHUNK_ROWS)
    ]
    return root_of(leaves)


def said_again(block: Block, count: int) -> Block:
    """The block that the columns of this one make, `count` rows: what it says of them is worked out anew."""
    root = root_of_chunks(_columns_of(block), count)
    same = block.rows == count and block.chunk_root == root
    return block if same else structs.replace(block, rows=count, chunk_root=root)


def is_whole(block: Block) -> bool:
    """True when each column holds as many values as the block says it has rows."""
    return tuple(map(len, _columns_of(block))) == _lengths(type(block), block.rows)


@lru_cache(maxsize=LARGEST_BLOCK)
def _lengths(kind: type[Block], count: int) -> tuple[int, ...]:
    """Bytes of each column of a block of so many rows."""
    return tuple(dtype.itemsize * count for _, dtype in _COLUMNS["quote" if kind is QuoteBlock else "bar"])


def _columns_of(block: Block) -> tuple[bytes, ...]:
    """A block's columns, in declared order."""
    return structs.astuple(block)[2:]


def joined_blocks(blocks: Sequence[Block]) -> Block:
    """The rows of whole blocks of one kind behind one another; only to make rows of, for it has no root."""
    columns = zip(*map(_columns_of, blocks), strict=True)
    return type(blocks[0])(sum([block.rows for block in blocks]), b"", *map(b"".join, columns))


def rows_of(block: Block, rules: Sequence[str], periods: NDArray[np.int64]) -> Rows:
    """The rows a block carries; `rules` and `periods` (ns) by series number give book time."""
    # Copied, so that compiled code sees the same writable arrays as in the run and is not compiled a second time.
    columns: dict[str, NDArray[Any]] = {
        name: np.frombuffer(bytearray(getattr(block, name)), dtype)
        for name, dtype in _COLUMNS["quote" if type(block) is QuoteBlock else "bar"]
    }
    series = columns["series"]
    time = book_times(columns["time_msc"], series, rules, periods)
    if type(block) is QuoteBlock:
        return Rows("quote", time, series, columns["bid"], columns["ask"], columns)
    return Rows("bar", time, series, columns["bid_close"], columns["ask_close"], columns)


def book_times(
    time_msc: NDArray[np.int64], series: NDArray[np.uint16], rules: Sequence[str], periods: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Book time in ns UTC of each row: of a quote its own, of a bar its close."""
    if len(set(rules)) == 1:
        return np.asarray(to_utc_ns(time_msc, rules[0]) + periods[series], dtype=np.int64)
    time = np.empty(len(time_msc), dtype=np.int64)
    for number, rule in enumerate(rules):
        of_series = series == number
        time[of_series] = to_utc_ns(time_msc[of_series], rule) + periods[number]
    return time
