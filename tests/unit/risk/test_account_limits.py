"""Limits of the account: at the limit nothing, a cent beyond it everything is closed and nothing new is opened."""

import random
from typing import Any

import msgspec
import numpy as np
import pytest

from tallystick.events.types.account import AccountLimitReached, SwapCharged
from tallystick.events.types.market import SeriesDeclared
from tallystick.events.types.running import BookResumed, TimerFired, TimerRequested
from tallystick.events.types.trading import OrderApproved, OrderDenied, TargetSet
from tallystick.market.instrument import LOT
from tallystick.market.rows import Rows
from tallystick.platform.accounts.views import AccountView
from tallystick.platform.plan import AccountPlan, RunPlan, StrategyPlan
from tallystick.platform.plan_check import check_plan
from tallystick.platform.plan_values import PlanError
from tallystick.platform.portfolio.limits_watch import LimitsWatch
from tallystick.platform.risk import PRESETS, AccountLimits, Risk, RiskSettings, risk_settings_from
from tests.unit.portfolio.told import DEAL, opened
from tests.unit.risk.desk import BUY, CLOSE, EURUSD, MONDAY_NOON, FakeContext, account, in_flight, like, position, quote

START = 10_000_000
MIDNIGHT = MONDAY_NOON + 12 * 3_600_000_000_000
SWAP = SwapCharged(position=55, symbol="EURUSD", amount=0, nights=1, moment=0)
RESUMED = BookResumed(person="", reason="", head=b"", signature=b"")


def desk(equity: int, *, balance: int = START, bid: float = 1.3, **changes: Any) -> FakeContext:
    """A long lot whose account is worth `equity`, by the swap it has been charged."""
    view: AccountView = account(balance=balance, equity=equity)
    return FakeContext(
        account=view,
        positions={55: msgspec.structs.replace(position(volume=LOT), swap=equity - balance)},
        quotes={"EURUSD": quote("EURUSD", bid, bid + 0.0001)},
        **changes,
    )


def watching(balance: int = START, **limits: Any) -> LimitsWatch:
    """A watch on an account that opened its first position at noon."""
    made = LimitsWatch(AccountLimits(**limits), "utc")
    made.react(msgspec.structs.replace(opened(), balance=START), desk(START))
    made.react(OrderApproved(order=7, rule="", limit=0, value=0), desk(START, orders={7: in_flight(BUY)}))
    (timer,) = made.react(msgspec.structs.replace(DEAL, balance=balance), desk(balance, balance=balance))
    assert timer == TimerRequested(module="account_limits", timer="day", due=MIDNIGHT)
    return made


def row(watch: LimitsWatch, equity: int, **more: Any) -> list[Any]:
    context = desk(equity, **more)
    assert watch.react(SWAP, context) == ()
    return list(watch.react(quote("EURUSD", 1.3, 1.3001), context))


def reached(said: list[Any]) -> list[tuple[str, int, int, int]]:
    return [(one.rule, one.limit, one.value, one.until) for one in said if isinstance(one, AccountLimitReached)]


def midnight(watch: LimitsWatch, equity: int, balance: int = START) -> None:
    context = desk(equity, balance=balance, time=MIDNIGHT)
    closed = msgspec.structs.replace(DEAL, entry="out", balance=balance)
    watch.react(closed, context)
    watch.react(TimerFired(module="account_limits", timer="day", due=MIDNIGHT), context)


def test_a_days_loss_is_allowed_to_the_cent_and_closes_everything_one_cent_beyond() -> None:
    watch = watching(daily_loss=500_000)
    assert row(watch, START - 500_000) == []
    said = row(watch, START - 500_001)
    assert reached(said) == [("daily_loss_limit", 500_000, 500_001, MIDNIGHT)]
    assert said[1:] == [TargetSet(strategy="ema", symbol="EURUSD", volume=0, stop_points=0, take_points=0)]
    assert row(watch, START - 600_000) == []  # said once


@pytest.mark.parametrize(("daily_of", "base"), [("balance", START + 40_000), ("equity", START - 10_000)])
def test_a_new_day_counts_from_what_the_plan_says(daily_of: str, base: int) -> None:
    watch = watching(daily_loss=100_000, daily_of=daily_of)
    midnight(watch, START - 10_000, START + 40_000)
    assert row(watch, base - 100_000, balance=START + 40_000) == []
    assert reached(row(watch, base - 100_001, balance=START + 40_000))


def test_the_higher_of_balance_and_equity_counts_when_the_plan_says_so() -> None:
    for equity, balance in ((START + 7, START), (START, START + 7)):
        watch = watching(daily_loss=100_000, daily_of="higher")
        midnight(watch, equity, balance)
        assert row(watch, START + 7 - 100_000, balance=balance) == []
        assert reached(row(watch, START + 7 - 100_001, balance=balance))


def test_a_day_without_positions_begins_with_the_balance_before_the_first_deal() -> None:
    watch = watching(daily_loss=100_000)
    watch.react(DEAL, FakeContext(account=account(balance=START - 50_000)))  # all closed
    flat = FakeContext(account=account(balance=START - 50_000, equity=START - 50_000), time=MIDNIGHT)
    assert watch.react(TimerFired(module="account_limits", timer="day", due=MIDNIGHT), flat) == ()
    deal = msgspec.structs.replace(DEAL, balance=START - 50_350, commission=-350)
    watch.react(deal, desk(START - 50_350, balance=START - 50_350, time=MIDNIGHT + 1))
    assert row(watch, START - 150_000, balance=START - 50_350) == []
    assert reached(row(watch, START - 150_001, balance=START - 50_350))[0][2] == 100_001


def test_the_greatest_loss_is_counted_from_the_first_balance_and_holds_for_good() -> None:
    watch = watching(max_loss=1_000_000)
    left = START - 900_000
    midnight(watch, left, left)
    assert row(watch, START - 1_000_000, balance=left) == []
    assert reached(row(watch, START - 1_000_001, balance=left)) == [("max_loss_limit", 1_000_000, 1_000_001, 0)]
    midnight(watch, START - 1_000_001, left)
    assert row(watch, START - 1_000_001, balance=left) == []
    watch.react(RESUMED, desk(START - 1_000_001))
    assert reached(row(watch, START - 1_000_001, balance=left))  # resumed, and still beyond


def test_a_trailing_floor_follows_every_rows_equity() -> None:
    watch = watching(trailing_loss=200_000)
    assert row(watch, START + 300_000) == []
    assert row(watch, START + 100_000) == []
    assert reached(row(watch, START + 99_999)) == [("trailing_loss_limit", 200_000, 200_001, 0)]


def test_a_floor_that_follows_days_does_not_see_the_hours_between() -> None:
    watch = watching(trailing_loss=200_000, trailing_of="end_of_day")
    assert row(watch, START + 300_000) == []
    assert row(watch, START - 200_000) == []
    midnight(watch, START + 100_000)
    assert row(watch, START - 100_000) == []
    assert reached(row(watch, START - 100_001)) == [("trailing_loss_limit", 200_000, 200_001, 0)]


def test_a_floor_may_stop_at_the_first_balance() -> None:
    watch = watching(trailing_loss=200_000, trailing_stops_at_start=True)
    assert row(watch, START + 900_000) == []
    assert row(watch, START) == []
    assert reached(row(watch, START - 1)) == [("trailing_loss_limit", 900_000, 900_001, 0)]


def test_a_profit_target_is_told_once_and_closes_nothing() -> None:
    watch = watching(profit_target=300_000)
    assert row(watch, START + 299_999) == []
    (told,) = row(watch, START + 300_000)
    assert (told.rule, told.limit, told.value, told.closes) == ("profit_target", 300_000, 300_000, False)
    assert row(watch, START + 400_000) == []


def test_what_is_filled_after_a_limit_was_reached_is_closed_too() -> None:
    watch = watching(max_loss=1_000)
    row(watch, START - 1_001)
    late = watch.react(DEAL, desk(START - 1_001))
    assert [one.volume for one in late if isinstance(one, TargetSet)] == [0]
    out = msgspec.structs.replace(DEAL, entry="out")
    assert watch.react(out, desk(START - 1_001)) == []


def test_without_a_position_nothing_is_looked_at() -> None:
    watch = LimitsWatch(AccountLimits(max_loss=1), "utc")
    watch.react(opened(), FakeContext())
    assert watch.react(quote("EURUSD", 1.0, 1.0), FakeContext(account=account(equity=0))) == ()


REACHED = AccountLimitReached(rule="daily_loss_limit", limit=500, value=501, equity=0, until=MIDNIGHT, closes=True)


def verdict(risk: Risk, request: Any, time: int) -> Any:
    quotes = {"EURUSD": quote("EURUSD", 1.3, 1.3001, time)}
    (said,) = risk.react(request, FakeContext(time=time, positions={55: position()}, quotes=quotes))
    return said


def test_risk_opens_nothing_new_until_the_day_is_over_and_lets_reductions_pass() -> None:
    risk = Risk(RiskSettings())
    risk.react(REACHED, FakeContext())
    denied = verdict(risk, BUY, MIDNIGHT - 1)
    assert isinstance(denied, OrderDenied)
    assert (denied.rule, denied.limit, denied.value) == ("account_limit", 500, 501)
    assert "daily_loss_limit was reached: 5.01 USD lost, limit 5.00 USD" in denied.detail
    assert isinstance(verdict(risk, CLOSE, MIDNIGHT - 1), OrderApproved)
    assert isinstance(verdict(risk, like(BUY, order=8), MIDNIGHT), OrderApproved)


def test_a_limit_that_holds_for_good_is_lifted_by_a_person_only() -> None:
    risk = Risk(RiskSettings())
    risk.react(msgspec.structs.replace(REACHED, rule="max_loss_limit", until=0), FakeContext())
    again = Risk(RiskSettings())
    again.thaw(msgspec.msgpack.decode(msgspec.msgpack.encode(risk.freeze())))
    denied = verdict(again, BUY, MIDNIGHT * 2)
    assert isinstance(denied, OrderDenied)
    assert "tallystick resume" in denied.detail
    again.react(RESUMED, FakeContext())
    assert isinstance(verdict(again, like(BUY, order=8), MONDAY_NOON), OrderApproved)


def test_a_target_that_was_reached_stops_nobody() -> None:
    risk = Risk(RiskSettings())
    risk.react(msgspec.structs.replace(REACHED, rule="profit_target", closes=False), FakeContext())
    assert isinstance(verdict(risk, BUY, MONDAY_NOON), OrderApproved)


class Market:
    """A desk whose account is valued as the platform values it, at the latest of many prices."""

    def __init__(self, seed: int) -> None:
        chance = random.Random(seed)
        self.positions = {
            number: msgspec.structs.replace(
                position(number, direction=chance.choice((-1, 1)), volume=chance.randrange(1, 90) * LOT // 100),
                price_open=chance.randrange(129_900, 130_100) / 100_000,
                swap=chance.randrange(-500, 500),
            )
            for number in range(50, 50 + chance.randrange(1, 5))
        }
        self.price = 1.3

    def context(self, bid: float) -> FakeContext:
        shown = quote("EURUSD", bid, round(bid + 0.0001, 5))
        equity = START
        for one in self.positions.values():
            close = EURUSD.points(shown.bid if one.direction > 0 else shown.ask)
            worth = one.direction * (close - EURUSD.points(one.price_open)) * one.volume // (LOT // 100)
            equity += one.swap + worth  # a point on 0.01 lots of EURUSD is one cent
        return FakeContext(
            account=account(balance=START, equity=equity), positions=self.positions, quotes={"EURUSD": shown}
        )


@pytest.mark.parametrize("seed", range(60))
def test_scan_names_exactly_the_first_row_that_react_answers(seed: int) -> None:
    chance, market = random.Random(seed), Market(seed)
    limits: dict[str, Any] = {
        "daily_loss": chance.choice((0, chance.randrange(1, 30_000))),
        "max_loss": chance.choice((0, chance.randrange(1, 30_000))),
        "trailing_loss": chance.choice((0, chance.randrange(1, 30_000))),
        "trailing_of": chance.choice(("equity", "end_of_day")),
        "profit_target": chance.randrange(1, 40_000),
    }
    one, many = watching(**limits), watching(**limits)
    for made in (one, many):
        for number, symbol in ((0, "EURUSD"), (1, "XAUUSD"), (2, "EURUSD")):
            made.react(
                SeriesDeclared(
                    series=number,
                    symbol=symbol,
                    kind="quote",
                    period_ns=0,
                    time_rule="",
                    source="",
                    rows=-1,
                    data_hash="",
                ),
                market.context(1.3),
            )
        made.react(SWAP, market.context(1.3))
    price, bids, series = 130_000, [], []
    for _ in range(150):
        price += chance.randrange(-40, 41)
        bids.append(price / 100_000)
        series.append(chance.choice((0, 0, 1, 2)))
    bid = np.array(bids)
    rows = Rows("quote", np.arange(150), np.array(series, dtype=np.uint16), bid, np.round(bid + 0.0001, 5), {})
    latest, first = 1.3, -1
    for at, (shown, number) in enumerate(zip(bids, series, strict=True)):
        latest = latest if number == 1 else shown
        symbol, context = "EURUSD" if number != 1 else "XAUUSD", market.context(latest)
        said = one.react(quote(symbol, shown, round(shown + 0.0001, 5)), context)
        assert one.equity == context.account.equity
        if said:
            first = at
            break
    cut = chance.randrange(0, 150 if first < 0 else first + 1)
    assert many.scan(rows) == first
    many.advance(rows.part(0, cut))
    again = LimitsWatch(AccountLimits(**limits), "utc")
    again.thaw(msgspec.msgpack.decode(msgspec.msgpack.encode(many.freeze())))
    assert again.freeze() == many.freeze()
    assert again.scan(rows.part(cut, 150)) == (first - cut if first >= 0 else -1)


PLAN = RunPlan(
    account=AccountPlan(balance=10_000_000),
    instruments=(EURUSD.fields(),),
    strategies=(StrategyPlan(kind="flat", name="flat"),),
)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_read_and_wants_its_own_balance(name: str) -> None:
    settings = risk_settings_from({"preset": name, "order_volume_max": 5})
    assert settings.order_volume_max == 5
    assert settings.account_limits != AccountLimits()
    right = PRESETS[name].balance
    risk = {"preset": name}
    check_plan(msgspec.structs.replace(PLAN, risk=risk, account=AccountPlan(balance=right)))
    with pytest.raises(PlanError, match="for which the preset is made"):
        check_plan(msgspec.structs.replace(PLAN, risk=risk, account=AccountPlan(balance=right - 1)))
    with pytest.raises(PlanError, match="counts in cents"):
        check_plan(msgspec.structs.replace(PLAN, risk=risk, account=AccountPlan(balance=right, digits=3)))


@pytest.mark.parametrize(
    ("name", "lost", "rule"),
    [
        ("challenge_100k_5_10", 500_000, "daily_loss_limit"),
        ("challenge_100k_4_8", 400_000, "daily_loss_limit"),
        ("funded_100k_5_10", 500_000, "daily_loss_limit"),
    ],
)
def test_a_preset_binds_at_its_amount_to_the_cent(name: str, lost: int, rule: str) -> None:
    watch = LimitsWatch(risk_settings_from({"preset": name}).account_limits, "utc")
    watch.react(opened(), desk(START))
    watch.react(msgspec.structs.replace(DEAL, balance=START), desk(START))
    assert reached(row(watch, START - lost)) == []
    assert reached(row(watch, START - lost - 1)) == [(rule, lost, lost + 1, MIDNIGHT)]
