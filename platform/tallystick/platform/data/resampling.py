"""Bars of a longer period from finer bars or quotes, without a look ahead.

A row belongs to the bar in which it **ends**: a bar by its close, a quote by its own time. A bar that straddles two
longer ones is known only when the second has begun, so it counts in the second. Longer bars begin at multiples of
their length from midnight of the source's own clock: on a `new_york+7` clock a day is the server's day, on `utc` the
UTC day. Weeks begin on Sunday, as MT5's do. A longer bar without rows is not made, and each is stamped at its end.

Bid and ask are each resampled by themselves: first open, highest high, lowest low, last close; volumes are summed
(of quotes: counted).
"""

import numpy as np
from numpy.typing import NDArray

from tallystick.events.types.market import DataTreated
from tallystick.market.spans import DAY_NS, WEEK_NS
from tallystick.platform.data.clock import source_ms_to_utc_ns
from tallystick.platform.data.errors import UnfitRequest
from tallystick.platform.data.periods import period_name
from tallystick.platform.data.series import Series
from tallystick.platform.data.source import Columns, SourceRows, typed

MS_NS = 1_000_000
SUNDAY_MS = 3 * DAY_NS // MS_NS
"""1970-01-04, the first Sunday: weeks are counted from it."""


def resampled(series: Series, period_ns: int) -> Series:
    """The series as bars of `period_ns`. Raises `UnfitRequest` (E132) unless that is a longer whole multiple."""
    _require_multiple(series, period_ns)
    rows, period_ms = series.rows, period_ns // MS_NS
    opens = rows.columns["time_msc"]
    origin = SUNDAY_MS if period_ns % WEEK_NS == 0 else 0
    last = opens + max(series.period_ns // MS_NS - 1, 0)
    number = (last - origin) // period_ms
    # The source is in order of book time; on its own clock an hour may be shown twice, so numbers may step back once.
    number = np.maximum.accumulate(number)
    first = np.flatnonzero(np.diff(number, prepend=number[0] - 1))
    columns = {"time_msc": typed("time_msc", number[first] * period_ms + origin)}
    for side in ("bid", "ask"):
        columns |= _side(rows, side, first)
    volume = rows.columns["volume"] if rows.kind == "bar" else np.ones(len(rows), dtype=np.uint64)
    columns["volume"] = typed("volume", np.add.reduceat(volume, first))
    made = SourceRows("bar", period_ns, rows.digits, columns, rows.files, rows.file[first], rows.line[first])
    opened = source_ms_to_utc_ns(columns["time_msc"], series.time_rule)
    treated = DataTreated(
        symbol=series.symbol,
        fault=f"period_{period_name(series.period_ns)}",
        count=len(series),
        first_time=int(series.time[0]),
        rule=f"resampled_to_{period_name(period_ns)}_by_end",
    )
    return Series(
        series.symbol,
        "bar",
        period_ns,
        series.time_rule,
        series.source,
        made,
        opened + period_ns,
        (*series.treatments, treated),
        series.warnings,
        series.instrument,
    )


def _side(rows: SourceRows, side: str, first: NDArray[np.int64]) -> Columns:
    names = [f"{side}_{point}" for point in ("open", "high", "low", "close")] if rows.kind == "bar" else [side] * 4
    opened, high, low, closed = (rows.columns[name] for name in names)
    last = np.append(first[1:], len(rows)) - 1
    return {
        f"{side}_open": typed(side, opened[first]),
        f"{side}_high": typed(side, np.maximum.reduceat(high, first)),
        f"{side}_low": typed(side, np.minimum.reduceat(low, first)),
        f"{side}_close": typed(side, closed[last]),
    }


def _require_multiple(series: Series, period_ns: int) -> None:
    own = series.period_ns
    divides_days = DAY_NS % period_ns == 0 or period_ns % WEEK_NS == 0
    if own and (period_ns <= own or period_ns % own):
        what = f"{series.symbol}: bars of {period_name(own)} cannot become {period_name(period_ns)}."
        raise UnfitRequest(what, f"Ask for a whole multiple of {period_name(own)}.")
    if period_ns % MS_NS or not divides_days:
        what = f"{series.symbol}: {period_name(period_ns)} does not divide a day."
        raise UnfitRequest(what, "Ask for M1 to H12, D1 or W1.")
