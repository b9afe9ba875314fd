"""The rows the trading benchmarks run on: real ones, repeated with shifted dates until there are enough.

Quotes: two days of EURUSD ticks (`benchmarks/data`), each repetition a week later, so that weekdays stay weekdays.
Bars: the demo's year of hourly EURUSD, each repetition 52 weeks later. Crossed rows are treated by the feed's own
rule, `spread_zero_at_mid`; a peer gets the treated rows.
"""

from pathlib import Path

import numpy as np

from benchmarks.harness import ROOT
from tallystick.platform.data.feed import Feed
from tallystick.platform.data.lean import read_lean
from tallystick.platform.data.series import Series, series_from
from tallystick.platform.data.source import SourceRows, joined

TICK_DAYS = tuple(
    ROOT / "benchmarks" / "data" / f"lean_forex_fxcm_tick_eurusd_{day}.zip" for day in ("20140505", "20140506")
)
BAR_YEAR = ROOT / "platform" / "tallystick" / "platform" / "data" / "demo" / "fxcm_hour_eurusd_2014.zip"
WEEK_MS = 7 * 86_400_000
DIGITS = 5
MINUTE_NS = 60 * 10**9


def quotes(rows: int) -> Series:
    """The first `rows` of the repeated tick days, as a series of EURUSD."""
    return _repeated(joined([read_lean(day) for day in TICK_DAYS]), rows, WEEK_MS, "two FXCM tick days, repeated")


def bars(rows: int) -> Series:
    """The first `rows` of the repeated year of hourly bars, as a series of EURUSD."""
    return _repeated(read_lean(BAR_YEAR), rows, 52 * WEEK_MS, "FXCM hourly bars of 2014, repeated")


def for_peer(series: Series, path: Path) -> None:
    """Write time (ns UTC), bid and ask of the treated quotes as one `.npy` record array."""
    chunks = list(Feed([series]).rows())
    written = np.zeros(len(series), dtype=[("time", "<i8"), ("bid", "<f8"), ("ask", "<f8")])
    written["time"] = np.concatenate([chunk.time for chunk in chunks])
    written["bid"] = np.concatenate([chunk.bid for chunk in chunks])
    written["ask"] = np.concatenate([chunk.ask for chunk in chunks])
    np.save(path, written)


def _repeated(once: SourceRows, rows: int, shift_ms: int, source: str) -> Series:
    parts = [
        once.replaced({"time_msc": once.columns["time_msc"] + number * shift_ms})
        for number in range(-(-rows // len(once)))
    ]
    enough = joined(parts).take(np.arange(rows))
    return series_from(enough, symbol="EURUSD", time_rule="fixed:-05:00", source=source, digits=DIGITS)


def bars_for_peer(series: Series, path: Path) -> None:
    """Write open time (ns UTC) and the eight prices of the treated bars as one `.npy` record array."""
    prices = [f"{side}_{point}" for side in ("bid", "ask") for point in ("open", "high", "low", "close")]
    written = np.zeros(len(series), dtype=[("time", "<i8"), *((name, "<f8") for name in prices)])
    written["time"] = series.time - series.period_ns
    for name in prices:
        written[name] = series.rows.columns[name]
    np.save(path, written)


def ticks_as_exported(series: Series, path: Path) -> None:
    """Write the treated quotes as the tab-separated file that an MT5 terminal exports ticks to, in UTC."""
    chunks = list(Feed([series]).rows())
    lines = ["<DATE>\t<TIME>\t<BID>\t<ASK>\t<LAST>\t<VOLUME>\t<FLAGS>"]
    for chunk in chunks:
        moments = np.datetime_as_string((chunk.time // 1_000_000).astype("datetime64[ms]")).tolist()
        for moment, bid, ask in zip(moments, chunk.bid.tolist(), chunk.ask.tolist(), strict=True):
            day, _, clock = moment.partition("T")
            lines.append(f"{day.replace('-', '.')}\t{clock}\t{bid:.5f}\t{ask:.5f}\t\t\t6")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def minutes_for_peer(series: Series, path: Path) -> int:
    """Write the treated quotes as M1 bars of the bid, in the layout of `bars_for_peer`; how many."""
    chunks = list(Feed([series]).rows())
    time, bid, ask = (np.concatenate([getattr(chunk, name) for chunk in chunks]) for name in ("time", "bid", "ask"))
    minute = time // MINUTE_NS
    starts = np.flatnonzero(np.diff(minute, prepend=minute[0] - 1))
    ends = np.append(starts[1:], len(minute)) - 1
    points = {
        f"{side}_{name}": values
        for side, prices in (("bid", bid), ("ask", ask))
        for name, values in (
            ("open", prices[starts]),
            ("high", np.maximum.reduceat(prices, starts)),
            ("low", np.minimum.reduceat(prices, starts)),
            ("close", prices[ends]),
        )
    }
    written = np.zeros(len(starts), dtype=[("time", "<i8"), *((name, "<f8") for name in points)])
    written["time"] = minute[starts] * MINUTE_NS
    for name, values in points.items():
        written[name] = values
    np.save(path, written)
    return len(starts)
