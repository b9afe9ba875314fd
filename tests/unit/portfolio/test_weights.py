"""Weights: a share of the equity becomes a volume, never more than it, and others may be given later."""

import random
from fractions import Fraction

import pytest

from tallystick.events.types.trading import SignalRaised
from tallystick.market.instrument import LOT
from tallystick.platform.portfolio import Weights, sizing_from
from tallystick.platform.portfolio.sizing import Withheld
from tests.unit.risk.desk import EURUSD, FakeContext, account, quote

STEP = LOT // 100
SIGNAL = SignalRaised(strategy="ema", symbol="EURUSD", direction=-1, stop_points=0, take_points=0)


def value(volume: int, bid: str, ask: str) -> Fraction:
    """Minor units of a volume at the middle."""
    return (Fraction(bid) + Fraction(ask)) / 2 * 100_000 * Fraction(volume, LOT) * 100


def test_a_weight_is_never_exceeded_and_not_a_step_is_left_out() -> None:
    chance = random.Random(8)
    for _ in range(300):
        equity, weight = chance.randrange(10**5, 10**9), chance.randrange(1, 5_000_000)
        bid = f"{chance.randrange(90_000, 150_000) / 100_000:.5f}"
        ask = f"{float(bid) + 0.0001:.5f}"
        context = FakeContext(
            account=account(equity=equity), quotes={"EURUSD": quote("EURUSD", float(bid), float(ask))}
        )
        size = Weights({"EURUSD": weight}).volume(SIGNAL, EURUSD, context)
        volume = size if isinstance(size, int) else 0
        share = equity * Fraction(weight, 1_000_000)
        assert value(volume, bid, ask) <= share
        assert volume == EURUSD.volume_max or value(volume + STEP, bid, ask) > share


def test_a_symbol_without_a_weight_or_a_quote_is_withheld() -> None:
    for sizing, context, rule in (
        (Weights({"XAUUSD": 500_000}), FakeContext(), "weight"),
        (Weights({"EURUSD": 0}), FakeContext(), "weight"),
        (Weights({"EURUSD": 500_000}), FakeContext(quotes={}), "history"),
        (Weights({"EURUSD": 1}), FakeContext(), "volume_min"),
    ):
        size = sizing.volume(SIGNAL, EURUSD, context)
        assert isinstance(size, Withheld)
        assert size.rule == rule


def test_other_weights_count_from_when_they_are_given() -> None:
    sizing = Weights({"EURUSD": 130_005})
    assert sizing.volume(SIGNAL, EURUSD, FakeContext()) == 10 * STEP
    sizing.reweigh({"EURUSD": 260_010, "XAUUSD": 10})
    assert sizing.volume(SIGNAL, EURUSD, FakeContext()) == 20 * STEP
    again = Weights({"EURUSD": 1})
    again.thaw(sizing.freeze())
    assert again == sizing


@pytest.mark.parametrize("weights", [{}, {"EURUSD": -1}, {"EURUSD": 0.5}, [], None, {"EURUSD": 10**12}])
def test_what_is_no_share_is_refused(weights: object) -> None:
    with pytest.raises(ValueError, match="E114 sizing weights"):
        sizing_from({"kind": "weights", "weights": weights})
