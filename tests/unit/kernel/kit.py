"""A sink that keeps records in memory, a terminal that never acts, and rows made by hand."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np

from tallystick.events.catalogue import Catalogue
from tallystick.events.event import Event
from tallystick.events.record import Saying
from tallystick.events.types.market import SeriesDeclared
from tallystick.market.rows import Rows
from tallystick.platform.kernel.composition import Composition
from tallystick.platform.kernel.kernel import Kernel

NEVER = 2**63 - 1
HOUR = 3_600_000_000_000
START = 1_388_534_400_000_000_000


@dataclass
class Kept:
    """One record in memory."""

    seq: int
    type: type[Event]
    event: Any
    time: int
    source: str
    derived: bool
    cause: int
    cause_row: int
    root: int


@dataclass
class MemorySink:
    """Keeps what is sequenced."""

    records: list[Kept] = field(default_factory=list)
    types: list[type[Event]] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)

    def place(
        self,
        saying: Saying,
        body: bytes,
        time: int,
        cause: int,
        cause_row: int,
        root: int,
        blobs: tuple[tuple[int, bytes], ...] = (),
    ) -> int:
        type_id, _, source, flags = saying
        seq = len(self.records)
        kept = Kept(
            seq,
            self.types[type_id],
            msgspec.msgpack.decode(body, type=self.types[type_id]),
            time=time,
            source=self.sources[source],
            derived=bool(flags & 1),
            cause=cause,
            cause_row=cause_row,
            root=seq if root == 2**64 - 1 else root,
        )
        self.records.append(kept)
        return seq

    def source_id(self, name: str, role: str) -> int:
        if name not in self.sources:
            self.sources.append(name)
        return self.sources.index(name)

    def type_id(self, event_type: type[Event]) -> int:
        if event_type not in self.types:
            self.types.append(event_type)
        return self.types.index(event_type)

    def names(self) -> list[str]:
        return [kept.type.FACT.name for kept in self.records]


class StillTerminal:
    """A terminal on which nothing ever happens."""

    name = "terminal"
    idempotent = True

    def opening(self) -> Sequence[Event]:
        return ()

    def send(self, sending: Any, time: int) -> Sequence[Event]:
        return ()

    def scan(self, rows: Rows) -> int:
        return -1

    def advance(self, rows: Rows) -> None:
        pass

    def settle(self, rows: Rows) -> Sequence[tuple[int, Event]]:
        return ()

    def next_due(self) -> int:
        return NEVER

    def reach(self, time: int) -> Sequence[Event]:
        return ()

    def close(self) -> None:
        pass

    def freeze(self) -> Any:
        return None

    def thaw(self, state: Any) -> None:
        pass


class Commits:
    """Counts commits."""

    def __init__(self) -> None:
        self.cascades = 0

    stride = 1

    def cascade_done(self, count: int = 1) -> None:
        self.cascades += count

    def quiet(self) -> None:
        pass


def bars(closes: Sequence[float], series: Sequence[int] | None = None, hours: Sequence[int] | None = None) -> Rows:
    """Hourly bars that close at `closes`, with a spread of one tenth of a percent."""
    count = len(closes)
    close = np.array(closes, dtype=np.float64)
    hour = np.array(hours if hours is not None else range(count), dtype=np.int64)
    number = np.array(series if series is not None else [0] * count, dtype=np.uint16)
    opened = START + hour * HOUR
    bid = {f"bid_{side}": close.copy() for side in ("open", "high", "low", "close")}
    ask = {f"ask_{side}": close * 1.001 for side in ("open", "high", "low", "close")}
    columns: dict[str, Any] = {
        "time_msc": opened // 1_000_000,
        "series": number,
        **bid,
        **ask,
        "volume": np.ones(count, dtype=np.uint64),
    }
    return Rows("bar", opened + HOUR, number, columns["bid_close"], columns["ask_close"], columns)


def quotes(bids: Sequence[float], step_ns: int = 1_000_000) -> Rows:
    """Quotes one millisecond apart."""
    bid = np.array(bids, dtype=np.float64)
    time = START + np.arange(len(bid), dtype=np.int64) * step_ns
    number = np.zeros(len(bid), dtype=np.uint16)
    columns: dict[str, Any] = {
        "time_msc": time // 1_000_000,
        "series": number,
        "bid": bid,
        "ask": bid + 0.0001,
        "flags": np.full(len(bid), 6, dtype=np.uint32),
    }
    return Rows("quote", time, number, bid, columns["ask"], columns)


def declared(number: int, symbol: str, kind: str = "bar") -> SeriesDeclared:
    return SeriesDeclared(
        series=number,
        symbol=symbol,
        kind=kind,
        period_ns=HOUR if kind == "bar" else 0,
        time_rule="utc",
        source="by hand",
        rows=-1,
        data_hash="",
    )


@dataclass
class Desk:
    """A kernel over a memory sink, with series declared."""

    kernel: Any
    sink: MemorySink


def make_desk(
    *modules: Any,
    terminal: Any = None,
    symbols: Sequence[str] = ("EURUSD",),
    kind: str = "bar",
    by_row: bool = False,
    **more: Any,
) -> Desk:
    """A kernel over memory, with its series declared."""
    sink = MemorySink()
    composition = Composition(
        modules=modules,
        terminal=terminal or StillTerminal(),
        server_day=lambda time: time // (24 * HOUR),
        strategies=[module.name for module in modules if module.role == "strategy"],
        **more,
    )
    kernel = Kernel(composition, Catalogue(), sink, by_row=by_row)
    kernel.at(START)
    for number, symbol in enumerate(symbols):
        kernel.hear(declared(number, symbol, kind), "feed", "feed")
    return Desk(kernel, sink)
