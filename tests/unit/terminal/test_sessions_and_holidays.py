"""A symbol out of session: `docs/fills.md`, section 16. Sessions here are 01:00 to 22:00 of the server's clock."""

import pytest

from tallystick.events.types.account import AccountStoppedOut
from tallystick.events.types.trading import DealMade, OrderEnded
from tallystick.market.server_time import server_day
from tallystick.market.sessions import Sessions, same_every_day
from tallystick.market.spans import DAY_NS
from tallystick.platform.mt5.server.hours import CalendarError
from tests.unit.terminal.scenes import Scene, all_of, only
from tests.unit.terminal.server import (
    BUY,
    BUY_LIMIT,
    BUY_STOP,
    CLOSE_BY,
    HOUR,
    MODIFY,
    MONDAY,
    PROTECT,
    REMOVE,
    SECOND,
    SELL,
    bar,
    bars,
    order,
    server,
    settle,
    terms,
)

CLOSED, DONE, PLACED = 10018, 10009, 10008
HOURS = Sessions(same_every_day(dict.fromkeys(range(5), (3_600, 22 * 3_600))))


def scene_at(hour: float, calendar: Sessions = HOURS, rule: str = "utc", **settings: object) -> Scene:
    """A scene whose symbol keeps a calendar, with a quote at that hour of Monday."""
    scene = Scene(instruments=terms(sessions="fx"), calendars={"fx": calendar}, server_time=rule, **settings)
    scene.quote(120_000, after=round(hour * 3_600) - scene.second)
    return scene


@pytest.mark.parametrize(
    ("hour", "code"), [(0.999, CLOSED), (1, 0), (21.999, 0), (22, CLOSED), (30, 0), (5 * 24 + 12, CLOSED)]
)
def test_orders_are_taken_in_session_only(hour: float, code: int) -> None:
    assert scene_at(hour).code(BUY) == code


@pytest.mark.parametrize(
    ("rule", "hour", "code"), [("fixed:+02:00", 23.5, 0), ("fixed:+02:00", 20.5, CLOSED), ("new_york+7", 20.5, CLOSED)]
)
def test_sessions_go_by_the_server_s_clock(rule: str, hour: float, code: int) -> None:
    assert scene_at(hour, rule=rule).code(BUY) == code


def test_a_holiday_is_no_day_of_trading() -> None:
    holiday = Sessions(HOURS.week, frozenset({server_day(MONDAY, "utc") + 1}))
    assert scene_at(12, holiday).code(BUY) == 0
    assert scene_at(36, holiday).code(BUY) == CLOSED
    assert scene_at(60, holiday).code(BUY) == 0
    assert scene_at(36, Sessions((), holiday.holidays)).code(BUY) == CLOSED


def test_no_request_at_all_is_taken_out_of_session() -> None:
    scene = scene_at(12)
    scene.fill(BUY)
    scene.fill(SELL)
    scene.send(BUY_LIMIT, price=119_000)
    scene.quote(120_000, after=11 * 3_600)
    requests = [
        {"action": PROTECT, "position": 1, "stop": 119_000},
        {"action": CLOSE_BY, "position": 1, "opposite": 2},
        {"action": MODIFY, "ticket": 3, "price": 118_000},
        {"action": REMOVE, "ticket": 3},
        {"action": 5, "price": 119_000},
    ]
    assert {scene.code(BUY_LIMIT, **request) for request in requests} == {CLOSED}
    assert scene.code(SELL, position=1) == CLOSED
    assert scene.code(BUY, symbol="XAUUSD") == 10021


def test_a_symbol_without_a_calendar_is_always_in_session() -> None:
    scene = Scene(calendars={"fx": HOURS})
    scene.quote(120_000, after=23 * 3_600)
    assert scene.code(BUY) == 0


def test_a_market_order_that_comes_too_late_is_refused_when_it_would_be_executed() -> None:
    scene = scene_at(21.9997, latency_ns=SECOND)
    assert scene.fill(BUY, bid=120_000).retcode == CLOSED
    assert not scene.terminal.state.in_flight


def test_orders_and_stops_wait_for_the_session() -> None:
    scene = scene_at(21)
    scene.fill(BUY, stop=119_500)
    scene.send(BUY_LIMIT, price=119_600)
    assert not scene.quote(119_000, after=2 * 3_600)
    told = scene.quote(119_200, after=3 * 3_600)
    filled, stopped = all_of(DealMade, told)
    assert (filled.price, stopped.price, stopped.reason) == (1.1921, 1.192, "sl")
    assert only(OrderEnded, told).state == "filled"


def test_an_order_lapses_out_of_session_too() -> None:
    scene = scene_at(21)
    scene.send(BUY_LIMIT, price=119_000, expires=MONDAY + 23 * HOUR)
    assert only(OrderEnded, scene.quote(120_000, after=5 * 3_600)).moment == MONDAY + 23 * HOUR


def test_no_position_is_stopped_out_of_session() -> None:
    scene = scene_at(21, balance=450_000)
    scene.fill(BUY)
    assert not scene.quote(116_000, after=2 * 3_600)
    told = scene.quote(116_100, after=3 * 3_600)
    assert (only(AccountStoppedOut, told).position, only(DealMade, told).price) == (1, 1.161)


def test_a_step_after_a_closed_one_has_the_market_s_price_not_the_order_s() -> None:
    """A bar from 01:00 to 02:00 of a market that opens at 01:30: its steps at 01:00 and 01:20 are out of session."""
    always = server()
    always.settle(bars([bar(1, 120_000, 120_000, 120_000, 120_000)]))
    always.send(order(0, BUY_STOP, price=120_100), MONDAY + HOUR)
    week = Sessions(same_every_day(dict.fromkeys(range(7), (5_400, 86_400))))
    late = server(instruments=terms(sessions="late"), calendars={"late": week})
    late.thaw(always.freeze())
    rising = bars([bar(2, 120_050, 120_300, 120_000, 120_250)])
    for terminal, price in ((always, 1.201), (late, 1.2031)):
        deal = only(DealMade, settle(terminal, rising))
        assert (deal.price, deal.moment) == (price, MONDAY + HOUR + 40 * 60 * SECOND)


@pytest.mark.parametrize(("until_s", "reason", "price"), [(5_400, "tp", 1.202), (7_201, "sl", 1.199)])
def test_a_take_profit_is_withheld_for_a_later_stop_in_session_only(until_s: int, reason: str, price: float) -> None:
    """A falling bar from 01:00: the take profit is touched at 01:20, the stop at 01:40."""
    week = Sessions(same_every_day(dict.fromkeys(range(7), (0, until_s))))
    terminal = server(instruments=terms(sessions="short"), calendars={"short": week})
    terminal.settle(bars([bar(1, 120_000, 120_000, 120_000, 120_000)]))
    terminal.send(order(0, BUY, stop=119_900, take=120_200), MONDAY + HOUR)
    told = settle(terminal, bars([bar(2, 120_000, 120_300, 119_880, 119_890)]))
    assert (all_of(DealMade, told)[-1].reason, all_of(DealMade, told)[-1].price) == (reason, price)


def test_a_calendar_that_is_not_there_is_named() -> None:
    with pytest.raises(CalendarError, match=r"EURUSD trades in the sessions 'fx', which are not among \['us'\]"):
        server(instruments=terms(sessions="fx"), calendars={"us": HOURS})


def test_summer_time_moves_the_sessions_with_the_server_s_clock() -> None:
    """The market opens at 01:00 in New York plus seven: 23:00 UTC in winter, 22:00 UTC in summer."""
    week = Sessions(same_every_day(dict.fromkeys(range(5), (3_600, 86_400))))
    scene = Scene(instruments=terms(sessions="ny"), calendars={"ny": week}, server_time="new_york+7")
    winter, summer = MONDAY + 22 * HOUR + HOUR // 2, MONDAY + 90 * DAY_NS + 22 * HOUR + HOUR // 2
    for moment, code in ((winter, CLOSED), (winter + HOUR, 0), (summer - 2 * HOUR // 3, CLOSED), (summer, 0)):
        scene.quote(120_000, after=(moment - scene.now) // SECOND)
        assert scene.code(BUY) == code, moment
