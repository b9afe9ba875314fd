"""When pending orders lapse: time types, the flags for them, orders that last a day (`docs/fills.md`, 6 and 17)."""

import pytest

from tallystick.events.types.account import PositionProtected
from tallystick.events.types.trading import OrderEnded
from tests.unit.terminal.scenes import Scene, all_of, only
from tests.unit.terminal.server import BUY, BUY_LIMIT, HOUR, MODIFY, MONDAY, SECOND, terms

PLACED, DONE, INVALID_EXPIRATION, NO_CHANGES = 10008, 10009, 10022, 10025
GTC, DAY, SPECIFIED, SPECIFIED_DAY = range(4)
TUESDAY = MONDAY + 24 * HOUR


@pytest.mark.parametrize(
    ("time_type", "expires", "lapses"),
    [
        (GTC, 0, 0),
        (GTC, MONDAY + HOUR, 0),
        (DAY, 0, TUESDAY),
        (DAY, MONDAY + HOUR, TUESDAY),
        (SPECIFIED, MONDAY + HOUR, MONDAY + HOUR),
        (SPECIFIED_DAY, MONDAY + HOUR, TUESDAY),
        (SPECIFIED_DAY, TUESDAY, TUESDAY + 24 * HOUR),
    ],
)
def test_an_order_lapses_as_its_time_type_says(time_type: int, expires: int, lapses: int) -> None:
    scene = Scene()
    assert scene.code(BUY_LIMIT, price=119_000, time_type=time_type, expires=expires) == PLACED
    (pending,) = scene.terminal.state.pendings.values()
    assert (pending.expires, pending.time_type) == (lapses, time_type)


def test_a_day_ends_at_the_server_s_midnight() -> None:
    scene = Scene(server_time="fixed:+02:00")
    scene.send(BUY_LIMIT, price=119_000, time_type=DAY)
    assert not scene.quote(120_000, after=22 * 3_600 - 10)
    ended = only(OrderEnded, scene.quote(118_000, after=60))
    assert (ended.state, ended.moment) == ("expired", MONDAY + 22 * HOUR)


@pytest.mark.parametrize(
    ("time_type", "expires"),
    [
        (SPECIFIED, 0),
        (SPECIFIED, MONDAY + SECOND),
        (SPECIFIED_DAY, 0),
        (SPECIFIED_DAY, MONDAY - 24 * HOUR),
        (4, 0),
        (-1, 0),
    ],
)
def test_an_expiry_that_is_missing_or_over_is_refused(time_type: int, expires: int) -> None:
    assert Scene().code(BUY_LIMIT, price=119_000, time_type=time_type, expires=expires) == INVALID_EXPIRATION


def test_the_last_second_of_a_specified_day_may_be_over_while_the_day_is_not() -> None:
    """23:59:59 of the day counts, not the second that was named."""
    assert Scene().code(BUY_LIMIT, price=119_000, time_type=SPECIFIED_DAY, expires=MONDAY) == PLACED


@pytest.mark.parametrize("flag", range(4))
def test_a_symbol_takes_the_time_types_of_its_flags_only(flag: int) -> None:
    for time_type in range(4):
        scene = Scene(instruments=terms(expiration_modes=1 << flag))
        code = scene.code(BUY_LIMIT, price=119_000, time_type=time_type, expires=TUESDAY)
        assert code == (PLACED if time_type == flag else INVALID_EXPIRATION)


@pytest.mark.parametrize("time_type", range(4))
def test_no_flag_of_the_symbol_is_asked_of_a_market_order(time_type: int) -> None:
    assert Scene(instruments=terms(expiration_modes=0)).fill(BUY, time_type=time_type).retcode == DONE


def test_a_time_type_that_is_none_is_refused_of_a_market_order_too() -> None:
    assert Scene().code(BUY, time_type=9) == INVALID_EXPIRATION


def test_an_order_may_be_given_another_end_and_the_same_end_is_no_change() -> None:
    scene = Scene()
    scene.send(BUY_LIMIT, price=119_000, time_type=DAY)
    same = {"action": MODIFY, "ticket": 1, "price": 119_000}
    assert scene.code(BUY_LIMIT, **same, time_type=DAY) == NO_CHANGES
    assert scene.code(BUY_LIMIT, **same, time_type=SPECIFIED, expires=MONDAY) == INVALID_EXPIRATION
    assert scene.code(BUY_LIMIT, **same, time_type=GTC) == DONE
    assert scene.terminal.state.pendings[1].expires == 0


@pytest.mark.parametrize("mode", ["daily", "daily_no_stops"])
def test_every_order_of_a_daily_symbol_lapses_with_the_day(mode: str) -> None:
    scene = Scene(instruments=terms(gtc_mode=mode))
    scene.send(BUY_LIMIT, price=119_000)
    scene.send(BUY_LIMIT, price=119_000, expires=TUESDAY + HOUR, time_type=SPECIFIED)
    scene.send(BUY_LIMIT, price=119_000, expires=MONDAY + HOUR, time_type=SPECIFIED)
    assert [one.expires for one in scene.terminal.state.pendings.values()] == [TUESDAY, TUESDAY, MONDAY + HOUR]


@pytest.mark.parametrize(("mode", "stop"), [("daily", 0.0), ("daily_no_stops", 1.19), ("gtc", 1.19)])
def test_stops_last_a_day_where_the_symbol_says_so(mode: str, stop: float) -> None:
    scene = Scene(instruments=terms(gtc_mode=mode))
    scene.fill(BUY, stop=119_000)
    told = all_of(PositionProtected, scene.quote(120_000, after=24 * 3_600))
    assert [fact.stop_loss for fact in told] == ([0.0] if mode == "daily" else [])
    assert scene.terminal.state.positions[1].stop == round(stop * 100_000)
