"""Bars by hand, and a strategy driven with them as the kernel drives it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tallystick.events.event import Event
from tallystick.events.types.market import SeriesDeclared
from tallystick.market.instrument import LOT, Instrument
from tallystick.market.rows import BarClosed, Quote

HOUR = 3_600_000_000_000
FIRST = 1_388_620_800_000_000_000
"""Thursday 2014-01-02T00:00Z."""
EURUSD = Instrument("EURUSD", 5, 100_000.0, LOT // 100, 100 * LOT, LOT // 100)
SPREAD = 0.0001


def bar(number: int, close: float, *, series: int = 0, symbol: str = "EURUSD", open_: float | None = None) -> BarClosed:
    """The hourly bar with this number from `FIRST` on."""
    start = FIRST + number * HOUR
    first = close if open_ is None else open_
    high, low = max(first, close), min(first, close)
    ask = (first + SPREAD, high + SPREAD, low + SPREAD, close + SPREAD)
    return BarClosed(series, symbol, start + HOUR, start, first, high, low, close, *ask, 7)


def walk(count: int, seed: int = 1) -> list[BarClosed]:
    """A random walk of closes around 1.1."""
    chance, price, bars = Random(seed), 1.1, []
    for number in range(count):
        before, price = price, round(price + chance.gauss(0, 1e-3), 5)
        bars.append(bar(number, price, open_=before))
    return bars


@dataclass
class Seen:
    """What a strategy may look at, set by hand."""

    time: int = 0
    quotes: dict[str, Quote] = field(default_factory=dict)
    positions: Mapping[int, Any] = field(default_factory=dict)
    orders: Mapping[int, Any] = field(default_factory=dict)
    instruments: Mapping[str, Instrument] = field(default_factory=lambda: {"EURUSD": EURUSD})
    account: Any = None
    random: Random = field(default_factory=lambda: Random(0))


def declared(number: int = 0, symbol: str = "EURUSD", period_ns: int = HOUR) -> SeriesDeclared:
    kind = "bar" if period_ns else "quote"
    return SeriesDeclared(
        series=number,
        symbol=symbol,
        kind=kind,
        period_ns=period_ns,
        time_rule="utc",
        source="here",
        rows=-1,
        data_hash="",
    )


def heard(strategy: Any, rows: Iterable[Any], seen: Seen | None = None, *, start: bool = True) -> list[Event]:
    """Everything a strategy says to rows, each heard with its quote in sight."""
    context = seen or Seen()
    said: list[Event] = list(strategy.react(declared(), context)) if start else []
    for row in rows:
        context.time = row.time
        bid, ask = (row.bid, row.ask) if type(row) is Quote else (row.bid_close, row.ask_close)
        context.quotes[row.symbol] = Quote(row.series, row.symbol, row.time, bid, ask, 0, 0)
        said += strategy.react(row, context)
    return said


def only(events: Sequence[Event], kind: type) -> list[Any]:
    return [each for each in events if isinstance(each, kind)]
