"""Kelly: the share is the formula's, exactly, from the strategy's own trades; cut, capped, with a fallback."""

import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import msgspec
import pytest

from tallystick.events.types.trading import OrderApproved, OrderRequested, SignalRaised
from tallystick.market.instrument import LOT
from tallystick.platform.portfolio import KellyFraction, StrategyResult
from tallystick.platform.portfolio.sizing import Withheld
from tallystick.platform.portfolio.sizing_kelly import kelly
from tests.unit.portfolio.told import AccountBook
from tests.unit.risk.desk import EURUSD, FakeContext, in_flight

STEP = LOT // 100


def signal(strategy: str = "ema") -> SignalRaised:
    return SignalRaised(strategy=strategy, symbol="EURUSD", direction=1, stop_points=400, take_points=0)


def of(results: list[int]) -> StrategyResult:
    wins = [one for one in results if one > 0]
    lost = -sum(one for one in results if one <= 0)
    return StrategyResult(trades=len(results), wins=len(wins), won=sum(wins), lost=lost)


def approving(sizing: KellyFraction) -> Callable[[Any], None]:
    """Tells the sizing what it hears in a run: of an order that it was approved, with the order to look at."""

    def tell(event: Any) -> None:
        if isinstance(event, OrderRequested):
            approved = OrderApproved(order=event.order, rule="", limit=0, value=0)
            sizing.hear(approved, FakeContext(orders={event.order: in_flight(event)}))
        else:
            sizing.hear(event, FakeContext())

    return tell


@pytest.mark.parametrize("seed", range(30))
def test_the_share_is_the_formula_in_floats(seed: int) -> None:
    chance = random.Random(seed)
    results = [chance.randrange(-9_000, 10_000) for _ in range(chance.randrange(5, 80))] + [500, -500]
    wins, losses = [one for one in results if one > 0], [-one for one in results if one <= 0]
    won_share = len(wins) / len(results)
    payoff = (sum(wins) / len(wins)) / (sum(losses) / len(losses))
    assert float(kelly(of(results))) == pytest.approx(won_share - (1 - won_share) / payoff, abs=1e-12)


def test_the_share_is_rounded_down_cut_and_capped() -> None:
    edge = of([200] * 11 + [-100] * 19)
    assert kelly(edge) == Fraction(11, 30) * Fraction(3, 22)  # 0.05
    assert KellyFraction(fraction_ppm=333_333, cap_ppm=1_000_000).share_ppm(edge) == 16_666
    assert KellyFraction(fraction_ppm=500_000, cap_ppm=10_000).share_ppm(edge) == 10_000
    assert kelly(of([100] * 30)) == 1
    assert kelly(of([-100] * 30)) == -1


def test_before_enough_trades_the_fallback_is_risked_and_then_the_trades_decide() -> None:
    sizing = KellyFraction(fraction_ppm=500_000, cap_ppm=20_000, trades_min=4, fallback_ppm=5_000)
    book = AccountBook(approving(sizing))
    size = sizing.volume(signal(), EURUSD, FakeContext())
    assert size == 125 * STEP  # 0.5 % of 100,000 USD at 400 points of 1 USD a lot and point
    for profit in (30_000, 30_000, -10_000, -10_000):
        book.round_trip("ema", profit)
    # W = 1/2, R = 3, Kelly 1/3, half of it above the cap of 2 %
    assert sizing.volume(signal(), EURUSD, FakeContext()) == 500 * STEP
    assert sizing.volume(signal("other"), EURUSD, FakeContext()) == 125 * STEP


def test_without_an_edge_nothing_is_opened() -> None:
    sizing = KellyFraction(trades_min=2)
    book = AccountBook(approving(sizing))
    book.round_trip("ema", 10_000)
    book.round_trip("ema", -10_000)
    said = sizing.volume(signal(), EURUSD, FakeContext())
    assert isinstance(said, Withheld)
    assert (said.rule, said.limit, said.value) == ("kelly", 1, 0)
    assert "1 of 2 trades won" in said.detail


def test_a_fallback_of_nothing_withholds_until_there_are_trades() -> None:
    said = KellyFraction(trades_min=3, fallback_ppm=0).volume(signal(), EURUSD, FakeContext())
    assert isinstance(said, Withheld)
    assert (said.rule, said.limit, said.value) == ("kelly", 3, 0)


def test_what_was_learnt_goes_through_a_snapshot() -> None:
    sizing = KellyFraction(trades_min=1)
    book = AccountBook(approving(sizing))
    book.round_trip("ema", 12_345)
    book.open("ema", LOT, 1.3)
    again = KellyFraction(trades_min=1)
    again.thaw(msgspec.msgpack.decode(msgspec.msgpack.encode(sizing.freeze())))
    assert again.freeze() == sizing.freeze()
    assert again.volume(signal(), EURUSD, FakeContext()) == sizing.volume(signal(), EURUSD, FakeContext())
