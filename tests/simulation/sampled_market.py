"""A sampled market for the accounting comparison: account, instruments, series, and moments of bars and quotes."""

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tallystick.market.instrument import Instrument
from tallystick.market.rows import BAR_COLUMNS, Rows
from tallystick.market.sessions import Sessions
from tallystick.platform.mt5.server import AccountSettings
from tallystick.platform.mt5.server.faults import Fault
from tests.simulation.oracle import Bar, QuoteRow

SECOND = 10**9
HOUR = 3600 * SECOND
DAY = 24 * HOUR
LOT = 10**8
RULES = ("utc", "fixed:+02:00", "fixed:-05:30", "new_york+7")
STARTS = ((2014, 3, 6), (2014, 10, 30), (2014, 7, 15), (2015, 12, 29))
"""Days before the changes of New York's clock in spring and autumn, a summer week, a year's end."""


@dataclass(frozen=True)
class Market:
    """Everything a comparison needs: settings of both sides and the rows, moment by moment."""

    account: AccountSettings
    instruments: dict[str, Instrument]
    series: list[tuple[str, str, int]]
    rule: str
    latency: int
    moments: list[tuple[Bar | QuoteRow, ...]]
    calendars: dict[str, Sessions] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


def sampled_market(
    rng: random.Random, days: tuple[int, int] = (4, 8), kinds: Sequence[str] = ("bar", "bar", "quote")
) -> Market:
    """A market with a few symbols of different conditions, over some days (fewest, most); `kinds` of its series."""
    digits = rng.choice((2, 2, 2, 0, 3))
    account = AccountSettings(
        digits=digits,
        balance=rng.choice((150, 500, 1_500, 6_000, 30_000)) * 10**digits,
        leverage=rng.choice((1, 30, 100, 500, 500)),
        margin_mode=rng.choice(("hedging", "netting")),
        stop_out_level=rng.choice((2_000, 5_000, 10_000, 20_000)),
    )
    instruments = {symbol: _instrument(rng, symbol) for symbol in rng.sample(sorted(SHAPES), rng.choice((1, 2, 3, 4)))}
    series = [_series(rng, symbol, kinds) for symbol in instruments]
    if rng.random() < 0.3 and "bar" in kinds:
        series.append(_series(rng, rng.choice(sorted(instruments)), kinds))
    start = int(dt.datetime(*rng.choice(STARTS), tzinfo=dt.UTC).timestamp()) * SECOND
    latency = rng.choice((0, 0, 1, 250_000_000, 7 * SECOND, 25 * 60 * SECOND))
    noise = rng.choice((0.0, 0.0, 0.3))
    always_open = rng.random() < 0.2
    rows: list[Bar | QuoteRow] = []
    for number, (symbol, kind, period) in enumerate(series):
        end = start + (rng.randint(*days) * DAY if period != SHORT else DAY // 2)
        walk = _Walk(rng, instruments[symbol], SHAPES[symbol][1], noise)
        make = walk.bars if kind == "bar" else walk.quotes
        rows += [row for row in make(number, start, end, period) if always_open or not _weekend(row.time)]
    rows.sort(key=lambda row: (row.time, row.series))
    return Market(account, instruments, series, rng.choice(RULES), latency, _moments(rows))


SHORT = 1_000 * SECOND
"""A period that three does not divide."""

SHAPES: dict[str, tuple[Instrument, int]] = {
    "EURUSD": (Instrument("EURUSD", 5, 100_000.0, LOT // 100, 50 * LOT, LOT // 100), 110_000),
    "XAUUSD": (
        Instrument(
            "XAUUSD", 2, 100.0, LOT // 100, 20 * LOT, LOT // 100, calc_mode="cfd_leverage", swap_mode="currency"
        ),
        128_000,
    ),
    "INDEX": (Instrument("INDEX", 1, 1.0, LOT // 10, 30 * LOT, LOT // 10, calc_mode="cfd"), 4_000),
    "ODDLOT": (Instrument("ODDLOT", 3, 1_000.0, 3 * LOT // 100, LOT, 2 * LOT // 100, swap_mode="disabled"), 9_000),
}
"""Symbols with their fixed conditions and a first price in points."""


def _instrument(rng: random.Random, symbol: str) -> Instrument:
    shape, _ = SHAPES[symbol]
    return Instrument(
        symbol=symbol,
        digits=shape.digits,
        contract_size=shape.contract_size,
        volume_min=shape.volume_min,
        volume_max=shape.volume_max,
        volume_step=shape.volume_step,
        volume_limit=rng.choice((0, 0, shape.volume_min * 15)),
        calc_mode=shape.calc_mode,
        filling_modes=rng.choice((1, 2, 3, 3, 3)),
        stops_level=rng.choice((0, 0, 5, 30)),
        freeze_level=rng.choice((0, 0, 20)),
        swap_mode=rng.choice((shape.swap_mode, "points", "currency")),
        swap_long=rng.choice((-7.3, -0.04, 2.15, 0.0)),
        swap_short=rng.choice((-3.25, 1.1, 0.003)),
        swap_triple_weekday=rng.choice((2, 2, 4, 0, 5)),
        margin_hedged=shape.contract_size * rng.choice((0.0, 0.5, 1.0)),
        commission_per_lot=rng.choice((0, 350, 1_234)),
    )


def _series(rng: random.Random, symbol: str, kinds: Sequence[str]) -> tuple[str, str, int]:
    kind = rng.choice(kinds)
    return symbol, kind, 0 if kind == "quote" else rng.choice((HOUR, HOUR, 4 * HOUR, 3 * HOUR, SHORT))


class _Walk:
    """A random walk in points, with gaps."""

    def __init__(self, rng: random.Random, terms: Instrument, price: int, noise: float) -> None:
        self.rng, self.terms, self.price, self.noise = rng, terms, price, noise
        self.size = max(4, price // rng.choice((100, 400, 1_500)))
        self.spread = rng.choice((0, 1, 2, self.size // 6))

    def bars(self, series: int, start: int, end: int, period: int) -> list[Bar]:
        """Bars from start to end; some are missing."""
        found = []
        for opened in range(start, end, period):
            bid, ask = self._path()
            if self.rng.random() > 0.05:
                sides = tuple(tuple(self._written(x) for x in side) for side in (bid, ask))
                found.append(Bar(series, opened + period, sides[0], sides[1]))  # type: ignore[arg-type]  # four of each
        return found

    def _path(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        rng, size = self.rng, self.size
        first = self._moved(rng.choice((0, 0, rng.randint(-size, size))))
        last = self._moved(rng.choice((0, rng.randint(-size, size), rng.randint(-size, size))))
        high, low = max(first, last) + rng.randint(0, size // 2), min(first, last) - rng.randint(0, size // 2)
        bid = (first, high, max(low, 1), last)
        asks = [x + rng.randint(self.spread, 2 * self.spread) for x in bid]
        return bid, (asks[0], max(asks), min(asks), asks[3])

    def quotes(self, series: int, start: int, end: int, _: int) -> list[QuoteRow]:
        """Quotes at irregular times, some at one time, some at whole hours."""
        rng, time, found = self.rng, start, []
        while time < end:
            pause = rng.choice((0, 1_000_000, 17 * SECOND, 20 * 60 * SECOND, 2 * HOUR, 5 * HOUR))
            time = (time // HOUR + 1) * HOUR if rng.random() < 0.2 else time + pause
            bid = self._moved(rng.randint(-self.size // 3, self.size // 3))
            ask = bid + rng.randint(self.spread, 2 * self.spread)
            found.append(QuoteRow(series, time, self._written(bid), self._written(ask)))
        return found

    def _moved(self, by: int) -> int:
        self.price = max(self.size * 3, self.price + by)
        return self.price

    def _written(self, points: int) -> float:
        off = self.rng.uniform(-self.noise, self.noise) if self.noise else 0
        return (points + off) / 10**self.terms.digits if off else self.terms.price(points)


def _weekend(time: int) -> bool:
    hour = (time // HOUR + 3 * 24) % (7 * 24)  # from Monday 00:00 UTC
    return 4 * 24 + 22 <= hour < 6 * 24 + 22


def _moments(rows: list[Bar | QuoteRow]) -> list[tuple[Bar | QuoteRow, ...]]:
    """Bars of one close together, a quote alone; at equal times in series order."""
    moments: list[tuple[Bar | QuoteRow, ...]] = []
    for row in rows:
        with_last = moments and isinstance(row, Bar) and isinstance(moments[-1][0], Bar)
        if with_last and moments[-1][0].time == row.time:
            moments[-1] = (*moments[-1], row)
        else:
            moments.append((row,))
    return moments


def kind_of(moment: Sequence[Bar | QuoteRow]) -> str:
    """Bar or quote."""
    return "bar" if isinstance(moment[0], Bar) else "quote"


def as_rows(market: Market, moments: Sequence[Sequence[Bar | QuoteRow]]) -> Rows:
    """Moments of one kind as the terminal takes them."""
    rows = [row for moment in moments for row in moment]
    time = np.array([row.time for row in rows], dtype=np.int64)
    series = np.array([row.series for row in rows], dtype=np.uint16)
    if kind_of(moments[0]) == "quote":
        bid = np.array([row.bid for row in rows], dtype=np.float64)
        ask = np.array([row.ask for row in rows], dtype=np.float64)
        flags = np.zeros(len(rows), dtype=np.uint32)
        quoted: dict[str, NDArray[Any]] = {"bid": bid, "ask": ask, "flags": flags}
        quote_columns: dict[str, NDArray[Any]] = {"time_msc": time // 10**6, "series": series, **quoted}
        return Rows("quote", time, series, bid, ask, quote_columns)
    opened = [row.time - market.series[row.series][2] for row in rows]
    values = np.array([[*row.bid, *row.ask] for row in rows if isinstance(row, Bar)], dtype=np.float64)
    prices: dict[str, NDArray[Any]] = dict(zip(BAR_COLUMNS[2:10], np.ascontiguousarray(values.T), strict=True))
    columns: dict[str, NDArray[Any]] = {
        "time_msc": np.array(opened, dtype=np.int64) // 10**6,
        "series": series,
        **prices,
        "volume": np.ones(len(rows), dtype=np.uint64),
    }
    return Rows("bar", time, series, prices["bid_close"], prices["ask_close"], columns)
