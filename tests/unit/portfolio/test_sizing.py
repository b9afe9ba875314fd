"""Sizing: fixed lots are traded or refused, risk percent is rounded down, and nothing is silent."""

import random
from fractions import Fraction
from typing import Any

import msgspec
import pytest

from tallystick.events.types.trading import SignalRaised, TargetAsked, TargetSet, TargetWithheld
from tallystick.market.instrument import LOT
from tallystick.platform.portfolio import FixedLots, LotsNotTradable, Portfolio, RiskPercent, check_lots, sizing_from
from tests.unit.risk.desk import BUY, EURUSD, FakeContext, account, in_flight, position

STEP = LOT // 100


def signal(direction: int = 1, stop_points: int = 300, strategy: str = "ema", symbol: str = "EURUSD") -> SignalRaised:
    return SignalRaised(
        strategy=strategy, symbol=symbol, direction=direction, stop_points=stop_points, take_points=2 * stop_points
    )


def test_fixed_lots_become_a_signed_target_with_the_signals_stops() -> None:
    (target,) = Portfolio(FixedLots("0.10")).react(signal(-1), FakeContext())
    assert target == TargetSet(strategy="ema", symbol="EURUSD", volume=-LOT // 10, stop_points=300, take_points=600)


def test_a_target_is_said_on_a_change_only() -> None:
    portfolio = Portfolio(FixedLots("0.10"))
    held = FakeContext(positions={55: position()})
    assert len(portfolio.react(signal(1), FakeContext())) == 1
    assert not portfolio.react(signal(1), held)
    assert [one.volume for one in portfolio.react(signal(-1), held) if isinstance(one, TargetSet)] == [-LOT // 10]
    assert [one.volume for one in portfolio.react(signal(0), held) if isinstance(one, TargetSet)] == [0]
    assert not portfolio.react(signal(0), FakeContext())


def test_a_repeated_signal_sets_the_target_anew_only_when_nothing_is_held_or_on_its_way() -> None:
    portfolio = Portfolio(FixedLots("0.10"))
    portfolio.react(signal(1), FakeContext())
    assert not portfolio.react(signal(1), FakeContext(orders={7: in_flight(BUY)}))
    assert not portfolio.react(signal(1), FakeContext(positions={55: position()}))
    assert len(portfolio.react(signal(1), FakeContext())) == 1


def test_risk_percent_loses_its_share_of_the_equity_at_the_stop() -> None:
    (target,) = Portfolio(RiskPercent(10_000)).react(signal(stop_points=400), FakeContext())
    assert isinstance(target, TargetSet)
    assert target.volume == 250 * STEP  # 1,000 USD at risk, 400 points of 1 USD a lot and point


def test_risk_percent_never_risks_more_than_its_share_and_not_a_step_less() -> None:
    chance = random.Random(3)
    for _ in range(300):
        equity, ppm, stop = chance.randrange(10**5, 10**9), chance.randrange(1, 50_000), chance.randrange(1, 5_000)
        size = RiskPercent(ppm).volume(signal(stop_points=stop), EURUSD, FakeContext(account=account(equity=equity)))
        volume = size if isinstance(size, int) else 0
        share = equity * ppm // 1_000_000

        def loss(steps: int, stop: int = stop) -> Fraction:
            return EURUSD.money_per_point_step(2) * stop * steps

        assert loss(volume // STEP) <= share
        assert volume == EURUSD.volume_max or loss(volume // STEP + 1) > share


def test_a_size_is_kept_while_the_direction_is() -> None:
    portfolio = Portfolio(RiskPercent(10_000))
    portfolio.react(signal(stop_points=400), FakeContext())
    richer = FakeContext(account=account(equity=20_000_000), positions={55: position()})
    assert not portfolio.react(signal(stop_points=400), richer)


WITHHELD: list[tuple[str, Any, SignalRaised, FakeContext]] = [
    ("volume_step", FixedLots("0.015"), signal(), FakeContext()),
    ("volume_step", FixedLots("0.001"), signal(), FakeContext()),
    ("volume_step", FixedLots("101"), signal(), FakeContext()),
    ("volume_min", RiskPercent(100), signal(stop_points=5_000), FakeContext(account=account(equity=100_000))),
    ("stop", RiskPercent(10_000), signal(stop_points=0), FakeContext()),
    ("equity", RiskPercent(10_000), signal(), FakeContext(account=account(equity=0))),
    ("equity", RiskPercent(10_000), signal(), FakeContext(account=None)),
    ("currency", RiskPercent(10_000), signal(symbol="USDJPY"), FakeContext()),
    ("instrument", FixedLots("0.10"), signal(symbol="EURUSDX"), FakeContext()),
]


@pytest.mark.parametrize(("rule", "sizing", "raised", "desk"), WITHHELD)
def test_a_signal_without_a_size_says_why(rule: str, sizing: Any, raised: SignalRaised, desk: FakeContext) -> None:
    (said,) = Portfolio(sizing).react(raised, desk)
    assert isinstance(said, TargetWithheld)
    assert (said.rule, said.direction) == (rule, 1)
    assert said.detail


def test_a_turn_that_cannot_be_sized_still_ends_what_was_held_the_other_way() -> None:
    portfolio = Portfolio(RiskPercent(10_000))
    portfolio.react(signal(1), FakeContext())
    withheld, flat = portfolio.react(signal(-1, stop_points=0), FakeContext(positions={55: position()}))
    assert isinstance(withheld, TargetWithheld)
    assert isinstance(flat, TargetSet)
    assert flat.volume == 0


def test_strategies_have_their_own_sizings() -> None:
    portfolio = Portfolio(FixedLots("0.10"), by_strategy={"z": FixedLots("0.04")})
    said = [*portfolio.react(signal(1), FakeContext()), *portfolio.react(signal(-1, strategy="z"), FakeContext())]
    assert [one.volume for one in said if isinstance(one, TargetSet)] == [10 * STEP, -4 * STEP]
    again = Portfolio(FixedLots("0.10"))
    again.thaw(msgspec.msgpack.decode(msgspec.msgpack.encode(portfolio.freeze())))
    assert again.freeze() == portfolio.freeze()


def test_lots_that_cannot_be_traded_are_named_with_the_nearest() -> None:
    assert check_lots("0.10", EURUSD) == LOT // 10
    with pytest.raises(LotsNotTradable) as error:
        check_lots("0.015", EURUSD)
    assert str(error.value) == (
        "E113 lots 0.015: EURUSD trades 0.01..100 in steps of 0.01 (MT5 would answer 10014 INVALID_VOLUME)."
        " Nearest: 0.01, 0.02"
    )
    for wrong in ("-0.10", "0", "ten", "nan", "inf", "0.000000001"):
        with pytest.raises(LotsNotTradable, match="E112"):
            FixedLots(wrong)


def test_sizings_come_from_a_plan() -> None:
    assert sizing_from({"kind": "fixed", "lots": "0.10"}) == FixedLots("0.10")
    assert sizing_from({"kind": "risk_percent", "risk_ppm": 5_000}) == RiskPercent(5_000)
    for wrong in ({}, {"kind": "fixed"}, {"kind": "martingale"}, {"kind": "fixed", "lots": "0.1", "x": 1}):
        with pytest.raises(ValueError, match="E114"):
            sizing_from(wrong)


def asked(volume: int) -> TargetAsked:
    return TargetAsked(strategy="ema", symbol="EURUSD", volume=volume, stop_points=300, take_points=0)


def test_a_target_that_was_asked_for_is_taken_as_it_is() -> None:
    portfolio = Portfolio(RiskPercent(10_000))
    held = FakeContext(positions={55: position()})
    (target,) = portfolio.react(asked(-30 * STEP), FakeContext())
    assert target == TargetSet(strategy="ema", symbol="EURUSD", volume=-30 * STEP, stop_points=300, take_points=0)
    assert not portfolio.react(asked(-30 * STEP), held)
    assert [one.volume for one in portfolio.react(asked(-31 * STEP), held) if isinstance(one, TargetSet)] == [
        -31 * STEP
    ]


def test_a_target_that_cannot_be_traded_is_withheld_and_what_was_held_is_let_go() -> None:
    portfolio = Portfolio()
    portfolio.react(asked(30 * STEP), FakeContext())
    withheld, target = portfolio.react(asked(STEP // 2), FakeContext(positions={55: position()}))
    assert isinstance(withheld, TargetWithheld)
    assert (withheld.rule, withheld.value) == ("volume_step", STEP // 2)
    assert isinstance(target, TargetSet)
    assert target.volume == 0


def test_a_target_with_a_stop_on_the_wrong_side_is_withheld() -> None:
    wrong = TargetAsked(strategy="ema", symbol="EURUSD", volume=30 * STEP, stop_points=-40, take_points=0)
    (withheld,) = Portfolio().react(wrong, FakeContext())
    assert isinstance(withheld, TargetWithheld)
    assert (withheld.rule, withheld.limit, withheld.value) == ("stops", 1, -40)
    assert "40 points on the wrong side" in withheld.detail
    (signalled,) = Portfolio().react(signal(stop_points=-7), FakeContext())
    assert isinstance(signalled, TargetWithheld)
    assert signalled.rule == "stops"
