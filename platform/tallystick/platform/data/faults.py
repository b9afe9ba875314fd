"""Faults of market data: found by name, counted, and treated by a stated rule.

| fault | rule | what it does |
|---|---|---|
| impossible_bar | refused | high below low, or an open or close outside of them, on either side |
| price_not_positive | refused | a price of zero or less |
| conflicting_duplicate | refused | a bar's time twice, with different contents |
| unsorted | sorted_by_time | a row whose time is before that of the row above it: stable sort by source time |
| duplicate | first_kept | a bar's time twice, with equal contents: the first stays |
| crossed_open, crossed_high, crossed_low, crossed_close | spread_zero_at_mid | see below |
| crossed_quote | spread_zero_at_mid | see below |

**spread_zero_at_mid.** Where ask is below bid at a point (a quote, or a bar's open, high, low or close), bid and ask
there both become their mid in whole points, halves rounded down. In a bar, each side's high is then the greatest and
its low the least of its four points, so that both sides are possible bars again. No other field of any row changes.
It follows that ask is at or above bid at all four points: the greatest of four numbers, each at least its
counterpart, is at least the greatest of the counterparts, and likewise the least.

`refused` raises and names the line. Asked to `skip_bad`, refused rows are left out instead (rule `dropped`); asked to
be `strict`, every fault of this table is refused. Quotes may share a time and repeat: that is no fault.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tallystick.platform.counts import count_of
from tallystick.platform.data.errors import CrossedData, DataError, DisorderedData, ImpossibleData
from tallystick.platform.data.headings import POINTS
from tallystick.platform.data.middle import median
from tallystick.platform.data.source import Columns, SourceRows, typed

Mask = NDArray[np.bool_]
Strictness = Literal["treat", "skip_bad", "strict"]
CROSSED = (*(f"crossed_{point}" for point in POINTS), "crossed_quote")


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of one series: how many rows (or days), the first of them, the rule that was applied.

    `first_msc` is on the source's clock; `worst` is the largest extent in price units and `median` the median one
    (crossed sides only, 0.0 else), `worst_msc` when it was. `place` names file and line of the first.
    """

    fault: str
    count: int
    first_msc: int
    rule: str
    median: float = 0.0
    worst: float = 0.0
    worst_msc: int = 0
    place: str = ""


def treat(
    rows: SourceRows, symbol: str, strictness: Strictness = "treat", digits: int | None = None
) -> tuple[SourceRows, tuple[Finding, ...]]:
    """Treat the faults of one instrument's rows; deterministic, and treating twice changes nothing.

    `digits` gives the point that mids are rounded to (by default the source's own). Raises `ImpossibleData`,
    `DisorderedData` and, when strict, `CrossedData`.
    """
    findings: list[Finding] = []
    steps = _BAR_STEPS if rows.kind == "bar" else _QUOTE_STEPS
    for step in steps:
        rows = step(rows, symbol, strictness, findings)
    rows = _uncross(rows, symbol, strictness, findings, rows.digits if digits is None else digits)
    return rows, tuple(findings)


def _refuse_unpositive(rows: SourceRows, symbol: str, strictness: Strictness, found: list[Finding]) -> SourceRows:
    bad = np.any([rows.columns[name] <= 0 for name in _price_columns(rows)], axis=0)
    return _refused(rows, bad, "price_not_positive", strictness, found, _unpositive_words(symbol))


def _refuse_impossible(rows: SourceRows, symbol: str, strictness: Strictness, found: list[Finding]) -> SourceRows:
    bad = np.zeros(len(rows), dtype=np.bool_)
    for side in ("bid", "ask"):
        opened, high, low, closed = (rows.columns[f"{side}_{point}"] for point in POINTS)
        bad |= (high < np.maximum(opened, closed)) | (low > np.minimum(opened, closed))
    return _refused(rows, bad, "impossible_bar", strictness, found, _impossible_words(symbol))


def _sort(rows: SourceRows, symbol: str, strictness: Strictness, found: list[Finding]) -> SourceRows:
    time = rows.columns["time_msc"]
    late = np.zeros(len(rows), dtype=np.bool_)
    late[1:] = np.diff(time) < 0
    if not late.any():
        return rows
    if strictness == "strict":
        what = f"{rows.where(int(np.argmax(late)))}: {symbol} goes back in time ({int(late.sum()):,} such rows)."
        raise DisorderedData(what, 'Sort the file, or drop strictness="strict" to have it sorted.')
    found.append(_finding("unsorted", late, rows, "sorted_by_time"))
    return rows.take(np.argsort(time, kind="stable"))


def _drop_duplicates(rows: SourceRows, symbol: str, strictness: Strictness, found: list[Finding]) -> SourceRows:
    time = rows.columns["time_msc"]
    again = np.zeros(len(rows), dtype=np.bool_)
    again[1:] = np.diff(time) == 0
    if not again.any():
        return rows
    first = np.maximum.accumulate(np.where(again, 0, np.arange(len(rows))))
    differs = np.any([values != values[first] for values in rows.columns.values()], axis=0)
    conflicting = again & differs
    keep = ~_refused_mask(rows, conflicting, "conflicting_duplicate", strictness, found, _twice_words(symbol))
    equal = again & ~differs
    if equal.any():
        if strictness == "strict":
            raise _twice_words(symbol)(rows, int(np.argmax(equal)), int(equal.sum()))
        found.append(_finding("duplicate", equal, rows, "first_kept"))
    return rows.take(keep & ~equal)


def _uncross(rows: SourceRows, symbol: str, strictness: Strictness, found: list[Finding], digits: int) -> SourceRows:
    """Apply `spread_zero_at_mid`."""
    suffixes = {f"crossed_{point}": f"_{point}" for point in POINTS} if rows.kind == "bar" else {"crossed_quote": ""}
    changed: Columns = {}
    for fault, suffix in suffixes.items():
        bid, ask = rows.columns[f"bid{suffix}"], rows.columns[f"ask{suffix}"]
        crossed = ask < bid
        if not crossed.any():
            continue
        if strictness == "strict":
            what = f"{rows.where(int(np.argmax(crossed)))}: {symbol} has ask below bid ({int(crossed.sum()):,} rows)."
            raise CrossedData(what, 'Drop strictness="strict" to take the spread as 0 there.')
        found.append(_crossing(fault, crossed, bid - ask, rows))
        scale = 10**digits
        mid = np.floor((np.rint(bid * scale) + np.rint(ask * scale)) / 2) / scale
        changed[f"bid{suffix}"] = typed("bid", np.where(crossed, mid, bid))
        changed[f"ask{suffix}"] = typed("ask", np.where(crossed, mid, ask))
    if changed and rows.kind == "bar":
        changed |= _consistent({**rows.columns, **changed})
    return rows.replaced(changed)


def _consistent(columns: Columns) -> Columns:
    """Highs and lows of both sides that contain all four points of their side."""
    extremes: Columns = {}
    for side in ("bid", "ask"):
        points = [columns[f"{side}_{point}"] for point in POINTS]
        extremes[f"{side}_high"] = np.maximum.reduce(points)
        extremes[f"{side}_low"] = np.minimum.reduce(points)
    return extremes


Step = Callable[[SourceRows, str, Strictness, list[Finding]], SourceRows]
_QUOTE_STEPS: tuple[Step, ...] = (_refuse_unpositive, _sort)
_BAR_STEPS: tuple[Step, ...] = (_refuse_unpositive, _refuse_impossible, _sort, _drop_duplicates)

Refusal = Callable[[SourceRows, int, int], DataError]


def _refused(
    rows: SourceRows, bad: Mask, fault: str, strictness: Strictness, found: list[Finding], words: Refusal
) -> SourceRows:
    return rows.take(~_refused_mask(rows, bad, fault, strictness, found, words)) if bad.any() else rows


def _refused_mask(
    rows: SourceRows, bad: Mask, fault: str, strictness: Strictness, found: list[Finding], words: Refusal
) -> Mask:
    """Raise for bad rows, or note that they are left out."""
    if bad.any():
        if strictness != "skip_bad":
            raise words(rows, int(np.argmax(bad)), int(bad.sum()))
        found.append(_finding(fault, bad, rows, "dropped"))
    return bad


def _unpositive_words(symbol: str) -> Refusal:
    def say(rows: SourceRows, row: int, count: int) -> DataError:
        what = f"{rows.where(row)}: {symbol} has a price of zero or less ({count_of(count, 'row')})."
        return ImpossibleData(what, 'Fix the source, or say strictness="skip_bad".')

    return say


def _impossible_words(symbol: str) -> Refusal:
    def say(rows: SourceRows, row: int, count: int) -> DataError:
        sides = "; ".join(
            side + "".join(f" {point} {rows.columns[f'{side}_{point}'][row]:.10g}" for point in POINTS)
            for side in ("bid", "ask")
        )
        what = f"{rows.where(row)}: no {symbol} bar can be like this ({count_of(count, 'bar')}): {sides}."
        return ImpossibleData(what, 'Fix the source, or say strictness="skip_bad".')

    return say


def _twice_words(symbol: str) -> Refusal:
    def say(rows: SourceRows, row: int, count: int) -> DataError:
        moment = np.datetime64(int(rows.columns["time_msc"][row]), "ms")
        what = f"{rows.where(row)}: {symbol} {moment} appears twice ({count_of(count, 'bar')})."
        return DisorderedData(what, 'Fix the source, or say strictness="skip_bad".')

    return say


def _price_columns(rows: SourceRows) -> list[str]:
    return [name for name in rows.columns if name.startswith(("bid", "ask"))]


def _finding(fault: str, mask: Mask, rows: SourceRows, rule: str) -> Finding:
    first = int(np.argmax(mask))
    return Finding(fault, int(mask.sum()), int(rows.columns["time_msc"][first]), rule, place=rows.where(first))


def _crossing(fault: str, crossed: Mask, extent: NDArray[np.float64], rows: SourceRows) -> Finding:
    time, first = rows.columns["time_msc"], int(np.argmax(crossed))
    worst = int(np.argmax(np.where(crossed, extent, -1.0)))
    return Finding(
        fault,
        int(crossed.sum()),
        int(time[first]),
        "spread_zero_at_mid",
        median(extent[crossed]),
        float(extent[worst]),
        int(time[worst]),
        rows.where(first),
    )
