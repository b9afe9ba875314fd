"""Times at the edge: ns UTC inside, the server's wall clock as an epoch outside."""

from datetime import UTC, datetime

import pytest

from tallystick.market.server_time import TimeRuleError
from tallystick.platform.mt5.answering.server_clock import ServerClock

NEW_YORK = ServerClock("new_york+7")


def ns(text: str) -> int:
    """A moment written as UTC, in ns."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000_000


@pytest.mark.parametrize(
    ("utc", "shown"),
    [
        ("2024-01-15 12:00:00", "2024-01-15 14:00:00"),
        ("2024-03-10 06:59:59", "2024-03-10 08:59:59"),
        ("2024-03-10 07:00:00", "2024-03-10 10:00:00"),
        ("2024-07-01 21:00:00", "2024-07-02 00:00:00"),
        ("2024-11-03 05:59:59", "2024-11-03 08:59:59"),
        ("2024-11-03 06:00:00", "2024-11-03 08:00:00"),
    ],
)
def test_the_server_changes_its_clock_with_new_york(utc: str, shown: str) -> None:
    """Winter is UTC+2, summer UTC+3, and the change comes at 02:00 in New York."""
    assert NEW_YORK.seconds(ns(utc)) == ns(shown) // 1_000_000_000
    assert NEW_YORK.milliseconds(ns(utc) + 7_000_000) == ns(shown) // 1_000_000 + 7


@pytest.mark.parametrize("utc", ["2024-01-15 12:00:00", "2024-03-10 07:00:00", "2024-07-01 21:00:00"])
def test_what_the_clock_shows_names_its_moment(utc: str) -> None:
    """There and back again, where an hour is not shown twice."""
    assert NEW_YORK.utc(NEW_YORK.milliseconds(ns(utc))) == ns(utc)


def test_the_hour_shown_twice_is_read_as_the_first() -> None:
    """08:30 on the first Sunday of November was 05:30 and 06:30 UTC."""
    assert NEW_YORK.utc(ns("2024-11-03 08:30:00") // 1_000_000) == ns("2024-11-03 05:30:00")


def test_no_time_stays_no_time() -> None:
    """An order without an expiry shows 0, not the clock of 1970."""
    assert ServerClock("fixed:+03:00").seconds(0) == 0


def test_a_rule_nobody_knows_is_refused_at_once() -> None:
    """Not at the first call of a bot."""
    with pytest.raises(TimeRuleError, match="unknown time rule"):
        ServerClock("london")
