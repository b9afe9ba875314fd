"""Hours of a symbol for which nobody states any: all day from Monday to Friday, at weekends where rows are."""

import numpy as np
import pytest

from tallystick.market.server_time import to_utc_ns
from tallystick.market.sessions import WEEKDAYS
from tallystick.platform.mt5.definitions.week import WEEKDAYS as NAMES
from tallystick.platform.mt5.definitions.week import sessions_written
from tallystick.platform.mt5.prices.hours import hours_of_rows

HOUR_NS = 3_600 * 10**9
MONDAY = 16_195 * 24
"""2014-05-05 00:00 in hours since 1970."""
WHOLE = [["00:00", "24:00"]]
DAYS = dict.fromkeys(NAMES[:5], WHOLE)


def shown(begins: list[float], period_h: float, rule: str = "utc") -> dict[str, object]:
    """Hours of rows that begin so many hours after that Monday, on the server's clock; a period of 0 makes quotes."""
    wall_ms = np.array([round((MONDAY + each) * 3_600_000) for each in begins], dtype=np.int64)
    period = round(period_h * HOUR_NS)
    return sessions_written(hours_of_rows(to_utc_ns(wall_ms, rule) + period, period, rule))


def test_rows_of_weekdays_alone_leave_the_weekend_closed() -> None:
    week = [float(hour) for hour in range(5 * 24)]
    assert shown(week, 1) == sessions_written(WEEKDAYS) == DAYS
    assert shown([30.0], 1) == DAYS, "a silent hour of a weekday is no closed one"


def test_a_sunday_opening_opens_no_saturday() -> None:
    assert shown([10.0, 6 * 24 + 22.0, 6 * 24 + 23.0], 1) == DAYS | {"sunday": [["22:00", "24:00"]]}
    assert shown([10.0, 6 * 24 + 22.9], 0) == DAYS | {"sunday": [["22:00", "23:00"]]}


def test_hours_between_the_first_and_the_last_of_all_weeks_are_open() -> None:
    sundays = [6 * 24 + 17.0, 13 * 24 + 21.5, 20 * 24 + 23.0]
    assert shown(sundays, 1 / 60)["sunday"] == [["17:00", "24:00"]]


@pytest.mark.parametrize(
    ("begin", "period_h", "days"),
    [
        (5 * 24.0, 24, {"saturday": WHOLE}),
        (6 * 24 + 20.0, 4, {"sunday": [["20:00", "24:00"]]}),
        (5 * 24 + 22.0, 4, {"saturday": [["22:00", "24:00"]], "sunday": [["00:00", "02:00"]]}),
        (4 * 24 + 23.0, 4, {}),
        (6 * 24 + 22.0, 4, {"sunday": [["22:00", "24:00"]]}),
        (6 * 24.0, 7 * 24, {"saturday": WHOLE, "sunday": WHOLE}),
    ],
    ids=["a day", "to midnight", "over a weekend's midnight", "begun on Friday", "into Monday", "a week"],
)
def test_a_bar_opens_the_hours_it_lasts(begin: float, period_h: float, days: dict[str, object]) -> None:
    assert shown([begin], period_h) == DAYS | days


def test_crypto_trades_on_both_days() -> None:
    assert shown([float(hour) for hour in range(7 * 24)], 1) == DAYS | {"saturday": WHOLE, "sunday": WHOLE}


@pytest.mark.parametrize("rule", ["fixed:-05:00", "new_york+7", "fixed:+09:30"])
def test_the_clock_is_the_servers(rule: str) -> None:
    assert shown([6 * 24 + 23.0], 1, rule) == DAYS | {"sunday": [["23:00", "24:00"]]}
