"""Frames and MetaTrader's arrays are series like a file with the same rows."""

from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from tallystick.platform.data.errors import UnfitRequest, UnknownClock, UnreadableData
from tallystick.platform.data.opening import feed_of, series_of
from tests.unit.data.mt5_styles import BEGIN_MS, Bar, Style

BARS = [Bar(60 * hour, 110_000 + hour, 110_020 + hour, 109_990, 110_010 + hour, 5 + hour, 7) for hour in range(60)]
PRICES = ("open", "high", "low", "close")


def frame() -> pd.DataFrame:
    index = pd.DatetimeIndex(pd.to_datetime([BEGIN_MS + bar.minute * 60_000 for bar in BARS], unit="ms"))
    columns = {name.capitalize(): [bar[number] / 100_000 for bar in BARS] for number, name in enumerate(PRICES, 1)}
    return pd.DataFrame({**columns, "Volume": [bar.volume for bar in BARS], "Spread": 7}, index=index)


def rates() -> np.ndarray:
    names = ["time", *PRICES, "tick_volume", "spread", "real_volume"]
    kinds = ["<i8", *["<f8"] * 4, "<u8", "<i4", "<u8"]
    made = np.zeros(len(BARS), dtype=list(zip(names, kinds, strict=True)))
    for row, bar in enumerate(BARS):
        prices = (points / 100_000 for points in bar[1:5])
        made[row] = (BEGIN_MS // 1000 + bar.minute * 60, *prices, bar.volume, bar.spread, 0)
    return made


def hash_of_the_file(folder: Path, tz: str) -> str:
    path = folder / "EURUSD.csv"
    path.write_bytes(Style().bars(BARS))
    return series_of(path, tz=tz).data_hash


def test_a_frame_is_the_file_with_the_same_rows(tmp_path: Path) -> None:
    assert series_of(frame(), symbol="EURUSD", tz="utc").data_hash == hash_of_the_file(tmp_path, "utc")


def test_a_zone_aware_frame_is_converted_and_needs_no_clock(tmp_path: Path) -> None:
    aware = frame().tz_localize("UTC").tz_convert("Asia/Tokyo")
    assert series_of(aware, symbol="EURUSD").data_hash == hash_of_the_file(tmp_path, "utc")


def test_a_clock_beside_times_that_carry_their_zone_is_refused_unless_it_is_utc(tmp_path: Path) -> None:
    aware = frame().tz_localize("UTC").tz_convert("Asia/Tokyo")
    with pytest.raises(UnfitRequest, match=r'tz="mt5" has no effect on a frame: its times carry their own zone\. '):
        series_of(aware, symbol="EURUSD", tz="mt5")
    assert series_of(aware, symbol="EURUSD", tz="UTC").data_hash == hash_of_the_file(tmp_path, "utc")
    file = tmp_path / "EURUSD_zoned.csv"
    rows = "".join(f"2024-03-01T0{hour}:00+09:00,1.1,1.2,1.0,1.1\n" for hour in range(3))
    file.write_text(f"time,open,high,low,close\n{rows}", encoding="utf-8")
    with pytest.raises(UnfitRequest, match=r'tz="America/New_York" has no effect on EURUSD_zoned\.csv'):
        series_of(file, tz=ZoneInfo("America/New_York"))


def test_a_column_of_times_does_as_well_as_an_index(tmp_path: Path) -> None:
    expected = hash_of_the_file(tmp_path, "utc")
    moved = frame().reset_index(names="Date")
    assert series_of(moved, symbol="EURUSD", tz="utc").data_hash == expected
    moved["Date"] = moved["Date"].astype(str)
    assert series_of(moved, symbol="EURUSD", tz="utc").data_hash == expected
    moved["Date"] = pd.to_datetime(moved["Date"]).dt.tz_localize("UTC")
    assert series_of(moved, symbol="EURUSD").data_hash == expected


def test_a_naive_frame_needs_a_clock_and_a_symbol() -> None:
    with pytest.raises(
        UnknownClock, match=r"a frame has no time zone\. Say frame\.tz_localize\(\"UTC\"\), or series_of"
    ):
        series_of(frame(), symbol="EURUSD")
    with pytest.raises(ValueError, match="nothing tells the symbol of a frame"):
        series_of(frame(), tz="utc")


def test_the_rates_of_metatrader_are_the_file_it_exports(tmp_path: Path) -> None:
    assert series_of(rates(), symbol="EURUSD", tz="mt5").data_hash == hash_of_the_file(tmp_path, "mt5")


def test_the_ticks_of_metatrader_keep_their_milliseconds_and_flags() -> None:
    kinds = [("time", "<i8"), ("bid", "<f8"), ("ask", "<f8"), ("last", "<f8"), ("volume", "<u8")]
    kinds += [("time_msc", "<i8"), ("flags", "<u4"), ("volume_real", "<f8")]
    ticks = np.array([(1_709_251_200, 1.1, 1.2, 0.0, 0, 1_709_251_200_123, 134, 0.0)], dtype=kinds)
    series = series_of(ticks, symbol="EURUSD", tz="mt5")
    columns = series.rows.columns
    assert (columns["time_msc"].tolist(), columns["flags"].tolist()) == ([1_709_251_200_123], [134])
    assert (series.kind, columns["bid"].tolist(), columns["ask"].tolist()) == ("quote", [1.1], [1.2])


def test_a_few_round_prices_of_a_known_symbol_have_its_points() -> None:
    few = frame().iloc[:3].assign(Open=1.1, High=1.2, Low=1.0, Close=1.1)
    assert series_of(few, symbol="EURUSD", tz="utc").rows.columns["ask_open"].tolist() == [1.10007] * 3
    gold = few.assign(Open=1_900.25, High=1_900.5, Low=1_900.0, Close=1_900.25)
    assert series_of(gold, symbol="XAUUSD", tz="utc").rows.columns["ask_open"].tolist() == [1_900.32] * 3
    assert series_of(few, symbol="X", tz="utc", digits=4).rows.columns["ask_open"].tolist() == [1.1007] * 3


def test_a_bad_cell_of_a_frame_is_named_by_row_and_column() -> None:
    broken = frame().astype({"High": object})
    broken.iloc[3, 1] = "abc"
    with pytest.raises(UnreadableData, match='the frame row 4, column High: "abc" is not a price'):
        series_of(broken, symbol="EURUSD", tz="utc")
    assert len(series_of(broken, symbol="EURUSD", tz="utc", strictness="skip_bad")) == len(BARS) - 1
    with pytest.raises(UnreadableData, match="row 1, column Open"):
        series_of(frame().assign(Open=np.nan), symbol="EURUSD", tz="utc")


def test_a_frame_that_is_none_of_prices_is_refused() -> None:
    with pytest.raises(UnreadableData, match="holds no rows"):
        series_of(frame().iloc[:0], symbol="EURUSD", tz="utc")
    with pytest.raises(UnreadableData, match="has no columns for open, high, low and close"):
        series_of(frame()[["Volume"]], symbol="EURUSD", tz="utc")
    with pytest.raises(UnfitRequest, match="a list is no source of prices"):
        series_of([1, 2], symbol="EURUSD", tz="utc")


def test_a_feed_is_made_of_frames_by_symbol() -> None:
    feed = feed_of({"EURUSD": frame(), "GBPUSD": frame()}, tz="utc")
    assert feed.symbols == ("EURUSD", "GBPUSD")
    assert feed_of("demo").symbols == ("EURUSD", "NZDUSD", "XAUUSD")


def test_a_parquet_file_is_the_frame_it_was_written_from(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    path = tmp_path / "EURUSD.parquet"
    frame().to_parquet(path)
    assert series_of(path, tz="utc").data_hash == series_of(frame(), symbol="EURUSD", tz="utc").data_hash
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(UnreadableData, match="is not a Parquet file"):
        series_of(path, tz="utc")
