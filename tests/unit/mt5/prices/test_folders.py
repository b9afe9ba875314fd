"""Folders of price files: one series a symbol, its files joined in the order of their names."""

import shutil
from pathlib import Path

import pytest

from tallystick.platform.backtesting.market import Reading, feed_from
from tallystick.platform.data.demo import FOLDER
from tallystick.platform.data.errors import DataError, MissingData, UnknownSymbol
from tallystick.platform.mt5.prices.feed import ExecFeed
from tallystick.platform.mt5.prices.folders import unfolded

BARS = "DATE\tTIME\tOPEN\tHIGH\tLOW\tCLOSE\tTICKVOL\tVOL\tSPREAD\n"
AT_FIVE = Reading(tz="fixed:-05:00")


def month(path: Path, number: int) -> None:
    rows = [f"2014.{number:02d}.03\t{hour:02d}:00:00\t1.1\t1.2\t1.0\t1.1\t9\t0\t12\n" for hour in range(3)]
    path.write_text(BARS + "".join(rows), encoding="utf-8")


def test_a_folders_files_are_one_series_a_symbol(tmp_path: Path) -> None:
    month(tmp_path / "EURUSD_2014_01.csv", 1)
    month(tmp_path / "EURUSD_2014_02.csv", 2)
    month(tmp_path / "GBPUSD_2014_01.csv", 1)
    (tmp_path / "notes.md").write_text("no prices", encoding="utf-8")
    reading = Reading(tz="utc")
    feed = ExecFeed(feed_from(unfolded(str(tmp_path), reading), (), reading))
    assert feed.symbols == ("EURUSD", "GBPUSD")
    assert [one.rows for one in feed.series_declared()] == [24, 12]


def test_what_is_no_folder_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "EURUSD.csv"
    month(file, 1)
    assert unfolded([str(file), "demo", 3], AT_FIVE) == [str(file), "demo", 3]
    assert unfolded("demo", AT_FIVE) == ["demo"]


def test_a_folder_and_the_same_file_named_give_the_same_rows(tmp_path: Path) -> None:
    name = "fxcm_hour_eurusd_2014.zip"
    shutil.copy(FOLDER / name, tmp_path / name)
    by_folder = feed_from(unfolded(tmp_path, AT_FIVE), (), AT_FIVE)
    by_name = feed_from(unfolded(tmp_path / name, AT_FIVE), (), AT_FIVE)
    assert by_folder.data_hash == by_name.data_hash


def test_a_folder_without_prices_or_of_unknown_symbols_is_told(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match="holds no files of prices"):
        unfolded(str(tmp_path), AT_FIVE)
    month(tmp_path / "mine.csv", 1)
    with pytest.raises(UnknownSymbol):
        unfolded(str(tmp_path), AT_FIVE)


def test_files_of_one_symbol_that_do_not_belong_together_are_told(tmp_path: Path) -> None:
    month(tmp_path / "EURUSD_a.csv", 1)
    shutil.copy(FOLDER / "fxcm_hour_eurusd_2014.zip", tmp_path / "eurusd_b.zip")
    month(tmp_path / "EURUSD_c.csv", 1)
    with pytest.raises(DataError):
        unfolded(str(tmp_path), AT_FIVE)
