"""Files of a strategy: what kind they are, on which clock, and copies with another future."""

import json
from pathlib import Path

import numpy as np
import pytest

from tallystick.platform.data.demo import demo_feed
from tallystick.platform.data.feed import Feed
from tallystick.platform.judging.lookahead.outside import clock_of, kind_of, stamp_of, write_changed
from tests.unit.lookahead.test_changes import month

HOUR_NS = 3_600_000_000_000
ROWS = 500
MOMENT_NS = 1_388_700_000_000_000_000


def prices(folder: Path, shift_ns: int) -> Path:
    """The month's closes under stamps on another clock."""
    one = month().series[0]
    stamps = np.datetime_as_string((one.time + shift_ns).astype("datetime64[ns]"), unit="s")
    closes = one.rows.columns["bid_close"]
    path = folder / "prices.csv"
    path.write_text("time,close\n" + "".join(f"{at},{close:.5f}\n" for at, close in zip(stamps, closes, strict=True)))
    return path


@pytest.mark.parametrize(
    ("line", "stamp"),
    [
        ("2014-01-02 22:00:00,1.5", MOMENT_NS),
        ("2014.01.02\t22:00\t1.5", MOMENT_NS),
        ("20140102 220000;1.5", MOMENT_NS),
        ("1388700000,1.5", MOMENT_NS),
        ("1388700000000,1.5", MOMENT_NS),
        ("EURUSD,1.23456", None),
        ('{"fast": 10}', None),
    ],
)
def test_moments_are_read_as_files_of_prices_write_them(line: str, stamp: int | None) -> None:
    assert stamp_of(line) == stamp


@pytest.mark.parametrize("hours", [-5, -1, 0, 2])
def test_a_file_of_the_runs_own_prices_is_put_on_their_clock(tmp_path: Path, hours: int) -> None:
    clock = clock_of(prices(tmp_path, hours * HOUR_NS), month())
    assert clock.prices
    assert clock.known(hours * HOUR_NS) == 0


def test_an_open_that_is_the_close_before_does_not_make_rows_known_earlier(tmp_path: Path) -> None:
    one = month().series[0]
    path = tmp_path / "prices.npz"
    np.savez(path, time=one.time, open=one.rows.columns["bid_open"], close=one.rows.columns["bid_close"])
    assert clock_of(path, month()).known(int(one.time[100])) == one.time[100]


@pytest.mark.parametrize("suffix", [".csv", ".npz"])
def test_a_file_of_many_more_years_than_the_run_is_still_recognised(tmp_path: Path, suffix: str) -> None:
    one = month().series[0]
    before = one.time[0] - np.arange(20 * len(one), 0, -1) * HOUR_NS
    stamps = np.concatenate([before, one.time])
    closes = np.concatenate([np.linspace(2.0, 3.0, len(before)), one.rows.columns["bid_close"]])
    path = tmp_path / f"prices{suffix}"
    if suffix == ".npz":
        np.savez(path, time=stamps, close=closes)
    else:
        words = np.datetime_as_string(stamps.astype("datetime64[ns]"), unit="s")
        path.write_text("".join(f"{at},{close:.5f}\n" for at, close in zip(words, closes, strict=True)))
    clock = clock_of(path, month())
    assert clock.prices
    assert clock.known(0) == 0


def test_other_numbers_count_a_day_after_their_stamp(tmp_path: Path) -> None:
    path = tmp_path / "mood.csv"
    path.write_text("".join(f"2014-01-{day:02d},0.{day}\n" for day in range(1, 29)))
    clock = clock_of(path, month())
    assert not clock.prices
    assert clock.known(0) == 24 * HOUR_NS


@pytest.mark.parametrize("hours", [-5, 0, 1, 3])
def test_other_rows_of_hours_are_put_on_the_clock_on_which_their_weekends_are_the_runs(
    tmp_path: Path, hours: int
) -> None:
    one = month().series[0]
    stamps = np.datetime_as_string((one.time + hours * HOUR_NS).astype("datetime64[ns]"), unit="s")
    path = tmp_path / "gold.csv"
    path.write_text("".join(f"{at},{row}.5\n" for row, at in enumerate(stamps)))
    clock = clock_of(path, month())
    assert not clock.prices
    assert clock.known(hours * HOUR_NS) == 0


def test_rows_of_every_hour_are_taken_as_utc(tmp_path: Path) -> None:
    first, last = int(month().series[0].time[0]), int(month().series[0].time[-1])
    stamps = np.datetime_as_string(np.arange(first, last, HOUR_NS).astype("datetime64[ns]"), unit="s")
    path = tmp_path / "mood.csv"
    path.write_text("".join(f"{at},{row}.5\n" for row, at in enumerate(stamps)))
    assert clock_of(path, month()).known(0) == 0


def test_summer_time_of_a_file_of_the_runs_prices_makes_no_row_known_late(tmp_path: Path) -> None:
    year = Feed([one for one in demo_feed().series if one.symbol == "EURUSD"])
    one = year.series[0]
    summer = (one.time > np.datetime64("2014-03-30T01:00", "ns").astype(np.int64)) & (
        one.time < np.datetime64("2014-10-26T01:00", "ns").astype(np.int64)
    )
    stamps = one.time + np.where(summer, 2, 1) * HOUR_NS
    path = tmp_path / "berlin.npz"
    np.savez(path, time=stamps, close=one.rows.columns["bid_close"])
    clock = clock_of(path, year)
    assert clock.prices
    late = np.array([clock.known(int(stamp)) for stamp in stamps]) - one.time
    assert (late <= 0).all()
    assert (late == 0).mean() > 0.9


@pytest.mark.parametrize("how", ["cut", "turned"])
def test_a_copy_agrees_up_to_the_moment_and_not_after_it(tmp_path: Path, how: str) -> None:
    path, target = prices(tmp_path, 0), tmp_path / "other.csv"
    row = 120
    cut = int(month().series[0].time[row])
    assert write_changed(path, target, cut, how, clock_of(path, month()))
    before, after = path.read_text().splitlines(), target.read_text().splitlines()
    assert after[: row + 2] == before[: row + 2]
    assert after[row + 2 :] != before[row + 2 :]
    assert len(after) == (row + 2 if how == "cut" else len(before))


def test_settings_tables_and_what_cannot_be_cut_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text(json.dumps({"fast": 8, "since": "2014-01-01"}))
    (tmp_path / "model.bin").write_bytes(b"\0\1\2\3" * 100)
    np.savez(tmp_path / "prices.npz", time=np.arange(3))
    assert kind_of(tmp_path / "settings.json", ROWS) == "settings"
    assert kind_of(tmp_path / "model.bin", ROWS) == "opaque"
    assert kind_of(tmp_path / "prices.npz", ROWS) == "table"
    assert kind_of(prices(tmp_path, 0), ROWS) == "table"


@pytest.mark.parametrize(("count", "kind"), [(6, "settings"), (249, "settings"), (250, "opaque"), (5_000, "opaque")])
def test_a_file_with_a_number_for_each_row_or_two_is_no_setting(tmp_path: Path, count: int, kind: str) -> None:
    (tmp_path / "sides.json").write_text(json.dumps([row % 3 - 1 for row in range(count)]))
    np.save(tmp_path / "sides.npy", np.arange(count) * 0.5)
    assert kind_of(tmp_path / "sides.json", ROWS) == kind
    assert kind_of(tmp_path / "sides.npy", ROWS) == kind


def test_a_text_with_a_letter_or_a_word_for_each_row_is_no_setting_either(tmp_path: Path) -> None:
    for name, text in {"letters": "uduud\n" * 60, "words": "long,flat\n" * 150, "bits": "0110" * 90}.items():
        (tmp_path / f"{name}.txt").write_text(text)
        assert kind_of(tmp_path / f"{name}.txt", ROWS) == "opaque", name


def test_an_array_of_objects_cannot_be_cut(tmp_path: Path) -> None:
    np.save(tmp_path / "model.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    assert kind_of(tmp_path / "model.npy", ROWS) == "opaque"
