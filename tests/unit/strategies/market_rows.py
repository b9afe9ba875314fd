"""Rows for the tests of strategies: seeded walks over several series, cut and heard in any way."""

import random
from typing import Any

import numpy as np

from tallystick.events.event import Event
from tallystick.events.types.market import SeriesDeclared
from tallystick.market.rows import BAR_COLUMNS, BarClosed, Quote, Rows

SYMBOLS = ("EURUSD", "NZDUSD", "XAUUSD")
HOUR_NS = 3_600_000_000_000


def declared(number: int, symbol: str, kind: str, period_ns: int = HOUR_NS) -> SeriesDeclared:
    """The declaration of one series."""
    return SeriesDeclared(
        series=number,
        symbol=symbol,
        kind=kind,
        period_ns=period_ns if kind == "bar" else 0,
        time_rule="utc",
        source="a seeded walk",
        rows=-1,
        data_hash="",
    )


def walk(seed: int, count: int, kind: str, series: int = len(SYMBOLS), *, still: float = 0.3) -> Rows:
    """A random walk on each of several series; a share of rows repeats the price before it."""
    chance = random.Random(seed)
    mids = [1.38, 0.85, 1290.0][:series]
    steps = [1e-5, 1e-5, 0.01]
    numbers, bids, asks = [], [], []
    for _ in range(count):
        number = chance.randrange(series)
        if chance.random() > still:
            mids[number] += chance.choice((-30, -7, -1, 1, 6, 31)) * steps[number]
        numbers.append(number)
        bids.append(round(mids[number], 5))
        asks.append(round(mids[number] + 2 * steps[number], 5))
    time = np.arange(count, dtype=np.int64) * HOUR_NS
    return rows_of(kind, time, np.array(numbers, dtype=np.uint16), np.array(bids), np.array(asks))


def rows_of(kind: str, time: Any, series: Any, bid: Any, ask: Any) -> Rows:
    """Rows whose closes are `bid` and `ask`; a bar's other prices are the same."""
    columns: dict[str, Any] = {"time_msc": time // 1_000_000, "series": series}
    if kind == "quote":
        columns |= {"bid": bid, "ask": ask, "flags": np.zeros(len(time), dtype=np.uint32)}
    else:
        for name in BAR_COLUMNS[2:-1]:
            columns[name] = bid if name.startswith("bid") else ask
        columns["volume"] = np.zeros(len(time), dtype=np.uint64)
    return Rows(kind, time, series, bid, ask, columns)


def fact(rows: Rows, row: int) -> Quote | BarClosed:
    """What `react` hears of one row."""
    series, time = int(rows.series[row]), int(rows.time[row])
    bid, ask = float(rows.bid[row]), float(rows.ask[row])
    if rows.kind == "quote":
        return Quote(series, SYMBOLS[series], time, bid, ask, time // 1_000_000, 0)
    return BarClosed(series, SYMBOLS[series], time, time - HOUR_NS, bid, bid, bid, bid, ask, ask, ask, ask, 0)


def heard_row_by_row(module: Any, rows: Rows) -> list[tuple[int, Event]]:
    """What `react` answers, with the row it answered."""
    return [(row, event) for row in range(len(rows)) for event in module.react(fact(rows, row), None)]


def heard_by_scan(module: Any, rows: Rows, cuts: list[int]) -> list[tuple[int, Event]]:
    """The same through `scan` and `advance`, with the feed cut at `cuts` besides."""
    answers: list[tuple[int, Event]] = []
    for start, stop in zip([0, *cuts], [*cuts, len(rows)], strict=True):
        at = start
        while at < stop:
            part = rows.part(at, stop)
            hit = module.scan(part)
            quiet = len(part) if hit < 0 else hit
            module.advance(part.part(0, quiet))
            if hit >= 0:
                said = module.react(fact(part, hit), None)
                assert said, f"scan named row {at + hit}, which react does not answer"
                answers += [(at + hit, event) for event in said]
            at += quiet + (hit >= 0)
    return answers
