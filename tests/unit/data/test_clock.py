"""A source's clock and UTC: named zones, server time, and the hours that are shown twice."""

from contextlib import suppress
from datetime import UTC, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.platform.data.clock import clock_of, source_ms_to_utc_ns, utc_ns_to_source_ms, zone_to_utc_ms
from tallystick.platform.data.errors import UnknownClock

QUARTER_MS = 900_000


def shown(utc_ms: np.ndarray, zone: str) -> np.ndarray:
    """What a clock of the zone shows, as pandas reckons it."""
    pandas = pytest.importorskip("pandas")
    index = pandas.DatetimeIndex(utc_ms.astype("datetime64[ms]")).tz_localize("UTC").tz_convert(zone)
    return np.asarray(index.tz_localize(None).values.astype("datetime64[ms]").astype(np.int64))


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/London", "Asia/Tokyo", "Australia/Lord_Howe"])
def test_a_year_round_the_clock_comes_back_from_its_zone(zone: str) -> None:
    begin = np.datetime64("2024-01-01", "ms").astype(np.int64)
    utc = begin + np.arange(366 * 96, dtype=np.int64) * QUARTER_MS
    assert np.array_equal(zone_to_utc_ms(shown(utc, zone), zone), utc)


def test_an_hour_that_is_shown_once_in_the_file_is_its_first_showing() -> None:
    wall = np.array(["2024-11-03T00:30", "2024-11-03T01:30", "2024-11-03T02:30"], "datetime64[ms]").astype(np.int64)
    found = zone_to_utc_ms(wall, "America/New_York").astype("datetime64[ms]")
    assert found.astype(str).tolist() == [
        "2024-11-03T04:30:00.000", "2024-11-03T05:30:00.000", "2024-11-03T07:30:00.000",
    ]  # fmt: skip


@pytest.mark.parametrize("rule", ["utc", "fixed:-05:00", "new_york+7"])
def test_a_clock_shows_what_is_read_from_it(rule: str) -> None:
    utc = np.arange(1_390_000_000, 1_420_000_000, 3_600 * 7, dtype=np.int64) * 1_000_000_000
    read = source_ms_to_utc_ns(utc_ns_to_source_ms(utc, rule), rule)
    assert (read != utc).sum() <= 1  # the hour that is shown twice, once a year


@pytest.mark.parametrize(
    ("words", "rule", "zone"),
    [
        ("UTC", "utc", ""),
        ("mt5", "new_york+7", ""),
        ("new_york+7", "new_york+7", ""),
        ("fixed:-05:00", "fixed:-05:00", ""),
        ("+02:00", "fixed:+02:00", ""),
        ("utc+3", "", ""),
        ("GMT+02", "fixed:+02:00", ""),
        ("America/New_York", "utc", "America/New_York"),
        (UTC, "utc", ""),
        (timezone(timedelta(hours=-5)), "fixed:-05:00", ""),
        (ZoneInfo("Europe/London"), "utc", "Europe/London"),
    ],
)
def test_a_clock_is_known_by_many_words(words: object, rule: str, zone: str) -> None:
    if not rule:
        with pytest.raises(UnknownClock):
            clock_of(words, "a file")  # type: ignore[arg-type]  # what is refused
        return
    clock = clock_of(words, "a file")  # type: ignore[arg-type]  # what is refused
    assert (clock.rule, clock.zone) == (rule, zone)


@given(st.text(max_size=30))
def test_any_words_are_a_clock_or_refused(words: str) -> None:
    with suppress(UnknownClock):
        assert clock_of(words, "a file").rule
