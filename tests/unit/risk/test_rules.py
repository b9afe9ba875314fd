"""Every rule at its limit: there it passes, one above it refuses, and what cannot be known is refused."""

from dataclasses import replace
from typing import Any

import pytest

from tallystick.events.types.trading import OrderApproved, OrderDenied, OrderRequested
from tallystick.market.instrument import LOT
from tallystick.market.sessions import Range, Sessions
from tallystick.platform.risk import RULES, Collar, Pace, Risk, RiskSettings, risk_settings_from, rules_declared
from tallystick.platform.risk.settings import SATURDAY_UTC
from tests.unit.risk.desk import (
    BUY,
    CANCEL,
    CLOSE,
    EURUSD,
    MONDAY_NOON,
    SECOND_NS,
    FakeContext,
    account,
    in_flight,
    like,
    position,
    quote,
)

STEP = LOT // 100
LOTS_VALUE = 1_300_100
"""0.1 lots of EURUSD at 1.3001, in cents."""
LONG = {55: position()}
AFTERNOONS = Sessions(((Range(45_000, 86_400),),) * 7)
"""From 12:30; the desk's moment is 12:00 UTC."""


def verdict(
    request: OrderRequested = BUY, context: FakeContext | None = None, **settings: Any
) -> OrderApproved | OrderDenied:
    (said,) = Risk(RiskSettings(**settings)).react(request, context or FakeContext())
    assert isinstance(said, OrderApproved | OrderDenied)
    return said


def refusal(request: OrderRequested = BUY, context: FakeContext | None = None, **settings: Any) -> str:
    """Name of the rule that refused; empty when approved."""
    said = verdict(request, context, **settings)
    if isinstance(said, OrderDenied):
        assert said.detail
        assert said.value > said.limit
        return said.rule
    return ""


def context(**changes: Any) -> FakeContext:
    return FakeContext(**changes)


def test_an_ordinary_order_is_approved_and_the_nearest_rule_named() -> None:
    said = verdict(position_volume_max=15 * STEP)
    assert said == OrderApproved(order=7, rule="position", limit=15 * STEP, value=10 * STEP)


ASK = 1.3001
PAIRS: list[tuple[str, Any, Any]] = [
    # rule, what passes, what does not: (request, context, settings)
    (
        "stale_quote",
        (BUY, context(time=MONDAY_NOON + 60 * SECOND_NS), {}),
        (BUY, context(time=MONDAY_NOON + 60 * SECOND_NS + 1), {}),
    ),
    (
        "price_collar",
        (like(BUY, price=1.31310), context(), {"collar": Collar(order_ppm=10_000)}),
        (like(BUY, price=1.31311), context(), {"collar": Collar(order_ppm=10_000)}),
    ),
    (
        "price_collar_period",
        (like(BUY, price=1.30135), context(), {"collar": Collar(period_ppm=1_000)}),
        (like(BUY, price=1.30136), context(), {"collar": Collar(period_ppm=1_000)}),
    ),
    ("volume_step", (like(BUY, volume=STEP), context(), {}), (like(BUY, volume=STEP - 1), context(), {})),
    ("volume_step", (like(BUY, volume=3 * STEP), context(), {}), (like(BUY, volume=3 * STEP + 1), context(), {})),
    (
        "volume_max",
        (BUY, context(), {"order_volume_max": 10 * STEP}),
        (BUY, context(), {"order_volume_max": 10 * STEP - 1}),
    ),
    (
        "order_value",
        (BUY, context(), {"order_value_max": LOTS_VALUE}),
        (BUY, context(), {"order_value_max": LOTS_VALUE - 1}),
    ),
    (
        "position",
        (BUY, context(positions=LONG), {"position_volume_max": 20 * STEP}),
        (BUY, context(positions=LONG), {"position_volume_max": 20 * STEP - 1}),
    ),
    (
        "position",
        (BUY, context(orders={3: in_flight(like(BUY, order=3))}), {"position_volume_max": 20 * STEP}),
        (BUY, context(orders={3: in_flight(like(BUY, order=3))}), {"position_volume_max": 20 * STEP - 1}),
    ),
    (
        "exposure",
        (BUY, context(positions=LONG), {"exposure_value_max": 2 * LOTS_VALUE}),
        (BUY, context(positions=LONG), {"exposure_value_max": 2 * LOTS_VALUE - 1}),
    ),
    (
        "exposure",
        (BUY, context(orders={3: in_flight(like(BUY, order=3))}), {"exposure_value_max": 2 * LOTS_VALUE}),
        (BUY, context(orders={3: in_flight(like(BUY, order=3))}), {"exposure_value_max": 2 * LOTS_VALUE - 1}),
    ),
    (
        "margin",
        (BUY, context(account=account(margin=10_000_000 - 13_001)), {}),
        (BUY, context(account=account(margin=10_000_000 - 13_000)), {}),
    ),
    (
        "daily_loss",
        (BUY, context(account=account(equity=9_500_000)), {}),
        (BUY, context(account=account(equity=9_499_999)), {}),
    ),
    (
        "drawdown",
        (BUY, context(account=account(peak_balance=12_500_000)), {}),
        (BUY, context(account=account(peak_balance=12_500_002)), {}),
    ),
]


@pytest.mark.parametrize(("rule", "passes", "fails"), PAIRS, ids=[f"{i}-{pair[0]}" for i, pair in enumerate(PAIRS)])
def test_at_the_limit_an_order_passes_and_one_above_it_does_not(rule: str, passes: Any, fails: Any) -> None:
    request, desk, settings = passes
    assert refusal(request, desk, **settings) == ""
    request, desk, settings = fails
    assert refusal(request, desk, **settings) == rule


REFUSED: list[tuple[str, OrderRequested, FakeContext, dict[str, Any]]] = [
    ("halt", BUY, context(account=account(halted=True)), {}),
    ("halt", BUY, context(account=account(restricted=True)), {}),
    ("halt", BUY, context(account=None), {}),
    ("permission", CLOSE, context(account=None, positions=LONG), {}),
    ("permission", like(BUY, account="other"), context(), {}),
    ("permission", like(BUY, symbol="EURUSDX"), context(), {}),
    ("permission", BUY, context(), {"strategies": ()}),
    ("permission", BUY, context(), {"symbols": ("XAUUSD",)}),
    ("market_state", BUY, context(quotes={}), {}),
    ("market_state", BUY, context(), {"closed_minutes": ((719, 721),)}),
    ("market_state", BUY, context(), {"hours": {"EURUSD": AFTERNOONS}}),
    ("market_state", BUY, context(), {"hours": {"default": AFTERNOONS, "XAUUSD": Sessions()}}),
    ("price_form", like(BUY, price=float("nan")), context(), {}),
    ("price_form", like(BUY, price=-1.0), context(), {}),
    ("price_form", like(BUY, stop_loss=1.29981), context(), {}),
    ("price_form", like(BUY, take_profit=1.30019), context(), {}),
    ("price_form", like(BUY, purpose="pending", kind="limit", price=0.0), context(), {}),
    ("price_form", like(BUY, purpose="pending", kind="limit", price=ASK), context(), {}),
    ("price_form", like(BUY, purpose="pending", kind="stop", price=ASK), context(), {}),
    ("price_form", like(BUY, purpose="pending", kind="stop", price=1.30009), context(), {}),
    ("price_form", like(BUY, purpose="pending", kind="limit", price=1.29991), context(), {}),
    ("price_form", like(BUY, purpose="pending", kind="stop", price=1.30029), context(), {}),
    ("price_form", like(BUY, purpose="pending", side="sell", kind="limit", price=1.29999), context(), {}),
    ("order_value", BUY, context(instruments={"EURUSD": replace(EURUSD, currency_profit="CHF")}), {}),
    ("exposure", BUY, context(positions={9: position(9, "USDJPY")}), {}),
    ("exposure", BUY, context(positions={9: position(9, "GONE")}), {}),
    ("reduction", CLOSE, context(), {}),
    ("reduction", CLOSE, context(positions={55: position(direction=-1)}), {}),
    ("reduction", CLOSE, context(positions={55: position(volume=9 * STEP)}), {}),
    ("reduction", CLOSE, context(positions={55: position(symbol="XAUUSD")}), {}),
    ("reduction", CLOSE, context(positions=LONG, orders={3: in_flight(like(CLOSE, order=3, volume=STEP))}), {}),
    ("reduction", like(CLOSE, position=0), context(positions=LONG), {}),
    ("reduction", CANCEL, context(), {}),
    ("volume_step", like(CLOSE, volume=STEP // 2), context(positions=LONG), {}),
    ("position", BUY, context(instruments={"EURUSD": replace(EURUSD, volume_limit=STEP)}), {}),
]


@pytest.mark.parametrize(
    ("rule", "request_", "desk", "settings"), REFUSED, ids=[f"{i}-{case[0]}" for i, case in enumerate(REFUSED)]
)
def test_what_is_not_permitted_malformed_or_unknown_is_refused(
    rule: str, request_: OrderRequested, desk: FakeContext, settings: dict[str, Any]
) -> None:
    assert refusal(request_, desk, **settings) == rule


WELL_FORMED = [
    like(BUY, stop_loss=1.29980),
    like(BUY, take_profit=1.30020),
    like(BUY, purpose="pending", kind="limit", price=1.2999),
    like(BUY, purpose="pending", kind="stop", price=1.3003),
    like(BUY, purpose="pending", side="sell", kind="limit", price=1.3002),
    like(BUY, purpose="pending", side="sell", kind="stop", price=1.2998),
    like(BUY, side="sell", price=1.3, stop_loss=1.3003, take_profit=1.2998),
]


@pytest.mark.parametrize("request_", WELL_FORMED)
def test_prices_on_their_sides_pass(request_: OrderRequested) -> None:
    assert refusal(request_) == ""


def test_an_order_asked_for_later_does_not_count_against_an_earlier_one() -> None:
    later = {8: in_flight(like(BUY, order=8), "requested")}
    assert refusal(BUY, context(orders=later), position_volume_max=10 * STEP) == ""


def test_what_is_in_flight_to_close_does_not_make_room_before_it_is_closed() -> None:
    closing = {3: in_flight(like(CLOSE, order=3))}
    assert refusal(BUY, context(positions=LONG, orders=closing), position_volume_max=10 * STEP) == "position"


BAD_TIMES = account(halted=True, restricted=True, equity=1, margin=10_000_000, peak_balance=90_000_000)


@pytest.mark.parametrize(
    "request_",
    [CLOSE, CANCEL, like(CLOSE, purpose="protect", volume=0, price=0.0, stop_loss=1.29)],
    ids=["close", "cancel", "tighten"],
)
def test_reductions_pass_when_the_book_is_halted_broke_and_without_a_fresh_quote(request_: OrderRequested) -> None:
    pending = {2: in_flight(like(BUY, order=2, purpose="pending", kind="limit"), "placed", ticket=91)}
    desk = context(account=BAD_TIMES, positions=LONG, orders=pending, quotes={}, time=MONDAY_NOON + 10**18)
    assert refusal(request_, desk, strategies=(), symbols=(), exposure_value_max=0) == ""


def test_a_stop_that_loosens_is_no_reduction_and_waits_while_the_book_is_halted() -> None:
    held = {55: position(stop_loss=1.29)}
    loosen = like(CLOSE, purpose="protect", volume=0, price=0.0, stop_loss=1.28)
    assert refusal(loosen, context(positions=held)) == "reduction"
    as_change = like(loosen, reduces=False)
    assert refusal(as_change, context(positions=held)) == ""
    assert refusal(as_change, context(positions=held, account=account(halted=True))) == "halt"


def test_a_pending_order_that_calls_itself_a_reduction_is_asked_every_rule() -> None:
    pending = like(BUY, purpose="pending", kind="limit", price=1.29, reduces=True)
    assert refusal(pending, context(account=account(halted=True))) == "halt"


def test_on_a_netting_account_the_signed_position_counts_and_a_reversal_needs_margin_for_its_growth_only() -> None:
    netting = account(margin_mode="netting", equity=10_000_000, margin=10_000_000)
    short = {55: position(direction=-1, volume=5 * STEP)}
    reversal = context(account=netting, positions=short)
    assert refusal(BUY, reversal, position_volume_max=5 * STEP) == ""
    assert refusal(BUY, reversal, position_volume_max=5 * STEP - 1) == "position"
    bigger = like(BUY, volume=11 * STEP)
    assert refusal(bigger, reversal) == "margin"
    assert refusal(like(BUY, volume=5 * STEP, reduces=True), reversal) == ""
    assert refusal(like(BUY, volume=6 * STEP, reduces=True), reversal) == "reduction"


def test_a_value_in_another_currency_is_converted_by_a_pair_of_the_two() -> None:
    desk = context(quotes={"USDJPY": quote("USDJPY", 100.0, 100.0)})
    request = like(BUY, symbol="USDJPY", price=100.0, volume=LOT)
    assert refusal(request, desk, order_value_max=10_000_000) == ""
    assert refusal(request, desk, order_value_max=9_999_999) == "order_value"


def test_saturday_is_closed_by_default_and_friday_and_sunday_are_not() -> None:
    for days, rule in ((4, ""), (5, "market_state"), (6, "")):
        time = MONDAY_NOON + days * 86_400 * SECOND_NS
        desk = context(time=time, quotes={"EURUSD": quote("EURUSD", 1.3, 1.3001, time)})
        assert refusal(BUY, desk) == rule


def test_a_bar_that_ends_as_saturday_begins_was_of_friday_and_one_that_ends_later_is_told_what_to_set() -> None:
    friday = (120, 7_200)
    saturday = MONDAY_NOON - MONDAY_NOON % (86_400 * SECOND_NS) + 5 * 86_400 * SECOND_NS

    def at(time: int) -> FakeContext:
        return context(time=time, quotes={"EURUSD": quote("EURUSD", 1.3, 1.3001, time)})

    assert refusal(BUY, at(saturday)) == ""
    assert refusal(BUY, at(saturday + 1)) == "market_state"
    assert refusal(BUY, at(saturday), closed_minutes=(friday, SATURDAY_UTC)) == "market_state", "closed before as well"
    later = verdict(BUY, at(saturday + 5 * 3_600 * SECOND_NS))
    assert isinstance(later, OrderDenied)
    assert "Wait; if its daily bars end in them, set it to [] (`closed` under [risk] in a file)." in later.detail


def test_hours_are_of_the_servers_clock_and_say_when_they_begin_again() -> None:
    hours = {"EURUSD": AFTERNOONS}
    assert refusal(hours=hours, server_time="fixed:+01:00") == ""
    assert refusal(like(BUY, symbol="XAUUSD", price=1200.5), hours=hours) == ""
    desk = context(positions={55: position()})
    assert refusal(CLOSE, desk, hours=hours) == "", "what reduces is left to the server"
    shut = verdict(hours=hours)
    assert isinstance(shut, OrderDenied)
    assert shut.detail == (
        "EURUSD is out of its trading hours (the plan's `sessions`) and does not open before 2014-01-06 12:30"
        " of the server's clock. Wait."
    )
    never = verdict(hours={"EURUSD": Sessions(((),) * 7)})
    assert isinstance(never, OrderDenied)
    assert "does not open in the next four weeks" in never.detail


def test_details_say_what_to_do() -> None:
    too_much = verdict(like(BUY, volume=9 * LOT), context(account=account(margin=9_994_700)))
    assert isinstance(too_much, OrderDenied)
    assert too_much.detail == (
        "10019 NO_MONEY: 9 lots need 11,700.90 USD with the orders on their way, free 53.00 USD."
        " Trade less or close some; the run goes on."
    )
    odd = verdict(like(BUY, volume=15 * STEP // 10))
    assert isinstance(odd, OrderDenied)
    assert odd.detail == (
        "E113 lots 0.015: EURUSD trades 0.01..100 in steps of 0.01 (MT5 would answer 10014 INVALID_VOLUME)."
        " Nearest: 0.01, 0.02"
    )
    wrong_side = verdict(like(BUY, purpose="pending", kind="limit", price=1.31))
    assert isinstance(wrong_side, OrderDenied)
    assert wrong_side.detail == (
        "10015 INVALID_PRICE: BUY_LIMIT 1.31000 is above ask 1.30010. Below ask for a limit, above for a stop."
    )


def test_the_rules_are_declared_in_the_order_they_are_asked_with_their_limits() -> None:
    declared = rules_declared(RiskSettings())
    assert declared.rules == tuple(rule.name for rule in RULES)
    assert declared.rules[:4] == ("halt", "permission", "reduction", "market_state")
    assert declared.limits["stale_quote"] == "60 s"
    assert "market_state" not in declared.limits
    stated = rules_declared(RiskSettings(hours={"XAUUSD": AFTERNOONS, "EURUSD": AFTERNOONS}))
    assert stated.limits["market_state"] == "hours of EURUSD, XAUUSD"


def test_every_rule_has_a_case_above() -> None:
    tested = {pair[0] for pair in PAIRS} | {case[0] for case in REFUSED}
    elsewhere = {"duplicate", "message_throttle", "repeated_execution"}  # test_pace.py
    elsewhere |= {"session", "news", "friday_flat", "spread"}  # test_entries.py
    elsewhere |= {"account_limit"}  # test_account_limits.py
    assert tested | elsewhere == {rule.name for rule in RULES}


def test_a_setting_that_could_never_bind_is_refused() -> None:
    with pytest.raises(ValueError, match="E601"):
        RiskSettings(exposure_value_max=-1)
    with pytest.raises(ValueError, match="E601"):
        RiskSettings(pace=Pace(messages_per_s=0))


def test_settings_come_from_a_plan_and_a_misspelt_limit_is_refused() -> None:
    plan = {"order_volume_max": STEP, "pace": {"repeats_max": 5}, "strategies": ["ema"]}
    assert risk_settings_from(plan) == RiskSettings(
        order_volume_max=STEP, pace=Pace(repeats_max=5), strategies=("ema",)
    )
    for wrong in (
        {"order_volume": 1},
        {"pace": {"repeat_max": 5}},
        {"order_volume_max": "1"},
        {"order_volume_max": -1},
        {"hours": {"EURUSD": 1}},
    ):
        with pytest.raises(ValueError, match="E601"):
            risk_settings_from(wrong)
