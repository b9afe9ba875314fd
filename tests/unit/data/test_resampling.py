"""Longer bars equal those of a slow oracle, and know nothing of what comes after their end."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tallystick.platform.data.demo import demo_feed, demo_ticks
from tallystick.platform.data.errors import UnfitRequest
from tallystick.platform.data.opening import series_of
from tallystick.platform.data.periods import PERIODS, period_of
from tallystick.platform.data.resampling import resampled
from tallystick.platform.data.series import Series
from tests.unit.data.mt5_styles import Bar, Style

EXAMPLES = 300 if os.environ.get("TALLYSTICK_FULL") else 30
TICKS = Path(__file__).parents[3] / "benchmarks" / "data"
SUNDAY = 3 * 86_400_000
PRICES = [f"{side}_{point}" for side in ("bid", "ask") for point in ("open", "high", "low", "close")]


def rows_of(series: Series) -> Iterator[dict[str, Any]]:
    """Rows one by one, quotes as bars without a length."""
    columns = series.rows.columns
    for row in range(len(series)):
        at = {"time": int(columns["time_msc"][row]), "volume": 1}
        if series.kind == "quote":
            yield at | {name: float(columns[name[:3]][row]) for name in PRICES}
        else:
            yield at | {name: columns[name][row].item() for name in (*PRICES, "volume")}


def oracle(series: Series, period_ns: int) -> list[dict[str, Any]]:
    """Longer bars, one row after the other."""
    period, own = period_ns // 1_000_000, series.period_ns // 1_000_000
    origin = SUNDAY if period_ns == PERIODS["W1"] else 0
    made: list[dict[str, Any]] = []
    for row in rows_of(series):
        end = row["time"] + max(own - 1, 0)
        begin = end - (end - origin) % period
        if not made or made[-1]["time"] != begin:
            made.append({**row, "time": begin})
            continue
        last = made[-1]
        last["volume"] += row["volume"]
        for side in ("bid", "ask"):
            last[f"{side}_high"] = max(last[f"{side}_high"], row[f"{side}_high"])
            last[f"{side}_low"] = min(last[f"{side}_low"], row[f"{side}_low"])
            last[f"{side}_close"] = row[f"{side}_close"]
    return made


@pytest.mark.parametrize("period", ["H2", "H4", "H12", "D1", "W1"])
@pytest.mark.parametrize("symbol", ["EURUSD", "XAUUSD"])
def test_the_demo_s_bars_become_those_of_the_oracle(symbol: str, period: str) -> None:
    series = series_of("demo", symbol=symbol)
    longer = resampled(series, PERIODS[period])
    assert list(rows_of(longer)) == oracle(series, PERIODS[period])
    assert int(longer.rows.columns["volume"].sum()) == int(series.rows.columns["volume"].sum())


@pytest.mark.parametrize("period", ["M1", "M5", "H1"])
def test_real_quotes_become_the_bars_of_the_oracle(period: str) -> None:
    quotes = demo_ticks(TICKS).series[0]
    bars = resampled(quotes, PERIODS[period])
    assert list(rows_of(bars)) == oracle(quotes, PERIODS[period])
    assert int(bars.rows.columns["volume"].sum()) == len(quotes)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    minutes=st.lists(st.integers(0, 4_000), min_size=2, max_size=60, unique=True).map(sorted),
    period=st.sampled_from(["M5", "M30", "H1", "H4", "D1"]),
)
def test_bars_that_straddle_two_count_where_they_end(tmp_path: Path, minutes: list[int], period: str) -> None:
    bars = [Bar(at, 110_000 + at, 110_100 + at, 109_900 + at, 110_000 + at, 1, at % 9) for at in minutes]
    path = tmp_path / "EURUSD.csv"
    path.write_bytes(Style().bars([*bars, *(bars[-1]._replace(minute=5_000 + n) for n in range(70))]))
    series = series_of(path, tz="mt5")
    assert series.period_ns == PERIODS["M1"]
    assert list(rows_of(resampled(series, PERIODS[period]))) == oracle(series, PERIODS[period])


@pytest.mark.parametrize("period", ["H4", "D1", "W1"])
def test_no_longer_bar_is_known_before_its_last_row_or_holds_a_later_one(period: str) -> None:
    series = demo_feed().series[0]
    longer = resampled(series, PERIODS[period])
    for cut in (100, 1_000, 5_003):
        part = series.between(None, int(series.time[cut]) - series.period_ns)
        finished = longer.time < part.time[-1]
        early = resampled(part, PERIODS[period])
        for name in PRICES:
            assert np.array_equal(early.rows.columns[name][: finished.sum()], longer.rows.columns[name][finished])
    assert (np.diff(longer.time) > 0).all()


def test_days_begin_at_midnight_of_the_series_own_clock() -> None:
    day = series_of("demo", timeframe="D1")
    assert day.time_rule == "fixed:-05:00"
    assert not (day.rows.columns["time_msc"] % 86_400_000).any()
    assert set(((day.time // 1_000_000_000) % 86_400).tolist()) == {5 * 3_600}
    week = series_of("demo", timeframe="W1")
    assert not ((week.rows.columns["time_msc"] - SUNDAY) % (7 * 86_400_000)).any()


def test_resampling_is_recorded_and_what_cannot_be_made_is_refused() -> None:
    hour = series_of("demo")
    four = resampled(hour, PERIODS["H4"])
    assert [t.rule for t in four.treatments][-1] == "resampled_to_H4_by_end"
    assert resampled(four, PERIODS["D1"]).treatments[-1].fault == "period_H4"
    for length in (PERIODS["M30"], PERIODS["H1"], 5 * PERIODS["H1"], PERIODS["H1"] + 1):
        with pytest.raises(UnfitRequest):
            resampled(hour, length)
    with pytest.raises(UnfitRequest, match="bars of H1 cannot become M5"):
        series_of("demo", timeframe="M5")
    with pytest.raises(UnfitRequest, match='timeframe "H5" is not known'):
        series_of("demo", timeframe="H5")


def test_months_are_refused_with_the_way_that_has_them() -> None:
    with pytest.raises(
        UnfitRequest, match=r'months have no one length\. Take timeframe="D1" and self\.higher\("MN1"\)'
    ):
        period_of("MN1")
