"""What a check says of prices: every planted fault, and nothing of prices that are sound."""

from pathlib import Path

from tallystick.platform.data.checking import Checked, checked
from tallystick.platform.data.demo import FOLDER
from tallystick.platform.data.opening import Reader
from tests.unit.data.mt5_styles import Bar, Style, Tick

MONDAY = 3 * 24 * 60
"""Minutes from Friday, 1 March 2024, to the Monday after."""


def sound_bars() -> list[Bar]:
    """Five days of H1 bars from Monday on, 20 points up and down in turn."""
    bars = []
    for hour in range(24 * 5):
        begin, end = (110_000, 110_020) if hour % 2 else (110_020, 110_000)
        bars.append(Bar(MONDAY + 60 * hour, begin, 110_030, 109_990, end, 100 + hour, 7))
    return bars


def check(folder: Path, bars: list[Bar], tz: str = "mt5") -> Checked:
    path = folder / "EURUSD.csv"
    path.write_bytes(Style().bars(bars))
    return checked(str(path), Reader(tz=tz))


def faults(found: Checked) -> dict[str, tuple[int, str]]:
    return {issue.fault: (issue.count, issue.place) for issue in found.issues}


def test_sound_prices_are_found_sound(tmp_path: Path) -> None:
    found = check(tmp_path, sound_bars())
    assert found.issues == ()
    assert (found.rows, found.symbol, found.time_rule) == (120, "EURUSD", "new_york+7")


def test_each_planted_fault_is_counted_and_placed(tmp_path: Path) -> None:
    bars = sound_bars()
    bars[10] = bars[10]._replace(volume=0)
    bars[20] = bars[20]._replace(close=112_000, high=112_010)
    bars[21] = bars[21]._replace(open=112_000, high=112_010)
    bars[30] = bars[30]._replace(high=115_000)
    bars[40] = bars[40]._replace(spread=900)
    bars[50] = bars[50]._replace(high=100_000)
    for row in range(60, 66):
        flat = bars[59].close
        bars[row] = bars[row]._replace(open=flat, high=flat, low=flat, close=flat)
    bars[70], bars[71] = bars[71], bars[70]
    bars.insert(80, bars[79])
    bars.append(Bar(MONDAY + 60 * 24 * 5, 110_000, 110_010, 109_990, 110_000, 9, 7))
    found = faults(check(tmp_path, bars))
    assert found == {
        "impossible_bar": (1, "EURUSD.csv line 52"),
        "unsorted": (1, "EURUSD.csv line 73"),
        "duplicate": (1, "EURUSD.csv line 82"),
        "zero_volume": (1, "EURUSD.csv line 12"),
        "spike": (1, "EURUSD.csv line 22"),
        "far_wick": (1, "EURUSD.csv line 32"),
        "wide_spread": (1, "EURUSD.csv line 42"),
        "flat_run": (6, "EURUSD.csv line 62"),
        "weekend_row": (1, "EURUSD.csv line 123"),
    }


def test_refused_rows_are_told_apart_from_treated_and_from_odd_ones(tmp_path: Path) -> None:
    bars = sound_bars()
    bars[50] = bars[50]._replace(high=100_000)
    bars[40] = bars[40]._replace(spread=900)
    bars.insert(80, bars[79])
    told = {issue.fault: issue.treatment for issue in check(tmp_path, bars).issues}
    assert told == {
        "impossible_bar": 'refused; strictness="skip_bad" drops',
        "duplicate": "first_kept",
        "wide_spread": "kept",
    }


def test_gaps_are_told_by_day(tmp_path: Path) -> None:
    bars = [bar for bar in sound_bars() if not MONDAY + 1440 <= bar.minute < MONDAY + 2880]
    assert faults(check(tmp_path, bars, "utc"))["empty_weekday"] == (1, "")


def test_quotes_of_one_side_and_crossed_ones_are_told(tmp_path: Path) -> None:
    path = tmp_path / "EURUSD.csv"
    monday_ms = MONDAY * 60_000
    ticks = [Tick(monday_ms + n, 110_000 + n, 110_005 + n, 6) for n in range(50)]
    ticks[7] = ticks[7]._replace(ask=None)
    ticks[9] = ticks[9]._replace(ask=100_000)
    path.write_bytes(Style().ticks(ticks))
    assert faults(checked(str(path), Reader(tz="mt5"))) == {
        "one_sided_quote": (1, "EURUSD.csv line 9"),
        "crossed_quote": (1, "EURUSD.csv line 11"),
    }


def test_the_demo_s_own_faults_are_found_by_name_and_count() -> None:
    path = FOLDER / "fxcm_hour_eurusd_2014.zip"
    found = faults(checked(str(path), Reader(tz="fixed:-05:00")))
    assert found["crossed_open"][0] >= 389
    assert found["empty_weekday"][0] == 2
