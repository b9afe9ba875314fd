"""What MT5 exports comes in whole, however it was written, and what it lacks is filled by a named rule."""

import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tallystick.platform.data.errors import ImpossibleData, UnfitRequest, UnknownClock, UnknownSymbol, UnreadableData
from tallystick.platform.data.opening import series_of
from tallystick.platform.data.series import Series
from tests.unit.data.mt5_styles import BEGIN_MS, STYLES, Bar, Style, Tick

VECTORS = Path(__file__).resolve().parents[2] / "golden" / "vectors" / "mt5" / "mt5_csv"
VECTOR_ROWS = {"bars_daily_no_time_column": 1, "ticks_one_sided": 5, "ticks_utf16le_bom_crlf": 7}
EXAMPLES = 400 if os.environ.get("TALLYSTICK_FULL") else 12
HOUR_NS = 3_600_000_000_000


def bar_lists() -> st.SearchStrategy[list[Bar]]:
    price = st.integers(1, 999_999)
    points = st.lists(price, min_size=4, max_size=4)

    def made(rows: list[tuple[list[int], int, int]]) -> list[Bar]:
        return [
            Bar(60 * hour, four[0], max(four), min(four), four[1], volume, spread)
            for hour, (four, volume, spread) in enumerate(rows)
        ]

    row = st.tuples(points, st.integers(0, 99_999), st.integers(0, 500))
    return st.lists(row, min_size=2, max_size=30).map(made)


def tick_lists() -> st.SearchStrategy[list[Tick]]:
    side = st.one_of(st.none(), st.integers(1, 999_999))
    row = st.tuples(st.integers(0, 5_000), side, side, st.integers(1, 255))

    def made(rows: list[tuple[int, int | None, int | None, int]]) -> list[Tick]:
        ms = np.cumsum([row[0] for row in rows]).tolist()
        first = Tick(0, 110_000, 110_010, 6)
        return [first, *(Tick(at, *row[1:]) for at, row in zip(ms, rows, strict=True))]

    return st.lists(row, max_size=30).map(made)


def read(folder: Path, content: bytes, **stated: Any) -> Series:
    path = folder / "EURUSD.csv"
    path.write_bytes(content)
    return series_of(path, **{"tz": "utc", **stated})


def uncrossed(bid: int, ask: int) -> tuple[int, int]:
    return ((bid + ask) // 2,) * 2 if ask < bid else (bid, ask)


@pytest.mark.parametrize("style", STYLES.values(), ids=list(STYLES))
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bars=bar_lists())
def test_bars_written_in_any_style_are_read_back(tmp_path: Path, style: Style, bars: list[Bar]) -> None:
    series = read(tmp_path, style.bars(bars))
    columns = series.rows.columns
    assert columns["time_msc"].tolist() == [BEGIN_MS + bar.minute * 60_000 for bar in bars]
    for number, point in enumerate(("open", "high", "low", "close"), 1):
        assert columns[f"bid_{point}"].tolist() == [bar[number] / 100_000 for bar in bars]
        spread = [bar.spread if style.spread else 0 for bar in bars]
        assert columns[f"ask_{point}"].tolist() == [
            (bar[number] + points) / 100_000 for bar, points in zip(bars, spread, strict=True)
        ]
    assert columns["volume"].tolist() == [bar.volume if style.volume else 0 for bar in bars]
    assert (series.period_ns, series.rows.digits) == (HOUR_NS, 5)


@pytest.mark.parametrize("name", ["as MT5 writes it", "plain", "no names", "decimal comma", "commas"])
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ticks=tick_lists())
def test_ticks_written_in_any_style_are_read_back_with_the_last_known_side(
    tmp_path: Path, name: str, ticks: list[Tick]
) -> None:
    series = read(tmp_path, STYLES[name].ticks(ticks))
    expected = []
    bid = ask = 0
    for tick in ticks:
        bid, ask = tick.bid or bid, tick.ask or ask
        if tick.bid is not None or tick.ask is not None:
            expected.append((BEGIN_MS + tick.ms, *(side / 100_000 for side in uncrossed(bid, ask)), tick.flags))
    columns = series.rows.columns
    found = zip(*(columns[name].tolist() for name in ("time_msc", "bid", "ask", "flags")), strict=True)
    assert list(found) == expected
    one_sided = sum((tick.bid is None) != (tick.ask is None) for tick in ticks)
    counts = {treated.fault: treated.count for treated in series.treatments}
    assert counts.get("one_sided_quote", 0) == one_sided
    assert counts.get("no_quote", 0) == len(ticks) - len(expected)


def two_bars() -> list[Bar]:
    return [Bar(0, 110_000, 110_020, 109_990, 110_010, 5, 7), Bar(60, 110_010, 110_030, 110_000, 110_020, 6, 8)]


def test_the_ask_of_a_bar_is_its_bid_plus_the_spread_and_the_series_says_so(tmp_path: Path) -> None:
    series = read(tmp_path, Style().bars(two_bars()))
    (treated,) = [one for one in series.treatments if one.fault == "no_ask"]
    assert (treated.count, treated.rule) == (2, "ask_is_bid_plus_spread")
    assert series.rows.columns["ask_open"].tolist() == [1.10007, 1.10018]
    assert not [line for line in series.warnings if "W131" in line]


def test_a_missing_spread_is_taken_as_zero_with_a_warning_or_as_stated(tmp_path: Path) -> None:
    content = Style(spread=False).bars(two_bars())
    silent = read(tmp_path, content)
    assert [line for line in silent.warnings if line.startswith("W131 EURUSD: nothing tells the spread of 2 bars")]
    stated = read(tmp_path, content, spread_points=12)
    assert stated.rows.columns["ask_open"].tolist() == [1.10012, 1.10022]
    assert "ask_is_bid_plus_12_points" in {one.rule for one in stated.treatments}
    assert not [line for line in stated.warnings if "W131" in line]


def test_daily_bars_without_a_time_last_a_day(tmp_path: Path) -> None:
    text = "<DATE>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\n2024.03.01\t1.1\t1.2\t1.0\t1.1\n2024.03.04\t1.1\t1.2\t1.0\t1.1\n"
    assert read(tmp_path, text.encode()).period_ns == 24 * HOUR_NS


def test_one_bar_has_the_period_that_is_stated_and_none_is_guessed(tmp_path: Path) -> None:
    content = Style().bars(two_bars()[:1])
    with pytest.raises(UnreadableData, match="one bar does not tell its period"):
        read(tmp_path, content)
    assert read(tmp_path, content, timeframe="M15").period_ns == HOUR_NS // 4


def test_the_clock_must_be_stated(tmp_path: Path) -> None:
    with pytest.raises(UnknownClock, match=r'EURUSD\.csv has no time zone\. Say tz="utc", tz="mt5"'):
        read(tmp_path, Style().bars(two_bars()), tz=None)
    with pytest.raises(UnknownClock, match='time zone "Mars/Olympus" is not known'):
        read(tmp_path, Style().bars(two_bars()), tz="Mars/Olympus")


def test_mt5_time_is_two_or_three_hours_ahead_of_utc(tmp_path: Path) -> None:
    winter = read(tmp_path, Style().bars(two_bars()), tz="mt5")
    assert int(winter.time[0]) == (BEGIN_MS - 2 * 3_600_000) * 1_000_000 + HOUR_NS
    assert winter.time_rule == "new_york+7"


def test_a_named_zone_is_converted_to_utc_and_recorded(tmp_path: Path) -> None:
    series = read(tmp_path, Style().bars(two_bars()), tz="America/New_York")
    assert series.time_rule == "utc"
    assert int(series.rows.columns["time_msc"][0]) == BEGIN_MS + 5 * 3_600_000
    assert ("local_clock", 2, "America/New_York_to_utc") in [(t.fault, t.count, t.rule) for t in series.treatments]


def test_a_row_that_says_its_own_zone_needs_no_clock(tmp_path: Path) -> None:
    text = (
        "timestamp,open,high,low,close\n2024-03-01 00:00:00+02:00,1.1,1.2,1.0,1.1\n2024-03-01T01:00:00+02:00,1,1,1,1\n"
    )
    series = read(tmp_path, text.encode(), tz=None, spread_points=1)
    assert series.rows.columns["time_msc"].tolist() == [BEGIN_MS - 2 * 3_600_000, BEGIN_MS - 3_600_000]


def test_a_mapping_names_columns_that_have_names_of_their_own(tmp_path: Path) -> None:
    text = "When,O,H,L,C,Other\n2024-03-01 00:00,1.1,1.2,1.0,1.1,9\n2024-03-01 01:00,1.1,1.2,1.0,1.1,9\n"
    series = read(tmp_path, text.encode(), mapping={"time": "When"}, spread_points=0)
    assert len(series) == 2
    with pytest.raises(UnfitRequest, match='has no column "Nope"'):
        read(tmp_path, text.encode(), mapping={"time": "Nope"})
    with pytest.raises(UnreadableData, match="has no columns for a time; it has When"):
        read(tmp_path, text.encode())


def test_both_sides_given_are_both_kept(tmp_path: Path) -> None:
    head = "time,bid_open,bid_high,bid_low,bid_close,ask_open,ask_high,ask_low,ask_close\n"
    rows = "".join(f"2024-03-01 0{hour}:00,1.1,1.2,1.0,1.1,1.11,1.21,1.01,1.12\n" for hour in range(3))
    series = read(tmp_path, (head + rows).encode())
    assert series.rows.columns["ask_close"].tolist() == [1.12] * 3
    assert "no_ask" not in {one.fault for one in series.treatments}


def test_a_file_whose_name_tells_no_symbol_must_be_told_it(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_bytes(Style().bars(two_bars()))
    with pytest.raises(UnknownSymbol, match=r"nothing tells the symbol of prices\.csv"):
        series_of(path, tz="utc")
    assert series_of(path, tz="utc", symbol="GOLD").symbol == "GOLD"


def test_rows_that_cannot_be_read_are_dropped_and_recorded_when_asked(tmp_path: Path) -> None:
    text = Style().bars([*two_bars(), Bar(120, 110_010, 110_030, 110_000, 110_020, 6, 8)]).decode().splitlines()
    text[2] = text[2].replace("1.10010", "abc")
    content = ("\n".join(text) + "\nhalf a line\n").encode()
    with pytest.raises(UnreadableData, match=r'EURUSD\.csv line 3, column open: "abc" is not a price.* 2 of 4 here'):
        read(tmp_path, content)
    series = read(tmp_path, content, strictness="skip_bad")
    assert len(series) == 2
    assert ("unreadable_row", 2, "dropped") in [(t.fault, t.count, t.rule) for t in series.treatments]


@pytest.mark.parametrize("path", sorted(VECTORS.glob("*.csv")), ids=lambda path: path.stem)
def test_every_vector_is_read_or_refused_by_line(path: Path) -> None:
    if "BAD" not in path.name:
        assert len(series_of(path, symbol="EURUSD", tz="mt5")) == VECTOR_ROWS.get(path.stem, 60)
        return
    with pytest.raises(UnreadableData, match=r'line 42, column open: "" is not a price'):
        series_of(path, symbol="EURUSD", tz="mt5")
    kept = series_of(path, symbol="EURUSD", tz="mt5", strictness="skip_bad")
    assert {(t.fault, t.count, t.rule) for t in kept.treatments} >= {
        ("unreadable_row", 1, "dropped"),
        ("impossible_bar", 1, "dropped"),
        ("unsorted", 1, "sorted_by_time"),
        ("duplicate", 1, "first_kept"),
    }


def test_a_zipped_export_is_read_like_the_file_in_it(tmp_path: Path) -> None:
    path = tmp_path / "EURUSD.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("EURUSD.csv", STYLES["as MT5 writes it"].bars(two_bars()))
    assert series_of(path, tz="utc").data_hash == read(tmp_path, Style().bars(two_bars())).data_hash


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("20240301 000000;1.1;1.2;1.0;1.1;0\n20240301 000100;1.1;1.2;1.0;1.1;0\n", "bar"),
        ("20240301 000000123,1.10000,1.10010,0\n20240301 000001123,1.10000,1.10010,0\n", "quote"),
        ("Gmt time,Open,High,Low,Close\n01.03.2024 00:00:00.000,1.1,2,1,1\n01.03.2024 00:01:00.000,1.1,2,1,1\n", "bar"),
        ("Gmt time,Ask,Bid\n01.03.2024 00:00:00.123,1.10010,1.1\n01.03.2024 00:00:01.123,1.1001,1.1\n", "quote"),
        ("2024.03.01,00:00,1.1,1.2,1.0,1.1,33\n2024.03.01,00:01,1.1,1.2,1.0,1.1,33\n", "bar"),
    ],
    ids=["HistData bars", "HistData ticks", "Dukascopy bars", "Dukascopy ticks", "MT4"],
)  # fmt: skip
def test_what_other_programs_write_is_understood(tmp_path: Path, text: str, kind: str) -> None:
    series = read(tmp_path, text.encode())
    assert (series.kind, len(series)) == (kind, 2)
    begin = BEGIN_MS + (123 if kind == "quote" else 0)
    assert series.rows.columns["time_msc"].tolist() == [begin, begin + (1_000 if kind == "quote" else 60_000)]
    assert series.rows.columns["bid_open" if kind == "bar" else "bid"].tolist() == [1.1, 1.1]


def test_zeros_behind_the_last_decimal_do_not_make_points_smaller(tmp_path: Path) -> None:
    path = tmp_path / "USDJPY.csv"
    text = Style().bars(two_bars()).decode().replace("1.1", "150.1").replace("1.09", "150.09")
    path.write_text(text, encoding="utf-8")
    opened = series_of(path, tz="utc").rows.columns
    assert np.rint((opened["ask_open"] - opened["bid_open"]) * 1_000).tolist() == [7, 8]


def test_an_impossible_bar_is_refused_by_line(tmp_path: Path) -> None:
    bars = two_bars()
    bars[1] = bars[1]._replace(high=100_000)
    with pytest.raises(ImpossibleData, match=r"EURUSD\.csv line 3: no EURUSD bar can be like this"):
        read(tmp_path, Style().bars(bars))
