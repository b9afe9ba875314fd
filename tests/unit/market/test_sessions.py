"""When a symbol is open: ranges of the server's week, holidays, and the next opening."""

import datetime as dt

import pytest

from tallystick.market.sessions import Range, SessionError, Sessions, same_every_day
from tallystick.market.spans import DAY_NS, DAY_S, SECOND_NS

FOREX = Sessions(same_every_day(dict.fromkeys(range(5), (300, DAY_S - 300))))


def at(text: str) -> int:
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp()) * SECOND_NS


def test_without_stated_sessions_a_symbol_is_open_at_any_moment() -> None:
    assert Sessions().open_at(at("2014-05-10T12:00"))
    assert not Sessions().stated


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2014-05-05T00:04:59", False),
        ("2014-05-05T00:05", True),
        ("2014-05-09T23:54:59", True),
        ("2014-05-09T23:55", False),
        ("2014-05-10T12:00", False),
        ("2014-05-11T12:00", False),
    ],
)
def test_a_range_holds_its_begin_and_not_its_end(moment: str, is_open: bool) -> None:
    assert FOREX.open_at(at(moment)) is is_open


def test_a_holiday_closes_a_day_whatever_its_ranges_say() -> None:
    christmas = at("2014-12-25T12:00")
    closed = Sessions(FOREX.week, frozenset({christmas // DAY_NS}))
    assert FOREX.open_at(christmas)
    assert not closed.open_at(christmas)
    assert not Sessions(holidays=frozenset({christmas // DAY_NS})).open_at(christmas)
    assert closed.next_open(christmas) == at("2014-12-26T00:05")


def test_the_next_opening_is_now_the_next_range_or_monday() -> None:
    lunch = Sessions(((Range(0, 36_000), Range(40_000, DAY_S)), *((),) * 6))
    assert FOREX.next_open(at("2014-05-05T10:00")) == at("2014-05-05T10:00")
    assert FOREX.next_open(at("2014-05-09T23:58")) == at("2014-05-12T00:05")
    assert lunch.next_open(at("2014-05-05T10:30")) == at("2014-05-05T00:00") + 40_000 * SECOND_NS
    assert Sessions(((),) * 7).next_open(at("2014-05-05T10:00")) is None


@pytest.mark.parametrize(
    "week", [((),) * 6, ((Range(10, 5),), *((),) * 6), ((Range(0, 100), Range(50, 200)), *((),) * 6)]
)
def test_ranges_that_no_week_has_are_refused(week: tuple[tuple[Range, ...], ...]) -> None:
    with pytest.raises(SessionError, match="say"):
        Sessions(week)
