"""(h) Weeks in which the server's clock, seven hours from New York, changes: bars, days, ticks, orders for a day."""

import itertools
from datetime import UTC, datetime
from typing import Any

import pytest

pytestmark = pytest.mark.sim_only("the market's weeks are given")

HOUR = 3600
CHANGES = {
    "spring": (datetime(2024, 3, 8, 12, tzinfo=UTC), 2, 3),
    "autumn": (datetime(2024, 11, 1, 12, tzinfo=UTC), 3, 2),
    "no change when Europe's clocks do": (datetime(2024, 3, 29, 12, tzinfo=UTC), 3, 3),
}
"""A Friday noon, the server's hours ahead of UTC then, and on the Monday after."""


def _week(trade: Any, name: str) -> tuple[Any, datetime, int, int]:
    friday, before, after = CHANGES[name]
    desk = trade(begins=int(friday.timestamp()), seconds=4 * 86_400, every=600)
    desk.world.wait(3 * 86_400)
    return desk, friday, before, after


@pytest.mark.parametrize("name", CHANGES)
def test_ticks_carry_the_servers_clock_before_and_after(trade: Any, name: str) -> None:
    desk, friday, before, after = _week(trade, name)
    ticks = desk.mt5.copy_ticks_from(desk.symbol, 0, 100_000, desk.mt5.COPY_TICKS_ALL)
    begins = int(friday.timestamp())
    assert int(ticks["time"][0]) == begins + before * HOUR
    assert desk.tick.time - desk.world.now <= after * HOUR
    assert desk.tick.time - desk.world.now > after * HOUR - 1200


@pytest.mark.parametrize("name", CHANGES)
def test_days_begin_at_the_servers_midnight(trade: Any, name: str) -> None:
    desk, *_ = _week(trade, name)
    days = desk.mt5.copy_rates_from_pos(desk.symbol, desk.mt5.TIMEFRAME_D1, 0, 10)
    assert [int(time) % 86_400 for time in days["time"]] == [0] * len(days)
    assert [int(time) // 86_400 for time in days["time"]] == list(
        range(int(days["time"][0]) // 86_400, int(days["time"][-1]) // 86_400 + 1)
    )


@pytest.mark.parametrize("name", CHANGES)
def test_hours_are_hours_of_the_servers_clock(trade: Any, name: str) -> None:
    desk, _friday, before, after = _week(trade, name)
    hours = desk.mt5.copy_rates_from_pos(desk.symbol, desk.mt5.TIMEFRAME_H1, 0, 200)
    times = [int(time) for time in hours["time"]]
    assert times == sorted(set(times))
    assert len(times) == 73 + min(after - before, 0), "73 hours went by; the one in which clocks go back is one bar"
    if after > before:
        assert max(b - a for a, b in itertools.pairwise(times)) == 2 * HOUR
    if after < before:
        assert int(max(hours["tick_volume"])) == 12


@pytest.mark.parametrize("name", CHANGES)
def test_a_date_of_the_servers_clock_finds_its_bar_on_either_side(trade: Any, name: str) -> None:
    desk, friday, before, after = _week(trade, name)
    for moment, ahead in ((int(friday.timestamp()) + HOUR, before), (int(friday.timestamp()) + 70 * HOUR, after)):
        bar = desk.mt5.copy_rates_from(desk.symbol, desk.mt5.TIMEFRAME_H1, moment + ahead * HOUR, 1)
        assert int(bar["time"][0]) == moment + ahead * HOUR


@pytest.mark.parametrize("name", ["spring", "autumn"])
def test_an_order_for_the_day_lapses_at_the_servers_midnight_of_its_own_week(trade: Any, name: str) -> None:
    desk, _friday, _before, _ = _week(trade, name)
    placed = desk.limit(type_time=desk.mt5.ORDER_TIME_DAY)
    assert placed.retcode == desk.mt5.TRADE_RETCODE_DONE
    desk.world.wait(10 * HOUR)
    assert desk.orders() == ()
    lapsed = desk.mt5.history_orders_get(ticket=placed.order)[0]
    assert (lapsed.state, lapsed.time_done % 86_400) == (desk.mt5.ORDER_STATE_EXPIRED, 0)
