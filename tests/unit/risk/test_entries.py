"""Entry filters at their edges: sessions, news, Fridays and spreads refuse what is new, and nothing else."""

import random
from pathlib import Path
from typing import Any

import pytest

from tallystick.events.types.trading import OrderApproved, OrderDenied
from tallystick.market.instrument import LOT
from tallystick.market.spans import MINUTE_NS, WEEK_NS
from tallystick.platform.plan import RunPlan
from tallystick.platform.plan_news import read_calendar, with_calendars
from tallystick.platform.plan_values import PlanError
from tallystick.platform.risk import Entries, Risk, RiskSettings, risk_settings_from
from tallystick.platform.risk.week import days_of, until_open, windows_of
from tests.unit.risk.desk import BUY, CLOSE, MONDAY_NOON, FakeContext, like, position, quote

HOUR = 60 * MINUTE_NS
DAY = 24 * HOUR


def verdict(time: int, request: Any = BUY, bid: float = 1.3, ask: float = 1.3001, **plan: Any) -> Any:
    quotes = {"EURUSD": quote("EURUSD", bid, ask, time), "XAUUSD": quote("XAUUSD", 1200.0, 1200.5, time)}
    context = FakeContext(time=time, quotes=quotes, positions={55: position()})
    (said,) = Risk(risk_settings_from(plan)).react(like(request, price=ask), context)
    return said


def refusal(time: int, request: Any = BUY, **plan: Any) -> tuple[str, int, int]:
    said = verdict(time, request, **plan)
    if isinstance(said, OrderApproved):
        return ("", 0, 0)
    assert isinstance(said, OrderDenied)
    assert said.detail
    return (said.rule, said.limit, said.value)


LONDON = {"sessions": [{"days": "mon-fri", "hours": "08:00-12:00"}]}


def test_a_session_is_half_open_and_says_how_long_to_wait() -> None:
    assert refusal(MONDAY_NOON - 1, **LONDON) == ("", 0, 0)
    assert refusal(MONDAY_NOON, **LONDON) == ("session", 0, 20 * HOUR)
    assert refusal(MONDAY_NOON - 4 * HOUR, **LONDON) == ("", 0, 0)
    assert refusal(MONDAY_NOON - 4 * HOUR - 1, **LONDON) == ("session", 0, 1)
    assert refusal(MONDAY_NOON + 4 * DAY, **LONDON) == ("session", 0, 2 * DAY + 20 * HOUR)  # Friday to Monday


def test_a_session_runs_on_the_servers_clock_through_a_change_of_it() -> None:
    made = Entries(RiskSettings(sessions=risk_settings_from(LONDON).sessions, server_time="new_york+7"))
    winter, summer = MONDAY_NOON - 6 * HOUR, MONDAY_NOON - 6 * HOUR + 26 * 7 * DAY  # 06:00 UTC: 08:00, 09:00
    assert made.session_wait(winter, "ema", "EURUSD") == 0
    assert made.session_wait(winter - 1, "ema", "EURUSD") == 1
    assert made.session_wait(summer - HOUR, "ema", "EURUSD") == 0
    assert made.session_wait(summer - HOUR - 1, "ema", "EURUSD") == 1


def test_one_open_session_of_several_is_enough_and_others_do_not_concern_an_order() -> None:
    two = {"sessions": [{"hours": "01:00-02:00"}, {"hours": "11:00-13:00", "symbols": ["EURUSD"]}]}
    assert refusal(MONDAY_NOON, **two)[0] == ""
    other = {"sessions": [{"hours": "01:00-02:00", "strategies": ["z"]}]}
    assert refusal(MONDAY_NOON, **other)[0] == ""


def test_a_window_over_midnight_belongs_to_the_day_it_begins() -> None:
    night = windows_of("fri,sun", "22:00-02:00")
    friday, sunday = 4 * DAY, 6 * DAY
    assert until_open(friday + 23 * HOUR, night) == 0
    assert until_open(friday + 25 * HOUR, night) == 0
    assert until_open(friday + 26 * HOUR, night) == 44 * HOUR - 4 * HOUR + 4 * HOUR
    assert until_open(sunday + 23 * HOUR, night) == 0
    assert until_open(HOUR, night) == 0  # Monday 01:00 is still Sunday's
    assert until_open(2 * HOUR, night) == friday + 22 * HOUR - 2 * HOUR


@pytest.mark.parametrize("seed", range(20))
def test_waiting_as_long_as_it_says_opens_a_window_and_a_moment_less_does_not(seed: int) -> None:
    chance = random.Random(seed)
    days = ",".join(chance.sample(["mon", "tue", "wed", "thu", "fri", "sat", "sun"], 3))
    hours = (
        f"{chance.randrange(24):02d}:{chance.randrange(60):02d}-{chance.randrange(24):02d}:{chance.randrange(60):02d}"
    )
    windows = windows_of(days, hours)
    for _ in range(50):
        now = chance.randrange(WEEK_NS)
        wait = until_open(now, windows)
        assert until_open((now + wait) % WEEK_NS, windows) == 0
        assert wait == 0 or until_open((now + wait - 1) % WEEK_NS, windows) == 1


def test_days_may_go_round_the_week() -> None:
    assert days_of("sun-tue") == (0, 1, 6)
    assert days_of("Mon-Fri") == (0, 1, 2, 3, 4)


NEWS: dict[str, Any] = {
    "news": [
        {
            "events": [
                ["2014-01-06T13:00Z", "USD", "high", "Payrolls"],
                ["2014-01-06T13:40Z", "EURUSD", "High", "Auction"],
                ["2014-01-06T12:00Z", "USD", "low", "Nothing much"],
                ["2014-01-06T12:00Z", "JPY", "high", "Elsewhere"],
            ],
            "minutes_before": 30,
            "minutes_after": 15,
        }
    ]
}


def test_news_hold_from_before_to_after_for_the_currencies_of_a_symbol() -> None:
    one = MONDAY_NOON + HOUR
    assert refusal(one - 30 * MINUTE_NS - 1, **NEWS)[0] == ""
    assert refusal(one - 30 * MINUTE_NS, **NEWS) == ("news", 0, 45 * MINUTE_NS)
    assert refusal(one + 10 * MINUTE_NS, **NEWS) == ("news", 0, 45 * MINUTE_NS)  # the second event's time by now
    assert refusal(one + 55 * MINUTE_NS - 1, **NEWS) == ("news", 0, 1)
    assert refusal(one + 55 * MINUTE_NS, **NEWS)[0] == ""
    assert "Payrolls (USD, 2014-01-06T13:00Z)" in verdict(one - 20 * MINUTE_NS, **NEWS).detail


def test_gold_is_concerned_by_dollar_news_and_not_by_the_euros() -> None:
    gold = like(BUY, symbol="XAUUSD")
    assert refusal(MONDAY_NOON + HOUR, gold, ask=1200.5, **NEWS)[0] == "news"
    assert refusal(MONDAY_NOON + 100 * MINUTE_NS, gold, ask=1200.5, **NEWS)[0] != "news"


def test_friday_is_over_at_its_close_until_monday() -> None:
    friday = MONDAY_NOON + 4 * DAY + 8 * HOUR + 45 * MINUTE_NS
    plan = {"friday": {"close": "20:45"}, "closed_minutes": []}
    assert refusal(friday - 1, **plan)[0] == ""
    assert refusal(friday, **plan) == ("friday_flat", 0, 51 * HOUR + 15 * MINUTE_NS)
    assert refusal(friday + 51 * HOUR + 15 * MINUTE_NS - 1, **plan) == ("friday_flat", 0, 1)
    assert refusal(friday + 51 * HOUR + 15 * MINUTE_NS, **plan)[0] == ""


def test_a_spread_passes_at_its_limit_and_the_least_limit_counts() -> None:
    assert refusal(MONDAY_NOON, spreads=[{"points": 10}])[0] == ""
    assert refusal(MONDAY_NOON, spreads=[{"points": 9}]) == ("spread", 9, 10)
    assert refusal(MONDAY_NOON, spreads=[{"points": 20}, {"points": 9, "symbols": ["EURUSD"]}]) == ("spread", 9, 10)
    assert refusal(MONDAY_NOON, spreads=[{"points": 9, "symbols": ["XAUUSD"]}])[0] == ""


def test_what_reduces_or_protects_passes_every_filter() -> None:
    every = {
        **NEWS,
        "sessions": [{"hours": "01:00-02:00"}],
        "spreads": [{"points": 0}],
        "friday": {"close": "00:00"},
        "closed_minutes": [],
    }
    friday = MONDAY_NOON + 4 * DAY + HOUR
    tighten = like(BUY, purpose="protect", position=55, stop_loss=1.29, reduces=True, volume=0)
    for request in (like(CLOSE, volume=LOT // 10), tighten):
        assert refusal(friday, request, **every)[0] == ""
    assert refusal(friday, BUY, **every)[0] == "session"


@pytest.mark.parametrize(
    "plan",
    [
        {"sessions": [{"hours": "8-17"}]},
        {"sessions": [{"days": "monday"}]},
        {"sessions": [{"hour": "08:00-17:00"}]},
        {"sessions": [{"clock": "moon"}]},
        {"spreads": [{}]},
        {"spreads": [{"points": -1}]},
        {"news": [{"events": [["yesterday", "USD", "high", "x"]]}]},
        {"news": [{"events": [["2014-01-06T13:00", "USD", "high", "x"]]}]},
        {"news": [{"file": "calendar.csv"}]},
        {"friday": {"close": "25:00"}},
        {"server_time": "utc"},
        {"preset": "challenge_of_somebody"},
        {"account_limits": {"daily_loss": -1}},
    ],
)
def test_a_filter_that_cannot_be_read_stops_the_run_before_it_starts(plan: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="E601"):
        risk_settings_from(plan)


def test_a_filter_says_whether_it_wants_another_try() -> None:
    entries = Entries(
        risk_settings_from({"sessions": [{"retry": True, "symbols": ["EURUSD"]}], "spreads": [{"points": 1}]})
    )
    assert entries.retried("session", "ema", "EURUSD")
    assert not entries.retried("session", "ema", "XAUUSD")
    assert not entries.retried("spread", "ema", "EURUSD")
    assert not entries.retried("margin", "ema", "EURUSD")


CALENDAR = """time,currency,impact,actual,title
2014-01-10T13:30Z,USD,high,74,Nonfarm Payrolls

2014-01-10T13:30Z,CAD,high,,"Employment, change"
"""


def test_a_calendar_becomes_part_of_the_plan(tmp_path: Path) -> None:
    (tmp_path / "calendar.csv").write_text(CALENDAR)
    plan = RunPlan(risk={"news": [{"file": "calendar.csv", "minutes_before": 5}]})
    filled = with_calendars(plan, tmp_path)
    assert filled.risk["news"] == [
        {
            "minutes_before": 5,
            "events": [
                ["2014-01-10T13:30Z", "USD", "high", "Nonfarm Payrolls"],
                ["2014-01-10T13:30Z", "CAD", "high", "Employment, change"],
            ],
        }
    ]
    assert risk_settings_from(filled.risk).news[0].events[1].title == "Employment, change"
    assert "Nonfarm Payrolls" in filled.as_json()
    before = filled.hash()
    (tmp_path / "calendar.csv").write_text(CALENDAR.replace("13:30", "13:31"))
    assert with_calendars(plan, tmp_path).hash() != before


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no heading"),
        ("time,impact,title\n", "currency \\(or symbol\\)"),
        ("time,currency,impact,title\n2014-01-10 13:30,USD,high,x\n", 'line 2: got the time "2014-01-10 13:30"'),
        ("time,currency,impact,title\n2014-01-10T13:30Z,USD\n", "line 2: got 2 columns"),
    ],
)
def test_a_calendar_that_cannot_be_read_is_named_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "calendar.csv").write_text(text)
    with pytest.raises(PlanError, match=words):
        read_calendar(tmp_path / "calendar.csv")
    with pytest.raises(PlanError, match="E121 news calendar"):
        read_calendar(tmp_path / "none.csv")
