"""Prices as the log holds them: the columns of its blocks, series by series, on book time."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tallystick.events.types.market import BarBlock, QuoteBlock, SeriesDeclared
from tallystick.market.arrays import Floats
from tallystick.market.rows import BAR_COLUMNS, DTYPES, QUOTE_COLUMNS
from tallystick.market.spans import DAY_MS, MS_NS
from tallystick.platform.data.clock import source_ms_to_utc_ns

Times = NDArray[np.int64]
SUNDAY_MS = 4 * DAY_MS


@dataclass(frozen=True, slots=True)
class Prices:
    """One series: book times in ns UTC, and bid and ask at each (of a bar at its close)."""

    symbol: str
    kind: str
    period_ns: int
    time: Times
    bid: Floats
    ask: Floats
    bid_open: Floats
    bid_high: Floats
    bid_low: Floats
    ask_high: Floats
    ask_low: Floats
    source_ms: Times | None = None
    """The rows' own times, ms of the source's clock, by which its bars are cut; without it that clock is UTC."""

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.time)

    def bars(self, period_ns: int) -> int:
        """How many bars of a length the quotes lie in; of rows that are bars their own number."""
        if self.kind == "bar":
            return len(self)
        at_ms = self.time // MS_NS if self.source_ms is None else self.source_ms
        number = (at_ms + SUNDAY_MS) // (period_ns // MS_NS)  # weeks begin on Sunday, and 1970 on a Thursday
        return int(np.count_nonzero(np.diff(number))) + 1 if len(number) else 0


def prices_of(series: dict[int, SeriesDeclared], blocks: Iterable[BarBlock | QuoteBlock]) -> list[Prices]:
    """The prices of each declared series that has rows, in manifest order."""
    columns = _joined(blocks)
    found = [_one(series[number], columns[series[number].kind], number) for number in sorted(series)
             if series[number].kind in columns]  # fmt: skip
    return [prices for prices in found if len(prices)]


Table = dict[str, NDArray[np.generic]]


def _joined(blocks: Iterable[BarBlock | QuoteBlock]) -> dict[str, Table]:
    """All rows of all blocks by kind and column, in log order."""
    parts: dict[str, dict[str, list[bytes]]] = {}
    for block in blocks:
        kind, names = ("bar", BAR_COLUMNS) if isinstance(block, BarBlock) else ("quote", QUOTE_COLUMNS)
        lists = parts.setdefault(kind, {name: [] for name in names})
        for name in names:
            lists[name].append(getattr(block, name))
    return {
        kind: {name: np.frombuffer(b"".join(pieces), dtype=DTYPES.get(name, "<f8")) for name, pieces in lists.items()}
        for kind, lists in parts.items()
    }


def _one(declared: SeriesDeclared, table: Table, number: int) -> Prices:
    chosen = table["series"] == number
    side = "_close" if declared.kind == "bar" else ""
    bid, ask = _floats(table[f"bid{side}"][chosen]), _floats(table[f"ask{side}"][chosen])
    opened, high, low, ask_high, ask_low = (
        (_floats(table[name][chosen]) for name in ("bid_open", "bid_high", "bid_low", "ask_high", "ask_low"))
        if declared.kind == "bar"
        else (bid, bid, bid, ask, ask)
    )
    source_time = table["time_msc"][chosen].astype(np.int64)
    return Prices(
        declared.symbol,
        declared.kind,
        declared.period_ns,
        source_ms_to_utc_ns(source_time, declared.time_rule) + declared.period_ns,
        bid,
        ask,
        opened,
        high,
        low,
        ask_high,
        ask_low,
        source_time,
    )


def _floats(values: NDArray[np.generic]) -> Floats:
    return values.astype(np.float64)
