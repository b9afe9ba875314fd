"""Market rows as parallel NumPy columns, and the two facts a single row stands for.

`Rows` is what scanners look at; `Quote` and `BarClosed` are what `react` hears. A row is never an event of its own:
the block that carries it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any, final

import msgspec
import numpy as np
from numpy.typing import NDArray

QUOTE_COLUMNS = ("time_msc", "series", "bid", "ask", "flags")
BAR_COLUMNS = (
    "time_msc",
    "series",
    "bid_open",
    "bid_high",
    "bid_low",
    "bid_close",
    "ask_open",
    "ask_high",
    "ask_low",
    "ask_close",
    "volume",
)
DTYPES = {"time_msc": "<i8", "series": "<u2", "flags": "<u4", "volume": "<u8"}
"""Column types that are not float64."""
_item = np.ndarray.item


@final
class Quote(msgspec.Struct, frozen=True, gc=False):
    """One quote. `time` is book time in ns UTC, `time_msc` the source's own clock in ms."""

    series: int
    symbol: str
    time: int
    bid: float
    ask: float
    time_msc: int
    flags: int

    @property
    def mid(self) -> float:
        """Middle of bid and ask."""
        return (self.bid + self.ask) * 0.5

    @property
    def spread(self) -> float:
        """Ask less bid."""
        return self.ask - self.bid

    @property
    def open(self) -> float:
        """The bid: a quote is read like a bar of one price, so that indicators take both."""
        return self.bid

    @property
    def high(self) -> float:
        """The bid."""
        return self.bid

    @property
    def low(self) -> float:
        """The bid."""
        return self.bid

    @property
    def close(self) -> float:
        """The bid."""
        return self.bid

    @property
    def volume(self) -> int:
        """One tick."""
        return 1


@final
class BarClosed(msgspec.Struct, frozen=True, gc=False):
    """One closed bar, OHLC of bid and of ask. `time` is the close in ns UTC, `open_time` the open in ns UTC."""

    series: int
    symbol: str
    time: int
    open_time: int
    bid_open: float
    bid_high: float
    bid_low: float
    bid_close: float
    ask_open: float
    ask_high: float
    ask_low: float
    ask_close: float
    volume: int

    @property
    def open(self) -> float:
        """Bid at the open, as MT5 charts it."""
        return self.bid_open

    @property
    def high(self) -> float:
        """Highest bid."""
        return self.bid_high

    @property
    def low(self) -> float:
        """Lowest bid."""
        return self.bid_low

    @property
    def close(self) -> float:
        """Bid at the close."""
        return self.bid_close

    @property
    def mid(self) -> float:
        """Middle of bid and ask at the close."""
        return (self.bid_close + self.ask_close) * 0.5

    @property
    def spread(self) -> float:
        """Ask less bid at the close."""
        return self.ask_close - self.bid_close


for _chart, _bid in (("open", "bid_open"), ("high", "bid_high"), ("low", "bid_low"), ("close", "bid_close")):
    # The fields themselves under a second name: indicators read them once a row, a property takes five times as long.
    setattr(BarClosed, _chart, getattr(BarClosed, _bid))


@final
class Rows(msgspec.Struct, frozen=True, eq=False, gc=False):
    """A run of rows of one kind ("quote" or "bar") in book order.

    `time` is book time, int64 ns UTC: of a quote its own, of a bar its close. `columns` holds the logged columns by
    name (`QUOTE_COLUMNS` or `BAR_COLUMNS`). For bars, `bid`/`ask` are the close, so that code which only wants the
    latest price reads both kinds alike.
    """

    kind: str
    time: NDArray[np.int64]
    series: NDArray[np.uint16]
    bid: NDArray[np.float64]
    ask: NDArray[np.float64]
    columns: Mapping[str, NDArray[Any]]

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.time)

    def part(self, start: int, stop: int) -> "Rows":
        """Rows `start` to `stop` as views, nothing copied; all of them are these rows themselves."""
        count = len(self.time)
        if stop >= count:
            if start == 0:
                return self
            stop = count
        columns: Any = self.columns
        if type(columns) is _Window:
            begin = columns.start
            window: Any = _Window(columns.columns, begin + start, begin + stop)
        else:
            window = _Window(columns, start, stop)
        span = slice(start, stop)
        return Rows(self.kind, self.time[span], self.series[span], self.bid[span], self.ask[span], window)

    def origin(self) -> tuple[Mapping[str, NDArray[Any]], int, int]:
        """The columns that these rows were cut from, and the rows of them they are."""
        columns: Any = self.columns
        if type(columns) is not _Window:
            return columns, 0, len(self.time)
        return columns.columns, columns.start, columns.stop

    def cut(self, names: Sequence[str]) -> list[NDArray[Any]]:
        """Columns `names` of these rows, as views."""
        columns: Any = self.columns
        if type(columns) is not _Window:
            return [columns[name] for name in names]
        start, stop, columns = columns.start, columns.stop, columns.columns
        return [columns[name][start:stop] for name in names]

    def values(self, index: int, names: Sequence[str]) -> list[Any]:
        """Columns `names` of one row as plain numbers, without a view for each of them."""
        columns: Any = self.columns
        if type(columns) is _Window:
            index, columns = index + columns.start, columns.columns
        return list(map(_item, map(columns.__getitem__, names), repeat(index)))


class _Window(msgspec.Struct, frozen=True, eq=False, gc=False):
    """Columns of a part, sliced when they are looked at: most parts are only scanned. A mapping, cheap to make."""

    columns: Mapping[str, NDArray[Any]]
    start: int
    stop: int

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.columns[name][self.start : self.stop]

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    __contains__ = Mapping.__contains__
    get, keys, items, values = Mapping.get, Mapping.keys, Mapping.items, Mapping.values


Mapping.register(_Window)


def joined_rows(parts: Sequence[Rows]) -> Rows:
    """Rows of one kind, one run of them behind the other; one alone is not copied."""
    first = parts[0]
    if len(parts) == 1:
        return first
    return Rows(
        first.kind,
        np.concatenate([part.time for part in parts]),
        np.concatenate([part.series for part in parts]),
        np.concatenate([part.bid for part in parts]),
        np.concatenate([part.ask for part in parts]),
        {name: np.concatenate([part.columns[name] for part in parts]) for name in first.columns},
    )
