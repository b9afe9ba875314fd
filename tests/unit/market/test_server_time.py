"""The rule from a clock to UTC, checked against the zone database where it is installed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.market.server_time import TimeRuleError, next_midnight, offset_ns, server_day, to_utc_ns, weekday_of

SECOND = 1_000_000_000
HOUR = 3_600 * SECOND
SINCE_2007 = st.integers(1_180_000_000, 4_000_000_000)


def ns(text: str) -> int:
    """A moment in ns UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * SECOND


@given(SINCE_2007)
def test_new_york_plus_seven_is_new_york_plus_seven(second: int) -> None:
    try:
        new_york = ZoneInfo("America/New_York")
    except ZoneInfoNotFoundError:
        pytest.skip("no zone database on this machine")
    offset = datetime.fromtimestamp(second, new_york).utcoffset()
    assert offset is not None
    assert offset_ns(second * SECOND, "new_york+7") == (offset + timedelta(hours=7)) // timedelta(seconds=1) * SECOND


@given(SINCE_2007, st.sampled_from(["utc", "fixed:-05:00", "fixed:+05:30", "new_york+7"]))
def test_a_clock_reading_leads_back_to_its_moment(second: int, rule: str) -> None:
    moment = second * SECOND
    reading = (moment + offset_ns(moment, rule)) // 1_000_000
    back = int(to_utc_ns(np.array([reading]), rule)[0])
    shown_twice = rule == "new_york+7" and back == moment - HOUR
    assert back == moment or shown_twice


@given(SINCE_2007, st.sampled_from(["utc", "fixed:-05:00", "fixed:+05:30", "new_york+7"]))
def test_the_next_midnight_begins_the_next_server_day(second: int, rule: str) -> None:
    moment = second * SECOND
    midnight = next_midnight(moment, rule)
    assert midnight > moment
    assert server_day(midnight, rule) == server_day(moment, rule) + 1
    assert server_day(midnight - 1, rule) == server_day(moment, rule)


def test_new_york_s_trading_day_ends_at_server_midnight_in_summer_and_in_winter() -> None:
    assert next_midnight(ns("2014-01-15T12:00"), "new_york+7") == ns("2014-01-15T22:00")
    assert next_midnight(ns("2014-07-15T12:00"), "new_york+7") == ns("2014-07-15T21:00")


def test_the_first_of_january_1970_was_a_thursday() -> None:
    assert weekday_of(0) == 3


def test_an_unknown_rule_says_which_there_are() -> None:
    with pytest.raises(TimeRuleError, match=r"say utc, fixed:\+HH:MM or new_york\+7"):
        offset_ns(0, "europe/berlin")
