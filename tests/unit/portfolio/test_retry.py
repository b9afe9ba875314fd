"""A target that an entry filter refused: tried again when the filter passes, if its `retry` is set; else it rests."""

import pytest

from tallystick.events.types.running import TimerFired, TimerRequested
from tallystick.events.types.trading import OrderDenied, OrderRequested, TargetSet
from tallystick.market.instrument import LOT
from tallystick.platform.orders import Orders
from tallystick.platform.plan import RunPlan, StrategyPlan
from tallystick.platform.plan_check import check_plan
from tallystick.platform.risk import Entries, risk_settings_from
from tests.unit.portfolio.told import opened
from tests.unit.risk.desk import EURUSD, MONDAY_NOON, FakeContext

TARGET = TargetSet(strategy="ema", symbol="EURUSD", volume=LOT, stop_points=0, take_points=0)


def orders(**filters: object) -> Orders:
    made = Orders(retried=Entries(risk_settings_from(filters)).retried)
    made.react(opened(), FakeContext())
    return made


def refused(desk: Orders, rule: str, value: int) -> list[object]:
    (request,) = desk.react(TARGET, FakeContext())
    assert isinstance(request, OrderRequested)
    return list(desk.react(OrderDenied(order=request.order, rule=rule, limit=0, value=value, detail=""), FakeContext()))


@pytest.mark.parametrize(
    ("filters", "rule", "value", "wait"),
    [
        ({"sessions": [{"retry": True}]}, "session", 777, 777),
        ({"news": [{"events": [], "retry": True}]}, "news", 777, 777),
        ({"friday": {"retry": True}}, "friday_flat", 777, 777),
        ({"spreads": [{"points": 5, "retry": True}]}, "spread", 9, 60_000_000_000),
    ],
)
def test_with_retry_it_is_tried_when_the_filter_passes_however_often(
    filters: dict[str, object], rule: str, value: int, wait: int
) -> None:
    desk = orders(**filters)
    (timer,) = refused(desk, rule, value)
    assert isinstance(timer, TimerRequested)
    assert timer.due == MONDAY_NOON + wait
    for _ in range(10):
        (again,) = desk.react(TimerFired(module="orders", timer=timer.timer, due=timer.due), FakeContext())
        assert isinstance(again, OrderRequested)
        denied = OrderDenied(order=again.order, rule=rule, limit=0, value=value, detail="")
        (timer,) = desk.react(denied, FakeContext())
        assert isinstance(timer, TimerRequested)


def test_without_retry_it_rests_until_the_target_is_set_anew() -> None:
    desk = orders(sessions=[{}])
    assert refused(desk, "session", 777) == []
    (request,) = desk.react(TARGET, FakeContext())
    assert isinstance(request, OrderRequested)


def test_another_strategys_retry_is_its_own() -> None:
    assert refused(orders(sessions=[{"retry": True, "strategies": ["z"]}]), "session", 777) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sizing": {"kind": "kelly", "cap": 1}}, 'a field "cap"'),
        ({"sizing": {"kind": "fixed", "lots": 0.1}}, r"strategies\[0\].sizing.lots"),
        ({"sizing": {"kind": "volatility_target"}}, 'no field "target_ppm"'),
        ({"protection": {"trail": 10}}, 'a field "trail"'),
        ({"protection": {"trail_points": "10"}}, "trail_points: got '10'"),
    ],
)
def test_a_strategys_own_sizing_and_protection_are_checked_before_anything_is_written(
    changes: dict[str, object], words: str
) -> None:
    plan = RunPlan(
        instruments=(EURUSD.fields(),),
        strategies=(StrategyPlan(kind="flat", name="flat", **changes),),  # type: ignore[arg-type]  # of several kinds
    )
    with pytest.raises(ValueError, match=words):
        check_plan(plan)
