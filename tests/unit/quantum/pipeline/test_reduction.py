"""Sub-universes overlap, fit, hold what must be held; clusters are those of the correlations."""

import numpy as np
import pytest

from tallystick.quantum import HybridSettings, PortfolioProblem, hybrid, solve
from tallystick.quantum.classical.cardinality import Limits
from tallystick.quantum.pipeline.clusters import clusters
from tallystick.quantum.pipeline.equal_weights import cleaned_covariance
from tallystick.quantum.pipeline.reduction import relaxed, size_of
from tallystick.quantum.pipeline.weighing import SwapWeighing
from tallystick.quantum.problem.conditions import Group
from tallystick.quantum.problem.numeric import numeric_form
from tests.unit.quantum.pipeline.stated import KINDS, market, moments


def test_a_universe_with_few_supports_is_taken_whole_however_many_assets_it_has() -> None:
    assert size_of(225, 2, HybridSettings()) == 225
    assert size_of(225, 10, HybridSettings()) == 20
    assert size_of(225, 18, HybridSettings()) == 21
    assert size_of(31, 10, HybridSettings(universe=31)) == 31
    assert size_of(12, 6, HybridSettings()) == 12


def test_sub_universes_differ_overlap_and_are_as_large_as_asked() -> None:
    settings = HybridSettings(universe=16, sub_universes=4, shots=100, polish=1)
    found = hybrid(market(80, 4, 8), settings, Limits(nodes=1)).proposals
    assert [each.chosen_by for each in found] == ["relaxation", "clusters", "exchange", "clusters 2"]
    assert all(len(each.members) == 16 for each in found)
    assert len({each.members for each in found}) == 4
    assert all(set(found[0].members) & set(each.members) for each in found[1:3])


def test_the_exchange_sub_universe_holds_the_classical_support_and_its_best_exchanges() -> None:
    problem = market(40, 3, 5)
    found = hybrid(problem, HybridSettings(universe=9, whole=1, shots=50, polish=1))
    held = found.classical.support
    exchange = next(each for each in found.proposals if each.chosen_by == "exchange")
    assert set(held) < set(exchange.members)
    weighing = SwapWeighing(problem, numeric_form(problem), np.ones(40))
    cost = {
        new: min(weighing.value(tuple(sorted({*held, new} - {old}))) for old in held)
        for new in set(range(40)) - set(held)
    }
    cheapest = sorted(cost, key=cost.__getitem__)[:4]
    assert set(exchange.members) == {*held, *cheapest}


def test_what_must_be_held_is_in_every_sub_universe() -> None:
    problem = KINDS["one must be held"](2)
    found = hybrid(problem, HybridSettings(universe=7, whole=1, sub_universes=5, shots=50, polish=1)).proposals
    assert len(found) > 2
    assert all(5 in each.members for each in found)


def test_groups_that_leave_few_supports_still_get_a_sub_universe_with_one() -> None:
    mean, sigma = moments(5)
    worst = np.where(np.arange(10) == 9, -0.1, mean)
    groups = (Group((0, 1, 2, 3, 4), 1), Group((5, 6, 7), 0))
    problem = PortfolioProblem(worst, sigma, k=3, groups=groups)
    found = hybrid(problem, HybridSettings(universe=7, whole=1, sub_universes=4, shots=100, polish=2))
    assert 9 not in found.classical.support
    ways = {each.chosen_by: each for each in found.proposals}
    assert "relaxation" not in ways
    assert {8, 9} < set(ways["exchange"].top[0].support)


def test_the_relaxation_wants_the_assets_of_its_largest_weights_first() -> None:
    problem = market(30, 2, 6)
    found = relaxed(problem, numeric_form(problem), problem.sigma)
    free = np.flatnonzero(found.weights > 1e-9)
    assert found.order[: len(free)] == sorted(free.tolist(), key=lambda each: -found.weights[each])
    assert float(found.weights.sum()) == pytest.approx(1.0)
    assert problem.objective(found.weights) <= solve(problem).objective
    left = found.order[len(free) :]
    assert np.all(np.diff(found.reduced[left]) >= 0.0)


def test_clusters_are_the_blocks_of_a_correlation_in_blocks() -> None:
    names = np.array([0, 1, 2, 0, 1, 2, 0, 1, 2, 3])
    correlation = np.where(names[:, None] == names, 0.8, 0.1) + 0.2 * np.eye(10)
    spread = np.linspace(0.5, 3.0, 10)
    found = clusters(correlation * np.outer(spread, spread), 4)
    assert found == [[0, 3, 6], [1, 4, 7], [2, 5, 8], [9]]


def test_an_asset_that_never_moved_is_no_obstacle_to_clusters() -> None:
    covariance = np.diag([1.0, 0.0, 1.0, 1.0])
    covariance[0, 2] = covariance[2, 0] = 0.9
    assert clusters(covariance, 3) == [[0, 2], [1], [3]]


def test_cleaning_changes_what_proposals_see_and_not_what_is_reported() -> None:
    problem = market(60, 7, 6)
    cleaned = cleaned_covariance(problem, 70)
    assert np.linalg.cond(cleaned) < np.linalg.cond(problem.sigma)
    assert np.diag(cleaned) == pytest.approx(np.diag(problem.sigma))
    assert np.array_equal(cleaned_covariance(problem, None), problem.sigma)
    settings = HybridSettings(observations=70, shots=100, polish=2)
    found = hybrid(problem, settings)
    assert found.portfolio.objective == problem.objective(found.portfolio.weights)


def test_proposals_are_made_from_a_covariance_that_is_semidefinite() -> None:
    problem = KINDS["fewer weeks than assets"](1)
    shifted = problem.sigma - 1e-9 * float(problem.sigma.max()) * np.eye(10)
    slightly = type(problem)(problem.mean, shifted, k=4)
    assert float(np.linalg.eigvalsh(slightly.sigma)[0]) < 0.0
    least = float(np.linalg.eigvalsh(cleaned_covariance(slightly, None))[0])
    assert least > -1e-15 * float(problem.sigma.max())
