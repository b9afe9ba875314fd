"""Searches for angles: they go down, are repeatable, and find what published tables say."""

import pytest

from tallystick.quantum.angles import Angles, layerwise, linear_ramp, optimise, ramps
from tallystick.quantum.errors import SettingError
from tallystick.quantum.objectives import CVaR, OptimumProbability
from tallystick.quantum.qaoa import Qaoa
from tests.unit.quantum.dax import dax

pytest.importorskip("scipy", reason="needs scipy: pip install 'tallystick[quantum]'")


def ratio(qaoa: Qaoa, value: float) -> float:
    """(Emax - value) / (Emax - Emin)."""
    most, least = float(qaoa.costs.max()), float(qaoa.costs.min())
    return (most - value) / (most - least)


def test_one_layer_on_twelve_assets_reaches_the_published_approximation_ratio() -> None:
    qaoa = dax(12, 6)
    found = optimise(qaoa, ramps(1, float(qaoa.costs.std())))
    assert ratio(qaoa, found.value) > 0.749 - 0.005
    assert found == optimise(qaoa, ramps(1, float(qaoa.costs.std())))
    assert found.value == qaoa.expectation(found.angles.gammas, found.angles.betas)
    assert min(step.value for step in found.trace[found.start]) == found.value


def test_layers_added_one_by_one_never_make_it_worse() -> None:
    qaoa = dax(10, 5)
    spread = float(qaoa.costs.std())
    values = [layerwise(qaoa, layers, first=ramps(1, spread), iterations=40).value for layers in (1, 2, 4)]
    assert values[0] > values[1] > values[2]


def test_other_objectives_are_what_their_searches_improve() -> None:
    qaoa = dax(10, 5)
    starts = ramps(3, float(qaoa.costs.std()))
    by_mean, by_chance = (optimise(qaoa, starts, objective=each).angles for each in (None, OptimumProbability()))
    chance = [-qaoa.value(each.gammas, each.betas, OptimumProbability()) for each in (by_mean, by_chance)]
    assert chance[1] > chance[0]
    tail = optimise(qaoa, starts, objective=CVaR(0.1), iterations=40)
    assert tail.value < qaoa.value(by_mean.gammas, by_mean.betas, CVaR(0.1)) + 1e-9


def test_ramps_and_interpolation() -> None:
    ramp = linear_ramp(4, 2.0, -0.8)
    assert ramp.gammas == pytest.approx((0.25, 0.75, 1.25, 1.75))
    assert ramp.betas == pytest.approx((-0.7, -0.5, -0.3, -0.1))
    longer = ramp.extended(7)
    assert (longer.layers, longer.gammas[0], longer.gammas[-1]) == (7, ramp.gammas[0], ramp.gammas[-1])
    assert ramp.scaled(2.0).gammas == pytest.approx((0.5, 1.5, 2.5, 3.5))
    assert Angles((0.3,), (0.1,)).extended(3).gammas == pytest.approx((0.3, 0.3, 0.3))


def test_searches_without_a_start_and_ramps_without_a_layer_are_refused() -> None:
    with pytest.raises(SettingError, match="ramps"):
        optimise(dax(6, 3), [])
    with pytest.raises(SettingError, match="at least one"):
        linear_ramp(0, 1.0, -1.0)
    with pytest.raises(SettingError, match="every layer"):
        Angles((0.1,), ())
