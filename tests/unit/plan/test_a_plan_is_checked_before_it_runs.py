"""Every field of a plan is held to what it takes, before a book exists; the message names it."""

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from tallystick.platform.cli.demo_plan import demo_plan
from tallystick.platform.compose import compose
from tallystick.platform.data.errors import BadConditions
from tallystick.platform.mt5.definitions.week import sessions_written
from tallystick.platform.plan import instruments_of, plan_from_json
from tallystick.platform.plan_check import PlanError, check_plan
from tallystick.platform.plan_sessions import hours_of, in_session, opening_of

Change = Callable[[dict[str, Any]], object]


def account(field: str, value: Any) -> tuple[str, Change]:
    return f"account.{field}", lambda plan: plan["account"].update({field: value})


def top(field: str, value: Any) -> tuple[str, Change]:
    return field, lambda plan: plan.update({field: value})


def instrument(field: str, value: Any) -> tuple[str, Change]:
    return f"instruments[0].{field}", lambda plan: plan["instruments"][0].update({field: value})


def strategy(field: str, value: Any, index: int = 0) -> tuple[str, Change]:
    return f"strategies[{index}].{field}", lambda plan: plan["strategies"][index].update({field: value})


def parameter(field: str, value: Any, index: int = 0) -> tuple[str, Change]:
    where = f"strategies[{index}].parameters.{field}"
    return where, lambda plan: plan["strategies"][index]["parameters"].update({field: value})


REFUSED = [
    *(account("balance", value) for value in (0, -5, 2**63)),
    *(account("leverage", value) for value in (0, -1, 10_001)),
    *(account("digits", value) for value in (-1, 9, 400)),
    *(account("currency", value) for value in ("", "US D", "x" * 17)),
    account("name", ""),
    account("stop_out_call", -1),
    account("stop_out_level", 10_001),
    *(account(field, value) for field in ("limit_orders", "limit_positions", "message_limit") for value in (-1, 10**7)),
    *(account("credit", value) for value in (-1, 2**62)),
    *(account("fifo_close", value) for value in (1, "yes")),
    ("sessions.GBPUSD", lambda plan: plan.update(sessions={"GBPUSD": {"monday": []}})),
    instrument("sessions", "nyse"),
    *(top("latency_ns", value) for value in (-1, 86_400_000_000_001, 2**70)),
    *(top("checkpoint_records", value) for value in (0, -1)),
    top("cascade_limit", 99),
    *(top("seed", value) for value in (2**63, -(2**63) - 1)),
    *(top("server_time", value) for value in ("fixed:+99:99", "fixed:+24:00", "fixed:+01:60", "mars", "")),
    top("instruments", []),
    top("strategies", []),
    *(instrument("digits", value) for value in (-1, 11, 2.0, True, "5")),
    *(instrument("contract_size", value) for value in (0, -1.0, 1e300, "100000", 1e-9)),
    *(instrument("volume_min", value) for value in (0, -1, 10**12, 2**62)),
    *(instrument("volume_step", value) for value in (0, 2**62)),
    *(instrument("volume_max", value) for value in (0, 1e8)),
    *(instrument("commission_per_lot", value) for value in (-1, 2**62)),
    *(instrument("swap_long", value) for value in ("3", 1e300, None, True, 10**30)),
    instrument("swap_triple_weekday", 7),
    *(instrument(field, "other") for field in ("calc_mode", "execution", "swap_mode")),
    instrument("swap_mode", []),
    instrument("currency_profit", ""),
    instrument("profit_rate", -0.1),
    instrument("swap_multipliers", [1, 2]),
    instrument("sessions", "a b"),
    *(instrument("symbol", value) for value in ("", "EUR USD", 7, "NZDUSD" * 9)),
    instrument("contract_sise", 1),
    ("instruments[1].symbol", lambda plan: plan["instruments"][1].update(symbol="EURUSD")),
    ("instruments[0].digits", lambda plan: plan["instruments"][0].pop("digits")),
    *(strategy("name", value) for value in ("", "a b", "x" * 65, "a/b", "é")),
    strategy("name", "ema_eurusd", 1),
    *(parameter("fast", value) for value in (1.5, True, "24", None, -1, 2**64)),
    *(parameter("stop_points", value) for value in (-1, 10**9, 1.0)),
    *(parameter("symbol", value) for value in list[Any](["GBPUSD", 5, []])),
    *(parameter("source", value) for value in ("ticks", 1, ["bars"])),
    *(parameter("entry_z", value, 1) for value in list[Any](["2", True, 1e300, 10**400])),
    parameter("window", 10**9, 1),
    ("sizing.lots", lambda plan: plan.update(sizing={"kind": "fixed", "lots": 0.1})),
    ("sizing.risk_ppm", lambda plan: plan.update(sizing={"kind": "risk_percent", "risk_ppm": "1"})),
    ("rhythms.daily[0]", lambda plan: plan.update(rhythms={"daily": [0, 0]})),
]
REFUSED_BY_OTHERS = [
    ("E501", strategy("kind", "magic")[1]),
    ("E501", parameter("speed", 3)[1]),
    ("E501", parameter("fast", 96)[1]),
    ("E501", lambda plan: plan["strategies"][0]["parameters"].pop("symbol")),
    ("E114", lambda plan: plan.update(sizing={"kind": "all-in"})),
    ("E112", lambda plan: plan.update(sizing={"kind": "fixed", "lots": "-1"})),
    ("E601", lambda plan: plan.update(risk={"daily_los_ppm": 1})),
    ("E601", lambda plan: plan.update(risk={"daily_loss_ppm": "1"})),
    ("E601", lambda plan: plan.update(risk={"quote_age_max_s": -1})),
    ("E121", lambda plan: plan.update(risk={"collar": 5})),
]


def changed(change: Change) -> str:
    plan = copy.deepcopy(json.loads(demo_plan().as_json()))
    change(plan)
    return json.dumps(plan)


@pytest.mark.parametrize(("field", "change"), REFUSED, ids=range(len(REFUSED)))
def test_a_value_that_cannot_be_is_refused_by_the_name_of_its_field(field: str, change: Change) -> None:
    try:
        plan = plan_from_json(changed(change))
    except msgspec.ValidationError:
        return  # already the type did not fit
    with pytest.raises(PlanError) as refused:
        check_plan(plan)
    assert str(refused.value).startswith(f"E121 the plan's {field}: got ")
    assert " / expected " in str(refused.value)
    with pytest.raises(PlanError):
        compose(plan, [])


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ({"mondays": []}, " does not fit: no weekday is called mondays"),
        ({}, " says no hours. Write its hours, or leave the table out for a market that is always open."),
        ({"holidays": []}, " says no hours"),
        ({"monday": [], "friday": []}, " is closed all week. Write its hours"),
        ({"friday": [["12:00", "11:00"]]}, '.friday does not fit: ["12:00", "11:00"] ends before it begins'),
    ],
)
def test_hours_that_no_market_keeps_are_refused_by_their_field(hours: dict[str, Any], said: str) -> None:
    plan = plan_from_json(changed(lambda plan: plan.update(sessions={"EURUSD": hours})))
    with pytest.raises(BadConditions) as refused:
        check_plan(plan)
    assert refused.value.code == "E131"
    assert str(refused.value).startswith(f"the plan's sessions.EURUSD{said}")


@pytest.mark.parametrize(("code", "change"), REFUSED_BY_OTHERS, ids=range(len(REFUSED_BY_OTHERS)))
def test_what_strategies_sizing_and_risk_refuse_keeps_its_code(code: str, change: Change) -> None:
    with pytest.raises(ValueError, match=f"^{code} "):
        check_plan(plan_from_json(changed(change)))


@pytest.mark.parametrize(
    "change",
    [
        lambda plan: plan.update(sead=1),
        lambda plan: plan["account"].update(levrage=100),
        lambda plan: plan["strategies"][0].update(params={}),
    ],
)
def test_a_field_that_nobody_knows_is_refused(change: Change) -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        plan_from_json(changed(change))


def test_the_demos_plan_passes() -> None:
    check_plan(demo_plan())


@pytest.mark.parametrize("rule", ["utc", "new_york+7", "fixed:+23:59", "fixed:-05:30"])
def test_known_clocks_pass(rule: str) -> None:
    check_plan(msgspec.structs.replace(demo_plan(), server_time=rule))


def test_a_whole_number_is_a_float_where_the_record_wants_one() -> None:
    plan = plan_from_json(changed(lambda plan: plan["instruments"][0].update(contract_size=100_000, swap_long=0)))
    check_plan(plan)
    eurusd = instruments_of(plan)["EURUSD"]
    assert [type(each) for each in (eurusd.contract_size, eurusd.swap_long)] == [float, float]


def test_hours_of_a_plan_are_those_of_a_definition_by_symbol_by_default_and_by_a_calendars_name() -> None:
    hours = {
        "EURUSD": {"monday": [["00:05", "23:55"]]},
        "default": {"holidays": ["2014-12-25"]},
        "metals": {"friday": [["01:00", "22:00"]]},
    }
    plan = plan_from_json(
        changed(lambda plan: (plan.update(sessions=hours), plan["instruments"][2].update(sessions="metals")))
    )
    check_plan(plan)
    instruments, calendars = in_session(plan, instruments_of(plan))
    assert [one.sessions for one in instruments.values()] == ["EURUSD", "NZDUSD", "metals"]
    assert {name: sessions_written(one) for name, one in hours_of(plan).items()} == hours | {"XAUUSD": hours["metals"]}
    assert sessions_written(calendars["NZDUSD"]) == hours["default"]
    assert compose(plan, []).terminal.freeze()  # type: ignore[union-attr]  # a plan of the simulation has one


@pytest.mark.parametrize(
    ("clock", "at", "opens"),
    [
        ("utc", "2014-05-09T21:30", "2014-05-12T01:00"),
        ("utc", "2014-05-09T20:59", "2014-05-09T20:59"),
        ("new_york+7", "2014-05-09T19:00", "2014-05-11T22:00"),
        ("new_york+7", "2014-01-10T19:00", "2014-01-12T23:00"),
        ("fixed:-05:00", "2014-05-12T05:30", "2014-05-12T06:00"),
    ],
)
def test_when_a_market_opens_is_told_in_utc(clock: str, at: str, opens: str) -> None:
    weekdays = {day: [["01:00", "21:00"]] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
    plan = msgspec.structs.replace(demo_plan(), sessions={"default": weekdays}, server_time=clock)
    assert opening_of(plan)("EURUSD", ns(at)) == ns(opens)
    assert opening_of(demo_plan())("EURUSD", ns(at)) == ns(at)


def ns(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 10**9


def test_without_hours_instruments_stay_as_they_are() -> None:
    plan = demo_plan()
    known = instruments_of(plan)
    assert in_session(plan, known) == (known, {})
    assert hours_of(plan) == {}
