"""What the circuit is said to propose is what a list of all supports says; chance draws evenly."""

import sys
from itertools import combinations
from typing import Any, Literal

import numpy as np
import pytest

from tallystick.quantum import HybridSettings, PortfolioProblem, Qaoa, Subspace, hybrid
from tallystick.quantum.classical.cardinality import Limits
from tallystick.quantum.errors import Missing
from tallystick.quantum.mixers import mixer_named
from tallystick.quantum.pipeline.allowing import straying
from tallystick.quantum.pipeline.drawing import by_probability, evenly, uniforms
from tallystick.quantum.pipeline.equal_weights import cleaned_covariance, equal_weight_costs
from tallystick.quantum.pipeline.proposing import landscape, propose
from tallystick.quantum.pipeline.reduction import SubUniverse
from tallystick.quantum.pipeline.weighing import SwapWeighing
from tallystick.quantum.problem.conditions import Group, Trading
from tallystick.quantum.problem.numeric import numeric_form
from tallystick.quantum.problem.supports import bit_rows
from tallystick.quantum.starts import Weighted
from tests.unit.quantum.dax import GOLDEN
from tests.unit.quantum.pipeline.stated import KINDS, PREVIOUS, SIZE, moments

LONG = np.ones(SIZE)
WHOLE = SubUniverse(tuple(range(SIZE)), "whole")


def test_splitmix_begins_as_its_authors_do() -> None:
    assert uniforms(0, 0, 1)[0] != uniforms(0, 1, 1)[0]
    first = (0xE220A8397B1DCDAF + 0x9E3779B97F4A7C15) % 2**64  # the generator's first number from 0, and one step on
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        first = (first ^ (first >> shift)) * factor % 2**64
    assert uniforms(0, 0, 1)[0] == ((first ^ (first >> 31)) >> 11) / 2**53


def test_draws_fall_where_the_probabilities_are() -> None:
    probabilities = np.array([0.0, 0.1, 0.0, 0.6, 0.3, 0.0])
    counts = np.bincount(by_probability(probabilities, uniforms(3, 0, 50_000)), minlength=6) / 50_000
    assert counts[[0, 2, 5]].tolist() == [0.0, 0.0, 0.0]
    assert counts == pytest.approx(probabilities, abs=0.01)
    assert by_probability(probabilities, np.array([0.0, np.nextafter(1.0, 0.0)])).tolist() == [1, 4]


def test_chance_draws_every_support_as_often_as_the_others() -> None:
    counts = np.bincount(evenly(120, uniforms(9, 1, 120_000)), minlength=120)
    chi_square = float(((counts - 1_000.0) ** 2 / 1_000.0).sum())
    assert 65.0 < chi_square < 190.0  # 119 degrees of freedom: five deviations either way


@pytest.mark.parametrize("kind", ["exactly four", "short only", "costs", "long and short"])
def test_the_costs_of_supports_are_the_objective_at_equal_weights(kind: str) -> None:
    problem = KINDS[kind](3)
    signs = np.full(SIZE, -1.0 if kind == "short only" else 1.0)
    k = problem.most
    costs = equal_weight_costs(problem, problem.sigma, k, 0.1 * signs)
    for support in list(combinations(range(SIZE), k))[::7]:
        weights = np.zeros(SIZE)
        weights[list(support)] = problem.budget / k
        assert costs.at(support) == pytest.approx(problem.objective(weights), rel=1e-12, abs=1e-18)


def test_what_is_said_of_a_sub_universe_agrees_with_a_list_of_all_its_supports() -> None:
    problem, settings = KINDS["exactly four"](4), HybridSettings(layers=2, seed=8)
    found = hybrid(problem, settings).proposals[0]
    costs = equal_weight_costs(problem, problem.sigma, 4, LONG)
    every = sorted(combinations(range(SIZE), 4), key=lambda each: each[::-1])  # colex
    values = np.array([costs.at(each) for each in every])
    qaoa = Qaoa(Subspace(SIZE, 4), (values - values.mean()) / values.std())
    chances = qaoa.state(found.gammas, found.betas).probabilities
    assert found.expectation == pytest.approx(float(chances @ values), rel=1e-9)
    assert found.approximation_ratio == pytest.approx((values.max() - chances @ values) / np.ptp(values), rel=1e-9)
    assert found.uniform_ratio == pytest.approx((values.max() - values.mean()) / np.ptp(values), rel=1e-9)
    assert found.optimum_probability == pytest.approx(float(chances[values.argmin()]), rel=1e-9)
    assert found.uniform_probability == pytest.approx(1 / len(every))
    assert found.approximation_ratio > found.uniform_ratio
    likeliest = np.argsort(-chances, kind="stable")[:20]
    assert [each.support for each in found.top] == [every[each] for each in likeliest]
    assert [each.cost for each in found.top] == pytest.approx(values[likeliest].tolist(), rel=1e-12)
    assert min(found.trace) == pytest.approx(qaoa.expectation(found.gammas, found.betas), rel=1e-9)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("mixer", "start"), [("ring", "own"), ("complete", "uniform"), ("grover", "relaxation")])
def test_every_support_drawn_obeys_number_members_groups_and_what_must_be_held(
    kind: str, mixer: str, start: Literal["uniform", "own", "relaxation"]
) -> None:
    problem = KINDS[kind](5)
    k, members = min(problem.most, 4), (0, 1, 2, 4, 5, 7, 8, 9)
    costs = equal_weight_costs(problem, cleaned_covariance(problem, None), k, LONG)
    sub, settings = SubUniverse(members, "test"), HybridSettings(mixer=mixer, start=start, shots=300)
    ground = landscape(costs, bit_rows(problem), sub, k, 1)
    assert ground is not None
    _, sources = propose(sub, ground, None, settings, 0)
    assert list(sources) == ["qaoa", "start", "random"]
    for drawn in sources.values():
        assert drawn.counts
        assert sum(drawn.counts.values()) <= 300
        for support in drawn.counts:
            assert len(set(support)) == k
            assert set(support) <= set(members)
            assert tuple(sorted(support)) == support
            for group in problem.groups:
                assert len(set(support) & set(problem.positions(group))) <= group.most
            if kind == "one must be held":
                assert 5 in support
    assert sum(sources["random"].counts.values()) == 300


@pytest.mark.parametrize("kind", [each for each in KINDS if each not in {"CVaR", "CDaR"}])
def test_a_support_that_has_weights_is_never_ruled_out(kind: str) -> None:
    problem = KINDS[kind](6)
    k = min(problem.most, 5)
    space = Subspace(SIZE, k)
    strays = straying(bit_rows(problem), space, WHOLE.members)
    weighing = SwapWeighing(problem, numeric_form(problem), LONG)
    for place in range(0, space.dimension, 3):
        if strays is not None and strays[place] > 0.0:
            assert not np.isfinite(weighing.value(space.positions(place)))


def test_a_turnover_limit_rules_out_what_would_have_to_sell_too_much() -> None:
    mean, sigma = moments(1)
    problem = PortfolioProblem(mean, sigma, k=4, trading=Trading(PREVIOUS, turnover=1.0))
    space = Subspace(SIZE, 4)
    strays = straying(bit_rows(problem), space, WHOLE.members)
    assert strays is not None
    kept = [len({0, 1, 2} & set(space.positions(each))) for each in np.flatnonzero(strays == 0.0).tolist()]
    assert min(kept) == 2  # a third of the budget sold and bought again is two thirds, two thirds are too many
    assert len(kept) == 7 * 6 // 2 * 3 + 7


def limited(**limits: Any) -> PortfolioProblem:
    """Five of the DAX's first twenty under a limit on which."""
    mean, deviation, correlation = (np.array(GOLDEN[each]) for each in ("mean", "deviation", "correlation"))
    covariance = correlation * np.outer(deviation, deviation)
    return PortfolioProblem(mean, covariance, k=5, risk_aversion=5.0, buy_in=0.01, **limits)


def test_what_is_not_allowed_pays_in_the_phases_and_counts_as_the_worst() -> None:
    mean, sigma = moments(1)
    problem = PortfolioProblem(mean, sigma, k=4, groups=[Group((0, 1, 2, 3), 1)])
    costs = equal_weight_costs(problem, sigma, 4, np.ones(SIZE))
    ground = landscape(costs, bit_rows(problem), WHOLE, 4, 1)
    assert ground is not None
    assert ground.strays is not None
    held = np.array([len({0, 1, 2, 3} & set(ground.space.positions(each))) for each in range(ground.space.dimension)])
    assert ground.strays.tolist() == np.maximum(held - 1, 0).tolist()
    inside = ground.standard[held <= 1]
    assert ground.counted[held <= 1].tolist() == inside.tolist()
    assert set(ground.counted[held > 1].tolist()) == {float(inside.max())}
    turned = ground.phases(2.0)
    assert (turned.mean(), turned.std()) == pytest.approx((0.0, 1.0), abs=1e-12)
    paid = np.polyfit(turned, ground.standard + 2.0 * ground.strays, 1)
    assert np.polyval(paid, turned) == pytest.approx((ground.standard + 2.0 * ground.strays).tolist(), abs=1e-9)


LIMITS: dict[str, tuple[dict[str, Any], float, float, float]] = {
    "one of ten": ({"groups": [Group(tuple(range(10)), 1)]}, 0.152, 0.36, 0.58),
    "one of five": ({"groups": [Group(tuple(range(5)), 1)]}, 0.634, 0.85, 0.67),
    "two of each five": ({"groups": [Group(tuple(range(at, at + 5)), 2) for at in range(0, 20, 5)]}, 0.710, 0.93, 0.68),
    "half may be traded": (
        {"trading": Trading(np.where(np.arange(20) < 5, 0.2, 0.0), turnover=1.0)}, 0.073, 0.18, 0.65,
    ),
}  # fmt: skip
"""Limits, the share of supports that they allow, and what angles that are searched for bring of three layers' shots
inside, and to which approximation ratio there. A wall at the worst, as it was until November 2026, brought 0.35, 0.89,
0.95 and 0.25 of the shots inside, to ratios of 0.52, 0.52, 0.55 and 0.55 only."""


@pytest.mark.parametrize("case", LIMITS)
def test_shots_keep_to_a_limit_and_are_better_than_chance_within_it(case: str) -> None:
    pytest.importorskip("scipy")
    limits, share, brought, ratio = LIMITS[case]
    found = hybrid(limited(**limits), HybridSettings(angles="optimise", shots=500), Limits(nodes=1))
    said = found.proposals[0]
    assert 1 / said.uniform_probability == pytest.approx(share * 15_504, rel=0.01)
    assert said.allowed_probability > brought > share
    assert said.approximation_ratio > ratio > said.uniform_ratio
    rows = {each.source: each for each in found.ablation.rows}
    means = [rows[each].raw_mean for each in ("qaoa", "start", "random")]
    assert all(each is not None for each in means)
    assert means[0] == min(means, key=lambda each: np.inf if each is None else each)


def test_without_scipy_a_search_for_angles_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    with pytest.raises(
        Missing, match=r'pip install "tallystick\[quantum\]", or take angles=.ramp. in place of .optimise.'
    ):
        hybrid(limited(**LIMITS["one of ten"][0]), HybridSettings(angles="optimise", shots=50), Limits(nodes=1))


def test_the_start_alone_draws_from_the_start_without_layers() -> None:
    problem = KINDS["exactly four"](4)
    costs = equal_weight_costs(problem, problem.sigma, 4, LONG * np.linspace(0.01, 0.2, SIZE))
    ground = landscape(costs, bit_rows(problem), WHOLE, 4, 1)
    assert ground is not None
    _, sources = propose(WHOLE, ground, None, HybridSettings(start="relaxation", shots=40_000), 0)
    shares = np.clip(4 * ground.wanted / ground.wanted.sum(), 0.1, 0.9)
    chances = Weighted(shares.tolist()).amplitudes(ground.space) ** 2
    counts = sources["start"].counts
    drawn = [counts.get(ground.space.positions(each), 0) / 40_000 for each in range(ground.space.dimension)]
    assert drawn == pytest.approx(chances.tolist(), abs=0.005)
    _, plain = propose(WHOLE, ground, None, HybridSettings(shots=40_000), 0)
    assert max(plain["start"].counts.values()) < 1.6 * 40_000 / ground.space.dimension


@pytest.mark.parametrize("mixer", ["ring", "complete", "complete-trotter", "grover"])
def test_every_mixer_in_the_settings_is_one_of_the_engine(mixer: str) -> None:
    assert HybridSettings(mixer=mixer).mixer == mixer
    assert mixer_named(mixer)
