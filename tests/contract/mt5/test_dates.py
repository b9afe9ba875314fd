"""(g) Dates: naive and aware datetimes, floats and ints, in a machine's zone of another continent."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
TOKYO = """
import sys
from datetime import datetime, timezone, timedelta
from tests.contract.mt5.simulated import Conditions, Simulated
world = Simulated(Conditions(seconds=600))
mt5 = world.mt5
mt5.initialize()
world.wait(300)
naive = datetime(2024, 3, 4, 12, 2, 30)
aware = naive.replace(tzinfo=timezone.utc)
rates = [mt5.copy_rates_from("EURUSD", mt5.TIMEFRAME_M1, date, 1) for date in (aware, naive)]
print([None if one is None else int(one["time"][0]) for one in rates], mt5.last_error()[0])
print(datetime.fromtimestamp(0).hour, int(aware.timestamp() - naive.timestamp()))
"""


@pytest.mark.sim_only("the zone of a machine is set for a process of its own")
@pytest.mark.skipif(sys.platform == "win32", reason="Windows takes its time zone from the system, not from TZ")
def test_in_tokyo_a_naive_datetime_asks_nine_hours_too_early() -> None:
    done = subprocess.run(
        [sys.executable, "-c", TOKYO],
        cwd=ROOT,
        env={**os.environ, "TZ": "Asia/Tokyo", "PYTHONPATH": os.pathsep.join([*sys.path, str(ROOT)])},
        check=True,
        capture_output=True,
        text=True,
    )
    noon = int(datetime(2024, 3, 4, 12, 2, tzinfo=UTC).timestamp())
    assert done.stdout.splitlines() == [f"[{noon}, None] -1", "9 32400"]


def _a_bar(mt5: Any, world: Any) -> int:
    """Opening time of the last whole minute, on the server's clock."""
    if not world.real:
        world.wait(300)
    return int(mt5.copy_rates_from_pos(world.symbol, mt5.TIMEFRAME_M1, 1, 1)["time"][0])


@pytest.fixture
def open_minute(trade: Any) -> tuple[Any, str, int]:
    desk = trade(seconds=900)
    return desk.mt5, desk.symbol, _a_bar(desk.mt5, desk.world)


@pytest.mark.parametrize(
    "made",
    [
        lambda second: second,
        float,
        lambda second: second + 0.999,
        lambda second: datetime.fromtimestamp(second, UTC),
        lambda second: datetime.fromtimestamp(second, timezone(timedelta(hours=-7))),
        datetime.fromtimestamp,
    ],
    ids=["int", "float", "fraction", "aware UTC", "aware elsewhere", "naive local"],
)
def test_every_kind_of_date_names_the_same_second(open_minute: tuple[Any, str, int], made: Any) -> None:
    mt5, symbol, second = open_minute
    rates = mt5.copy_rates_from(symbol, mt5.TIMEFRAME_M1, made(second), 1)
    assert int(rates["time"][0]) == second


def test_a_server_writes_its_own_wall_clock_as_an_epoch(trade: Any, say: Any) -> None:
    desk = trade()
    tick = desk.tick
    ahead = tick.time - desk.world.now
    assert tick.time == tick.time_msc // 1000
    if not desk.world.real:
        assert round(ahead / 3600) == 2
    say("whole half hours from UTC", abs(ahead - round(ahead / 1800) * 1800) < 300)


def test_a_deal_is_found_between_dates_of_the_servers_clock(trade: Any) -> None:
    desk = trade()
    sent = desk.buy()
    deal = desk.mt5.history_deals_get(ticket=sent.order)[0]
    found = desk.mt5.history_deals_get(deal.time - 1, deal.time + 1)
    assert deal.ticket in [one.ticket for one in found]
    assert desk.mt5.history_deals_total(deal.time - 1, deal.time + 1) == len(found)
    early = desk.mt5.history_deals_get(deal.time - 7 * 86_400 * 365, deal.time - 6 * 86_400 * 365)
    assert deal.ticket not in [one.ticket for one in early]


@pytest.mark.to_be_recorded
def test_the_second_of_a_deal_is_in_the_range_that_ends_with_it(trade: Any, say: Any) -> None:
    desk = trade()
    deal = desk.mt5.history_deals_get(ticket=desk.buy().order)[0]
    inside = [
        deal.ticket in [one.ticket for one in desk.mt5.history_deals_get(begin, end)]
        for begin, end in ((deal.time, deal.time), (deal.time - 5, deal.time), (deal.time + 1, deal.time + 5))
    ]
    say("inside", inside)
    assert inside == [True, True, False]


@pytest.mark.to_be_recorded
def test_an_int_after_2038_leaves_an_overflow_error(mt5: Any, world: Any, say: Any) -> None:
    with pytest.raises(SystemError) as left:
        mt5.copy_rates_from(world.symbol, mt5.TIMEFRAME_H1, 2**31, 1)
    say("cause", type(left.value.__cause__).__name__)
    assert isinstance(left.value.__cause__, OverflowError)
