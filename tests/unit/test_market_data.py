"""Real files come in whole, their faults are named and counted, and treated rows keep the stated promises."""

import hashlib
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.market.rows import BAR_COLUMNS, Rows
from tallystick.market.spans import DAY_NS
from tallystick.platform.data import Feed, Series, read_lean, series_from
from tallystick.platform.data.calendar_gaps import wanting_days
from tallystick.platform.data.demo import FOLDER, demo_account, demo_feed, demo_instruments, demo_ticks
from tallystick.platform.data.errors import (
    CrossedData,
    DisorderedData,
    EmptyRange,
    ImpossibleData,
    MissingData,
    UnknownClock,
    UnreadableData,
)
from tallystick.platform.data.faults import Strictness, treat
from tallystick.platform.data.headings import POINTS
from tallystick.platform.data.source import SourceRows, typed

TICKS = Path(__file__).parents[2] / "benchmarks" / "data"
HOUR_MS = 3_600_000
GOOD = "20140106 {hour:02}:00,1.10000,1.10050,1.09950,1.10020,0,1.10010,1.10060,1.09960,1.10030,0"
EXAMPLES = 1_000 if os.environ.get("TALLYSTICK_FULL") else 60


@pytest.fixture(scope="module")
def feed() -> Feed:
    return demo_feed()


def raw(name: str) -> SourceRows:
    return read_lean(FOLDER / name)


def written(folder: Path, *lines: str, name: str = "eurusd.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def hours(count: int, start: int = 0) -> list[str]:
    return [GOOD.format(hour=hour) for hour in range(start, start + count)]


def test_the_demo_year_has_its_known_bars_and_crossed_opens(feed: Feed) -> None:
    counts = {(treated.symbol, treated.fault): treated.count for treated in feed.data_treated()}
    assert [len(series) for series in feed.series] == [6288, 6276, 5972]
    assert counts["EURUSD", "crossed_open"] == 389
    assert counts["NZDUSD", "crossed_open"] == 113
    assert not any(symbol == "XAUUSD" and fault.startswith("crossed") for symbol, fault in counts)


def test_every_crossed_point_of_the_shipped_files_is_counted(feed: Feed) -> None:
    counts = {(treated.symbol, treated.fault): treated.count for treated in feed.data_treated()}
    for symbol, name in (("EURUSD", "fxcm_hour_eurusd_2014.zip"), ("NZDUSD", "fxcm_hour_nzdusd_2014.zip")):
        with zipfile.ZipFile(FOLDER / name) as archive:
            lines = archive.read(archive.namelist()[0]).decode().split()
        cells = [line.split(",") for line in lines if "," in line]
        for position, point in enumerate(POINTS):
            expected = sum(float(row[position + 6]) < float(row[position + 1]) for row in cells)
            assert counts[symbol, f"crossed_{point}"] == expected


def test_nine_percent_of_the_two_tick_days_cross() -> None:
    ticks = demo_ticks(TICKS)
    (treated,) = ticks.data_treated()
    assert len(ticks) == 160_825
    assert (treated.fault, treated.count, treated.rule) == ("crossed_quote", 14_986, "spread_zero_at_mid")
    (rows,) = ticks.rows(chunk_rows=len(ticks))
    assert (rows.ask >= rows.bid).all()
    assert (np.diff(rows.time) >= 0).all()


def test_empty_weekdays_are_listed_and_no_bar_is_invented(feed: Feed) -> None:
    empty = {treated.symbol: treated for treated in feed.data_treated() if treated.fault == "empty_weekday"}
    assert {symbol: treated.count for symbol, treated in empty.items()} == {"EURUSD": 4, "NZDUSD": 4, "XAUUSD": 5}
    assert all(treated.rule == "kept" for treated in empty.values())
    assert len(feed) == 6288 + 6276 + 5972


def test_warnings_name_fault_count_and_rule(feed: Feed) -> None:
    text = "\n".join(feed.warnings())
    assert "W107 EURUSD: 389 of 6,288 bars open with ask below bid" in text
    assert "W107 NZDUSD: 113 of 6,276 bars open with ask below bid" in text
    assert "W108 XAUUSD: 5 of 261 weekdays have no bars (2014-02-11" in text


def test_shipped_files_match_their_provenance() -> None:
    for folder in (FOLDER, TICKS):
        text = (folder / "PROVENANCE.md").read_text(encoding="utf-8")
        archives = sorted(folder.glob("*.zip"))
        assert archives
        for archive in archives:
            assert hashlib.sha256(archive.read_bytes()).hexdigest() in text
    total = sum(path.stat().st_size for folder in (FOLDER, TICKS) for path in folder.glob("*.zip"))
    assert total < 4_000_000


def test_fxcm_bars_are_five_hours_behind_utc(feed: Feed) -> None:
    eurusd, _, gold = feed.series
    first_open_ms = int(eurusd.rows.columns["time_msc"][0])
    assert int(eurusd.time[0]) == (first_open_ms + 5 * HOUR_MS + HOUR_MS) * 1_000_000
    assert int(gold.time[0]) == (int(gold.rows.columns["time_msc"][0]) + HOUR_MS) * 1_000_000


def test_treated_bars_are_possible_and_uncrossed(feed: Feed) -> None:
    for series in feed.series:
        assert_sound(series.rows)


def test_only_crossed_points_and_the_extremes_around_them_change() -> None:
    before = raw("fxcm_hour_eurusd_2014.zip")
    after, _ = treat(before, "EURUSD")
    crossed = np.any([before.columns[f"ask_{point}"] < before.columns[f"bid_{point}"] for point in POINTS], axis=0)
    for name, values in before.columns.items():
        assert np.array_equal(values[~crossed], after.columns[name][~crossed])
    for point in ("open", "close"):
        here = before.columns[f"ask_{point}"] < before.columns[f"bid_{point}"]
        assert np.array_equal(after.columns[f"bid_{point}"][here], after.columns[f"ask_{point}"][here])
        assert np.array_equal(before.columns[f"bid_{point}"][~here], after.columns[f"bid_{point}"][~here])


def test_mids_are_whole_points_rounded_down(tmp_path: Path) -> None:
    path = written(
        tmp_path, "20140106 00:00,1.10005,1.10020,1.09990,1.10000,0,1.10002,1.10025,1.09995,1.10005,0", *hours(2, 1)
    )
    treated, findings = treat(read_lean(path), "EURUSD")
    assert treated.columns["bid_open"][0] == treated.columns["ask_open"][0] == 1.10003
    assert [(finding.fault, finding.count) for finding in findings] == [("crossed_open", 1)]


def test_treating_twice_changes_nothing(feed: Feed) -> None:
    for series in feed.series:
        again, findings = treat(series.rows, series.symbol)
        assert not findings
        assert all(np.array_equal(values, again.columns[name]) for name, values in series.rows.columns.items())


prices = st.integers(1, 400)


@st.composite
def bars(draw: st.DrawFn, count: int = 5) -> SourceRows:
    """A few bars whose sides are each possible but may cross anywhere."""
    columns: dict[str, list[float]] = {name: [] for name in BAR_COLUMNS if name != "series"}
    for row in range(count):
        columns["time_msc"].append(row * HOUR_MS)
        columns["volume"].append(0)
        for side in ("bid", "ask"):
            low, *inside, high = sorted(draw(st.lists(prices, min_size=4, max_size=4)))
            opened, closed = draw(st.permutations(inside))
            for point, value in zip(POINTS, (opened, high, low, closed), strict=True):
                columns[f"{side}_{point}"].append(value / 100)
    lines = np.arange(1, count + 1)
    arrays = {name: typed(name, values) for name, values in columns.items()}
    return SourceRows("bar", HOUR_MS * 1_000_000, 2, arrays, ("made",), np.zeros(count, dtype=np.int64), lines)


@settings(max_examples=EXAMPLES, deadline=None)
@given(bars())
def test_any_crossing_is_treated_into_possible_bars(made: SourceRows) -> None:
    treated, findings = treat(made, "ANY")
    assert_sound(treated)
    for finding in findings:
        point = finding.fault.removeprefix("crossed_")
        assert finding.count == int((made.columns[f"ask_{point}"] < made.columns[f"bid_{point}"]).sum())


def assert_sound(rows: SourceRows) -> None:
    for side in ("bid", "ask"):
        opened, high, low, closed = (rows.columns[f"{side}_{point}"] for point in POINTS)
        assert (high >= np.maximum(opened, closed)).all()
        assert (low <= np.minimum(opened, closed)).all()
    for point in POINTS:
        assert (rows.columns[f"ask_{point}"] >= rows.columns[f"bid_{point}"]).all()


@pytest.mark.parametrize("cell", ["nan", "inf", "abc", "", "1_0"])
def test_a_cell_that_is_no_price_is_named(tmp_path: Path, cell: str) -> None:
    path = written(tmp_path, *hours(2), GOOD.format(hour=2).replace("1.10020", cell))
    with pytest.raises(UnreadableData, match=r"eurusd\.csv line 3, column bid close: .* is not a price") as caught:
        read_lean(path)
    assert caught.value.code == "E105"


@pytest.mark.parametrize("time", ["20140199 00:00", "20140106 24:00", "noon", "20140106 0:00"])
def test_a_time_that_is_none_is_named(tmp_path: Path, time: str) -> None:
    with pytest.raises(UnreadableData, match="line 2, column time"):
        read_lean(written(tmp_path, *hours(1), GOOD.format(hour=1).replace("20140106 01:00", time)))


def test_files_that_are_none_are_named(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match=r"no such file .*gone\.zip"):
        read_lean(tmp_path / "gone.zip")
    (tmp_path / "cut.zip").write_bytes((FOLDER / "fxcm_hour_eurusd_2014.zip").read_bytes()[:5000])
    with pytest.raises(UnreadableData, match=r"cut\.zip is not a Lean file"):
        read_lean(tmp_path / "cut.zip")
    with pytest.raises(UnreadableData, match="holds no rows"):
        read_lean(written(tmp_path, ""))
    with pytest.raises(UnreadableData, match="has 5 columns; Lean quotes have 3, bars 11"):
        read_lean(written(tmp_path, "1,2,3,4,5"))
    with pytest.raises(UnreadableData, match="does not say of which day"):
        read_lean(written(tmp_path, "1000,1.1,1.2"))


def test_impossible_bars_are_refused_or_dropped(tmp_path: Path) -> None:
    bad = GOOD.format(hour=1).replace("1.10050", "1.09000")
    rows = read_lean(written(tmp_path, *hours(1), bad, *hours(2, 2)))
    with pytest.raises(
        ImpossibleData, match=r"line 2: no EURUSD bar can be like this \(1 bar\): bid open 1.1 high 1.09"
    ):
        treat(rows, "EURUSD")
    kept, findings = treat(rows, "EURUSD", "skip_bad")
    assert len(kept) == 3
    assert [(finding.fault, finding.count, finding.rule) for finding in findings] == [("impossible_bar", 1, "dropped")]


def test_prices_of_zero_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ImpossibleData, match=r"zero or less"):
        treat(read_lean(written(tmp_path, *hours(1), GOOD.format(hour=1).replace("1.09950", "0"))), "EURUSD")


def test_duplicates_keep_the_first_and_conflicts_are_refused(tmp_path: Path) -> None:
    same = read_lean(written(tmp_path, *hours(2), *hours(2, 1)))
    kept, findings = treat(same, "EURUSD")
    assert (len(kept), findings[0].fault, findings[0].rule) == (3, "duplicate", "first_kept")
    with pytest.raises(DisorderedData, match="appears twice"):
        treat(same, "EURUSD", "strict")
    other = read_lean(written(tmp_path, *hours(2), GOOD.format(hour=1).replace("1.10020", "1.10021")))
    with pytest.raises(DisorderedData, match=r"line 3: EURUSD 2014-01-06T01:00:00\.000 appears twice"):
        treat(other, "EURUSD")
    assert treat(other, "EURUSD", "skip_bad")[1][0].rule == "dropped"


def test_unsorted_rows_are_sorted_and_said_so(tmp_path: Path) -> None:
    rows = read_lean(written(tmp_path, *reversed(hours(4))), period_ns=HOUR_MS * 1_000_000)
    sorted_rows, findings = treat(rows, "EURUSD")
    assert (np.diff(sorted_rows.columns["time_msc"]) > 0).all()
    assert [(finding.fault, finding.count) for finding in findings] == [("unsorted", 3)]
    with pytest.raises(DisorderedData, match="goes back in time"):
        treat(rows, "EURUSD", "strict")


def test_strictness_refuses_crossed_bars() -> None:
    with pytest.raises(CrossedData, match="389 rows"):
        demo_feed("strict")


def test_unknown_clocks_and_empty_ranges_are_refused() -> None:
    rows = raw("oanda_hour_xauusd_2014.zip")
    with pytest.raises(UnknownClock, match="Say utc"):
        series_from(rows, symbol="XAUUSD", time_rule="mars", source="")
    with pytest.raises(EmptyRange, match=r"2014-01-01\.\.2014-12-31"):
        series_from(rows, symbol="XAUUSD", time_rule="utc", source="", start_ns=10**18 * 2)


def test_a_range_partly_covered_is_said() -> None:
    rows = raw("oanda_hour_xauusd_2014.zip")
    year_2013 = int(np.datetime64("2013-01-01", "ns").astype(np.int64))
    series = series_from(rows, symbol="XAUUSD", time_rule="utc", source="", start_ns=year_2013)
    assert series.warnings[0].startswith("W104 XAUUSD: asked 2013-01-01..the last, data cover 2014-01-01..2014-12-31")


def test_thin_days_are_measured_by_their_own_weekday() -> None:
    monday = 4 * DAY_NS
    full = [monday + week * 7 * DAY_NS + hour * 3_600 * 10**9 for week in range(5) for hour in range(24)]
    thin = [bar for bar in full if not (2 * 7 * DAY_NS <= bar - monday < 2 * 7 * DAY_NS + 5 * 3_600 * 10**9)]
    days = wanting_days(np.array(thin), monday, monday + 28 * DAY_NS)
    assert days.thin.tolist() == [monday + 14 * DAY_NS]
    assert len(days.empty) == days.weekdays - 5


def flattened(chunks: list[Rows]) -> list[tuple[object, ...]]:
    return [
        (chunk.kind, int(chunk.time[row]), *(chunk.columns[name][row].item() for name in sorted(chunk.columns)))
        for chunk in chunks
        for row in range(len(chunk))
    ]


def small_series(symbol: str, opens: list[int], kind: str = "bar") -> Series:
    count = len(opens)
    names = [name for name in BAR_COLUMNS if name != "series"] if kind == "bar" else ["time_msc", "bid", "ask", "flags"]
    columns = {name: typed(name, np.ones(count)) for name in names} | {"time_msc": typed("time_msc", sorted(opens))}
    period = HOUR_MS * 1_000_000 if kind == "bar" else 0
    rows = SourceRows(kind, period, 5, columns, ("made",), np.zeros(count, dtype=np.int64), np.arange(count))
    return series_from(rows, symbol=symbol, time_rule="utc", source="made")


moments = st.lists(st.integers(0, 30), min_size=1, max_size=20)


@settings(max_examples=EXAMPLES, deadline=None)
@given(moments, moments, moments, st.integers(1, 9), st.integers(0, 60))
def test_order_is_time_then_manifest_then_source_for_any_partition(
    first: list[int], second: list[int], third: list[int], chunk: int, start: int
) -> None:
    series = [
        small_series("A", [hour * HOUR_MS for hour in set(first)]),
        small_series("B", [hour * HOUR_MS for hour in second], "quote"),
        small_series("C", [hour * HOUR_MS for hour in set(third)]),
    ]
    whole = flattened(list(Feed(series).rows()))
    pieces = list(Feed(series).rows(start_row=start, chunk_rows=chunk))
    assert flattened(pieces) == whole[start:]
    assert all(len(piece) <= chunk for piece in pieces)
    by_hand = sorted(
        (int(time), number, ordinal) for number, one in enumerate(series) for ordinal, time in enumerate(one.time)
    )
    got = [
        (time, number) for rows in pieces for time, number in zip(rows.time.tolist(), rows.series.tolist(), strict=True)
    ]
    assert got == [(time, number) for time, number, _ in by_hand][start:]


def test_a_feed_can_start_anywhere(feed: Feed) -> None:
    whole = np.concatenate([rows.bid for rows in feed.rows()])
    for start in (0, 1, 7_777, len(feed) - 1, len(feed)):
        rest = [rows.bid for rows in feed.rows(start_row=start, chunk_rows=1_000)]
        assert np.array_equal(np.concatenate([*rest, whole[:0]]), whole[start:])


def test_hashes_are_stable_and_can_be_recomputed_from_rows(feed: Feed) -> None:
    again = demo_feed()
    assert feed.data_hash == again.data_hash == "2d767b4892fa4b0537197fbe07958c22aeeef5ce5c0bfa32daab2f4f4bccd436"
    declared = feed.series_declared()
    assert [one.series for one in declared] == [0, 1, 2]
    chunks = list(feed.rows(chunk_rows=999))
    for one in declared:
        digest = hashlib.sha256(b"tallystick/series/1\n")
        digest.update(f"{one.symbol}\n{one.kind}\n{one.period_ns}\n{one.time_rule}\n{one.rows}\n".encode())
        for name in BAR_COLUMNS:
            if name != "series":
                digest.update(b"".join(rows.columns[name][rows.series == one.series].tobytes() for rows in chunks))
        assert digest.hexdigest() == one.data_hash


def test_one_changed_price_changes_the_hash() -> None:
    rows = raw("oanda_hour_xauusd_2014.zip")
    bid = rows.columns["bid_low"].copy()
    bid[100] -= 0.001
    hashes = {
        series_from(version, symbol="XAUUSD", time_rule="utc", source="").data_hash
        for version in (rows, rows.replaced({"bid_low": bid}))
    }
    assert len(hashes) == 2


def test_demo_conditions_fit_the_data(feed: Feed) -> None:
    instruments = demo_instruments()
    assert demo_account().balance == 1_000_000
    for series in feed.series:
        assert series.rows.digits == instruments[series.symbol].digits
        assert instruments[series.symbol].symbol == series.symbol


@pytest.mark.parametrize("strictness", ["treat", "skip_bad"])
def test_sound_data_pass_untouched(tmp_path: Path, strictness: Strictness) -> None:
    rows = read_lean(written(tmp_path, *hours(20)))
    treated, findings = treat(rows, "EURUSD", strictness)
    assert not findings
    assert all(np.array_equal(values, treated.columns[name]) for name, values in rows.columns.items())
