"""A table of prices becomes rows of bars or quotes, by named rules for what it lacks.

| fault | rule | what it does |
|---|---|---|
| no_ask | ask_is_bid_plus_spread | bars with bid prices and a spread in points, as MT5 charts and exports them |
| no_ask | ask_is_bid_plus_N_points | the same with a spread that the caller states |
| no_ask | ask_is_bid | nothing tells the spread: it is taken as 0, and the reader is warned (W131) |
| one_sided_quote | last_known_side | a quote that states one side keeps the other as last known, in order of time |
| no_quote | dropped | a row with neither side (a trade), or before both sides were known |
| unreadable_row | dropped | only when asked to `skip_bad` |

A point is 10**-digits, where digits are the caller's, else the decimals that the source uses. Where the symbol is known
these must be its usual ones or one fewer, as old brokers have; else it is the usual ones: some programs write zeros
behind the last decimal, and others leave all of them away.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tallystick.market.spans import DAY_NS, WEEK_NS
from tallystick.platform.data.errors import UnfitRequest, UnreadableData
from tallystick.platform.data.headings import POINTS
from tallystick.platform.data.notes import Note
from tallystick.platform.data.periods import PERIODS
from tallystick.platform.data.source import SourceRows, typed
from tallystick.platform.data.table import Table

TICK_BID, TICK_ASK = 2, 4
"""MT5's TICK_FLAG_BID and TICK_FLAG_ASK."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Rows, and what was done to make them; `zoned` where their times are UTC already."""

    rows: SourceRows
    notes: tuple[Note, ...]
    zoned: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """What a caller states of a source, or None: spread, digits of a price, length of a single bar in ns.

    `usual_digits` are those of the symbol where it is known.
    """

    spread_points: int | None = None
    digits: int | None = None
    usual_digits: int | None = None
    period_ns: int | None = None


def composed(table: Table, terms: Terms) -> Reading:
    """Bars where the table has open, high, low and close, else quotes. Raises `UnreadableData`, `UnfitRequest`."""
    has_bars = "open" in table.numbers or "bid_open" in table.numbers
    reading = _bars(table, terms) if has_bars else _quotes(table, terms)
    lost = [_lost(table, len(reading.rows))] if table.dropped else []
    return Reading(reading.rows, (*lost, *reading.notes), table.zoned)


def _bars(table: Table, terms: Terms) -> Reading:
    columns: dict[str, NDArray[np.float64]] = {}
    bid = "bid_" if "bid_open" in table.numbers else ""
    notes: list[Note] = []
    digits = _digits(table, terms)
    for point in POINTS:
        columns[f"bid_{point}"] = table.numbers[f"{bid}{point}"]
    if all(f"ask_{point}" in table.numbers for point in POINTS):
        columns |= {f"ask_{point}": table.numbers[f"ask_{point}"] for point in POINTS}
    else:
        spread, note = _spread(table, terms)
        notes.append(note)
        scale = max(digits, table.decimals)
        step = spread * 10 ** (scale - digits)
        for point in POINTS:
            whole = np.rint(columns[f"bid_{point}"] * 10**scale) + step
            columns[f"ask_{point}"] = np.where(step == 0, columns[f"bid_{point}"], whole / 10**scale)
    period = _period(table, terms)
    volume = next((table.numbers[name] for name in ("tick_volume", "volume") if name in table.numbers), None)
    columns["volume"] = np.zeros(len(table)) if volume is None else np.nan_to_num(volume)
    return Reading(_rows(table, "bar", period, digits, columns), tuple(notes))


def _digits(table: Table, terms: Terms) -> int:
    """Decimals of a point."""
    usual, used = terms.usual_digits, table.decimals
    if terms.digits is not None:
        return terms.digits
    return used if usual is None or usual - 1 <= used <= usual else usual


def _spread(table: Table, terms: Terms) -> tuple[NDArray[np.float64], Note]:
    """The spread of each bar in points, and the rule it came by."""
    every = np.ones(len(table), dtype=np.bool_)
    if terms.spread_points is not None:
        if terms.spread_points < 0:
            raise UnfitRequest(f"a spread of {terms.spread_points} points is below 0.", "State 0 or more.")
        return np.full(len(table), float(terms.spread_points)), Note(
            "no_ask", f"ask_is_bid_plus_{terms.spread_points}_points", every
        )
    if "spread" in table.numbers:
        return table.numbers["spread"], Note("no_ask", "ask_is_bid_plus_spread", every)
    words = "W131 {symbol}: nothing tells the spread of {count} {noun}; it is taken as 0. State spread_points=N."
    return np.zeros(len(table)), Note("no_ask", "ask_is_bid", every, words=words)


def _quotes(table: Table, terms: Terms) -> Reading:
    for side in ("bid", "ask"):
        if side not in table.numbers:
            raise UnreadableData(f"{table.title} has quotes without {side}.", "Export both sides, or map the column.")
    order = np.argsort(table.time_msc, kind="stable")
    sides = {side: table.numbers[side] for side in ("bid", "ask")}
    stated = {side: ~np.isnan(values) for side, values in sides.items()}
    known = {side: _carried(values, order) for side, values in sides.items()}
    flags = np.nan_to_num(table.numbers.get("flags", np.zeros(len(table))))
    flags = np.where(flags > 0, flags, stated["bid"] * TICK_BID + stated["ask"] * TICK_ASK)
    quoted = (stated["bid"] | stated["ask"]) & ~np.isnan(known["bid"]) & ~np.isnan(known["ask"])
    if not quoted.any():
        raise UnreadableData(f"{table.title} has no quote with both sides.", "Export bid and ask.")
    one_sided = quoted & ~(stated["bid"] & stated["ask"])
    notes = []
    if (~quoted).any():
        words = "W132 {symbol}: dropped {rows} that state no quote or come before both sides were known."
        notes.append(Note("no_quote", "dropped", np.zeros(int(quoted.sum()), np.bool_), int((~quoted).sum()), words))
    if one_sided.any():
        words = "W132 {symbol}: {count} of {total} quotes state one side. The other is the last known."
        notes.append(Note("one_sided_quote", "last_known_side", one_sided[quoted], words=words))
    columns = {**known, "flags": flags}
    digits = _digits(table, terms)
    return Reading(_rows(table, "quote", 0, digits, columns).take(quoted), tuple(notes))


def _carried(values: NDArray[np.float64], order: NDArray[np.int64]) -> NDArray[np.float64]:
    """Each value, or the last one before it in `order`; NaN before the first."""
    missing = np.isnan(values)
    if not missing.any():
        return values
    sorted_values = values[order]
    place = np.where(missing[order], 0, np.arange(len(values)))
    carried = np.empty_like(values)
    carried[order] = sorted_values[np.maximum.accumulate(place)]
    return carried


def _rows(table: Table, kind: str, period_ns: int, digits: int, columns: dict[str, NDArray[np.float64]]) -> SourceRows:
    return SourceRows(
        kind,
        period_ns,
        max(digits, table.decimals),
        {"time_msc": typed("time_msc", table.time_msc)}
        | {name: typed(name, values) for name, values in columns.items()},
        (table.title,),
        np.zeros(len(table), dtype=np.int64),
        table.line,
    )


def _period(table: Table, terms: Terms) -> int:
    """The distance of two bars that occurs most; a single bar has what is stated.

    Raises `UnreadableData` where nothing tells it, `UnfitRequest` for months.
    """
    steps = np.diff(np.sort(table.time_msc))
    distances = steps[steps > 0]
    if not len(distances):
        if terms.period_ns or not table.clocked:
            return terms.period_ns or DAY_NS
        raise UnreadableData(f"{table.title}: one bar does not tell its period.", 'Say it: timeframe="H1".')
    values, counts = np.unique(distances, return_counts=True)
    commonest = int(values[np.argmax(counts)]) * 1_000_000
    if commonest > WEEK_NS:
        what = f"{table.title} has bars {commonest // DAY_NS} days apart; months have no fixed length."
        raise UnfitRequest(what, "Export W1 or shorter bars.")
    # A weekend or a holiday between a handful of bars: no terminal has bars of, say, three days.
    known = [length for length in PERIODS.values() if commonest % length == 0]
    return max(known, default=commonest)


def _lost(table: Table, kept: int) -> Note:
    words = "W105 {symbol}: dropped {rows} that cannot be read."
    return Note("unreadable_row", "dropped", np.zeros(kept, dtype=np.bool_), table.dropped, words, table.first_dropped)
